"""Mails for the senders of this folder, and what became of them."""

from collections import Counter

from sqlalchemy import exists, select

from survey_app.mailing import outbox
from survey_app.mailing.models import OutboxItem, OutboxMessage
from tests.live import World
from tests.smtp_sink import SmtpSink


def queue(world: World, count: int) -> None:
    """Put one mail into the outbox for each of `count` people."""
    items = [
        outbox.Item("invitation", ("person", number), ("round", 7), f"invitation:7:{number}")
        for number in range(1, count + 1)
    ]
    with world.app.app_context(), world.db.writing() as session:
        assert outbox.enqueue_many(session, items) == count


def address(person: int) -> str:
    """Return where `sending_process` sends this person's mail."""
    return f"nguoi{person}@so.example"


def fates(world: World) -> dict[int, str]:
    """Return person -> state of their mail."""
    with world.db.reading() as session:
        found = session.scalars(select(OutboxMessage))
        return {message.recipient_id: message.state for message in found}


def tally(world: World) -> Counter[str]:
    """Return how many mails stand in each state."""
    return Counter(fates(world).values())


def all_settled(world: World) -> bool:
    """Whether nothing waits any more, neither a mail nor a thing to be said."""
    with world.db.reading() as session:
        unformed = exists().where(OutboxItem.outbox_message_id.is_(None))
        on_its_way = exists().where(OutboxMessage.state.in_(("pending", "claimed", "sending")))
        return not session.scalar(select(unformed | on_its_way))


def taken(sink: SmtpSink) -> Counter[str]:
    """Return how often the mail server took each Message-ID."""
    return Counter(str(one.mail["Message-ID"]) for one in sink.received)
