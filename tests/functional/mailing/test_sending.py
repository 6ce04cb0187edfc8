"""From the outbox to the mail server, and what becomes of a mail on the way."""

import threading

import pytest
from flask import Flask

from survey_app.mailing import composing, outbox, sender
from survey_app.mailing.models import OutboxMessage
from tests.conftest import TestClock
from tests.functional.mailing.conftest import LONG_LINE, Post
from tests.sending import send_all
from tests.smtp_sink import SmtpSink


def test_a_mail_arrives_whole(app: Flask, post: Post, smtp: SmtpSink) -> None:
    post.queue(1, say="Xin mời")
    assert send_all(app) == 1
    (received,) = smtp.received
    mail = received.mail
    assert received.sender == "khao-sat@so-mau.example"
    assert received.recipient == "nguoi1@so.example"
    assert mail["Subject"] == post.subject
    assert mail["To"].addresses[0].display_name == "Nguyễn Văn Ẩn"
    assert mail["From"].addresses[0].display_name == "Đảng ủy Sở (mẫu)"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Survey-Message"] == "invitation"
    assert mail["Date"].datetime.isoformat() == "2024-09-18T02:00:00+00:00"
    assert mail["List-Unsubscribe"].startswith("<https://khao-sat.so-mau.example/mail/no-rem")
    assert mail["List-Unsubscribe"].endswith("t" * 120 + ">")
    assert b"\r\nList-Unsubscribe: <https://" in received.data  # not as an encoded word
    assert LONG_LINE.strip() in received.text
    assert "\n.bắt đầu bằng dấu chấm\nXin mời" in received.text
    assert LONG_LINE in received.html
    message = post.only()
    assert (message.state, message.attempts, message.sent_to) == ("sent", 1, "nguoi1@so.example")
    assert message.last_reply == "250 2.0.0 Accepted"
    assert message.message_id == mail["Message-ID"]
    assert message.message_id.endswith("@so-mau.example>")


def test_no_line_is_longer_than_the_standard_allows(app: Flask, post: Post, smtp: SmtpSink) -> None:
    post.to_name = "Nguyễn Thị " + "Ánh Ngọc " * 60
    post.subject = "Đảng bộ Khối " * 60
    post.queue(1)
    send_all(app)
    lines = smtp.received[0].data.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert all(line.isascii() for line in lines)
    assert not any(b"\n" in line for line in lines)


@pytest.mark.parametrize("field", ["to_name", "subject"])
def test_no_header_can_be_smuggled_in(app: Flask, post: Post, smtp: SmtpSink, field: str) -> None:
    setattr(post, field, "An\r\nBcc: ke-la@xa.example\r\n\r\nthân giả\x00\x85\u2028")
    post.queue(1)
    send_all(app)
    (received,) = smtp.received
    assert received.mail["Bcc"] is None
    assert smtp.commands == ["MAIL khao-sat@so-mau.example", "RCPT nguoi1@so.example"]
    assert LONG_LINE.strip() in received.text


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example>\r\nRCPT TO:<ke-la@xa.example",
        "a b@so.example",
        "a@so.example, b@so.example",
        "không-dấu@so.example",
        "a..b@so.example",
        "",
    ],
)
def test_an_address_that_is_none_fails_before_the_line(
    app: Flask, post: Post, smtp: SmtpSink, address: str
) -> None:
    refused: list[int] = []
    composing.on_refused(app, lambda session, message: refused.append(message.id))
    post.address = address
    post.queue(1)
    send_all(app)
    assert (post.only().state, post.only().reason) == ("failed", "bad_address")
    assert smtp.commands == []
    assert refused == [post.only().id]


def test_a_domain_with_marks_is_written_for_the_wire(
    app: Flask, post: Post, smtp: SmtpSink
) -> None:
    post.address = "an@lạngsơn.example"
    post.queue(1)
    send_all(app)
    assert smtp.received[0].recipient == "an@xn--lngsn-xob8703c.example"


def test_many_mails_share_one_connection(app: Flask, post: Post, smtp: SmtpSink) -> None:
    post.queue(*range(1, 11))
    assert send_all(app) == 10
    assert smtp.connections == 1
    assert len({one.recipient for one in smtp.received}) == 10


def test_an_unwanted_mail_is_skipped_at_the_moment_of_sending(
    app: Flask, post: Post, smtp: SmtpSink
) -> None:
    post.queue(1, 2)
    post.wanted = lambda number: "answered" if number == 1 else None
    send_all(app)
    assert [(m.state, m.reason) for m in post.messages()] == [
        ("skipped", "answered"),
        ("sent", None),
    ]
    assert post.messages()[0].attempts == 0
    assert [one.recipient for one in smtp.received] == ["nguoi2@so.example"]


def test_nobody_composes_it(app: Flask, post: Post, smtp: SmtpSink) -> None:
    post.queue(1, kind="la")
    post.queue(2)
    send_all(app)
    assert [(m.state, m.reason) for m in post.messages()] == [
        ("failed", "no_composer"),
        ("sent", None),
    ]


def test_a_broken_composer_fails_its_mail_only_and_logs_no_address(
    app: Flask, post: Post, smtp: SmtpSink, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(number: int) -> str | None:
        if number == 1:
            raise KeyError("bi-mat@so.example")
        return None

    post.wanted = broken
    post.queue(1, 2)
    with caplog.at_level("DEBUG"):
        send_all(app)
    assert [(m.state, m.reason) for m in post.messages()] == [
        ("failed", "compose_error"),
        ("sent", None),
    ]
    assert "@so" not in caplog.text
    assert "@so" not in (post.messages()[0].last_reply or "")


def test_things_that_wait_for_one_person_become_one_mail(
    app: Flask, post: Post, smtp: SmtpSink
) -> None:
    post.queue(1, say="nhắc lần 1")
    post.queue(2, say="nhắc lần 1")
    post.queue(1, say="nhắc lần 2")
    send_all(app)
    assert len(smtp.received) == 2
    assert "nhắc lần 1, nhắc lần 2" in smtp.to("nguoi1@so.example")[0].text


def test_nothing_leaves_before_its_time(
    app: Flask, post: Post, smtp: SmtpSink, time: TestClock
) -> None:
    later = time.value.replace(hour=3)
    post.do(
        outbox.enqueue,
        "invitation",
        recipient=("person", 1),
        subject=("round", 7),
        dedupe_key="mai",
        not_before=later,
    )
    assert send_all(app) == 0
    time.set(later)
    assert send_all(app) == 1


def test_urgent_mail_overtakes(app: Flask, post: Post, smtp: SmtpSink) -> None:
    composing.register(app, "security", post.compose, urgent=True)
    post.queue(*range(1, 6))
    post.queue(9, kind="security")
    sender.run_once(app, "test", limit=1)
    assert [one.recipient for one in smtp.received] == ["nguoi9@so.example"]


def test_the_rate_is_kept(
    app: Flask, post: Post, smtp: SmtpSink, time: TestClock, environ: dict[str, str]
) -> None:
    object.__setattr__(app.extensions["survey.settings"].mail, "rate_per_minute", 30)
    post.queue(*range(1, 41))
    sent = []
    for _second in range(60):
        send_all(app)
        sent.append(len(smtp.received))
        time.move(seconds=1)
    assert sent[0] == 5
    assert sent[-1] == 30


def test_mail_the_server_puts_off_counts_towards_the_rate(
    app: Flask, post: Post, smtp: SmtpSink, time: TestClock
) -> None:
    object.__setattr__(app.extensions["survey.settings"].mail, "rate_per_minute", 30)
    post.queue(*range(1, 41))
    for number in range(1, 41):
        smtp.refuse(f"nguoi{number}@so.example", "450 4.2.0 Greylisted")
    tried = []
    for _second in range(20):
        send_all(app)
        with app.extensions["survey.database"].reading() as session:
            tried.append(session.query(OutboxMessage).filter(OutboxMessage.attempts > 0).count())
        time.move(seconds=1)
    assert tried[0] == 5
    assert tried[9] == 5
    assert tried[-1] <= 10


# On SQLite only the holder of the worker lock sends.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_workers_send_each_mail_once(app: Flask, post: Post, smtp: SmtpSink) -> None:
    post.queue(*range(1, 41))
    threads = [threading.Thread(target=send_all, args=(app, name)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(smtp.received) == 40
    assert {len(smtp.to(one.recipient)) for one in smtp.received} == {1}
    assert set(post.states()) == {"sent"}


def test_a_stop_ends_between_two_mails(app: Flask, post: Post, smtp: SmtpSink) -> None:
    stop = threading.Event()

    def stop_at_two(number: int) -> str | None:
        if post.composed == 2:
            stop.set()
        return None

    post.wanted = stop_at_two
    post.queue(1, 2, 3, 4)
    assert sender.run_once(app, "test", stop=stop) == 2
    assert post.states() == ["sent", "sent", "pending", "pending"]
    stop.clear()
    assert sender.run_once(app, "test", stop=stop) == 2
    assert len(smtp.received) == 4
