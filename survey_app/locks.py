"""A lock that dies with its holder: one worker keeps the clock, the next one stands by.

Neither kind leaves anything to clean up: the kernel frees the file lock, PostgreSQL the session's
lock, however the holder ended.
"""

import fcntl
import os
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from survey_app.database import Database

LOCK_FILE = "worker.lock"  # in the instance folder, of installations on SQLite
# "survey" in ASCII. Advisory locks belong to one database, so installations do not meet.
_ADVISORY_KEY = 0x737572766579
# A holder whose network died must notice within seconds, as the server frees its lock.
_CONNECT_ARGS = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10000,
}


class Lock(Protocol):
    """Held by at most one process."""

    def acquire(self) -> bool:
        """Try to take it, without waiting; whether it is ours now."""

    def is_held(self) -> bool:
        """Whether it is still ours."""

    def release(self) -> None:
        """Give it back."""


class FileLock:
    """`flock` on a file; for installations on one machine."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Try to take it."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def is_held(self) -> bool:
        """Whether we hold it, on the file that others would find under this name."""
        if self._descriptor is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._descriptor), self._path.stat())
        except OSError:
            return False

    def release(self) -> None:
        """Give it back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class PostgresLock:
    """A session advisory lock on a connection of its own."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(
            url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args=_CONNECT_ARGS,
            hide_parameters=True,
        )
        self._connection: Connection | None = None

    def acquire(self) -> bool:
        """Try to take it; a database that does not answer counts as "not now"."""
        try:
            connection = self._engine.connect()
        except DBAPIError:
            return False
        try:
            taken = connection.scalar(
                text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY_KEY}
            )
        except DBAPIError:
            taken = False
        if not taken:
            connection.close()
            return False
        self._connection = connection
        return True

    def is_held(self) -> bool:
        """Whether the session that took the lock still lives."""
        if self._connection is None:
            return False
        try:
            self._connection.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True

    def release(self) -> None:
        """Give it back by ending the session."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def worker_lock(database: Database, instance_path: Path) -> Lock:
    """Return the lock under which the scheduled jobs run."""
    if database.is_sqlite:
        return FileLock(instance_path / LOCK_FILE)
    return PostgresLock(database.url)
