"""Writing a backup: every table in one consistent look, while members go on answering."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.expression import ColumnElement

from survey_app import audit, clock, migrations
from survey_app.audit.services import Actor
from survey_app.backups import counters, values
from survey_app.backups.archive import MANIFEST, Writer, creating, member_of
from survey_app.backups.manifest import (
    CLOCK,
    FORMAT,
    PRODUCT,
    SETTINGS,
    FileMember,
    Manifest,
    TableMember,
    product_version,
)
from survey_app.config import Settings, settings_lines
from survey_app.crashes import code_of
from survey_app.database import Database
from survey_app.errors import Conflict
from survey_app.i18n import _
from survey_app.schema import metadata

_CHUNK = 500
_SCHEMA_TABLE = "alembic_version"


@dataclass(frozen=True)
class Made:
    """A backup that was made. `not_noted` says why the audit log has no line of it, if it has none.

    It is the database's code or the kind of its error.
    """

    manifest: Manifest
    not_noted: str | None


def make(database: Database, settings: Settings, path: Path, actor: Actor) -> Made:
    """Write the whole installation but for urn keys to `path`; return what is in it.

    It reads in one transaction, row by row: nobody waits for it, and what was acknowledged before
    it began is in it. Nothing is changed but for a line in the audit log, written before the file
    has its name: whatever was taken out is known. A database that takes no line (full, say) is
    backed up all the same.

    Raises:
        Conflict: something stands at `path`, or there is no schema yet.
        Invalid: `path` cannot be written to.
    """
    made_at = clock.now()
    with creating(path) as writer:
        with database.reading() as session:
            connection = session.connection()
            revision = migrations.revision_of(connection)
            if revision is None:
                raise Conflict(_("Cơ sở dữ liệu còn trống, chưa có gì để sao lưu."))
            tables = {name: _write_table(writer, connection, name) for name in _tables(connection)}
        manifest = Manifest(
            product=PRODUCT,
            format=FORMAT,
            product_version=product_version(),
            made_at=made_at,
            dialect="sqlite" if database.is_sqlite else "postgresql",
            revision=revision,
            tables=tables,
            files={
                name: FileMember(size=len(content), sha256=writer.write(f"files/{name}", [content]))
                for name, content in _files(settings)
            },
        )
        writer.write(MANIFEST, [manifest.model_dump_json(indent=1).encode()])
        return Made(manifest, _note(database, manifest, actor))


def _note(database: Database, manifest: Manifest, actor: Actor) -> str | None:
    """Write a backup down; return why that was not possible, if it was not."""
    subject = ("installation", None)
    try:
        with database.writing() as session:
            audit.record(session, audit.Action.BACKUP_MADE, actor, subject, **manifest.counts())
    except SQLAlchemyError as error:
        return code_of(error) or type(error).__name__
    return None


def _tables(connection: Connection) -> list[str]:
    """Return what is to be written: our tables, or all when the schema is older than we are."""
    there = set(inspect(connection).get_table_names()) - {_SCHEMA_TABLE}
    ours = set(metadata.tables)
    return sorted(ours if ours <= there else there)


def _write_table(writer: Writer, connection: Connection, name: str) -> TableMember:
    columns = values.columns_of(connection, name)
    written = 0

    def lines() -> Iterator[bytes]:
        nonlocal written
        for row in _rows(connection, name, columns):
            written += 1
            yield values.line(row, columns)

    digest = writer.write(member_of(name), lines())
    return TableMember(
        rows=written,
        sha256=digest,
        columns=list(columns),
        last_id=counters.last_given(connection, name),
    )


def _rows(
    connection: Connection, name: str, columns: values.Columns
) -> Iterator[tuple[object, ...]]:
    """Yield a table's rows in the order of their keys, a few at a time."""
    found = values.clause(name, columns)
    keys = inspect(connection).get_pk_constraint(name)["constrained_columns"]
    order: list[ColumnElement[object]] = [found.c[key] for key in keys]
    query = select(*values.selected(found, columns)).order_by(*order)
    with connection.execute(query, execution_options={"yield_per": _CHUNK}) as result:
        for row in result:
            yield tuple(row)


def _files(settings: Settings) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the instance folder that belong to the installation.

    The settings are those in force, wherever they come from: without the link key no personal
    link opens again.
    """
    yield SETTINGS, "\n".join([*settings_lines(settings), ""]).encode()
    moved_clock = settings.instance_path / CLOCK
    if settings.development and moved_clock.is_file():
        yield CLOCK, moved_clock.read_bytes()
