"""The states of a mail and the steps between them, each one conditional update.

pending -> claimed -> sending -> sent | failed | unknown | pending again; or skipped, cancelled.
A step is taken only by the worker that holds the claim, so whoever was taken for dead and comes
back cannot send what somebody else has taken over.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    bindparam,
    case,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.database import one_at_a_time, run, table_of
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.mailing.pace import window

_RATE_LOCK = 0x6D61696C  # any number, the same for all workers
_TABLE = table_of(OutboxMessage)
# Two steps of every mail, so they are built once.
_MARK_SENDING = (
    update(_TABLE)
    .where(
        _TABLE.c.id == bindparam("key"),
        # Marked at this very moment: the commit got through, and its answer did not.
        (_TABLE.c.state == "claimed")
        | ((_TABLE.c.state == "sending") & (_TABLE.c.claimed_at == bindparam("now"))),
        _TABLE.c.claimed_by == bindparam("worker"),
    )
    .values(
        state="sending",
        reason=None,
        claimed_at=bindparam("now"),
        attempts=_TABLE.c.attempts + case((_TABLE.c.state == "claimed", 1), else_=0),
        sent_to=bindparam("address"),
    )
)
_SETTLE_SENT = (
    update(_TABLE)
    .where(
        _TABLE.c.id == bindparam("key"),
        _TABLE.c.state.in_(("sending", "unknown")),
        _TABLE.c.claimed_by == bindparam("worker"),
    )
    .values(
        state="sent",
        reason=None,
        last_reply=bindparam("reply"),
        settled_at=bindparam("now"),
    )
)


@dataclass(frozen=True)
class Settlement:
    """What becomes of a mail after an attempt. `again_at` goes with the state pending."""

    state: str
    reason: str | None = None
    last_reply: str | None = None
    again_at: datetime | None = None


_WAITS = Settlement("pending")


def anything_to_do(session: Session) -> bool:
    """Whether a mail is due, waits to be formed, or was left behind. Only looks."""
    now = clock.now()
    due = exists().where(OutboxMessage.state == "pending", OutboxMessage.not_before <= now)
    unformed = exists().where(OutboxItem.outbox_message_id.is_(None), OutboxItem.not_before <= now)
    left = exists().where(OutboxMessage.state.in_(("claimed", "sending")))
    return bool(session.scalar(select(due | unformed | left)))


def allowance(session: Session, rate_per_minute: int) -> int | None:
    """Return how many mails may begin now (`None`: any number)."""
    if rate_per_minute <= 0:
        return None
    one_at_a_time(session, _RATE_LOCK)
    span, most = window(rate_per_minute)
    now = clock.now()
    begun = session.scalar(
        select(func.count())
        .select_from(OutboxMessage)
        .where(
            # Pending ones too: what the server put off (greylisting) was a mail to it.
            OutboxMessage.state.not_in(("skipped", "cancelled")),
            OutboxMessage.tried_at > now - span,
            OutboxMessage.tried_at <= now,
        )
    )
    return max(0, most - (begun or 0))


def due_count(session: Session, limit: int) -> int:
    """Return how many formed mails are due, counting no further than `limit`."""
    due = select(OutboxMessage.id).where(_due()).limit(limit).subquery()
    return session.scalar(select(func.count()).select_from(due)) or 0


def _due() -> ColumnElement[bool]:
    return (OutboxMessage.state == "pending") & (OutboxMessage.not_before <= clock.now())


@dataclass(frozen=True)
class Claimed:
    """A claimed mail with the things it says."""

    message: OutboxMessage
    items: list[OutboxItem]


def claimed(session: Session, ids: Sequence[int]) -> list[Claimed]:
    """Read claimed mails, in the order of `ids`. What a mail says is fixed once it is formed."""
    said: dict[int, list[OutboxItem]] = {message_id: [] for message_id in ids}
    parts = select(OutboxItem).where(OutboxItem.outbox_message_id.in_(ids)).order_by(OutboxItem.id)
    for item in session.scalars(parts):
        said[item.outbox_message_id or 0].append(item)
    messages = session.scalars(select(OutboxMessage).where(OutboxMessage.id.in_(ids)))
    by_id = {message.id: message for message in messages}
    return [Claimed(by_id[message_id], said[message_id]) for message_id in ids]


def claim(
    session: Session, worker_id: str, limit: int, *, urgent: Iterable[str] = ()
) -> Sequence[int]:
    """Take up to `limit` due mails, urgent kinds first; return their ids in that order.

    The rate counts by the moment of the claim.
    """
    first = case((OutboxMessage.kind.in_(list(urgent)), 0), else_=1)
    due = select(OutboxMessage.id).where(_due()).limit(limit)
    due = due.order_by(first, OutboxMessage.not_before, OutboxMessage.id)
    ids = session.scalars(due.with_for_update(skip_locked=True)).all()
    now = clock.now()
    if ids:
        _step(
            session,
            OutboxMessage.id.in_(ids) & (OutboxMessage.state == "pending"),
            state="claimed",
            claimed_by=worker_id,
            claimed_at=now,
            tried_at=now,
            not_before=now,
        )
    return ids


def mark_sending(
    session: Session, message_id: int, worker_id: str, address: str, *, at: datetime
) -> bool:
    """Write down that the mail is about to be handed over; `False`: the claim is lost.

    The same `at` says that it is the same attempt: it may be written twice and counts once.
    """
    values = {"key": message_id, "worker": worker_id, "address": address, "now": at}
    return run(session, _MARK_SENDING, values).rowcount == 1


def take_mark_off(session: Session, message_id: int, worker_id: str, *, at: datetime) -> bool:
    """Let a mail wait again that was marked at `at`, if it was, and did not leave after all."""
    held = _held(message_id, worker_id, "unknown", "sending") & (OutboxMessage.claimed_at == at)
    attempts = OutboxMessage.attempts - 1
    return _step(session, held, attempts=attempts, tried_at=None, **_settled(_WAITS)) == 1


def settle_unsent(
    session: Session,
    message_id: int,
    worker_id: str,
    what: Settlement,
    *,
    tried_address: str | None = None,
) -> bool:
    """Settle a mail that never reached DATA; with `tried_address` it counts as an attempt."""
    values = _settled(what)
    if tried_address is not None:
        values |= {"attempts": OutboxMessage.attempts + 1, "sent_to": tried_address}
    return _step(session, _held(message_id, worker_id, "claimed"), **values) == 1


def settle_sent(session: Session, message_id: int, worker_id: str, what: Settlement) -> bool:
    """Settle a mail after DATA.

    Somebody may have taken this worker for dead by now; knowing better is still welcome.
    """
    if what.state == "sent":
        values = {"key": message_id, "worker": worker_id, "reply": what.last_reply}
        return run(session, _SETTLE_SENT, {**values, "now": clock.now()}).rowcount == 1
    held = _held(message_id, worker_id, "sending", "unknown")
    return _step(session, held, **_settled(what)) == 1


def _settled(what: Settlement) -> dict[str, Any]:
    final = what.state != "pending"
    values: dict[str, Any] = {
        "state": what.state,
        "reason": what.reason,
        "last_reply": what.last_reply,
        "settled_at": clock.now() if final else None,
    }
    if not final:
        values |= {"claimed_by": None, "claimed_at": None}
        if what.again_at is not None:
            values["not_before"] = what.again_at
    return values


def release(
    session: Session, ids: Sequence[int], worker_id: str, reason: str | None, detail: str | None
) -> None:
    """Give claimed mails back unsent: no attempt is counted."""
    said = {"reason": reason, "last_reply": detail} if reason else {}
    _step(
        session,
        OutboxMessage.id.in_(ids)
        & (OutboxMessage.state == "claimed")
        & (OutboxMessage.claimed_by == worker_id),
        state="pending",
        claimed_by=None,
        claimed_at=None,
        tried_at=None,
        **said,
    )


def take_back(
    session: Session, worker_id: str, lease: timedelta, *, alone: bool
) -> tuple[int, int]:
    """Take back what dead workers hold; return how many were (claimed, being handed over).

    Dead is whoever held a claim for longer than `lease`, this worker's own past, and with `alone`
    (no other worker can be sending) everybody else. A mail that was being handed over may have
    arrived: its fate is unknown, and it is never sent again by itself.
    """
    dead = (OutboxMessage.claimed_at < clock.now() - lease) | (
        OutboxMessage.claimed_by == worker_id
    )
    if alone:
        dead = dead | (OutboxMessage.claimed_by != worker_id)
    sending = _step(
        session,
        (OutboxMessage.state == "sending") & dead,
        state="unknown",
        reason="worker_died",
        settled_at=clock.now(),
    )
    claimed = _step(
        session,
        (OutboxMessage.state == "claimed") & dead,
        state="pending",
        claimed_by=None,
        claimed_at=None,
    )
    return claimed, sending


def _held(message_id: int, worker_id: str, *states: str) -> ColumnElement[bool]:
    return (
        (OutboxMessage.id == message_id)
        & OutboxMessage.state.in_(states)
        & (OutboxMessage.claimed_by == worker_id)
    )


def _step(session: Session, which: ColumnElement[bool], **values: Any) -> int:
    result = session.execute(
        update(OutboxMessage)
        .where(which)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount
