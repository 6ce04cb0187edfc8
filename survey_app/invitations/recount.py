"""Counting a round again from its invitations: the second way to the numbers of the tallies.

Of a round whose people were deleted after their time nothing can be counted again.
"""

from datetime import date

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from survey_app.campaigns.models import RoundCell
from survey_app.invitations.models import Invitation, RoundDay
from survey_app.invitations.participation import Counts

CellDay = tuple[int, date]  # round_cell, local day


def recount(session: Session, round_id: int) -> dict[int, Counts]:
    """Count the people again from the invitations themselves, per `round_cell`.

    Attempts belong to a higher package and stay 0 here.
    """
    state = case(
        (Invitation.is_done, "done"),
        (Invitation.is_exempt, "exempt"),
        (Invitation.is_started, "started"),
        (Invitation.is_undeliverable, "undeliverable"),
        else_="not_started",
    )
    rows = session.execute(
        select(RoundCell.id, state, func.count(Invitation.id))
        .outerjoin(
            Invitation,
            and_(Invitation.round_cell_id == RoundCell.id, Invitation.superseded_by_id.is_(None)),
        )
        .where(RoundCell.round_id == round_id)
        .group_by(RoundCell.id, state)
    )
    found: dict[int, Counts] = {}
    for cell_id, name, number in rows:
        told = {name: number} if name != "not_started" else {}
        found[cell_id] = found.get(cell_id, Counts()) + Counts(invited=number, **told)
    return found


def recount_mailed(session: Session, round_id: int) -> dict[int, int]:
    """Count again whose invitation a mail server took, per `round_cell`."""
    mailed = func.coalesce(func.sum(case((Invitation.is_mailed, 1), else_=0)), 0).label("mailed")
    rows = session.execute(
        select(RoundCell.id, mailed)
        .outerjoin(Invitation, Invitation.round_cell_id == RoundCell.id)
        .where(RoundCell.round_id == round_id)
        .group_by(RoundCell.id)
    )
    return {row.id: row.mailed for row in rows}


def recount_days(session: Session, round_id: int) -> dict[CellDay, int]:
    """Count again who became done on which day, by the day each invitation names."""
    rows = session.execute(
        select(Invitation.round_cell_id, Invitation.done_on, func.count())
        .where(
            Invitation.round_id == round_id,
            Invitation.is_done.is_(True),
            Invitation.done_on.is_not(None),
        )
        .group_by(Invitation.round_cell_id, Invitation.done_on)
    )
    return {(cell_id, day): number for cell_id, day, number in rows if day is not None}


def kept_days(session: Session, round_id: int) -> dict[CellDay, int]:
    """Return the running tally of days, without the days on which nobody is left."""
    rows = session.execute(
        select(RoundDay.round_cell_id, RoundDay.day, RoundDay.done)
        .join(RoundCell, RoundCell.id == RoundDay.round_cell_id)
        .where(RoundCell.round_id == round_id, RoundDay.done != 0)
    )
    return {(cell_id, day): number for cell_id, day, number in rows}
