"""Counting tries in a table, so that all processes and restarts share the count."""

import hashlib
from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.errors import Throttled
from survey_app.i18n import _
from survey_app.web.models import Throttle


def _bucket(purpose: str, subject: str) -> str:
    return hashlib.sha256(f"{purpose}\n{subject}".encode()).hexdigest()


def _window_start(window: timedelta) -> datetime:
    seconds = int(clock.now().timestamp())
    return datetime.fromtimestamp(seconds - seconds % int(window.total_seconds()), UTC)


def count(session: Session, purpose: str, subject: str, *, window: timedelta) -> int:
    """Return the tries of `subject` so far in the present window."""
    start = _window_start(window)
    found = session.scalar(
        select(Throttle.count).where(
            Throttle.bucket == _bucket(purpose, subject), Throttle.window_start == start
        )
    )
    return found or 0


def check(session: Session, purpose: str, subject: str, *, limit: int, window: timedelta) -> None:
    """Refuse when `subject` has used up its `limit` of tries in the window.

    Raises:
        Throttled: with the seconds until the next window.
    """
    if count(session, purpose, subject, window=window) < limit:
        return
    wait = _window_start(window) + window - clock.now()
    minutes = max(1, round(wait.total_seconds() / 60))
    raise Throttled(
        _("Đã thử quá nhiều lần. Xin đợi %(minutes)s phút rồi thử lại.", minutes=minutes),
        retry_after=max(1, int(wait.total_seconds())),
    )


def hit(session: Session, purpose: str, subject: str, *, window: timedelta) -> int:
    """Count one try and return the number of tries in the window, this one included."""
    key = {"bucket": _bucket(purpose, subject), "window_start": _window_start(window)}
    dialect = session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = (
        insert(Throttle)
        .values(**key, count=1)
        .on_conflict_do_update(
            index_elements=["bucket", "window_start"], set_={"count": Throttle.count + 1}
        )
        .returning(Throttle.count)
    )
    return int(session.execute(statement).scalar_one())


def forgive(session: Session, purpose: str, subject: str) -> None:
    """Forget the tries of `subject` (it proved who it is)."""
    session.execute(
        update(Throttle).where(Throttle.bucket == _bucket(purpose, subject)).values(count=0)
    )
