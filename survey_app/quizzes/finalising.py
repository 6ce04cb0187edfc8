"""What the clock finishes: attempts at their deadline, rounds after their last attempt."""

from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from survey_app.campaigns.models import Round
from survey_app.invitations.models import Invitation
from survey_app.quizzes import queries, services
from survey_app.quizzes.models import Attempt
from survey_app.quizzes.services import FINALISING_DELAY


def overdue_attempts(session: Session, now: datetime, *, limit: int = 200) -> list[str]:
    """Return the public ids of open attempts whose deadline lies `FINALISING_DELAY` back.

    A round closed early ends its attempts too, so its closing is asked beside the deadline.
    """
    cutoff = now - FINALISING_DELAY
    found = session.scalars(
        select(Attempt.public_id)
        .join(Invitation, Invitation.id == Attempt.invitation_id)
        .join(Round, Round.id == Invitation.round_id)
        .where(Attempt.state == "open", (Attempt.deadline <= cutoff) | (Round.closes_at <= cutoff))
        .order_by(Attempt.id)
        .limit(limit)
    )
    return list(found)


def finalise_attempt(session: Session, public_id: str, now: datetime) -> bool:
    """Close one overdue attempt, whose saved answers count; return whether it was one."""
    found = queries.attempt(session, public_id, lock=True)
    if found is None:
        return False
    attempt, entry = found
    over = services.deadline_of(attempt, entry) + FINALISING_DELAY <= now
    if attempt.state != "open" or not over:
        return False
    services.finish(session, attempt, entry)
    return True


def rounds_to_finalise(session: Session) -> list[int]:
    """Return the closed quiz rounds in which nobody is answering any more."""
    still_open = exists().where(
        Attempt.invitation_id == Invitation.id,
        Invitation.round_id == Round.id,
        Attempt.state == "open",
    )
    found = session.scalars(
        select(Round.id).where(Round.state == "closed", Round.kind == "quiz", ~still_open)
    )
    return list(found)


def finalise_round(session: Session, round_id: int, now: datetime) -> bool:
    """Mark a closed round as final; returns whether this call did it."""
    result = session.execute(
        update(Round)
        .where(Round.id == round_id, Round.state == "closed")
        .values(state="finalised", finalised_at=now)
    )
    return bool(getattr(result, "rowcount", 0))
