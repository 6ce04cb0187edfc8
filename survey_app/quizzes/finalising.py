"""What the clock finishes: attempts at their deadline, rounds after their last attempt."""

from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from survey_app.accounts.scope import JOB
from survey_app.audit import Action, record
from survey_app.campaigns.models import Round, RoundCell
from survey_app.invitations.models import Invitation
from survey_app.quizzes import deadlines, distribution, queries, services
from survey_app.quizzes.deadlines import FINALISING_DELAY
from survey_app.quizzes.models import Attempt


def overdue_attempts(session: Session, now: datetime, *, limit: int = 200) -> list[str]:
    """Return the public ids of open attempts whose deadline lies `FINALISING_DELAY` back.

    A round closed early or cancelled ends its attempts too, so it is asked beside their deadline.
    """
    cutoff = now - FINALISING_DELAY
    candidates = session.execute(
        select(Attempt.public_id, Attempt.deadline, Round.closes_at, Round.settings, Round.state)
        .join(Invitation, Invitation.id == Attempt.invitation_id)
        .join(Round, Round.id == Invitation.round_id)
        .where(
            Attempt.state == "open",
            (Attempt.deadline <= cutoff)
            | (Round.closes_at <= cutoff)
            | (Round.state == "cancelled"),
        )
        .order_by(Attempt.id)
    )
    overdue = (
        public_id
        for public_id, deadline, closes_at, settings, state in candidates
        if state == "cancelled"
        or min(deadline, closes_at + timedelta(seconds=settings.get("grace_seconds", 0))) <= cutoff
    )
    return list(islice(overdue, limit))


def finalise_attempt(session: Session, public_id: str, now: datetime) -> bool:
    """Close one overdue attempt, whose saved answers count; return whether it was one."""
    found = queries.attempt(session, public_id, lock=True)
    if found is None:
        return False
    attempt, entry = found
    over = (
        entry.round_state == "cancelled"
        or deadlines.deadline_of(attempt, entry) + FINALISING_DELAY <= now
    )
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
    done = bool(getattr(result, "rowcount", 0))
    if done:
        distribution.keep_scores(session, round_id)
        attempts = session.scalar(
            select(func.coalesce(func.sum(RoundCell.attempts), 0)).where(
                RoundCell.round_id == round_id
            )
        )
        record(
            session, Action.ROUND_FINALISED, JOB, ("round", round_id), attempts=int(attempts or 0)
        )
    return done
