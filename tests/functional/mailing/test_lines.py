"""Several lines at once: when they are taken, when they are not, and what is written together."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event

from survey_app.database import Database
from survey_app.mailing import composing, sender
from survey_app.mailing.pace import pace_of
from survey_app.mailing.together import Together
from survey_app.mailing.transport import Fate, Line, Outcome, Reply
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


Trouble = Callable[[Line, int], Outcome | None]


@pytest.fixture
def helpers_meet(monkeypatch: pytest.MonkeyPatch, smtp: SmtpSink) -> Callable[..., None]:
    """Let something happen to helping lines before they do a step; the first line is well.

    `trouble` gets the line and the number of the helpers' pass, and does the step itself when it
    returns an outcome.
    """
    main = threading.get_ident()

    def plan(step: str, trouble: Trouble) -> None:
        real, passes = getattr(Line, step), iter(range(1, 10_000))

        def stepped(line: Line, *arguments: object) -> object:
            if threading.get_ident() == main:
                return real(line, *arguments)
            return trouble(line, next(passes)) or real(line, *arguments)

        monkeypatch.setattr(Line, step, stepped)

    return plan


def broken(line: Line, number: int) -> None:
    del number
    line._hang_up()


def shutting_down(line: Line, number: int) -> Outcome:
    del number
    line.close()
    return Outcome(Fate.TEMPORARY, "mail", Reply(421, "4.7.0 Too many connections"))


@pytest.mark.parametrize("trouble", [broken, shutting_down])
def test_a_helping_line_that_breaks_is_given_up_and_its_mail_leaves_over_another(
    app: Flask,
    post: Post,
    smtp: SmtpSink,
    time: TestClock,
    helpers_meet: Callable[..., None],
    trouble: Trouble,
) -> None:
    post.queue(*range(1, 101))
    helpers_meet("offer", trouble)
    assert sender.send_due(app, "test") == 100
    assert not pace_of(app).resting(time.value)
    assert [(m.state, m.attempts) for m in post.messages()] == [("sent", 1)] * 100
    assert len(smtp.received) == 100
    assert smtp.connections == 2, "having lost one, it does not ask for another"


def test_a_server_that_broke_a_further_line_is_not_asked_for_one_for_a_while(
    app: Flask, post: Post, smtp: SmtpSink, time: TestClock, helpers_meet: Callable[..., None]
) -> None:
    def first_only(line: Line, number: int) -> None:
        if number == 1:
            line._hang_up()

    helpers_meet("offer", first_only)
    connections = []
    for start in (0, 100, 200):
        post.queue(*range(start + 1, start + 101))
        assert sender.send_due(app, "test") == 100
        connections.append(smtp.connections)
        if start == 100:
            time.move(minutes=10)
    assert connections[:2] == [2, 3]
    assert connections[2] >= 5
    assert set(post.states()) == {"sent"}


@pytest.mark.parametrize("action", ["drop", "421 4.3.2 Shutting down"])
def test_helping_lines_lost_one_after_the_other_let_nothing_rest(
    app: Flask,
    post: Post,
    smtp: SmtpSink,
    time: TestClock,
    helpers_meet: Callable[..., None],
    action: str,
) -> None:
    """Also when they break with a mail that is marked: what became of it is settled as ever."""

    def lost(line: Line, number: int) -> Outcome:
        line.close()
        if action == "drop":
            return Outcome(Fate.LOST, "data", Reply(0, "SMTPServerDisconnected"))
        return Outcome(Fate.TEMPORARY, "data", Reply(421, action[4:]))

    post.queue(*range(1, 201))
    with sender.Sender(app, "test") as one:
        while one.lines < sender.MOST_LINES:
            one.run(20 * one.lines)
        helpers_meet("transmit", lost)
        while one.run(20 * one.lines):
            pass
        assert one.lines == 1
    again = [message for message in post.messages() if message.state == "pending"]
    assert 1 <= len(again) < sender.MOST_LINES
    assert {message.attempts for message in again} == {1}
    assert not pace_of(app).resting(time.value)
    time.move(minutes=1)
    sender.send_due(app, "test")
    assert set(post.states()) == {"sent"}
    assert len(smtp.received) == 200


def test_the_first_lines_421_lets_all_rest(
    app: Flask, post: Post, smtp: SmtpSink, time: TestClock
) -> None:
    post.queue(*range(1, 31))
    with sender.Sender(app, "test") as one:
        one.run(20)
        one._lines.pop()
        smtp.script("mail", "421 4.3.2 Shutting down")
        one.run(10)
    assert pace_of(app).resting(time.value)
    assert post.states().count("pending") == 10


def test_urgent_mail_waits_for_no_whole_batch_of_a_slow_server(
    app: Flask, post: Post, smtp: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left of a batch after a while is given back, so no claim grows old either."""
    composing.register(app, "security", post.compose, urgent=True)
    monkeypatch.setattr(sender, "BATCH_SECONDS", 0.3)
    smtp.delay = 0.1
    post.queue(*range(1, 21))
    with sender.Sender(app, "test") as one:
        assert 1 <= one.run(20) < 10
        assert set(post.states()) == {"sent", "pending"}
        post.queue(99, kind="security")
        one.run(20)
    smtp.delay = 0.0
    place = [one.recipient for one in smtp.received].index("nguoi99@so.example")
    assert place < 10
    sender.send_due(app, "test")
    assert [(m.state, m.attempts) for m in post.messages()] == [("sent", 1)] * 21
    assert len(smtp.received) == 21


def test_a_slow_server_gets_another_line_after_as_many_mails_as_a_quick_one(
    app: Flask, post: Post, smtp: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "BATCH_SECONDS", 0.3)
    smtp.delay = 0.03
    post.queue(*range(1, 61))
    with sender.Sender(app, "test") as one:
        handled = 0
        while one.lines == 1:
            handled += one.run(20)
        assert 20 <= handled < 40


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
