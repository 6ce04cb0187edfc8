"""What was said and what still waits of one kind, to one recipient, about one subject."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from survey_app.mailing.models import OutboxItem, OutboxMessage

Pair = tuple[str, int]


def said_so_far(session: Session, kind: str, recipient: Pair, subject: Pair) -> int:
    """Return how many times this was said, or is to be said."""
    said = select(func.count()).select_from(OutboxItem).where(*_about(kind, recipient, subject))
    return session.scalar(said) or 0


def is_waiting(session: Session, kind: str, recipient: Pair, subject: Pair) -> bool:
    """Whether a mail of this kind has not left yet, or is leaving just now."""
    found = session.scalar(
        select(OutboxItem.id)
        .outerjoin(OutboxMessage, OutboxMessage.id == OutboxItem.outbox_message_id)
        .where(
            *_about(kind, recipient, subject),
            OutboxItem.outbox_message_id.is_(None)
            | OutboxMessage.state.in_(("pending", "claimed", "sending")),
        )
        .limit(1)
    )
    return found is not None


def hasten(
    session: Session, kind: str, recipient: Pair, subject: Pair, *, not_before: datetime
) -> bool:
    """Let what waits leave at `not_before` if that is sooner; return whether anything waits.

    A mail that a worker holds already may carry the old address, so it does not count as waiting.
    """
    about = _about(kind, recipient, subject)
    items = session.scalars(
        select(OutboxItem)
        .where(*about, OutboxItem.outbox_message_id.is_(None))
        .order_by(OutboxItem.id)
        .with_for_update()
    ).all()
    for item in items:
        item.not_before = min(item.not_before, not_before)
    formed = session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.state == "pending",
            OutboxMessage.id.in_(select(OutboxItem.outbox_message_id).where(*about)),
        )
        .values(not_before=not_before, attempts=0, reason=None)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(items or formed)


def _about(kind: str, recipient: Pair, subject: Pair) -> list[ColumnElement[bool]]:
    return [
        OutboxItem.kind == kind,
        OutboxItem.recipient_kind == recipient[0],
        OutboxItem.recipient_id == recipient[1],
        OutboxItem.subject_kind == subject[0],
        OutboxItem.subject_id == subject[1],
    ]
