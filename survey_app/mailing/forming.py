"""From things to be said to mails: what waits for one person about one subject becomes one mail."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from email.utils import make_msgid
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from survey_app.database import run, table_of
from survey_app.mailing.models import OutboxItem, OutboxMessage

_ITEMS = table_of(OutboxItem)
_MESSAGES = table_of(OutboxMessage)
_INSERT_MESSAGES = insert(_MESSAGES).returning(_MESSAGES.c.id, _MESSAGES.c.message_id)
_LINK_ITEM = (
    update(_ITEMS)
    .where(_ITEMS.c.id == bindparam("item"))
    .values(outbox_message_id=bindparam("message"))
)
_SAME_MAIL = ("kind", "recipient_kind", "recipient_id", "subject_kind", "subject_id")


def same_mail(item: OutboxItem) -> tuple[Any, ...]:
    """Return what two items have in common that become one mail."""
    return tuple(getattr(item, name) for name in _SAME_MAIL)


def form_mails(
    session: Session, items: Iterable[OutboxItem], now: datetime, *, domain: str, **state: Any
) -> int:
    """Form the mails of `items`; return how many.

    `domain` is that of their Message-IDs; `state` are columns that say more than "waits".
    """
    groups: dict[tuple[Any, ...], list[OutboxItem]] = defaultdict(list)
    for item in items:
        groups[same_mail(item)].append(item)
    if not groups:
        return 0
    rows = [
        {
            **dict(zip(_SAME_MAIL, same, strict=True)),
            "state": "pending",
            "message_id": make_msgid(domain=domain),
            "not_before": max(item.not_before for item in group),
            "attempts": 0,
            "created_at": now,
            **state,
        }
        for same, group in groups.items()
    ]
    # Their order is not promised; each is known by the Message-ID it was given.
    ids = {row.message_id: row.id for row in run(session, _INSERT_MESSAGES, rows)}
    links = [
        {"item": item.id, "message": ids[row["message_id"]]}
        for row, group in zip(rows, groups.values(), strict=True)
        for item in group
    ]
    run(session, _LINK_ITEM, links)
    return len(ids)
