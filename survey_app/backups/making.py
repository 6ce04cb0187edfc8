"""Writing a backup: every table in one consistent look, while members go on answering."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, inspect, select
from sqlalchemy.sql.expression import ColumnElement

from survey_app import clock, migrations
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
from survey_app.database import Database
from survey_app.errors import Conflict
from survey_app.i18n import _
from survey_app.schema import metadata

_CHUNK = 500
_SCHEMA_TABLE = "alembic_version"


def make(database: Database, settings: Settings, path: Path) -> Manifest:
    """Write the whole installation but for urn keys to `path`; return what is in it.

    It reads in one transaction, row by row: nobody waits for it, and what was acknowledged before
    it began is in it. The installation itself is not changed.

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
    return manifest


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
