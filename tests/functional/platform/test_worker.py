"""The worker: one metronome at a time, a second one standing by, clean ends."""

import os
import signal
import subprocess
import sys
import threading
import time as real_time
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from survey_app.locks import FileLock, PostgresLock, worker_lock
from survey_app.worker import Worker

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 15.0


@pytest.fixture
def environ(environ):
    return {**environ, "SURVEY_WORKER_TICK_SECONDS": "0.05"}


def until(condition, what):
    """Wait until `condition()` is true."""
    end = real_time.monotonic() + PATIENCE
    while not condition():
        assert real_time.monotonic() < end, f"waited in vain: {what}"
        real_time.sleep(0.02)


@contextmanager
def working(app, jobs=None, send=lambda *_: 0, seldom=None):
    """Run a worker in a thread for the length of the block."""
    worker = Worker(app, jobs or {}, seldom=seldom or {}, send=send)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_jobs_are_called_with_the_applications_time_again_and_again(app, time):
    calls = []
    with working(app, {"job": lambda app, now: calls.append(now)}):
        until(lambda: len(calls) >= 3, "three ticks")
    assert set(calls) == {time.value}
    count = len(calls)
    real_time.sleep(0.2)
    assert len(calls) == count, "a stopped worker is silent"


def test_a_job_that_raises_is_logged_and_tried_again_and_others_go_on(app, caplog):
    tries, calls = [], []

    def bad(app, now):
        tries.append(now)
        raise ValueError("broken")

    with working(app, {"bad": bad, "good": lambda app, now: calls.append(now)}):
        until(lambda: len(tries) >= 2 and len(calls) >= 2, "both jobs twice")
    assert "job bad failed" in caplog.text


def test_a_slow_job_never_overlaps_itself(app):
    running, most = [], []

    def slow(app, now):
        running.append(1)
        most.append(len(running))
        real_time.sleep(0.2)
        running.pop()

    with working(app, {"slow": slow}):
        until(lambda: len(most) >= 3, "three runs")
    assert max(most) == 1


def test_a_seldom_job_runs_once_at_the_start(app):
    calls, ticks = [], []
    jobs = {"seldom": lambda *_: calls.append(1), "often": lambda *_: ticks.append(1)}
    with working(app, jobs, seldom={"seldom": 3600}):
        until(lambda: len(ticks) >= 4, "ticks of the other job")
    assert calls == [1]


def test_only_one_worker_ticks_and_the_next_takes_over(app):
    first, second = [], []
    with working(app, {"job": lambda *_: second.append(1)}) as second_worker:
        until(lambda: second, "the only worker ticks")
        with working(app, {"job": lambda *_: first.append(1)}):
            real_time.sleep(0.3)
            assert first == []
            second_worker.stop.set()
            until(lambda: first, "the one standing by takes over")


def test_a_worker_gives_its_place_up_only_when_its_sender_has_stopped(app, db):
    sending, finish = threading.Event(), threading.Event()
    lock = worker_lock(db, app.extensions["survey.settings"].instance_path)

    def send(*_):
        sending.set()
        finish.wait(PATIENCE)
        return 0

    def is_taken():
        if not lock.acquire():
            return True
        lock.release()
        return False

    with working(app, send=send) as worker:
        assert sending.wait(PATIENCE)
        # On PostgreSQL it sends before it has a place to give up.
        until(is_taken, "it has its place")
        worker.stop.set()
        real_time.sleep(0.5)
        assert not lock.acquire(), "another one takes over while a mail is on the line"
        finish.set()
        until(lock.acquire, "its place is free")
        lock.release()


def test_on_sqlite_the_holder_alone_sends_on_postgresql_every_worker(app, db):
    senders = set()

    def send_as(name):
        return lambda *_: senders.add(name) or 0

    with working(app, send=send_as("first")):
        until(lambda: "first" in senders, "the first sends")
        with working(app, send=send_as("second")):
            real_time.sleep(0.4)
            assert senders == ({"first"} if db.is_sqlite else {"first", "second"})


def test_sending_that_raises_goes_on(app, caplog):
    tries = []

    def send(*_):
        tries.append(1)
        raise OSError("no server")

    with working(app, send=send):
        until(lambda: len(tries) >= 2, "a second try")
    assert "sending failed" in caplog.text


def test_a_worker_that_lost_its_lock_steps_down_and_tries_again(app, db, settings, caplog):
    calls = []
    with working(app, {"job": lambda *_: calls.append(1)}):
        until(lambda: calls, "the first tick")
        take_the_lock_away(db, settings)
        until(lambda: "the worker lock is lost" in caplog.text, "the loss is noticed")
        calls.clear()
        until(lambda: calls, "it ticks again under a new lock")


def take_the_lock_away(db, settings):
    if db.is_sqlite:
        (settings.instance_path / "worker.lock").unlink()
        return
    with db.writing() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )


def test_locks_exclude_each_other_and_are_free_afterwards(db, settings):
    settings.instance_path.mkdir(exist_ok=True)
    one, other = (worker_lock(db, settings.instance_path) for _ in range(2))
    assert isinstance(one, FileLock if db.is_sqlite else PostgresLock)
    assert not one.is_held()
    assert one.acquire() and one.is_held()
    assert not other.acquire() and not other.is_held()
    one.release()
    assert not one.is_held()
    assert other.acquire()
    other.release()


@contextmanager
def process(environ, log):
    """Run `flask worker` as its own process, its output in the file `log`."""
    with log.open("w") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "survey_app", "worker"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **environ},
            stdout=output,
            stderr=output,
        )
        try:
            yield child
        finally:
            child.kill()
            child.wait()


def test_sigterm_ends_a_worker_cleanly_within_seconds(environ, tmp_path):
    log = tmp_path / "log"
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        with process(environ, log) as child:
            until(lambda: "holding the worker lock" in log.read_text(), "it works")
            child.send_signal(signal_)
            assert child.wait(5) == 0
        assert "stopped" in log.read_text()


def test_after_kill_9_the_worker_standing_by_takes_over(environ, tmp_path):
    logs = [tmp_path / "one", tmp_path / "two"]
    with process(environ, logs[0]) as first:
        until(lambda: "holding the worker lock" in logs[0].read_text(), "the first leads")
        with process(environ, logs[1]):
            until(lambda: "started" in logs[1].read_text(), "the second is there")
            real_time.sleep(0.3)
            assert "holding" not in logs[1].read_text()
            first.kill()
            until(lambda: "holding the worker lock" in logs[1].read_text(), "it takes over")
