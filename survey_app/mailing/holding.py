"""What becomes of the outbox in a restored copy: nothing may leave a second time.

The copy is older than what happened: a mail that waits in it may have left since. So whatever was
due by now counts as unknown: it is shown to the organiser, and leaves only when they say so. What
is due later cannot have left, and waits on.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update
from sqlalchemy.orm import Session

from survey_app.database import run, table_of
from survey_app.mailing.forming import PARTS, form_mails
from survey_app.mailing.models import OutboxItem, OutboxMessage

RESTORED = "restored"  # a reason of `status`
_CHUNK = 500


def hold_back(session: Session, now: datetime, *, domain: str) -> int:
    """Let every mail that was due by `now` be unknown; return how many that are.

    `domain` is that of the Message-IDs of mails not formed before.
    """
    due = (OutboxMessage.state == "pending") & (OutboxMessage.not_before <= now)
    held = _step(session, due | OutboxMessage.state.in_(("claimed", "sending")), **_unknown(now))
    while waiting := _waiting(session, now):
        held += form_mails(session, waiting, now, domain=domain, **_unknown(now))
    return held


def release_waiting(session: Session, now: datetime) -> int:
    """Let mails wait on as they did, for whoever knows that none has left since the backup.

    Those that were being handed over at that moment are unknown all the same; return how many.
    """
    _step(
        session, OutboxMessage.state == "claimed", state="pending", claimed_by=None, claimed_at=None
    )
    return _step(session, OutboxMessage.state == "sending", **_unknown(now))


def _unknown(now: datetime) -> dict[str, Any]:
    return {
        "state": "unknown",
        "reason": RESTORED,
        "settled_at": now,
        "claimed_by": None,
        "claimed_at": None,
    }


def _step(session: Session, which: ColumnElement[bool], **values: Any) -> int:
    return run(session, update(table_of(OutboxMessage)).where(which).values(**values)).rowcount


def _waiting(session: Session, now: datetime) -> Sequence[Row[Any]]:
    query = (
        select(*PARTS)
        .where(OutboxItem.outbox_message_id.is_(None), OutboxItem.not_before <= now)
        .order_by(OutboxItem.id)
        .limit(_CHUNK)
    )
    return run(session, query).all()
