"""What stands in the outbox about one subject, for the organiser's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from survey_app.database import UtcDateTime
from survey_app.mailing.models import STATES, OutboxItem, OutboxMessage
from survey_app.mailing.status import status_words

Subject = tuple[str, int | None]


@dataclass(frozen=True)
class StatusRow:
    """One mail, or one thing to be said whose mail is not formed yet (then only `item_id`)."""

    message_id: int | None
    item_id: int | None
    kind: str
    recipient_kind: str
    recipient_id: int
    state: str
    reason: str | None
    last_reply: str | None
    sent_to: str | None
    attempts: int
    not_before: datetime
    settled_at: datetime | None
    created_at: datetime

    @property
    def words(self) -> str:
        """What became of it, for people."""
        at = self.not_before if self.state in {"pending", "claimed"} else self.settled_at
        return status_words(self.state, self.reason, self.last_reply, at)

    @property
    def can_retry(self) -> bool:
        """Whether it can be sent again without asking whether it arrived."""
        return self.state in {"failed", "skipped"}

    @property
    def can_cancel(self) -> bool:
        """Whether it can still be stopped."""
        return self.state in {"pending", "claimed"}


def counts(
    session: Session, subject: Subject, *, kind: str | None = None, to: str | None = None
) -> dict[str, int]:
    """Return state -> number of mails about `subject`; every state is there.

    `to` counts those to one kind of recipient only: an organiser's test mail reaches no person.
    """
    result = dict.fromkeys(STATES, 0)
    formed = select(OutboxMessage.state, func.count()).where(
        *_about(OutboxMessage, subject, kind, to)
    )
    for state, count in session.execute(formed.group_by(OutboxMessage.state)):
        result[state] += count
    waiting = (
        select(OutboxItem.kind, OutboxItem.recipient_kind, OutboxItem.recipient_id)
        .where(OutboxItem.outbox_message_id.is_(None), *_about(OutboxItem, subject, kind, to))
        .distinct()
        .subquery()
    )
    result["pending"] += session.scalar(select(func.count()).select_from(waiting)) or 0
    return result


def rows(
    session: Session,
    subject: Subject,
    *,
    kind: str | None = None,
    state: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[StatusRow]:
    """Return the mails about `subject`, newest first.

    Never show these rows for an anonymous form: who was skipped would tell who has answered.
    """
    both = table(subject, kind=kind, state=state)
    page = select(both).order_by(
        both.c.created_at.desc(), both.c.message_id.desc(), both.c.item_id.desc()
    )
    found = session.execute(page.limit(limit).offset(offset))
    return [StatusRow(**row._mapping) for row in found]


def table(subject: Subject, *, kind: str | None = None, state: str | None = None) -> Subquery:
    """Return the same as a table with the columns of `StatusRow`, to be joined with people."""
    formed, waiting = _formed(subject, kind), _waiting(subject, kind)
    if state is not None:
        formed = formed.where(OutboxMessage.state == state)
    if state not in {None, "pending"}:
        waiting = waiting.where(literal(False))
    return union_all(formed, waiting).subquery()


def of_recipient(
    session: Session, recipient: tuple[str, int], *, subject: Subject | None = None
) -> list[StatusRow]:
    """Return the formed mails to `recipient`, newest first."""
    query = _formed_columns().where(
        OutboxMessage.recipient_kind == recipient[0], OutboxMessage.recipient_id == recipient[1]
    )
    if subject is not None:
        query = query.where(*_about(OutboxMessage, subject, None))
    found = session.execute(query.order_by(OutboxMessage.id.desc()))
    return [StatusRow(**row._mapping) for row in found]


def trouble(session: Session) -> str | None:
    """Return in words why no mail leaves at all, when that is so."""
    reason = session.scalar(
        select(OutboxMessage.reason)
        .where(
            OutboxMessage.state == "pending",
            OutboxMessage.reason.in_(("unreachable", "no_tls", "no_sign_in")),
        )
        .limit(1)
    )
    return status_words("pending", reason) if reason else None


def _about(
    model: Any, subject: Subject, kind: str | None, to: str | None = None
) -> Sequence[ColumnElement[bool]]:
    subject_kind, subject_id = subject
    found: list[ColumnElement[bool]] = [
        model.subject_kind == subject_kind,
        model.subject_id.is_(None) if subject_id is None else model.subject_id == subject_id,
    ]
    if kind is not None:
        found.append(model.kind == kind)
    if to is not None:
        found.append(model.recipient_kind == to)
    return found


def _formed_columns() -> Select[*tuple[Any, ...]]:
    return select(
        OutboxMessage.id.label("message_id"),
        null().label("item_id"),
        OutboxMessage.kind,
        OutboxMessage.recipient_kind,
        OutboxMessage.recipient_id,
        OutboxMessage.state,
        OutboxMessage.reason,
        OutboxMessage.last_reply,
        OutboxMessage.sent_to,
        OutboxMessage.attempts,
        OutboxMessage.not_before,
        OutboxMessage.settled_at,
        OutboxMessage.created_at,
    )


def _formed(subject: Subject, kind: str | None) -> Select[*tuple[Any, ...]]:
    return _formed_columns().where(*_about(OutboxMessage, subject, kind))


def _waiting(subject: Subject, kind: str | None) -> Select[*tuple[Any, ...]]:
    nothing = null()
    return select(
        nothing.label("message_id"),
        OutboxItem.id.label("item_id"),
        OutboxItem.kind,
        OutboxItem.recipient_kind,
        OutboxItem.recipient_id,
        literal("pending").label("state"),
        nothing.label("reason"),
        nothing.label("last_reply"),
        nothing.label("sent_to"),
        literal(0).label("attempts"),
        OutboxItem.not_before,
        type_coerce(nothing, UtcDateTime()).label("settled_at"),
        OutboxItem.created_at,
    ).where(OutboxItem.outbox_message_id.is_(None), *_about(OutboxItem, subject, kind))
