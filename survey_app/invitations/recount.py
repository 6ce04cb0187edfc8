"""Counting a round again from its invitations: what the tests hold the running tally against.

No command calls it; it is the second way to the same numbers (`tests/…/test_counts.py`).
"""

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from survey_app.campaigns.models import RoundCell
from survey_app.invitations.models import Invitation
from survey_app.invitations.participation import Counts


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
