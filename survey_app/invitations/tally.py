"""The functions that change the running tallies, and the precedence they count by.

Whoever changes several rows locks them in one order: invitations by id, then cells by id, each cell
before its days.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Date, Update, bindparam, select, text, update
from sqlalchemy.orm import Session

from survey_app.campaigns.models import RoundCell
from survey_app.database import run, table_of
from survey_app.invitations.models import Invitation

_INVITATION = table_of(Invitation)
_CELL = table_of(RoundCell)
# The same words on both databases.
_NOTE_DAY = text(
    "INSERT INTO round_day (round_cell_id, day, done) VALUES (:key, :day, :step)"
    " ON CONFLICT (round_cell_id, day) DO UPDATE SET done = round_day.done + excluded.done"
).bindparams(bindparam("day", type_=Date))
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
    on: date | None = None,
) -> None:
    """Store the flags `after` and move the tallies of the invitation's cell with them.

    `before` and `after` hold all four flags; `attempts` is added to the count of attempts; `on` is
    the local day that counts for who becomes done. At most three statements, none when nothing
    changes.
    """
    changed: dict[str, Any] = {n: after[n] for n in FLAGS if after[n] != before[n]}
    becomes_done = on is not None and "is_done" in changed and after["is_done"]
    if becomes_done:
        changed["done_on"] = on
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
    if on is not None and becomes_done:
        note_day(session, round_cell_id, on, 1)


def note_day(session: Session, round_cell_id: int, day: date, step: int) -> None:
    """Add `step` to how many people of a cell became done on the local `day`, in one statement.

    To be called after the tally of that cell was changed in the same unit of work, whose lock on
    the cell keeps two units from waiting for each other's days.
    """
    run(session, _NOTE_DAY, {"key": round_cell_id, "day": day, "step": step})


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
    days: defaultdict[int, Counter[date]] = defaultdict(Counter)
    for row in lock(session, wanted):
        before = flags_of(row)
        after = {**before, **wanted[row.id]}
        changed: dict[str, Any] = {n: after[n] for n in FLAGS if after[n] != before[n]}
        if row.done_on is not None and not after["is_done"]:
            days[row.round_cell_id][row.done_on] -= 1
            changed["done_on"] = None
        if changed:
            run(session, _set_flags(tuple(changed)), {"key": row.id, **changed})
            _note(moves[row.round_cell_id], before, after)
            session.expire(row)
    for cell_id in sorted(moves):
        steps = tuple((name, step) for name, step in sorted(moves[cell_id].items()) if step)
        if steps:
            run(session, _move(steps), {"key": cell_id})
        for day, step in sorted(days[cell_id].items()):
            note_day(session, cell_id, day, step)


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
