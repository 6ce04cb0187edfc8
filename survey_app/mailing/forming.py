"""From things to be said to mails: what waits for one person about one subject becomes one mail."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from email.utils import make_msgid
from typing import Any

from sqlalchemy import Row, bindparam, insert, update
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
# What forming needs of an item; whole ones cost as much as all else of it.
PARTS = (
    _ITEMS.c.id,
    _ITEMS.c.not_before,
    _ITEMS.c.kind,
    _ITEMS.c.recipient_kind,
    _ITEMS.c.recipient_id,
    _ITEMS.c.subject_kind,
    _ITEMS.c.subject_id,
)
_SAME_MAIL = ("kind", "recipient_kind", "recipient_id", "subject_kind", "subject_id")


def same_mail(item: Row[Any]) -> tuple[Any, ...]:
    """Return what two items (rows of `PARTS`) have in common that become one mail."""
    return tuple(item[-len(_SAME_MAIL) :])


def form_mails(
    session: Session, items: Iterable[Row[Any]], now: datetime, *, domain: str, **state: Any
) -> int:
    """Form the mails of `items` (rows of `PARTS`); return how many.

    `domain` is that of their Message-IDs; `state` are columns that say more than "waits".
    """
    groups: dict[tuple[Any, ...], list[Row[Any]]] = defaultdict(list)
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
