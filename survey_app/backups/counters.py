"""The counters behind the numbers of rows: read for a backup, set when it is restored."""

from sqlalchemy import Connection, Integer, literal_column, select, text

from survey_app.backups import values


def last_given(connection: Connection, table: str) -> int | None:
    """Return the highest number ever given in a table, `None` where the database keeps none.

    PostgreSQL's counters stand outside transactions, so theirs is at least the highest seen here.
    """
    if connection.dialect.name == "postgresql":
        return _last_on_postgresql(connection, table)
    if not _is_kept_on_sqlite(connection, table):
        return None
    given = text("SELECT seq FROM sqlite_sequence WHERE name = :table")
    return int(connection.scalar(given, {"table": table}) or 0)


def _last_on_postgresql(connection: Connection, table: str) -> int | None:
    if not any(key == "id" for key, _kind in values.columns_of(connection, table)):
        return None
    counter = text("SELECT pg_get_serial_sequence(:table, 'id')")
    sequence = connection.scalar(counter, {"table": f'"{table}"'})
    if sequence is None:
        return None
    given = literal_column("CASE WHEN is_called THEN last_value ELSE 0 END", Integer)
    return connection.scalar(select(given).select_from(text(sequence)))


def go_on_after(connection: Connection, table: str, last: int) -> None:
    """Let the next row of a table with an `id` get a number above `last` (0: the first one).

    Nothing happens where SQLite keeps no counter: there the highest row says what is next.
    """
    if connection.dialect.name == "postgresql":
        counter = {"table": f'"{table}"', "last": max(last, 1), "given": last > 0}
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last, :given)"), counter
        )
    elif _is_kept_on_sqlite(connection, table):
        named = {"table": table, "last": last}
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :table"), named)
        given = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)")
        connection.execute(given, named)


def _is_kept_on_sqlite(connection: Connection, table: str) -> bool:
    lasting = text("SELECT sql LIKE '%AUTOINCREMENT%' FROM sqlite_master WHERE name = :table")
    return bool(connection.scalar(lasting, {"table": table}))
