"""What goes in once, what an organiser may do with it, and what the page says."""

import pytest
from flask import Flask

from survey_app.database import Database
from survey_app.errors import Conflict, NotFound
from survey_app.i18n import speaking
from survey_app.mailing import outbox, queries
from survey_app.mailing.models import STATES, OutboxItem, OutboxMessage
from survey_app.mailing.outbox import Item
from survey_app.mailing.status import status_words
from tests.conftest import START, TestClock
from tests.functional.mailing.conftest import Post
from tests.sending import send_all
from tests.smtp_sink import SmtpSink

SUBJECT = ("round", 7)


def _enqueue(post: Post, key: str) -> object:
    return post.do(
        outbox.enqueue,
        "invitation",
        recipient=("person", 1),
        subject=SUBJECT,
        dedupe_key=key,
    )


def test_a_thing_is_said_once(app: Flask, post: Post, smtp: SmtpSink) -> None:
    assert _enqueue(post, "invitation:7:1") is True
    assert _enqueue(post, "invitation:7:1") is False
    send_all(app)
    assert _enqueue(post, "invitation:7:1") is False
    assert send_all(app) == 0
    assert len(smtp.received) == 1


def test_the_change_and_its_mail_stand_or_fall_together(app: Flask, post: Post) -> None:
    def change_that_fails(session: object) -> None:
        outbox.enqueue(
            session,  # type: ignore[arg-type]
            "invitation",
            recipient=("person", 1),
            subject=SUBJECT,
            dedupe_key="x",
        )
        raise RuntimeError

    with pytest.raises(RuntimeError):
        post.do(change_that_fails)
    assert _enqueue(post, "x") is True


def test_enqueue_writes_one_row(app: Flask, post: Post, db: Database) -> None:
    _enqueue(post, "x")
    with db.reading() as session:
        assert session.query(OutboxItem).count() == 1
        assert session.query(OutboxMessage).count() == 0


def test_many_at_once(app: Flask, post: Post, db: Database) -> None:
    items = [Item("invitation", ("person", n), SUBJECT, f"k{n}") for n in range(1200)]
    assert post.do(outbox.enqueue_many, items) == 1200
    more = [*items, Item("invitation", ("person", 1), SUBJECT, "new")]
    assert post.do(outbox.enqueue_many, more) == 1
    with db.reading() as session:
        assert queries.counts(session, SUBJECT)["pending"] == 1200
    assert post.do(outbox.envelope, 5000) == 1200
    with db.reading() as session:
        assert queries.counts(session, SUBJECT)["pending"] == 1200
        ids = {message.message_id for message in session.query(OutboxMessage)}
    assert len(ids) == 1200


def test_forming_mails_twice_forms_them_once(app: Flask, post: Post) -> None:
    post.queue(1, 2)
    assert post.do(outbox.envelope, 10) == 2
    assert post.do(outbox.envelope, 10) == 0


def _in_state(post: Post, state: str) -> int:
    post.queue(1)
    post.do(outbox.envelope, 10)
    message_id = post.only().id

    def put(session: object) -> None:
        message = session.get(OutboxMessage, message_id)  # type: ignore[attr-defined]
        message.state, message.attempts, message.reason = state, 3, "refused"

    post.do(put)
    return message_id


@pytest.mark.parametrize("state", STATES)
def test_which_states_can_be_sent_again(app: Flask, post: Post, state: str) -> None:
    message_id = _in_state(post, state)
    before = post.only().message_id
    if state in {"failed", "skipped"}:
        post.do(outbox.retry, message_id)
        again = post.only()
        assert (again.state, again.attempts, again.reason) == ("pending", 0, None)
        assert again.message_id == before
        return
    with pytest.raises(Conflict):
        post.do(outbox.retry, message_id)
    assert post.only().state == state


def test_an_unknown_is_sent_again_only_when_confirmed(
    app: Flask, post: Post, smtp: SmtpSink
) -> None:
    message_id = _in_state(post, "unknown")
    with pytest.raises(Conflict, match="hai lần"):
        post.do(outbox.retry, message_id)
    post.do(outbox.retry, message_id, confirmed=True)
    assert send_all(app) == 1
    assert post.states() == ["sent"]


@pytest.mark.parametrize("state", STATES)
def test_which_states_can_be_cancelled(app: Flask, post: Post, state: str) -> None:
    message_id = _in_state(post, state)
    if state in {"pending", "claimed"}:
        post.do(outbox.cancel, message_id)
        assert post.only().state == "cancelled"
        return
    with pytest.raises(Conflict):
        post.do(outbox.cancel, message_id)
    assert post.only().state == state


def test_what_still_waits_for_its_time_can_be_cancelled(
    app: Flask, post: Post, db: Database, smtp: SmtpSink, time: TestClock
) -> None:
    later = time.value.replace(hour=9)
    item = Item("invitation", ("person", 1), SUBJECT, "k", not_before=later)
    post.do(outbox.enqueue_many, [item])
    with db.reading() as session:
        (row,) = queries.rows(session, SUBJECT)
    assert (row.message_id, row.state, row.not_before) == (None, "pending", later)
    assert row.item_id is not None
    post.do(outbox.cancel_item, row.item_id)
    time.set(later)
    assert send_all(app) == 0
    assert post.states() == ["cancelled"]
    with pytest.raises(Conflict):
        post.do(outbox.cancel_item, row.item_id)


def test_no_such_mail(app: Flask, post: Post) -> None:
    for action in (outbox.retry, outbox.cancel, outbox.cancel_item):
        with pytest.raises(NotFound):
            post.do(action, 99)


def test_all_failed_mails_of_a_round_are_sent_again(app: Flask, post: Post, smtp: SmtpSink) -> None:
    smtp.script("rcpt", "550 5.1.1 no", "554 5.7.1 no")
    post.queue(1, 2, 3)
    send_all(app)
    assert post.do(outbox.retry_failed, ("round", 8)) == 0
    assert post.do(outbox.retry_failed, SUBJECT) == 2
    send_all(app)
    assert post.states() == ["sent", "sent", "sent"]


def test_the_page_counts_every_state_and_says_it_in_words(
    app: Flask, post: Post, db: Database, smtp: SmtpSink, time: TestClock
) -> None:
    smtp.refuse("nguoi2@so.example", "550 5.1.1 User unknown")
    smtp.script("dot", "250 2.0.0 Accepted", "drop")
    post.queue(1, 2, 3, 4)
    post.wanted = lambda number: "answered" if number == 4 else None
    send_all(app)
    time.move(minutes=1)
    post.queue(5)
    with db.reading() as session:
        counted = queries.counts(session, SUBJECT)
        rows = queries.rows(session, SUBJECT)
        page = queries.rows(session, SUBJECT, limit=2, offset=1)
        failed = queries.rows(session, SUBJECT, state="failed")
    assert counted == {
        **dict.fromkeys(STATES, 0),
        "sent": 1,
        "failed": 1,
        "unknown": 1,
        "skipped": 1,
        "pending": 1,
    }
    assert {row.recipient_id: row.words for row in rows} == {
        1: "Đã giao cho máy chủ thư lúc 09 giờ 00, thứ Tư, ngày 18/9/2024",
        2: "Máy chủ từ chối: hộp thư không tồn tại",
        3: "Không rõ đã tới chưa: mất kết nối sau khi gửi",
        4: "Không gửi: đã làm xong",
        5: "Chờ gửi lúc 09 giờ 01, thứ Tư, ngày 18/9/2024",
    }
    assert [row.recipient_id for row in page] == [4, 3]
    assert [row.recipient_id for row in failed] == [2]
    assert failed[0].can_retry


def test_no_server_is_said_on_the_page(app: Flask, post: Post, db: Database) -> None:
    post.queue(1)
    with db.reading() as session:
        assert queries.trouble(session) is None
    send_all(app)
    with db.reading() as session:
        assert "không kết nối được máy chủ thư" in (queries.trouble(session) or "")


@pytest.mark.parametrize("locale", ["vi", "en"])
@pytest.mark.parametrize("state", STATES)
def test_every_state_has_words(state: str, locale: str) -> None:
    with speaking(locale):
        words = status_words(state, None, None, START)
    assert words
    assert words.isascii() == (locale == "en")
