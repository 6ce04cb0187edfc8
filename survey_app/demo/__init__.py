"""The sample: the shipped campaign with invented people, in the middle of its third week.

It exists in development only, on a machine of one's own, and never among real people: it sends mail
to addresses that exist only in the local inbox. `load` builds it once; `clearing` takes it away.
"""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.models import User
from survey_app.config import Settings
from survey_app.database import Database
from survey_app.demo.cast import NOW
from survey_app.demo.stage import Stopped, staged
from survey_app.demo.story import tell
from survey_app.errors import Conflict, NotAllowed
from survey_app.i18n import _
from survey_app.people.models import Person

__all__ = ["UNFINISHED", "Stopped", "has_sample", "is_real", "is_unfinished", "load"]

UNFINISHED = "demo-unfinished"


def load(app: Flask, stopped: Callable[[], bool] = lambda: False) -> bool:
    """Build the sample where nothing is yet; return whether it was built now.

    `stopped` is asked now and then whether to leave it at that.

    Raises:
        NotAllowed: this is no development installation, it has real people or accounts, or mail
            would leave the machine.
        Conflict: an earlier build was broken off.
        Stopped: this one was; what is there is of no use.
    """
    settings: Settings = app.extensions["survey.settings"]
    database: Database = app.extensions["survey.database"]
    refuse_production(settings)
    if is_unfinished(settings):
        raise Conflict(
            _("Lần nạp dữ liệu mẫu trước bị ngắt giữa chừng. Hãy chạy: make run RESET=1")
        )
    if is_real(database):
        raise NotAllowed(_("Đã có người hoặc tài khoản thật ở đây nên không nạp dữ liệu mẫu."))
    if has_sample(database):
        return False
    mark = settings.instance_path / UNFINISHED
    mark.touch()
    with staged(app, stopped) as stage:
        tell(stage)
    clock.set_to(settings.instance_path / clock.FILE, NOW)
    mark.unlink()
    return True


def refuse_production(settings: Settings) -> None:
    """Stop outside of development.

    Raises:
        NotAllowed: this is no development installation.
    """
    if not settings.development:
        raise NotAllowed(_("Dữ liệu mẫu chỉ dùng cho bản thử: đặt SURVEY_ENV=development."))


def is_unfinished(settings: Settings) -> bool:
    """Whether building the sample was broken off, so that what is there is of no use."""
    return (settings.instance_path / UNFINISHED).exists()


def has_sample(database: Database) -> bool:
    """Whether the sample's people are here."""
    with database.reading() as session:
        return _has(session, Person, is_sample=True)


def is_real(database: Database) -> bool:
    """Whether this database, which may be older than we are or empty, holds what is somebody's own.

    It does when it names a real person, or has accounts and none of them is of the sample.
    """
    with database.reading() as session:
        if _has(session, Person, is_sample=False):
            return True
        own = _has(session, User, is_sample=False)
        return own and not _has(session, User, is_sample=True)


def _has(session: Session, model: type[Person] | type[User], *, is_sample: bool) -> bool:
    if not inspect(session.connection()).has_table(model.__tablename__):
        return False
    found = select(model.id).where(model.is_sample.is_(is_sample)).limit(1)
    return session.scalar(found) is not None
