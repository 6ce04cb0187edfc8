"""Putting the rows of a backup into a fresh schema, on either database."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import psycopg
from sqlalchemy import Connection, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from survey_app import migrations
from survey_app.backups import counters, values
from survey_app.backups.archive import Archive, Damaged
from survey_app.crashes import code_of
from survey_app.database import Database
from survey_app.i18n import _
from survey_app.schema import metadata

_CHUNK = 500
# Numbers given between the backup and the loss stand in links and logs out there. Nobody knows
# them any more, so the next ones keep a distance that no installation covers in the meantime.
LEAP = 1_000_000
_SCHEMA_TABLE = "alembic_version"


def load(
    database: Database,
    archive: Archive,
    *,
    check: Callable[[Connection], None],
    finish: Callable[[Connection], None],
) -> None:
    """Fill `database` from a backup and bring it to the newest schema, in one transaction.

    `check` looks at what stands there and may refuse; it goes. `finish` is called before the
    commit, at the newest schema.

    Raises:
        Damaged: the rows are not those of the backup's manifest, do not fit the schema or each
            other, or the backup is of a newer schema.
    """
    revision = archive.manifest.revision
    if revision not in {script.revision for script in migrations.history()}:
        raise Damaged(
            _("Bản sao lưu này do một phiên bản mới hơn làm ra. Xin cập nhật phần mềm trước.")
        )
    migrations.rebuild(
        database, revision, check=check, fill=lambda at: _fill(at, archive), finish=finish
    )


def _fill(connection: Connection, archive: Archive) -> None:
    # Parents first, told by the references alone: whole tables would be reflected with warnings.
    parents_first = inspect(connection).get_sorted_table_and_fkc_names()
    names = [name for name, _keys in parents_first if name and name != _SCHEMA_TABLE]
    said = archive.manifest.tables
    if set(names) != set(said):
        raise Damaged(_("Bản sao lưu không có đúng các bảng của phiên bản ghi trong nó."))
    for name in names:
        columns = values.columns_of(connection, name)
        if sorted(said[name].columns) != sorted(columns):
            raise Damaged(_not_fitting(name))
        as_written = [(key, values.Kind(kind)) for key, kind in said[name].columns]
        _fill_table(connection, archive, name, as_written)
        _go_on_counting(connection, name, said[name].last_id)
    if connection.dialect.name == "sqlite":  # PostgreSQL has looked at every row on its way in
        _check_references(connection)


def _not_fitting(name: str) -> str:
    return _("Bảng %(table)s của bản sao lưu không khớp với lược đồ.", table=name)


def _fill_table(
    connection: Connection, archive: Archive, name: str, columns: values.Columns
) -> None:
    put = _copy if connection.dialect.name == "postgresql" else _insert
    try:
        put(connection, name, columns, _rows(archive, name, columns))
    except (DBAPIError, psycopg.Error) as error:
        # Classes 22 and 23: data that a column does not take, rows that break a rule.
        if isinstance(error, IntegrityError) or code_of(error)[:2] in {"22", "23"}:
            raise Damaged(_not_fitting(name)) from error
        raise


def _rows(archive: Archive, name: str, columns: values.Columns) -> Iterator[list[Any]]:
    for line in archive.lines(name):
        try:
            yield values.row(line, columns)
        except (ValueError, TypeError, OverflowError) as error:
            raise Damaged(_not_fitting(name)) from error


def _insert(
    connection: Connection, name: str, columns: values.Columns, rows: Iterator[list[Any]]
) -> None:
    statement = insert(values.clause(name, columns))
    while some := list(islice(rows, _CHUNK)):
        connection.execute(statement, values.as_dicts(some, columns))


def _copy(
    connection: Connection, name: str, columns: values.Columns, rows: Iterator[list[Any]]
) -> None:
    """Use COPY: quick, and a row may name another of its table that comes later."""
    quote = connection.dialect.identifier_preparer.quote
    listed = ", ".join(quote(key) for key, _kind in columns)
    raw: Any = connection.connection.cursor()
    with raw, raw.copy(f"COPY {quote(name)} ({listed}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _go_on_counting(connection: Connection, name: str, last_id: int | None) -> None:
    """Let the next row of a table get a number that no row ever had."""
    columns = dict(values.columns_of(connection, name))
    if columns.get("id") is not values.Kind.INTEGER:
        return
    found = values.clause(name, list(columns.items()))
    highest = int(connection.scalar(select(func.max(found.c.id))) or 0)
    last = max(last_id or 0, highest)
    if last and _ids_stay(name):
        last += LEAP
    counters.go_on_after(connection, name, last)


def _ids_stay(name: str) -> bool:
    known = metadata.tables.get(name)
    return known is not None and bool(known.dialect_options["sqlite"]["autoincrement"])


def _check_references(connection: Connection) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        raise Damaged(
            _(
                "Bản sao lưu có %(n)s dòng nhắc tới dòng không có (bảng %(table)s).",
                n=len(broken),
                table=broken[0][0],
            )
        )
