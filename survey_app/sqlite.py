"""SQLite: which builds may be used, how connections are set up, how writers take turns."""

import os
import time
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from survey_app.turnstile import Turnstile

BUSY_SECONDS = 15.0  # that a writer waits in all, whoever is in front of it, before it gives up
GIVE_UP_AT = "survey.give_up_at"  # option of a connection: until when (`time.monotonic`) it waits
_LOOK_AGAIN_SECONDS = 0.0003  # one process at a time looks, and most transactions are this short
# https://sqlite.org/wal.html#walresetbug and the fixed back-ports named there.
_FIXED_BACKPORTS = {(3, 44): 6, (3, 50): 7}
_FIXED_SINCE = (3, 51, 3)


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


def sqlite_engine(url: str, *, writes: bool) -> Engine:
    """Return an engine whose transactions write at once (`writes`) or not at all."""
    from pysqlite3 import dbapi2

    check_sqlite_version(dbapi2.sqlite_version_info)
    path = make_url(url).database
    turnstile = Turnstile(Path(path)) if writes and path else None
    engine = create_engine(
        url.replace("sqlite:", "sqlite+pysqlite:", 1),
        module=dbapi2,
        connect_args={"timeout": 0 if writes else BUSY_SECONDS, "isolation_level": None},
        pool_size=20,
        max_overflow=20,
        hide_parameters=True,  # what people typed has no place in a log
    )

    @event.listens_for(engine, "do_connect")
    def make_private(*_connecting: Any) -> None:
        # SQLite would make the file readable for everybody on the machine.
        if path and not Path(path).exists():
            with suppress(OSError):
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        # 8 MB instead of 2: the upper levels of the indexes of 100,000 attempts stay at hand.
        cursor.execute("PRAGMA cache_size=-8000")
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
        until = connection.get_execution_options().get(GIVE_UP_AT, wait_until())
        with turnstile.inside(until) if turnstile else nullcontext():
            _begin_immediate(connection, until)

    if turnstile:
        event.listen(engine, "engine_disposed", lambda _engine: turnstile.close())
    return engine


def wait_until() -> float:
    """Return until when (`time.monotonic`) who wants to write from now on waits for its turn."""
    return time.monotonic() + BUSY_SECONDS


def _begin_immediate(connection: Connection, until: float) -> None:
    begin: Any = connection.connection.driver_connection
    while True:
        try:
            begin.execute("BEGIN IMMEDIATE")
            return
        except connection.dialect.dbapi.OperationalError as error:  # type: ignore[union-attr]
            if "locked" not in str(error) or time.monotonic() >= until:
                # Once more in SQLAlchemy's way, whose errors everybody knows.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                return
            time.sleep(_LOOK_AGAIN_SECONDS)
