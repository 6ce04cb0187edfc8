"""A closed period is final at once; a single cell may still be let in again."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.scope import JOB
from survey_app.audit import Action, record
from survey_app.campaigns.models import Round
from survey_app.campaigns.queries import CELL_REPORT


def finalise_due(session: Session, now: datetime) -> list[int]:
    """Mark every closed period as final; return their ids. Idempotent."""
    found = session.scalars(
        select(Round)
        .where(Round.kind == CELL_REPORT, Round.state == "closed")
        .order_by(Round.id)
        .with_for_update()
    ).all()
    for round_ in found:
        round_.state, round_.finalised_at = "finalised", now
        record(session, Action.ROUND_FINALISED, JOB, ("round", round_.id))
    return [round_.id for round_ in found]
