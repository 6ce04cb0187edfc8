"""The database: engines, units of work, column types. Plain SQLAlchemy, two dialects.

Reading and writing are different connections. A reading one refuses writes in the database itself
(`PRAGMA query_only`, `READ ONLY`), which makes "a GET changes nothing" true by construction.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
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
    make_url,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from survey_app.turnstile import Turnstile

BUSY_SECONDS = 15.0
_LOOK_AGAIN_SECONDS = 0.0003  # one process at a time looks, and most transactions are this short
# https://sqlite.org/wal.html#walresetbug and the fixed back-ports named there.
_FIXED_BACKPORTS = {(3, 44): 6, (3, 50): 7}
_FIXED_SINCE = (3, 51, 3)


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
TURN_SECONDS = 15.0  # that a thread queues behind others of its process before it gives up


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


class UnsafeSqlite(RuntimeError):
    """This SQLite build can lose committed rows in WAL mode."""


def check_sqlite_version(version: tuple[int, ...]) -> None:
    """Refuse builds with the WAL-reset bug.

    Raises:
        UnsafeSqlite: `version` is older than 3.51.3 and no fixed back-port.
    """
    fixed_patch = _FIXED_BACKPORTS.get(version[:2])  # type: ignore[arg-type]
    if version >= _FIXED_SINCE or (fixed_patch is not None and version[2] >= fixed_patch):
        return
    raise UnsafeSqlite(
        f"SQLite {'.'.join(map(str, version))} can lose committed rows (WAL-reset bug); "
        "install the pysqlite3 package of requirements.txt."
    )


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
            self.write_engine = _sqlite_engine(url, writes=True)
            self.read_engine = _sqlite_engine(url, writes=False)
        else:
            self.write_engine = create_engine(
                url, pool_size=10, max_overflow=20, hide_parameters=True
            )
            # Both stand in the text of psycopg's BEGIN: one look costs no further round trip.
            self.read_engine = self.write_engine.execution_options(
                postgresql_readonly=True, isolation_level="REPEATABLE READ"
            )

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One consistent look at the database; writing in it is refused by the database."""
        with Session(self.read_engine, expire_on_commit=False, autoflush=False) as session:
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
            with self._turn_to_write(), Session(self.write_engine, expire_on_commit=False) as unit:
                unit.connection()
                yield unit
                unit.commit()
        finally:
            self._held.now = False

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        # Those in the queue give up with the one in front, or each would wait for all before it.
        if not self._write_lock.acquire(timeout=TURN_SECONDS):
            raise exc.TimeoutError("no turn to write came")
        try:
            yield
        finally:
            self._write_lock.release()

    def dispose(self) -> None:
        """Close all connections."""
        self.write_engine.dispose()
        self.read_engine.dispose()


def _sqlite_engine(url: str, *, writes: bool) -> Engine:
    from pysqlite3 import dbapi2

    check_sqlite_version(dbapi2.sqlite_version_info)
    path = make_url(url).database
    turnstile = Turnstile(Path(f"{path}-turn")) if writes and path else None
    engine = create_engine(
        url.replace("sqlite:", "sqlite+pysqlite:", 1),
        module=dbapi2,
        connect_args={"timeout": 0 if writes else BUSY_SECONDS, "isolation_level": None},
        pool_size=20,
        max_overflow=20,
        hide_parameters=True,  # what people typed has no place in a log
    )

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute("PRAGMA query_only=ON" if not writes else "PRAGMA busy_timeout=0")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        if not writes:
            # Past SQLAlchemy's machinery: every request begins, and this one cannot fail.
            connection.connection.driver_connection.execute("BEGIN")  # type: ignore[union-attr]
            return
        with turnstile.inside() if turnstile else nullcontext():
            _begin_immediate(connection)

    if turnstile:
        event.listen(engine, "engine_disposed", lambda _engine: turnstile.close())
    return engine


def _begin_immediate(connection: Connection) -> None:
    begin: Any = connection.connection.driver_connection
    give_up_at = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            begin.execute("BEGIN IMMEDIATE")
            return
        except connection.dialect.dbapi.OperationalError as error:  # type: ignore[union-attr]
            if "locked" not in str(error) or time.monotonic() > give_up_at:
                # Once more in SQLAlchemy's way, whose errors everybody knows.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                return
            time.sleep(_LOOK_AGAIN_SECONDS)


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
    return session.connection().execute(statement, values)


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
