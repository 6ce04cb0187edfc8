"""Dated schema changes, and the three things one does with them."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection

from survey_app.database import Database
from survey_app.schema import metadata

HERE = Path(__file__).parent
_TURN = 0x6D69677261746500  # "migrate" in ASCII


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


@contextmanager
def _connection(database: Database) -> Iterator[Connection]:
    """A connection for migrating: on SQLite without foreign keys, checked afterwards."""
    with database.write_engine.connect() as connection, warnings.catch_warnings():
        # Rebuilding a table looks at its neighbours too; what it cannot read of them stays there.
        warnings.filterwarnings(
            "ignore", "Skipped unsupported reflection of expression-based index"
        )
        if database.is_sqlite:
            raw = connection.connection.cursor()
            raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                if not database.is_sqlite:
                    # Two nodes that start together upgrade one after the other.
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")
                yield connection
                if database.is_sqlite:
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                    if broken:
                        raise RuntimeError(f"migration broke {len(broken)} references: {broken[0]}")
        finally:
            if database.is_sqlite:
                raw.execute("PRAGMA foreign_keys=ON")
                raw.close()


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema up to `revision`, in one transaction."""
    with _connection(database) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to `revision` (`base` = empty)."""
    with _connection(database) as connection:
        command.downgrade(_config(connection), revision)


def rebuild(
    database: Database,
    revision: str,
    *,
    check: Callable[[Connection], None],
    fill: Callable[[Connection], None],
    finish: Callable[[Connection], None],
) -> None:
    """Make the schema anew at `revision`, let `fill` put rows in, bring both to the newest one.

    `check` looks first and may refuse; what stood there goes. `finish` runs last, when the models
    fit. All of it is one transaction: whoever is killed on the way leaves the database as it was.
    On SQLite references are checked at the end only; on PostgreSQL parents have to come first.
    """
    with _connection(database) as connection:
        check(connection)
        config = _config(connection)
        if revision_of(connection):
            command.downgrade(config, "base")
        command.upgrade(config, revision)
        fill(connection)
        command.upgrade(config, "head")
        finish(connection)


def revision_of(connection: Connection) -> str | None:
    """Return the revision that `connection` finds; `None` when there is no schema."""
    return MigrationContext.configure(connection).get_current_revision()


def current(database: Database) -> tuple[str | None, str | None]:
    """Return (the database's revision, the newest one there is)."""
    with database.read_engine.connect() as connection:
        at = revision_of(connection)
    return at, ScriptDirectory.from_config(_config()).get_current_head()


def history() -> list[Script]:
    """Return all migrations, newest first."""
    return list(ScriptDirectory.from_config(_config()).walk_revisions())


def differences(database: Database) -> list[object]:
    """Return how the models differ from the database's schema (empty: not at all)."""
    with database.read_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def new_revision(database: Database, message: str) -> None:
    """Write a draft of the next migration from the models (then read and tidy it)."""
    with _connection(database) as connection:
        command.revision(_config(connection), message=message, autogenerate=True)
