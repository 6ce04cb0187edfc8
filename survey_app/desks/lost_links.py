"""Sending a person's links again, to the address that is on file and nowhere else."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.campaigns.models import Round
from survey_app.invitations.launch import invitation_item
from survey_app.invitations.models import Invitation
from survey_app.mailing.models import OutboxItem
from survey_app.mailing.outbox import enqueue_many
from survey_app.people.models import Person

MOST_PER_HOUR = 3


def resend(session: Session, email: str, now: datetime) -> int:
    """Queue the invitation mails of open rounds to everyone who has `email`; return how many.

    Two people may share the mailbox: each gets a mail of their own, with their own link.
    """
    rows = session.execute(
        select(Invitation.round_id, Invitation.person_id)
        .join(Person, Person.id == Invitation.person_id)
        .join(Round, Round.id == Invitation.round_id)
        .where(
            func.lower(Person.email) == email.lower(),
            Person.merged_into_id.is_(None),
            Round.state.in_(("scheduled", "open")),
            Round.closes_at > now,
        )
    ).all()
    items = [
        invitation_item(round_id, person_id, _next_number(session, round_id, person_id), now)
        for round_id, person_id in rows
    ]
    return enqueue_many(session, items)


def _next_number(session: Session, round_id: int, person_id: int) -> int:
    sent = session.scalar(
        select(func.count()).where(
            OutboxItem.kind == "invitation",
            OutboxItem.recipient_kind == "person",
            OutboxItem.recipient_id == person_id,
            OutboxItem.subject_kind == "round",
            OutboxItem.subject_id == round_id,
        )
    )
    return (sent or 0) + 1
