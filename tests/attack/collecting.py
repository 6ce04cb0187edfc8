"""Takes evidence from a running installation; the layout stands in `evidence`.

Nothing here knows a table by name. An hourly call while people answer and one after counting:

    collecting.collect_sqlite(path, folder / "snapshots" / "hour-03")
    collecting.collect_postgres(connection, folder / "snapshots" / "hour-03", since=lsn)
"""

import json
import shutil
from pathlib import Path
from typing import Any

from tests.attack.evidence import DATABASE, plain

_TABLES = """
    SELECT c.oid, c.relname, c.reltoastrelid FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') ORDER BY c.relname"""
_KEYS = """
    SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c
    CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k(number, place)
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number
    WHERE c.contype = 'p' AND c.connamespace = current_schema()::regnamespace
    ORDER BY c.conrelid, k.place"""
_FOREIGN = """
    SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, b.attname
    FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
    WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace"""


def collect_sqlite(database: Path, snapshot: Path, data_folder: Path | None = None) -> None:
    """Copy the raw files of a database in use; `data_folder`'s listing too, if one is named."""
    folder = snapshot / "sqlite"
    folder.mkdir(parents=True)
    for end in ("", "-wal", "-shm"):
        if (there := database.with_name(database.name + end)).is_file():
            shutil.copyfile(there, folder / (DATABASE + end))
    if data_folder is not None:
        collect_files(data_folder, snapshot)


def collect_postgres(
    connection: Any, snapshot: Path, *, since: str | None = None, raw: bool = True
) -> str:
    """Dump every table of the current schema with its system columns, and the raw files.

    Args:
        connection: a psycopg connection of a superuser, in autocommit, to the database.
        since: up to where the log was taken before (what the last call returned).
        raw: whether to take heap and log too. What the server still has in memory is brought to
            disk before: the thief is to have luck.

    Returns:
        Up to where the log is taken now.
    """
    folder = snapshot / "postgres"
    for name in ("tables", "heap", "wal"):
        (folder / name).mkdir(parents=True)
    tables = connection.execute(_TABLES).fetchall()
    for _oid, name, _toast in tables:
        _dump(connection, name, folder / "tables" / f"{name}.jsonl")
    keys: dict[str, list[str]] = {}
    for name, column in connection.execute(_KEYS):
        keys.setdefault(name.strip('"'), []).append(column)
    foreign = [[one.strip('"') for one in row] for row in connection.execute(_FOREIGN)]
    (folder / "schema.json").write_text(json.dumps({"primary_keys": keys, "foreign_keys": foreign}))
    connection.execute("SET synchronous_commit = on")
    connection.execute("SELECT pg_current_xact_id()")  # its commit flushes the log up to here
    now = str(connection.execute("SELECT pg_current_wal_flush_lsn()").fetchone()[0])
    if raw and since is not None:
        _log(connection, since, now, folder / "wal")  # before a checkpoint lets it go
    if raw:
        connection.execute("CHECKPOINT")
        _heaps(connection, tables, folder / "heap")
    return now


def _dump(connection: Any, name: str, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        cursor = connection.execute(
            f'SELECT xmin::text, xmax::text, cmin::text, ctid::text, t.* FROM "{name}" t'
        )
        columns = [entry.name for entry in cursor.description][4:]
        for xmin, xmax, cmin, ctid, *values in cursor:
            row = {key: plain(value) for key, value in zip(columns, values, strict=True)}
            line = {"xmin": xmin, "xmax": xmax, "cmin": cmin, "ctid": ctid, "row": row}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _heaps(connection: Any, tables: list[Any], folder: Path) -> None:
    for oid, name, toast in tables:
        for number, end in ((oid, ""), (toast, ".toast")):
            content = (
                number
                and connection.execute(
                    "SELECT pg_read_binary_file(pg_relation_filepath(%s::oid), 0, 1 << 28, true)",
                    (number,),
                ).fetchone()[0]
            )
            if content:
                (folder / f"{name}{end}.bin").write_bytes(content)


def _log(connection: Any, since: str, now: str, folder: Path) -> None:
    """Write the log from `since` to `now`, one file per segment."""
    size = int(
        connection.execute(
            "SELECT setting FROM pg_settings WHERE name = 'wal_segment_size'"
        ).fetchone()[0]
    )
    start, end = _bytes(since), _bytes(now)
    while start < end:
        length = min(end, (start // size + 1) * size) - start
        content = connection.execute(
            "SELECT pg_read_binary_file('pg_wal/' || pg_walfile_name(%s::pg_lsn), %s, %s, true)",
            (f"{start >> 32:X}/{(start + 1) & 0xFFFFFFFF:X}", start % size, length),
        ).fetchone()[0]
        if content:
            (folder / f"{start:016X}.bin").write_bytes(content)
        start += length


def _bytes(lsn: str) -> int:
    high, low = lsn.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def collect_files(data_folder: Path, snapshot: Path) -> None:
    """Write down names, times (unix seconds) and sizes of the files below a folder."""
    snapshot.mkdir(parents=True, exist_ok=True)
    with (snapshot / "files.jsonl").open("w", encoding="utf-8") as file:
        for path in sorted(data_folder.rglob("*")):
            if path.is_file():
                said = path.stat()
                line = {
                    "path": str(path.relative_to(data_folder)),
                    "mtime": said.st_mtime_ns / 1e9,
                    "ctime": said.st_ctime_ns / 1e9,
                    "size": said.st_size,
                }
                file.write(json.dumps(line) + "\n")


def keep_mail(round_folder: Path, at: float, number: int, content: bytes) -> None:
    """Put a mail as it came over the line beside the evidence; `at` in unix seconds."""
    folder = round_folder / "mails"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{at:.6f}-{number:06d}.eml").write_bytes(content)
