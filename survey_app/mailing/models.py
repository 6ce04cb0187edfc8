"""The outbox: what is to be said (items) and the mails that say it (messages)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, DataClass, holds

STATES = ("pending", "claimed", "sending", "sent", "failed", "unknown", "skipped", "cancelled")


class OutboxMessage(Base):
    """One mail to one recipient. Recipient and subject are opaque pairs (kind, id) here.

    `sent_to` is the address used at the last attempt, kept so that a refusal can be understood
    after the address was corrected. `message_id` is made once, so that every attempt carries it.
    `tried_at` is the last moment a worker took it up, whatever came of it: the rate counts by it.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        Index("ix_outbox_message_due", "state", "not_before"),
        Index("ix_outbox_message_subject", "subject_kind", "subject_id", "kind"),
        Index("ix_outbox_message_recipient", "recipient_kind", "recipient_id"),
        holds(
            DataClass.PERSONAL,
            "with the people of its campaign, retention_months after it",
            ids_stay=True,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    recipient_kind: Mapped[str]
    recipient_id: Mapped[int]
    subject_kind: Mapped[str]
    subject_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(default="pending")
    reason: Mapped[str | None]
    message_id: Mapped[str] = mapped_column(unique=True)
    not_before: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None]
    claimed_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None] = mapped_column(index=True)
    settled_at: Mapped[datetime | None]
    sent_to: Mapped[str | None]
    last_reply: Mapped[str | None]
    created_at: Mapped[datetime]


class OutboxItem(Base):
    """One thing to be said, once: `dedupe_key` is what "once" means.

    Inserted in the transaction of the change that causes it. `outbox_message_id` stays empty until
    the sender (or the outbox page) forms the mail, so that the change itself writes one row only.
    """

    __tablename__ = "outbox_item"
    __table_args__ = (
        Index("ix_outbox_item_recipient", "recipient_kind", "recipient_id"),
        holds(DataClass.PERSONAL, "with its message"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    outbox_message_id: Mapped[int | None] = mapped_column(
        ForeignKey("outbox_message.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    recipient_kind: Mapped[str]
    recipient_id: Mapped[int]
    subject_kind: Mapped[str]
    subject_id: Mapped[int | None]
    payload: Mapped[dict[str, Any]]
    not_before: Mapped[datetime]
    created_at: Mapped[datetime]
