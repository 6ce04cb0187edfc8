"""The worker: sends mail and runs the scheduled jobs until it is told to stop.

APScheduler is the metronome and nothing more: no job is stored, none is ever "missed", for each job
asks the database what should be so by now. The metronome ticks in one worker at a time, under a
lock that dies with its holder; another worker stands by and takes over. On PostgreSQL every worker
sends mail (the outbox is claimed row by row), on SQLite only the holder of the lock.
"""

import gc
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from survey_app import clock, crashes
from survey_app.config import Settings
from survey_app.database import Database
from survey_app.locks import Lock, worker_lock
from survey_app.stopping import Stop

log = logging.getLogger(__name__)

Job = Callable[[Flask, datetime], object]
Send = Callable[[Flask, str, threading.Event], int]

_STOP_SECONDS = 30.0


class Worker:
    """One process's metronome and mail sender; `stop` ends both between two pieces of work."""

    def __init__(
        self, app: Flask, jobs: Mapping[str, Job], *, seldom: Mapping[str, float], send: Send
    ) -> None:
        settings: Settings = app.extensions["survey.settings"]
        database: Database = app.extensions["survey.database"]
        self.stop = Stop()
        self._app, self._jobs, self._seldom, self._send = app, jobs, seldom, send
        self._tick = settings.worker_tick_seconds
        self._lock: Lock = worker_lock(database, settings.instance_path)
        self._sends_without_lock = not database.is_sqlite
        self._leads = threading.Event()
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._scheduler: BackgroundScheduler | None = None

    def run(self) -> None:
        """Work until `stop` is set."""
        sender = threading.Thread(target=self._send_until_stopped, name="sender", daemon=True)
        sender.start()
        log.info("worker %s started", self._name)
        try:
            while not self.stop.is_set():
                self._lead_or_stand_by()
                self.stop.wait(self._tick)
        finally:
            self.stop.set()
            self._stop_metronome()
            sender.join(_STOP_SECONDS)
            # Not before: who takes over takes what is being sent for left behind.
            if not sender.is_alive():
                self._lock.release()
            log.info("worker %s stopped", self._name)

    def _lead_or_stand_by(self) -> None:
        if self._leads.is_set():
            if not self._lock.is_held():
                log.warning("the worker lock is lost; standing by")
                self._stop_metronome()
                self._lock.release()
        elif self._lock.acquire():
            log.info("holding the worker lock: %s", ", ".join(self._jobs))
            self._leads.set()
            self._scheduler = self._metronome()
            self._scheduler.start()

    def _stop_metronome(self) -> None:
        self._leads.clear()
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
            self._scheduler = None

    def _metronome(self) -> BackgroundScheduler:
        # A job that takes longer than a tick is no news: the next tick is simply left out.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        for name in self._jobs:
            seconds = max(self._tick, self._seldom.get(name, 0.0))
            scheduler.add_job(
                self._run_job,
                IntervalTrigger(seconds=seconds, timezone=UTC),
                args=[name],
                id=name,
                next_run_time=datetime.now(UTC),  # the metronome keeps real time
            )
        return scheduler

    def _run_job(self, name: str) -> None:
        if self.stop.is_set() or not self._leads.is_set():
            return
        started = time.monotonic()
        try:
            with self._app.app_context():
                self._jobs[name](self._app, clock.now())
        except Exception as error:
            said = crashes.report(error)
            log.error("job %s failed; it runs again at the next tick\n%s", name, said)
        seconds = time.monotonic() - started
        if seconds > 1:
            log.info("job %s took %.1f s", name, seconds)

    def _send_until_stopped(self) -> None:
        while not self.stop.is_set():
            if self._sends_without_lock or self._leads.is_set():
                self._send_once()
            self.stop.wait(self._tick)

    def _send_once(self) -> None:
        try:
            with self._app.app_context():
                self._send(self._app, self._name, self.stop)
        except Exception as error:
            log.error("sending failed; it goes on at the next tick\n%s", crashes.report(error))


def settle_in() -> None:
    """Let garbage collection pass over what was loaded at the start, and stays to the end.

    Looking through it takes a tenth of a second, again and again: of sending a mail, a tenth.
    """
    gc.collect()
    gc.freeze()


def run(app: Flask, jobs: Mapping[str, Job], *, seldom: Mapping[str, float], send: Send) -> None:
    """Run a worker in this process until SIGTERM or SIGINT."""
    worker = Worker(app, jobs, seldom=seldom, send=send)
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_, lambda *_: worker.stop.set())
    settle_in()
    worker.run()
