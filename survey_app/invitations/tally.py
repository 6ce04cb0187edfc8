"""The one function that changes the running tally, and the precedence it counts by."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Update, bindparam, select, update
from sqlalchemy.orm import Session

from survey_app.campaigns.models import RoundCell
from survey_app.database import run, table_of
from survey_app.invitations.models import Invitation

_INVITATION = table_of(Invitation)
_CELL = table_of(RoundCell)
FLAGS = ("is_done", "is_exempt", "is_started", "is_undeliverable")
_COLUMNS = dict(zip(FLAGS, ("done", "exempt", "started", "undeliverable"), strict=True))


@cache
def _set_flags(names: tuple[str, ...]) -> Update:
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    return update(_INVITATION).where(_INVITATION.c.id == bindparam("key")).values(values)


@cache
def _move(moves: tuple[tuple[str, int], ...]) -> Update:
    values = {name: _CELL.c[name] + step for name, step in moves}
    return update(_CELL).where(_CELL.c.id == bindparam("key")).values(values)


def counted_as(flags: dict[str, bool]) -> str | None:
    """Return the tally column an invitation counts in (`None`: not started).

    Precedence of DESIGN §4.7: done > exempt > started > undeliverable > not started.
    """
    return next((_COLUMNS[flag] for flag in FLAGS if flags[flag]), None)


def change(
    session: Session,
    *,
    invitation_id: int,
    round_cell_id: int,
    before: dict[str, bool],
    after: dict[str, bool],
    attempts: int = 0,
) -> None:
    """Store the flags `after` and move the tally of the invitation's cell with them.

    `before` and `after` hold all four flags; `attempts` is added to the count of attempts. At most
    two statements, none when nothing changes.
    """
    changed = {name: after[name] for name in FLAGS if after[name] != before[name]}
    if changed:
        run(session, _set_flags(tuple(changed)), {"key": invitation_id, **changed})
    moves: dict[str, int] = {"attempts": attempts} if attempts else {}
    left, entered = counted_as(before), counted_as(after)
    if left != entered:
        if left:
            moves[left] = -1
        if entered:
            moves[entered] = 1
    if moves:
        run(session, _move(tuple(moves.items())), {"key": round_cell_id})


def flags_of(row: Invitation) -> dict[str, bool]:
    """Return the four flags of an invitation."""
    return {name: bool(getattr(row, name)) for name in FLAGS}


def set_flags(session: Session, invitation_id: int, **flags: bool) -> None:
    """Set some flags of one invitation, keeping the tally right."""
    set_each(session, {invitation_id: flags})


def set_each(session: Session, wanted: Mapping[int, Mapping[str, bool]]) -> None:
    """Set some flags of many invitations (id -> flags), keeping the tallies right.

    Who answers takes their invitation, then its cell; so all invitations are locked before the
    first cell is touched, and each kind of row in the order of its ids: nobody waits in a circle.
    """
    moves: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for row in lock(session, wanted):
        before = flags_of(row)
        after = {**before, **wanted[row.id]}
        changed = {name: after[name] for name in FLAGS if after[name] != before[name]}
        if changed:
            run(session, _set_flags(tuple(changed)), {"key": row.id, **changed})
            _note(moves[row.round_cell_id], before, after)
            session.expire(row)
    for cell_id in sorted(moves):
        steps = tuple((name, step) for name, step in sorted(moves[cell_id].items()) if step)
        if steps:
            run(session, _move(steps), {"key": cell_id})


def lock(session: Session, invitation_ids: Iterable[int]) -> list[Invitation]:
    """Return invitations as they stand now, nobody else's until this unit of work ends."""
    ids, rows = sorted(invitation_ids), list[Invitation]()
    for start in range(0, len(ids), 500):
        rows += session.scalars(
            select(Invitation)
            .where(Invitation.id.in_(ids[start : start + 500]))
            .order_by(Invitation.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    return rows


def _note(moves: Counter[str], before: dict[str, bool], after: dict[str, bool]) -> None:
    left, entered = counted_as(before), counted_as(after)
    if left:
        moves[left] -= 1
    if entered:
        moves[entered] += 1
