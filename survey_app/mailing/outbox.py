"""What goes into the outbox, and what an organiser may do with it.

A change that causes a mail inserts one row (`enqueue`) in its own transaction; the sender forms the
mails (`envelope`). Things waiting for the same person about the same subject become one mail, so a
worker that slept for two days sends one reminder, not two.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Row, Select, func, select, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.database import run, table_of
from survey_app.errors import Conflict, NotFound
from survey_app.extensions import current_settings
from survey_app.i18n import _
from survey_app.mailing.forming import PARTS, form_mails, same_mail
from survey_app.mailing.models import OutboxItem, OutboxMessage

CHUNK = 500
_ITEMS = table_of(OutboxItem)
# RETURNING, for the row count of an INSERT is not to be had from psycopg.
_INSERT_ONE = {
    "sqlite": insert_on_sqlite(_ITEMS).on_conflict_do_nothing().returning(_ITEMS.c.id),
    "postgresql": insert_on_postgresql(_ITEMS).on_conflict_do_nothing().returning(_ITEMS.c.id),
}


@dataclass(frozen=True)
class Item:
    """One thing to be said, for `enqueue_many`."""

    kind: str
    recipient: tuple[str, int]
    subject: tuple[str, int | None]
    dedupe_key: str
    not_before: datetime | None = None
    payload: dict[str, Any] = field(default_factory=dict)


def enqueue(
    session: Session,
    kind: str,
    *,
    recipient: tuple[str, int],
    subject: tuple[str, int | None],
    dedupe_key: str,
    not_before: datetime | None = None,
    payload: dict[str, Any] | None = None,
) -> bool:
    """Say one thing, once; return whether it was new (`dedupe_key` is what "once" means)."""
    item = Item(kind, recipient, subject, dedupe_key, not_before, payload or {})
    insert_one = _INSERT_ONE[session.get_bind().dialect.name]
    return run(session, insert_one, _row(item, clock.now())).first() is not None


def enqueue_many(session: Session, items: Iterable[Item]) -> int:
    """Say many things, in few statements; return how many were new."""
    dialect = session.get_bind().dialect.name
    insert_ = insert_on_postgresql if dialect == "postgresql" else insert_on_sqlite
    now, remaining, added = clock.now(), iter(items), 0
    while chunk := list(islice(remaining, CHUNK)):
        statement = insert_(OutboxItem).on_conflict_do_nothing().returning(OutboxItem.id)
        added += len(session.execute(statement, [_row(item, now) for item in chunk]).all())
    return added


def _row(item: Item, now: datetime) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "recipient_kind": item.recipient[0],
        "recipient_id": item.recipient[1],
        "subject_kind": item.subject[0],
        "subject_id": item.subject[1],
        "dedupe_key": item.dedupe_key,
        "not_before": item.not_before or now,
        "payload": item.payload,
        "created_at": now,
    }


def newest_item(session: Session) -> int:
    """Return the highest id of anything that was ever to be said."""
    return session.scalar(select(func.max(OutboxItem.id))) or 0


def envelope(
    session: Session, limit: int, *, kinds: Iterable[str] | None = None, after: int = 0
) -> int:
    """Form mails from what is due (of `kinds`, item ids above `after`), oldest first.

    Return how many mails. On PostgreSQL several workers may do this at the same time.
    """
    waiting = _waiting().where(_ITEMS.c.id > after).order_by(_ITEMS.c.id).limit(limit)
    if kinds is not None:
        waiting = waiting.where(_ITEMS.c.kind.in_(list(kinds)))
    items = run(session, waiting.with_for_update(skip_locked=True)).all()
    if not items:
        return 0
    # What else waits for these people, so that nobody gets two mails where one will do.
    people = {item.recipient_id for item in items}
    mails = {same_mail(item) for item in items}
    others = _waiting().where(_ITEMS.c.recipient_id.in_(people)).order_by(_ITEMS.c.id)
    also = run(session, others.with_for_update(skip_locked=True)).all()
    return _form(session, [item for item in also if same_mail(item) in mails])


def _waiting() -> Select[*tuple[Any, ...]]:
    return select(*PARTS).where(
        _ITEMS.c.outbox_message_id.is_(None), _ITEMS.c.not_before <= clock.now()
    )


def _form(session: Session, items: Iterable[Row[Any]]) -> int:
    return form_mails(session, items, clock.now(), domain=current_settings().mail_domain)


def retry(session: Session, message_id: int, *, confirmed: bool = False) -> None:
    """Send a mail again that failed or was left out.

    One whose fate is unknown may have arrived, so it needs `confirmed`: the organiser accepts that
    the person may get it twice.

    Raises:
        NotFound: there is no such mail.
        Conflict: it stands in no state from which it can be sent again.
    """
    from_states = ("failed", "skipped", "unknown") if confirmed else ("failed", "skipped")
    if _send_again(session, OutboxMessage.id == message_id, from_states):
        return
    raise Conflict(_why_not_again(_state_of(session, message_id)))


def retry_failed(session: Session, subject: tuple[str, int | None]) -> int:
    """Send again every failed mail about `subject`; return how many."""
    about = _about(subject)
    return _send_again(session, about, ("failed",))


def _send_again(session: Session, which: Any, from_states: Sequence[str]) -> int:
    changed = session.execute(
        update(OutboxMessage)
        .where(which, OutboxMessage.state.in_(from_states))
        .values(
            state="pending",
            reason=None,
            attempts=0,
            not_before=clock.now(),
            claimed_by=None,
            claimed_at=None,
            settled_at=None,
        )
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session="fetch")
    )
    return len(changed.all())


def _about(subject: tuple[str, int | None]) -> Any:
    kind, subject_id = subject
    same_id = (
        OutboxMessage.subject_id.is_(None)
        if subject_id is None
        else OutboxMessage.subject_id == subject_id
    )
    return (OutboxMessage.subject_kind == kind) & same_id


def cancel(session: Session, message_id: int) -> None:
    """Do not send a mail that has not been handed over yet.

    Raises:
        NotFound: there is no such mail.
        Conflict: it is too late, or it is cancelled already.
    """
    changed = session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.state.in_(("pending", "claimed")))
        .values(state="cancelled", reason=None, settled_at=clock.now(), claimed_by=None)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session="fetch")
    )
    if not changed.all():
        raise Conflict(_why_not_cancelled(_state_of(session, message_id)))


def cancel_item(session: Session, item_id: int) -> int:
    """Do not say one thing that still waits for its time; return the id of the cancelled mail.

    Raises:
        NotFound: there is no such thing waiting.
        Conflict: its mail is on its way already.
    """
    one = select(*PARTS).where(_ITEMS.c.id == item_id, _ITEMS.c.outbox_message_id.is_(None))
    _form(session, run(session, one.with_for_update()).all())
    message_id = session.scalar(
        select(OutboxItem.outbox_message_id)
        .where(OutboxItem.id == item_id)
        .execution_options(populate_existing=True)
    )
    if message_id is None:
        raise NotFound(_("Không có thư này."))
    cancel(session, message_id)
    return message_id


def _state_of(session: Session, message_id: int) -> str:
    state = session.scalar(select(OutboxMessage.state).where(OutboxMessage.id == message_id))
    if state is None:
        raise NotFound(_("Không có thư này."))
    return state


def _why_not_again(state: str) -> str:
    if state == "sent":
        return _("Thư này đã giao cho máy chủ thư, không cần gửi lại.")
    if state == "cancelled":
        return _("Thư này đã huỷ. Nếu vẫn cần, xin gửi một thư mới.")
    if state == "unknown":
        return _(
            "Không rõ thư này đã tới chưa; gửi lại thì người nhận có thể nhận hai lần. "
            "Xin xác nhận rằng vẫn muốn gửi lại."
        )
    return _("Thư này đang chờ gửi hoặc đang được gửi, xin đợi ít phút.")


def _why_not_cancelled(state: str) -> str:
    if state == "sending":
        return _("Thư này đang được giao cho máy chủ thư, không huỷ được nữa.")
    if state == "sent":
        return _("Thư này đã giao cho máy chủ thư, không huỷ được nữa.")
    if state == "cancelled":
        return _("Thư này đã huỷ rồi.")
    return _("Thư này không còn chờ gửi, nên không có gì để huỷ.")
