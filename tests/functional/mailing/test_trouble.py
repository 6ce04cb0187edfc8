"""Every way in which handing over a mail can go wrong, and the state it ends in."""

from datetime import timedelta
from time import monotonic

import pytest
from flask import Flask

from survey_app.mailing import claims, composing, outbox, sender
from survey_app.mailing.claims import Settlement
from survey_app.mailing.pace import DELAYS
from tests.conftest import TestClock
from tests.functional.mailing.conftest import Post
from tests.sending import send_all
from tests.smtp_sink import SmtpSink

LEASE = timedelta(minutes=10)


@pytest.fixture
def hasty(environ: dict[str, str]) -> None:
    """A sender that waits half a second for an answer."""
    environ["SURVEY_MAIL_TIMEOUT"] = "0.5"


@pytest.mark.parametrize("phase", ["rcpt", "data", "dot"])
def test_a_4xx_waits_longer_each_time_and_keeps_its_message_id(
    app: Flask, post: Post, smtp: SmtpSink, time: TestClock, phase: str
) -> None:
    smtp.script(phase, "451 4.7.1 Greylisted", "451 4.7.1 Greylisted")
    post.queue(1)
    send_all(app)
    first = post.only()
    assert (first.state, first.reason, first.attempts) == ("pending", "later", 1)
    assert first.last_reply == "451 4.7.1 Greylisted"
    assert first.not_before == time.value + timedelta(minutes=1)
    assert send_all(app) == 0
    time.move(minutes=1)
    send_all(app)
    assert post.only().not_before == time.value + timedelta(minutes=5)
    time.move(minutes=5)
    send_all(app)
    assert (post.only().state, post.only().attempts) == ("sent", 3)
    (received,) = smtp.received
    assert received.mail["Message-ID"] == first.message_id


def test_after_the_last_delay_it_has_failed(
    app: Flask, post: Post, smtp: SmtpSink, time: TestClock
) -> None:
    smtp.refuse("nguoi1@so.example", "452 4.2.2 Mailbox full")
    post.queue(1)
    for _attempt in range(len(DELAYS) + 1):
        assert send_all(app) == 1
        time.move(hours=8)
    message = post.only()
    assert (message.state, message.reason) == ("failed", "gave_up")
    assert message.attempts == len(DELAYS) + 1
    assert send_all(app) == 0


def test_a_5xx_to_rcpt_fails_this_one_only_and_tells_whom_it_concerns(
    app: Flask, post: Post, smtp: SmtpSink
) -> None:
    told: list[int] = []
    composing.on_refused(app, lambda session, message: told.append(message.recipient_id))
    smtp.refuse("nguoi2@so.example", "550 5.1.1 No such user")
    post.queue(1, 2, 3)
    send_all(app)
    assert post.states() == ["sent", "failed", "sent"]
    refused = post.messages()[1]
    assert (refused.reason, refused.sent_to) == ("refused_address", "nguoi2@so.example")
    assert told == [2]
    assert smtp.connections == 1


@pytest.mark.parametrize(
    "reply", ["550 5.7.1 Relay access denied", "554 5.7.1 Blocked", "552 5.2.2"]
)
def test_a_refusal_for_policy_does_not_blame_the_address(
    app: Flask, post: Post, smtp: SmtpSink, reply: str
) -> None:
    told: list[int] = []
    composing.on_refused(app, lambda session, message: told.append(message.id))
    smtp.refuse("nguoi1@so.example", reply)
    post.queue(1)
    send_all(app)
    assert (post.only().state, post.only().reason) == ("failed", "refused")
    assert told == []


def test_a_failing_hook_does_not_undo_the_settlement(
    app: Flask, post: Post, smtp: SmtpSink
) -> None:
    def hook(session: object, message: object) -> None:
        raise RuntimeError("hook")

    composing.on_refused(app, hook)
    smtp.refuse("nguoi1@so.example", "550 5.1.1 No such user")
    post.queue(1)
    send_all(app)
    assert post.only().state == "failed"


@pytest.mark.parametrize("phase", ["data", "dot"])
def test_a_5xx_after_rcpt_fails(app: Flask, post: Post, smtp: SmtpSink, phase: str) -> None:
    smtp.script(phase, "554 5.6.0 Content refused")
    post.queue(1, 2)
    send_all(app)
    assert post.states() == ["failed", "sent"]
    assert post.messages()[0].reason == "refused"


def test_a_5xx_to_mail_is_about_us_and_is_tried_again(
    app: Flask, post: Post, smtp: SmtpSink
) -> None:
    smtp.script("mail", "553 5.7.1 Sender refused")
    post.queue(1)
    send_all(app)
    assert (post.only().state, post.only().reason) == ("pending", "later")


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data"])
def test_a_line_that_breaks_before_the_dot_is_tried_again(
    app: Flask, post: Post, smtp: SmtpSink, time: TestClock, phase: str
) -> None:
    smtp.script(phase, "drop")
    post.queue(1, 2)
    send_all(app)
    assert post.states() == ["pending", "sent"]
    assert post.messages()[0].reason == "line_lost"
    time.move(minutes=1)
    send_all(app)
    assert post.states() == ["sent", "sent"]
    assert len(smtp.received) == 2


@pytest.mark.parametrize(("action", "arrived"), [("drop", 0), ("hang", 1)])
def test_a_line_that_breaks_after_the_dot_leaves_an_unknown_never_resent(
    app: Flask, post: Post, hasty: None, smtp: SmtpSink, time: TestClock, action: str, arrived: int
) -> None:
    smtp.script("dot", action)
    post.queue(1)
    send_all(app)
    assert (post.only().state, post.only().reason) == ("unknown", "line_lost")
    time.move(days=2)
    assert send_all(app) == 0
    assert len(smtp.received) == arrived


def test_a_line_that_breaks_after_the_answer_is_no_harm(
    app: Flask, post: Post, smtp: SmtpSink
) -> None:
    smtp.script("dot", "drop_after")
    post.queue(1, 2)
    send_all(app)
    post_states = post.states()
    assert post_states[0] == "sent"
    assert len(smtp.to("nguoi1@so.example")) == 1


def test_a_silent_server_does_not_hold_the_sender(
    app: Flask, post: Post, hasty: None, smtp: SmtpSink
) -> None:
    smtp.script("rcpt", "hang")
    post.queue(1)
    started = monotonic()
    send_all(app)
    assert monotonic() - started < 15
    assert (post.only().state, post.only().reason) == ("pending", "line_lost")


def test_without_a_server_the_line_rests_and_no_attempt_is_burnt(
    app: Flask, post: Post, time: TestClock, environ: dict[str, str]
) -> None:
    post.queue(1, 2, 3)
    assert send_all(app) == 0
    assert [(m.state, m.reason, m.attempts) for m in post.messages()] == [
        ("pending", "unreachable", 0)
    ] * 3
    composed = post.composed
    assert send_all(app) == 0
    assert post.composed == composed  # at rest: not even tried
    sink = SmtpSink(int(environ["SURVEY_MAIL_PORT"])).start()
    try:
        time.move(seconds=10)
        assert send_all(app) == 3
    finally:
        sink.stop()
    assert len(sink.received) == 3


def test_421_lets_the_line_rest(app: Flask, post: Post, smtp: SmtpSink, time: TestClock) -> None:
    smtp.script("rcpt", "421 4.3.2 Shutting down")
    post.queue(1, 2)
    send_all(app)
    assert post.states() == ["pending", "pending"]
    assert [m.attempts for m in post.messages()] == [1, 0]
    time.move(minutes=1)
    send_all(app)
    assert post.states() == ["sent", "sent"]


def test_twenty_refusals_in_a_row_let_the_line_rest(app: Flask, post: Post, smtp: SmtpSink) -> None:
    for number in range(1, 41):
        smtp.refuse(f"nguoi{number}@so.example", "554 5.7.1 You are blocked")
    post.queue(*range(1, 41))
    send_all(app)
    with_reason = [m for m in post.messages() if m.state == "failed"]
    assert len(with_reason) == 20


def test_a_dead_workers_claim_is_taken_back(
    app: Flask, post: Post, smtp: SmtpSink, time: TestClock
) -> None:
    post.queue(1)
    post.do(outbox.envelope, 10)
    post.do(claims.claim, "dead", 10)
    assert post.states() == ["claimed"]
    time.move(minutes=11)
    assert send_all(app) == 1
    assert (post.only().state, post.only().attempts) == ("sent", 1)


def test_what_a_dead_worker_was_handing_over_is_unknown(
    app: Flask, post: Post, smtp: SmtpSink, time: TestClock
) -> None:
    post.queue(1)
    post.do(outbox.envelope, 10)
    post.do(claims.claim, "dead", 10)
    assert post.do(claims.mark_sending, post.only().id, "dead", "a@b.example", at=time.value)
    time.move(minutes=11)
    send_all(app)
    assert (post.only().state, post.only().reason) == ("unknown", "worker_died")
    assert smtp.received == []


def test_a_living_workers_claim_is_left_alone(app: Flask, post: Post, smtp: SmtpSink) -> None:
    post.queue(1)
    post.do(outbox.envelope, 10)
    post.do(claims.claim, "alive", 10)
    assert post.do(claims.take_back, "other", LEASE, alone=False) == (0, 0)
    # Where no other worker can be sending (SQLite), it is dead for sure.
    assert post.do(claims.take_back, "other", LEASE, alone=True) == (1, 0)


def test_who_was_taken_for_dead_cannot_send_but_may_tell_the_truth(
    app: Flask, post: Post, time: TestClock
) -> None:
    post.queue(1, 2)
    post.do(outbox.envelope, 10)
    post.do(claims.claim, "slow", 10)
    first, second = (message.id for message in post.messages())
    assert post.do(claims.mark_sending, first, "slow", "a@b.example", at=time.value)
    post.do(claims.take_back, "other", LEASE, alone=True)
    assert post.states() == ["unknown", "pending"]
    assert not post.do(claims.mark_sending, second, "slow", "a@b.example", at=time.value)
    assert post.do(claims.settle_sent, first, "slow", Settlement("sent", None, "250"))
    assert post.states() == ["sent", "pending"]


def test_cancelled_between_rcpt_and_data_it_does_not_leave(
    app: Flask, post: Post, smtp: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.queue(1, 2)
    offer = sender.Line.offer

    def cancel_then_offer(line: sender.Line, from_: str, to: str) -> object:
        outcome = offer(line, from_, to)
        if to == "nguoi1@so.example":
            post.do(outbox.cancel, post.messages()[0].id)
        return outcome

    monkeypatch.setattr(sender.Line, "offer", cancel_then_offer)
    send_all(app)
    assert post.states() == ["cancelled", "sent"]
    assert [one.recipient for one in smtp.received] == ["nguoi2@so.example"]
