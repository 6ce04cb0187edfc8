"""The database: engines, units of work, column types. Plain SQLAlchemy, two dialects.

Reading and writing are different connections. A reading one refuses writes in the database itself
(`PRAGMA query_only`, `READ ONLY`), which makes "a GET changes nothing" true by construction.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask import current_app
from sqlalchemy import (
    JSON,
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Executable,
    MetaData,
    Table,
    create_engine,
    event,
    exc,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from survey_app.sqlite import (
    GIVE_UP_AT,
    UnsafeSqlite,
    check_sqlite_version,
    sqlite_engine,
    wait_until,
)

__all__ = ["UnsafeSqlite", "check_sqlite_version"]  # of `sqlite`, for those who open databases

_CONNECTION = "survey.connection"  # of a session's unit of work; asking the session is dear


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC moments; a naive one is refused on the way in and never comes out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments, convert the rest to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware UTC moment."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JsonValue = JSON().with_variant(JSONB(), "postgresql")


class DataClass(StrEnum):
    """What kind of data a table holds; decides who may see it and when it goes."""

    PUBLIC = "public"
    CONTENT = "content"
    TECHNICAL = "technical"
    STAFF = "staff"
    PERSONAL = "personal"
    ANSWERS = "answers"
    ANONYMOUS = "anonymous"


def holds(data_class: DataClass, purge: str, *, ids_stay: bool = False) -> dict[str, Any]:
    """Return the table information every table must carry: its data class and purge rule.

    With `ids_stay` the number of a deleted row never comes back, on SQLite either: for rows that
    the audit log, caches or signed links name. A migration that rebuilds such a table must say so
    again (`table_kwargs={"sqlite_autoincrement": True}`).
    """
    kept = {"sqlite_autoincrement": True} if ids_stay else {}
    return {"info": {"data_class": data_class, "purge": purge}, **kept}


class Base(DeclarativeBase):
    """Root of all models; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime(), dict[str, Any]: JsonValue, list[Any]: JsonValue}


class Database:
    """The engines of one installation and its units of work."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        # SQLite has one writer at a time. Threads queue here and processes at a turnstile, not in
        # its busy handler, whose sleeps are unfair (p99 of a second with two busy writers).
        self._write_lock = threading.Lock()
        self._held = threading.local()
        if self.is_sqlite:
            self.write_engine = sqlite_engine(url, writes=True)
            self.read_engine = self._glance_engine = sqlite_engine(url, writes=False)
        else:
            self.write_engine = create_engine(
                url, pool_size=10, max_overflow=20, hide_parameters=True
            )
            # Both stand in the text of psycopg's BEGIN: a look costs no further round trip.
            self.read_engine = self.write_engine.execution_options(
                postgresql_readonly=True, isolation_level="REPEATABLE READ"
            )
            self._glance_engine = _glance_engine(url)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent look at the database; writing in it is refused by the database."""
        with Session(self.read_engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def glancing(self) -> Iterator[Session]:
        """`reading` for what one statement tells; each further one sees a state of its own.

        On PostgreSQL it costs one round trip instead of three.
        """
        with Session(self._glance_engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One unit of work: commits when the block ends, rolls back when it raises.

        Raises:
            TimeoutError, OperationalError: on SQLite, no turn to write came in time.
        """
        if getattr(self._held, "now", False):
            raise RuntimeError("a unit of work inside a unit of work")
        self._held.now = True
        try:
            with (
                self._turn_to_write() as until,
                Session(self.write_engine, expire_on_commit=False) as unit,
            ):
                unit.connection(execution_options=until)
                yield unit
                unit.commit()
        finally:
            self._held.now = False

    @contextmanager
    def _turn_to_write(self) -> Iterator[dict[str, Any]]:
        """Wait for the process's other threads; yield the options of the connection to write on."""
        if not self.is_sqlite:
            yield {}
            return
        # One deadline for all there is to wait for: this queue, other processes, the lock itself.
        until = wait_until()
        if not self._write_lock.acquire(timeout=max(0.0, until - time.monotonic())):
            raise exc.TimeoutError("no turn to write came")
        try:
            yield {GIVE_UP_AT: until}
        finally:
            self._write_lock.release()

    def dispose(self) -> None:
        """Close all connections."""
        self.write_engine.dispose()
        self.read_engine.dispose()
        self._glance_engine.dispose()


def _glance_engine(url: str) -> Engine:
    engine = create_engine(
        url, pool_size=10, max_overflow=20, hide_parameters=True, isolation_level="AUTOCOMMIT"
    )

    @event.listens_for(engine, "connect")
    def refuse_writes(connection: Any, _record: ConnectionPoolEntry) -> None:
        connection.execute("SET default_transaction_read_only = on")
        connection.commit()

    return engine


def table_of(model: type[Base]) -> Table:
    """Return the table of a model, for statements that go past the ORM."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def run(session: Session, statement: Executable, values: Any = None) -> CursorResult[Any]:
    """Execute a Core statement in the session's unit of work, past the ORM's machinery.

    For the requests of many members at once: half the cost of `Session.execute`. The statement must
    be built of tables (`table_of`), best once at import, with its values as parameters.
    """
    connection: Connection | None = session.info.get(_CONNECTION)
    if connection is None or connection.closed:
        connection = session.info[_CONNECTION] = session.connection()
    return connection.execute(statement, values)


@contextmanager
def all_at_once(session: Session) -> Iterator[None]:
    """Send the block's statements in one go where the database can, and wait once.

    For statements whose results nobody looks at.
    """
    if session.get_bind().dialect.name != "postgresql":
        yield
        return
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    errors: Any = connection.dialect.dbapi
    try:
        with driver.pipeline():
            yield
    except errors.Error as error:  # it came out at the end, past SQLAlchemy
        raise DBAPIError.instance(
            None, None, error, errors.Error, hide_parameters=True, dialect=connection.dialect
        ) from error


def one_at_a_time(session: Session, key: int) -> None:
    """Wait until no other unit of work holds `key`, and hold it until this one ends.

    On SQLite there is one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def current_database() -> Database:
    """Return the database of the current application."""
    database: Database = current_app.extensions["survey.database"]
    return database


@contextmanager
def reading() -> Iterator[Session]:
    """`Database.reading` of the current application."""
    with current_database().reading() as session:
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """`Database.writing` of the current application."""
    with current_database().writing() as session:
        yield session


@contextmanager
def glancing() -> Iterator[Session]:
    """`Database.glancing` of the current application."""
    with current_database().glancing() as session:
        yield session
