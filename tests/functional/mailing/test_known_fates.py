"""The database fails in the middle of a mail: what is known of the mail is written down later."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from pysqlite3 import dbapi2
from sqlalchemy.exc import OperationalError, TimeoutError

from survey_app import sqlite
from survey_app.database import Database
from survey_app.mailing import claims, outbox, sender
from survey_app.mailing.transport import Line
from tests.conftest import TestClock
from tests.functional.mailing.conftest import Post
from tests.smtp_sink import SmtpSink

LEASE = timedelta(minutes=10)


class Trouble:
    """A database whose next `count` commits fail; with `done` they get through, unheard."""

    def __init__(self, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, self.done = 0, False
        self._dialect, self._counting = db.write_engine.dialect, threading.Lock()
        self._real = self._dialect.do_commit
        monkeypatch.setattr(self._dialect, "do_commit", self._commit)

    def _commit(self, connection: Any) -> None:
        with self._counting:
            fails = self.count > 0
            self.count -= fails
        if not fails or self.done:
            self._real(connection)
        else:
            self._dialect.do_rollback(connection)
        if not fails:
            return
        if self.done and self._dialect.name == "postgresql":  # SQLite has no connection to lose
            connection.driver_connection.close()
        raise self._dialect.loaded_dbapi.OperationalError("gone")


@pytest.fixture
def trouble(db: Database, monkeypatch: pytest.MonkeyPatch) -> Trouble:
    """A database that can be told to fail."""
    return Trouble(db, monkeypatch)


def after(monkeypatch: pytest.MonkeyPatch, step: str, what: Callable[[], None], nth: int) -> None:
    """Call `what` after the nth pass of a line's step, whichever line it is."""
    real, passes = getattr(Line, step), iter(range(1, 10_000))

    def stepped(line: Line, *arguments: object) -> object:
        outcome = real(line, *arguments)
        if next(passes) == nth:
            what()
        return outcome

    monkeypatch.setattr(Line, step, stepped)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch, trouble: Trouble) -> Callable[..., None]:
    """Let the next commits fail once a line has come so far."""

    def plan(step: str, count: int, *, done: bool, nth: int = 1) -> None:
        def begin() -> None:
            trouble.count, trouble.done = count, done

        after(monkeypatch, step, begin, nth)

    return plan


def send_until_settled(app: Flask, post: Post) -> None:
    """Send as the worker does, tick after tick."""
    for _tick in range(60):
        with suppress(OperationalError):
            sender.send_due(app, "test")
        if not set(post.states()) & {"pending", "claimed", "sending"}:
            return
    raise AssertionError(post.states())


def each_came_once(post: Post, smtp: SmtpSink, count: int) -> None:
    assert [(m.state, m.reason, m.attempts) for m in post.messages()] == [("sent", None, 1)] * count
    assert sorted(one.recipient for one in smtp.received) == sorted(
        f"nguoi{number}@so.example" for number in range(1, count + 1)
    )


@pytest.mark.parametrize("done", [False, True], ids=["not committed", "committed unheard"])
@pytest.mark.parametrize("step", ["offer", "transmit"], ids=["mark", "settlement"])
@pytest.mark.parametrize("count", [1, 6])
def test_a_mail_whose_fate_is_known_is_neither_unknown_nor_sent_twice(
    app: Flask,
    post: Post,
    smtp: SmtpSink,
    failing: Callable[..., None],
    step: str,
    count: int,
    done: bool,
) -> None:
    post.queue(1, 2, 3)
    failing(step, count, done=done, nth=2)
    send_until_settled(app, post)
    each_came_once(post, smtp, 3)


@pytest.mark.parametrize("done", [False, True], ids=["not committed", "committed unheard"])
@pytest.mark.parametrize("step", ["offer", "transmit"], ids=["mark", "settlement"])
@pytest.mark.parametrize("count", [1, 9])
def test_nor_are_those_of_four_lines(
    app: Flask,
    post: Post,
    smtp: SmtpSink,
    failing: Callable[..., None],
    step: str,
    count: int,
    done: bool,
) -> None:
    post.queue(*range(1, 201))
    failing(step, count, done=done, nth=150)
    send_until_settled(app, post)
    assert smtp.connections >= sender.MOST_LINES
    each_came_once(post, smtp, 200)


def test_another_worker_that_took_it_for_dead_is_put_right(
    app: Flask, post: Post, smtp: SmtpSink, time: TestClock, failing: Callable[..., None]
) -> None:
    post.queue(1)
    failing("transmit", 1, done=False)
    with pytest.raises(OperationalError):
        sender.send_due(app, "test")
    time.move(minutes=11)
    post.do(claims.take_back, "other", LEASE, alone=False)
    assert (post.only().state, post.only().reason) == ("unknown", "worker_died")
    sender.send_due(app, "test")
    each_came_once(post, smtp, 1)


# SQLite has no connection to lose.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("step", ["offer", "transmit"], ids=["mark", "settlement"])
def test_one_lost_connection_does_not_even_end_the_batch(
    app: Flask, post: Post, smtp: SmtpSink, failing: Callable[..., None], step: str
) -> None:
    post.queue(1, 2, 3)
    failing(step, 1, done=True, nth=2)
    assert sender.send_due(app, "test") == 3
    each_came_once(post, smtp, 3)


def test_what_an_organiser_sends_again_meanwhile_is_a_mail_of_its_own(
    app: Flask, post: Post, smtp: SmtpSink, time: TestClock, failing: Callable[..., None]
) -> None:
    post.queue(1)
    failing("transmit", 1, done=False)
    with pytest.raises(OperationalError):
        sender.send_due(app, "test")
    time.move(minutes=11)
    post.do(claims.take_back, "other", LEASE, alone=False)
    post.do(outbox.retry, post.only().id, confirmed=True)
    sender.send_due(app, "test")
    assert (post.only().state, post.only().attempts) == ("sent", 1)
    assert len(smtp.received) == 2


def test_what_was_cancelled_meanwhile_stays_cancelled(
    app: Flask, post: Post, smtp: SmtpSink, time: TestClock, failing: Callable[..., None]
) -> None:
    post.queue(1)
    failing("offer", 1, done=False)
    with pytest.raises(OperationalError):
        sender.send_due(app, "test")
    post.do(outbox.cancel, post.only().id)
    sender.send_due(app, "test")
    assert post.states() == ["cancelled"]
    assert smtp.received == []


def test_a_sender_that_is_told_to_stop_writes_down_what_it_knows(
    app: Flask, post: Post, smtp: SmtpSink, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    stop = threading.Event()

    def stop_and_fail() -> None:
        trouble.count = 1
        stop.set()

    post.queue(1)
    after(monkeypatch, "transmit", stop_and_fail, 1)
    with pytest.raises(OperationalError):
        sender.send_due(app, "test", stop)
    each_came_once(post, smtp, 1)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_that_is_locked_past_the_patience(
    app: Flask,
    db: Database,
    post: Post,
    smtp: SmtpSink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.2)
    other = dbapi2.connect(db.url.removeprefix("sqlite:///"), isolation_level=None)
    post.queue(1, 2)
    after(monkeypatch, "transmit", lambda: other.execute("BEGIN IMMEDIATE"), 1)
    with pytest.raises((OperationalError, TimeoutError)):
        sender.send_due(app, "test")
    other.close()
    sender.send_due(app, "test")
    each_came_once(post, smtp, 2)


def test_no_turn_to_write_masks_no_first_error_and_fails_no_mail(
    app: Flask, post: Post, smtp: SmtpSink, monkeypatch: pytest.MonkeyPatch, db: Database
) -> None:
    """SQLAlchemy's TimeoutError is no DBAPIError, and means the same."""

    def no_connection(number: int) -> str | None:
        raise TimeoutError("no connection came free")

    post.wanted = no_connection
    post.queue(1)
    with pytest.raises(TimeoutError, match="no connection"):
        sender.send_due(app, "test")
    post.wanted = lambda number: None
    sender.send_due(app, "test")
    each_came_once(post, smtp, 1)
