"""The product as it is shipped, in a process of its own: gunicorn on a real port, a real database.

`Server` starts, kills and starts again on the same port. `World` writes into the same database from
the test's process, with the product's own services. The time is the machine's.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from sqlalchemy import String, select, update
from sqlalchemy.types import JSON

from survey_app import clock, create_app, jobs
from survey_app.campaigns.models import Round, RoundCell
from survey_app.config import load_settings
from survey_app.database import Base, Database
from survey_app.invitations.models import Invitation
from survey_app.people.models import Person
from survey_app.quizzes.models import Attempt, Grading
from tests.factories_rounds import invitations_of, launched_round, link_path, make_version

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


SHIPPED = "survey_app.wsgi:app"


def gunicorn_command(port: int, application: str = SHIPPED) -> list[str]:
    """Return the command line of the web server, as shipped."""
    shipped = ["--config", "python:survey_app.gunicorn_conf", "--bind", f"127.0.0.1:{port}"]
    return [sys.executable, "-m", "gunicorn", *shipped, application]


def die_with_the_test() -> None:
    """Ask Linux to stop this process when the test's is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Server:
    """One web server. `environ` holds the SURVEY_* settings."""

    def __init__(
        self, environ: Mapping[str, str], port: int, log: Path, application: str = SHIPPED
    ) -> None:
        self._application = application
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._environ = {**os.environ, **environ, "SURVEY_BASE_URL": self.url}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers."""
        self._process = self._spawn(gunicorn_command(self.port, self._application))
        self._wait()

    def _spawn(self, command: list[str]) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_the_test,
            )

    def _wait(self) -> None:
        for _try in range(300):
            assert self._process
            if self._process.poll() is not None:
                break
            try:
                with urlopen(f"{self.url}/healthz", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"the web server does not answer:\n{self._log.read_text()}")

    def workers(self) -> list[int]:
        """Return the process ids of the master's children."""
        assert self._process
        path = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return [int(word) for word in path.read_text().split()]

    def kill_worker(self) -> None:
        """Kill -9 the worker; the master starts another."""
        for pid in self.workers():
            os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """Kill -9 everything, as when the power goes."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Stop in good order."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            os.killpg(self._process.pid, how)
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._process = None


class World:
    """The installation behind the server, seen from inside."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.settings = load_settings(environ)
        self.app = create_app(self.settings)
        self.db: Database = self.app.extensions["survey.database"]

    def close(self) -> None:
        """Let go of the database."""
        self.db.dispose()

    def launch(
        self, *, open_for: timedelta = timedelta(days=2), questions: int = 10, **round_: Any
    ) -> list[str]:
        """Launch a round that is open now; return the links' paths in the order of its people."""
        round_.setdefault("closes_at", clock.now() + open_for)
        with self.app.app_context(), self.db.writing() as session:
            round_.setdefault("version", make_version(session, questions=questions))
            made = launched_round(session, **round_)
            key = self.settings.link_key
            return [link_path(session, key, one) for one in invitations_of(session, made)]

    def names(self) -> list[str]:
        """Return the invited people's names, in the order of `launch`."""
        with self.db.reading() as session:
            query = select(Person.full_name).join(Invitation, Invitation.person_id == Person.id)
            return list(session.scalars(query.order_by(Person.id)))

    def attempts(self) -> list[Attempt]:
        """Return all attempts."""
        with self.db.reading() as session:
            return list(session.scalars(select(Attempt).order_by(Attempt.id)))

    def gradings(self) -> list[Grading]:
        """Return all gradings."""
        with self.db.reading() as session:
            return list(session.scalars(select(Grading).order_by(Grading.id)))

    def cells(self) -> list[RoundCell]:
        """Return all cells of rounds with their tallies."""
        with self.db.reading() as session:
            return list(session.scalars(select(RoundCell).order_by(RoundCell.id)))

    def set_deadline(self, moment: datetime) -> None:
        """End every open attempt at `moment`."""
        with self.db.writing() as session:
            session.execute(update(Attempt).where(Attempt.state == "open").values(deadline=moment))

    def close_rounds(self) -> None:
        """Let every round have closed ten minutes ago."""
        moment = clock.now() - timedelta(minutes=10)
        with self.db.writing() as session:
            opened = moment - timedelta(hours=1)
            session.execute(update(Round).values(opens_at=opened, closes_at=moment))

    def send_mails(self) -> None:
        """Send all mail that is due, as the worker does."""
        jobs.send_mail(self.app, "test", threading.Event())

    def content(self) -> set[str]:
        """Return every text stored in the database: what is content is in no catalogue."""
        texts: set[str] = set()
        with self.db.reading() as session:
            for table in Base.metadata.sorted_tables:
                columns = [c for c in table.columns if isinstance(c.type, String | JSON)]
                if columns:
                    for row in session.execute(select(*columns)):
                        _collect(tuple(row), texts)
        return texts


def _collect(value: object, texts: set[str]) -> None:
    if isinstance(value, str):
        texts.add(" ".join(value.split()))
    elif isinstance(value, dict):
        for item in value.values():
            _collect(item, texts)
    elif isinstance(value, list | tuple):
        for item in value:
            _collect(item, texts)
