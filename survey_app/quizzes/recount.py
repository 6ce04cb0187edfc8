"""Counting a quiz round again from all its raw rows, and where that differs from what was kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.campaigns.models import Round, RoundCell
from survey_app.formatting import today
from survey_app.invitations import recount as people
from survey_app.invitations.models import Invitation
from survey_app.invitations.participation import COLUMNS, counts_of
from survey_app.invitations.recount import CellDay
from survey_app.quizzes import distribution
from survey_app.quizzes.models import Attempt

_FINAL = ("finalised", "archived")


@dataclass(frozen=True)
class Difference:
    """A tally that is not what its raw rows say.

    `tally`: a column of `round_cell`, or `days`, `done_on`, `scores`. `where`: the `round_cell`,
    or with it the day; of scores (right answers, questions asked).
    """

    tally: str
    where: Any
    kept: int
    counted: int


def differences(
    session: Session, round_id: int, *, by_moments: bool = True
) -> tuple[Difference, ...]:
    """Return where a round's tallies differ from its raw rows; nowhere is how it should be.

    Of a round whose people were deleted after their time nothing can be counted again: none.
    Without `by_moments` the days are those the invitations carry, whatever the zone of the screen
    is by now.
    """
    any_left = select(Invitation.id).where(Invitation.round_id == round_id).limit(1)
    if session.scalar(any_left) is None:
        return ()
    return tuple(
        Difference(name, where, kept.get(where, 0), counted.get(where, 0))
        for name, (kept, counted) in _both_ways(session, round_id, by_moments).items()
        for where in sorted({*kept, *counted}, key=str)
        if kept.get(where, 0) != counted.get(where, 0)
    )


Numbers = Mapping[Any, int]


def _both_ways(
    session: Session, round_id: int, by_moments: bool
) -> dict[str, tuple[Numbers, Numbers]]:
    """Return each tally as (kept, counted again)."""
    cells = session.scalars(select(RoundCell).where(RoundCell.round_id == round_id)).all()
    again = people.recount(session, round_id)
    found: dict[str, tuple[Numbers, Numbers]] = {
        name: (
            {cell.id: getattr(counts_of(cell), name) for cell in cells},
            {cell_id: getattr(counts, name) for cell_id, counts in again.items()},
        )
        for name in COLUMNS
        if name != "attempts"
    }
    counted: dict[str, Callable[[Session, int], dict[int, int]]] = {
        "attempts": recount_attempts,
        "mailed": people.recount_mailed,
    }
    for name, count in counted.items():
        found[name] = (
            {cell.id: getattr(cell, name) for cell in cells},
            count(session, round_id),
        )
    kept_days = people.kept_days(session, round_id)
    found["days"] = kept_days, people.recount_days(session, round_id)
    if by_moments:
        found["done_on"] = kept_days, days_of_attempts(session, round_id)
    if session.scalar(select(Round.state).where(Round.id == round_id)) in _FINAL:
        found["scores"] = (
            distribution.kept_scores(session, round_id),
            distribution.counted_scores(session, round_id),
        )
    return found


def recount_attempts(session: Session, round_id: int) -> dict[int, int]:
    """Count again the attempts handed in, per `round_cell` in which they were made."""
    rows = session.execute(
        select(Attempt.round_cell_id, func.count())
        .join(RoundCell, RoundCell.id == Attempt.round_cell_id)
        .where(RoundCell.round_id == round_id, Attempt.state == "submitted")
        .group_by(Attempt.round_cell_id)
    )
    return {cell_id: number for cell_id, number in rows if cell_id is not None}


def days_of_attempts(session: Session, round_id: int) -> dict[CellDay, int]:
    """Count again who became done on which day, by the moments of the attempts themselves.

    A day is one of the zone of the screen; in another zone the same moments give other days.
    """
    first = (
        select(Attempt.invitation_id, func.min(Attempt.submitted_at).label("at"))
        .where(Attempt.state == "submitted")
        .group_by(Attempt.invitation_id)
        .subquery()
    )
    rows = session.execute(
        select(Invitation.round_cell_id, first.c.at)
        .join(first, first.c.invitation_id == Invitation.id)
        .where(Invitation.round_id == round_id, Invitation.is_done.is_(True))
        .execution_options(yield_per=2000)
    )
    found: dict[tuple[int, date], int] = {}
    for cell_id, at in rows:
        where = cell_id, today(at)
        found[where] = found.get(where, 0) + 1
    return found
