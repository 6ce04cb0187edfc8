"""The one function that changes the running tally, and the precedence it counts by."""

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
    row = session.scalars(
        select(Invitation).where(Invitation.id == invitation_id).with_for_update()
    ).one()
    before = flags_of(row)
    change(
        session,
        invitation_id=row.id,
        round_cell_id=row.round_cell_id,
        before=before,
        after={**before, **flags},
    )
    session.expire(row)
