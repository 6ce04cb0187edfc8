"""Time as the sample is built: it stands where the story is, and the worker's jobs keep up."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from socket import create_connection, socket

from flask import Flask
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.config import Settings
from survey_app.database import Database
from survey_app.demo.cast import BEGINS, REFUSED_DOMAIN
from survey_app.demo.doors import is_loopback
from survey_app.errors import NotAllowed
from survey_app.i18n import _
from survey_app.mailing.catcher import Catcher

Work = Callable[[Flask, datetime], None]


class Stopped(Exception):
    """Whoever asked for the sample wants it no longer."""


class Stage:
    """The application with its clock in our hands."""

    def __init__(self, app: Flask, stopped: Callable[[], bool]) -> None:
        self.app = app
        self._stopped = stopped
        self.database: Database = app.extensions["survey.database"]
        self.settings: Settings = app.extensions["survey.settings"]
        self.now = BEGINS
        self._work: Work = app.extensions["survey.work"]

    def until(self, moment: datetime) -> None:
        """Let time pass to `moment`; it never goes back.

        Raises:
            Stopped: it was told to.
        """
        if self._stopped():
            raise Stopped
        self.now = max(self.now, moment)

    def work(self) -> None:
        """Let the worker look once: open, close, finalise, send."""
        self._work(self.app, self.now)

    def change(self, part: Callable[..., None], *values: object) -> None:
        """Run `part(session, *values)` as one unit of work."""
        with self.app.app_context(), self.database.writing() as session:
            part(session, *values)

    @contextmanager
    def looking(self) -> Iterator[Session]:
        """Look at the database."""
        with self.app.app_context(), self.database.reading() as session:
            yield session


@contextmanager
def staged(app: Flask, stopped: Callable[[], bool]) -> Iterator[Stage]:
    """Hold the clock, and a mail server where none listens, until the block ends.

    Raises:
        NotAllowed: mail would leave this machine.
    """
    stage = Stage(app, stopped)
    with clock.pretending(lambda: stage.now), _mail_server(stage.settings):
        yield stage


def _mail_server(settings: Settings) -> AbstractContextManager[None]:
    server, port = settings.mail.server, settings.mail.port
    if not is_loopback(server):
        raise NotAllowed(
            _("Dữ liệu mẫu chỉ gửi thư trong máy này; SURVEY_MAIL_SERVER phải là 127.0.0.1.")
        )
    if _listens(server, port):
        return nullcontext()
    return _own_catcher(settings)


@contextmanager
def _own_catcher(settings: Settings) -> Iterator[None]:
    catcher = Catcher(
        smtp_port=settings.mail.port,
        web_port=_free_port(),
        folder=settings.instance_path / "inbox",
        refuse_domains=(REFUSED_DOMAIN,),
    )
    catcher.open()
    try:
        yield
    finally:
        catcher.close()


def _listens(host: str, port: int) -> bool:
    try:
        create_connection((host, port), timeout=2).close()
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
