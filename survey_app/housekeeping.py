"""Deletes rows whose purge rule is a matter of days (see `holds(...)` of each table)."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete
from sqlalchemy.orm import Session

from survey_app.accounts.models import SignInLink, StaffSession
from survey_app.database import Base
from survey_app.people.models import RosterUpload
from survey_app.tasks.models import Task
from survey_app.web.models import Throttle

ENDED = ("done", "failed", "cancelled")


def _expired(now: datetime) -> list[tuple[type[Base], ColumnElement[bool]]]:
    day_ago = now - timedelta(days=1)
    return [
        (Throttle, Throttle.window_start < day_ago),
        (SignInLink, SignInLink.expires_at < day_ago),
        (StaffSession, StaffSession.expires_at <= now),
        (RosterUpload, RosterUpload.uploaded_at < day_ago),
        (Task, Task.state.in_(ENDED) & (Task.updated_at < now - timedelta(days=30))),
    ]


def purge_expired(session: Session, now: datetime) -> dict[str, int]:
    """Delete what has expired by `now`; return table name -> rows deleted."""
    deleted: dict[str, int] = {}
    for model, condition in _expired(now):
        result = session.execute(delete(model).where(condition))
        deleted[model.__tablename__] = int(getattr(result, "rowcount", 0))
    return deleted
