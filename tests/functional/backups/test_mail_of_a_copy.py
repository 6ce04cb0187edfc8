"""A restored copy sends nothing that may have left since it was made; the organiser sees it."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from survey_app import backups
from survey_app.accounts.scope import CLI
from survey_app.mailing import outbox
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.mailing.status import status_words
from tests.conftest import TestClock
from tests.functional.backups.conftest import NewPlace, Place
from tests.sending import send_all

STATES = ("pending", "claimed", "sending", "sent", "failed", "unknown", "skipped", "cancelled")


@pytest.fixture
def file(here: Place, tmp_path: Path, time: TestClock) -> Path:
    """A backup with a mail in every state (to people 1 to 8), one due tomorrow (9), and
    two things to say of which no mail was formed: one due (10), one tomorrow (11).
    """
    tomorrow = time() + timedelta(days=1)

    def queue(*numbers: int) -> None:
        for number in numbers:
            outbox.enqueue(
                session,
                "invitation",
                recipient=("person", number),
                subject=("round", 7),
                dedupe_key=f"invitation:7:{number}",
                not_before=tomorrow if number in {9, 11} else None,
            )

    with here.app.app_context(), here.db.writing() as session:
        queue(*range(1, 9))
        assert outbox.envelope(session, 100) == 8
        for number, state in enumerate(STATES, 1):
            values = {"state": state, "claimed_by": "w" if state in STATES[1:3] else None}
            which = OutboxMessage.recipient_id == number
            session.execute(update(OutboxMessage).where(which).values(values))
        queue(9)
        message = session.scalars(select(OutboxMessage).limit(1)).one()
        later = {c.key: getattr(message, c.key) for c in OutboxMessage.__table__.columns}
        later |= {"id": 99, "recipient_id": 9, "not_before": tomorrow, "state": "pending"}
        session.add(OutboxMessage(**later | {"message_id": "<9@so-mau.example>"}))
        session.flush()
        nine = update(OutboxItem).where(OutboxItem.recipient_id == 9)
        session.execute(nine.values(outbox_message_id=99))
        queue(10, 11)
    backups.make(here.db, here.settings, tmp_path / "b.zip", CLI)
    return tmp_path / "b.zip"


def fates(place: Place) -> dict[int, tuple[str, str | None]]:
    with place.db.reading() as session:
        found = session.scalars(select(OutboxMessage))
        return {mail.recipient_id: (mail.state, mail.reason) for mail in found}


HELD = ("unknown", "restored")


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_what_was_due_is_unknown_and_what_is_due_later_waits(
    file: Path, new_place: NewPlace, time: TestClock, target: str
) -> None:
    time.move(hours=3)
    there = new_place(target)
    done = there.run("restore", str(file))
    assert done.exit_code == 0 and "4 thư có thể đã gửi sau lúc sao lưu" in done.stdout
    after = fates(there)
    assert [after[number] for number in (1, 2, 3, 10)] == [HELD] * 4
    assert [after[number][0] for number in range(4, 10)] == [*STATES[3:], "pending"]
    assert 11 not in after, "still a thing to say"
    words = status_words("unknown", "restored")
    assert "khôi phục từ bản sao lưu" in words
    # A worker that comes up sends none of them.
    assert send_all(there.app) == 0
    assert fates(there) == after
    time.move(days=1)
    with there.app.app_context(), there.db.writing() as session:
        assert outbox.envelope(session, 100) == 1
        with pytest.raises(outbox.Conflict):
            outbox.retry(session, mail_to(session, 10))
        outbox.retry(session, mail_to(session, 10), confirmed=True)
    assert Counter(state for state, _reason in fates(there).values())["pending"] == 3


def mail_to(session, number: int) -> int:
    return session.scalars(
        select(OutboxMessage.id).where(OutboxMessage.recipient_id == number)
    ).one()


def test_due_is_counted_by_the_moment_of_restoring(
    file: Path, new_place: NewPlace, time: TestClock
) -> None:
    time.move(days=2)
    there = new_place("sqlite")
    assert there.run("restore", str(file)).exit_code == 0
    after = fates(there)
    assert [after[number] for number in (1, 2, 3, 9, 10, 11)] == [HELD] * 6
    with there.db.reading() as session:
        formed = select(func.count()).where(OutboxItem.outbox_message_id.is_(None))
        assert session.scalar(formed) == 0


def test_whoever_knows_that_none_left_lets_them_wait_on(file: Path, new_place: NewPlace) -> None:
    there = new_place("sqlite")
    done = there.run("restore", str(file), "--send-waiting")
    assert done.exit_code == 0 and "Thư đang chờ sẽ được gửi" in done.stdout
    after = fates(there)
    assert after[1][0] == after[2][0] == after[9][0] == "pending"
    assert after[3] == HELD, "that one was being handed over"
    assert 10 not in after
