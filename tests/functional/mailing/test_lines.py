"""Several lines at once: when they are taken, when they are not, and what is written together."""

import threading

import pytest
from flask import Flask
from sqlalchemy import event

from survey_app.database import Database
from survey_app.mailing import sender
from survey_app.mailing.together import Together
from survey_app.mailing.transport import Line
from survey_app.web.models import Throttle
from tests.conftest import TestClock
from tests.functional.mailing.conftest import Post
from tests.smtp_sink import SmtpSink


def test_lines_are_added_while_all_goes_well_and_each_mail_leaves_once(
    app: Flask, post: Post, smtp: SmtpSink
) -> None:
    post.queue(*range(1, 201))
    assert sender.send_due(app, "test") == 200
    assert smtp.connections == sender.MOST_LINES
    assert sorted(one.recipient for one in smtp.received) == sorted(
        f"nguoi{number}@so.example" for number in range(1, 201)
    )
    assert set(post.states()) == {"sent"}


def test_few_mails_take_one_line(app: Flask, post: Post, smtp: SmtpSink) -> None:
    post.queue(*range(1, sender.BATCH))
    sender.send_due(app, "test")
    assert smtp.connections == 1


def test_a_server_that_refuses_meets_one_line_only(app: Flask, post: Post, smtp: SmtpSink) -> None:
    for number in range(1, 81):
        smtp.refuse(f"nguoi{number}@so.example", "554 5.7.1 You are blocked")
    post.queue(*range(1, 81))
    sender.send_due(app, "test")
    assert smtp.connections == 1
    assert post.states().count("failed") == 20  # then the line rests


def test_a_server_that_takes_one_line_gets_all_mails_over_it(
    app: Flask, post: Post, smtp: SmtpSink
) -> None:
    post.queue(*range(1, 101))
    with sender.Sender(app, "test") as one:
        assert one.run(20) == 20
        smtp.script("connect", *["drop"] * 10)
        while one.run(20 * one.lines):
            pass
        assert one.lines == 1
    assert set(post.states()) == {"sent"}
    assert {message.attempts for message in post.messages()} == {1}
    assert len(smtp.received) == 100


def test_a_helping_line_that_breaks_is_given_up_and_its_mail_tried_again(
    app: Flask, post: Post, smtp: SmtpSink, time: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer, main = Line.offer, threading.get_ident()

    def break_first_then_offer(line: Line, from_: str, to: str) -> object:
        if threading.get_ident() != main:
            line._hang_up()
        return offer(line, from_, to)

    post.queue(*range(1, 101))
    with sender.Sender(app, "test") as one:
        one.run(20)
        monkeypatch.setattr(Line, "offer", break_first_then_offer)
        while one.run(20 * one.lines):
            pass
        assert one.lines == 1
    again = [message for message in post.messages() if message.state == "pending"]
    assert [message.reason for message in again] == ["line_lost"]
    time.move(minutes=1)
    sender.send_due(app, "test")
    assert set(post.states()) == {"sent"}
    assert len(smtp.received) == 100


def test_a_stop_lets_each_line_finish_its_mail_and_take_no_other(
    app: Flask, post: Post, smtp: SmtpSink
) -> None:
    stop = threading.Event()

    def stop_at_hundred(number: int) -> str | None:
        if number == 100:
            stop.set()
        return None

    post.wanted = stop_at_hundred
    post.queue(*range(1, 201))
    handled = sender.send_due(app, "test", stop)
    assert 100 <= handled < 100 + sender.MOST_LINES
    assert len(smtp.received) == handled
    assert sorted(set(post.states())) == ["pending", "sent"]


def bump(bucket: str) -> Throttle:
    return Throttle(bucket=bucket, window_start=TestClock().value, count=1)


def together_with(db: Database, first: object, *others: object) -> list[object]:
    """Bring changes while another commit is under way; return what each got."""
    together, got = Together(db), dict[int, object]()
    under_way, go_on = threading.Event(), threading.Event()

    def slow(session: object) -> None:
        under_way.set()
        assert go_on.wait(20)

    def bring(number: int, change: object) -> None:
        try:
            got[number] = together.commit(change)  # type: ignore[arg-type]
        except ZeroDivisionError as error:
            got[number] = error

    threads = [threading.Thread(target=together.commit, args=(slow,))]
    threads[0].start()
    assert under_way.wait(20)
    changes = (first, *others)
    threads += [threading.Thread(target=bring, args=pair) for pair in enumerate(changes)]
    for thread in threads[1:]:
        thread.start()
    while len(together._asked) < len(changes):
        threading.Event().wait(0.001)
    go_on.set()
    for thread in threads:
        thread.join()
    return [got[number] for number in range(len(changes))]


def test_what_is_asked_for_during_a_commit_shares_the_next(db: Database) -> None:
    commits: list[object] = []
    event.listen(db.write_engine, "commit", commits.append)

    def change(name: str) -> object:
        def make(session: object) -> str:
            session.add(bump(name))  # type: ignore[attr-defined]
            return name

        return make

    assert together_with(db, change("a"), change("b"), change("c")) == ["a", "b", "c"]
    assert len(commits) == 2
    with db.reading() as session:
        assert session.query(Throttle).count() == 3


def test_a_change_that_fails_spoils_no_other(db: Database) -> None:
    def good(session: object) -> str:
        session.add(bump("good"))  # type: ignore[attr-defined]
        return "good"

    def bad(session: object) -> None:
        session.add(bump("bad"))  # type: ignore[attr-defined]
        raise ZeroDivisionError

    first, second = together_with(db, good, bad)
    assert first == "good"
    assert isinstance(second, ZeroDivisionError)
    with db.reading() as session:
        assert [row.bucket for row in session.query(Throttle)] == ["good"]
