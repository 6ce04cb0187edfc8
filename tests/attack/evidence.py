"""What an adversary of the threat table may get hold of in one round: a folder, and its reading.

    ROUND/
      snapshots/hour-00/   and so on, in time order by name; `after` comes last and is the state
                           after counting. All others are taken while people still answer; the
                           first one before anybody has.
        sqlite/            database.sqlite, database.sqlite-wal, database.sqlite-shm: raw copies
        postgres/          tables/TABLE.jsonl   a row a line, as SELECT without ORDER BY gives it:
                                                {"xmin", "xmax", "cmin", "ctid", "row": {...}};
                                                bytes stand as {"bytes": "<hex>"}
                           schema.json          {"primary_keys": {table: [column]},
                                                 "foreign_keys": [[table, column, table, column]]}
                           heap/TABLE.bin       the raw file of the table and, TABLE.toast.bin,
                                                of what is stored out of line
                           wal/LSN.bin          the write-ahead log since the snapshot before
        files.jsonl        {"path", "mtime", "ctime", "size"}: the data folder's listing
      backups/*            the product's archives (zip: manifest.json, tables/TABLE.jsonl)
      logs/*               what web and worker printed
      mails/SECONDS-N.eml  as received; SECONDS (unix time, may have a fraction) is the arrival

Every part but the snapshots may be missing. `collecting` makes it from a running
installation; whatever tables there are, they are taken.
"""

import json
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from email import message_from_bytes, policy
from email.utils import getaddresses
from functools import cached_property
from pathlib import Path
from typing import Any

DATABASE = "database.sqlite"
_SYSTEM = ("xmin", "xmax", "cmin")


@dataclass(frozen=True)
class Person:
    """Somebody who was asked, as the office knows them.

    `id` is what guesses are keyed by, and what the database calls them (number or public id).
    `group` is the published group, by the name or number the database has for it. `also` are other
    known identifiers: address, member code.
    """

    id: str
    name: str
    group: str
    also: tuple[str, ...] = ()


@dataclass
class Row:
    """A row, and what the database adds: `system` has rowid, or xmin, xmax, cmin, ctid."""

    values: dict[str, Any]
    system: dict[str, Any]


@dataclass
class Table:
    """Rows in the order in which the database returned them."""

    name: str
    rows: list[Row]
    key: list[str]
    foreign: dict[str, tuple[str, str]] = field(default_factory=dict)

    def identity(self, row: Row) -> Any:
        """Return what stays the same of a row from one snapshot to the next."""
        if len(self.key) == 1:
            return str(row.values.get(self.key[0]))
        names = self.key or sorted(row.values)
        return tuple(str(row.values.get(name)) for name in names)


@dataclass(frozen=True)
class Raw:
    """Bytes of a file; `kind` names it alike in all rounds (`wal`, `database`, `heap:TABLE`)."""

    kind: str
    content: bytes


Memory = dict[str, tuple[Any, Table]]  # each table as it was met last, with what it was read from


class Snapshot:
    """One copy of the database."""

    def __init__(self, folder: Path, memory: Memory) -> None:
        self.name = folder.name
        self._folder = folder
        self._memory = memory  # a table that did not change is the same object

    @property
    def sqlite(self) -> Path | None:
        """Return the raw SQLite file, if it is one."""
        path = self._folder / "sqlite" / DATABASE
        return path if path.is_file() else None

    @cached_property
    def tables(self) -> dict[str, Table]:
        """Return all tables, by name."""
        if self.sqlite is not None:
            return _sqlite_tables(self.sqlite, self._memory)
        return self._postgres_tables(self._folder / "postgres")

    def raw(self) -> list[Raw]:
        """Return the raw files."""
        if self.sqlite is not None:
            wal = self.sqlite.with_name(DATABASE + "-wal")
            found = [Raw("database", self.sqlite.read_bytes())]
            return [*found, Raw("wal", wal.read_bytes())] if wal.is_file() else found
        folder = self._folder / "postgres"
        heaps = sorted((folder / "heap").glob("*.bin"))
        logs = b"".join(path.read_bytes() for path in sorted((folder / "wal").glob("*.bin")))
        return [*(Raw(f"heap:{path.stem}", path.read_bytes()) for path in heaps), Raw("wal", logs)]

    def files(self) -> list[dict[str, Any]]:
        """Return the listing of the data folder."""
        return [json.loads(line) for line in _lines(self._folder / "files.jsonl")]

    def _postgres_tables(self, folder: Path) -> dict[str, Table]:
        schema = json.loads((folder / "schema.json").read_text())
        tables = {}
        for path in sorted((folder / "tables").glob("*.jsonl")):
            content = path.read_bytes()
            name = path.stem
            if name not in self._memory or self._memory[name][0] != content:
                rows = [_postgres_row(json.loads(line)) for line in content.splitlines()]
                foreign = {
                    column: (other, there)
                    for of, column, other, there in schema["foreign_keys"]
                    if of == name
                }
                table = Table(name, rows, schema["primary_keys"].get(name, []), foreign)
                self._memory[name] = (content, table)
            tables[name] = self._memory[name][1]
        return tables


@dataclass(frozen=True)
class Mail:
    """A mail that arrived."""

    at: float
    kind: str
    recipients: list[str]
    content: bytes


class Evidence:
    """What was taken of one round. `snapshots` are those while open, `after` the last one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        memory: Memory = {}
        names = sorted(path for path in (folder / "snapshots").iterdir() if path.name != "after")
        self.snapshots = [Snapshot(path, memory) for path in names]
        self.after = Snapshot(folder / "snapshots" / "after", memory)

    def logs(self) -> dict[str, list[str]]:
        """Return the lines of each log, by the file's name."""
        paths = sorted((self._folder / "logs").glob("*"))
        return {path.name: path.read_text("utf-8", "replace").splitlines() for path in paths}

    def mails(self) -> list[Mail]:
        """Return the mails in the order of arrival."""
        found = []
        for path in (self._folder / "mails").glob("*.eml"):
            content = path.read_bytes()
            mail = message_from_bytes(content.split(b"\r\n\r\n", 1)[0], policy=policy.compat32)
            to = [address for _name, address in getaddresses(mail.get_all("To", []))]
            kind = str(mail.get("X-Survey-Message", "mail"))
            found.append(Mail(float(path.stem.split("-")[0]), kind, to, content))
        return sorted(found, key=lambda one: one.at)

    def backups(self) -> list[dict[str, Table]]:
        """Return the tables of each archive, in the order of the files' names."""
        return [_archive(path) for path in sorted((self._folder / "backups").glob("*"))]


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines() if path.is_file() else []


def _sqlite_tables(path: Path, memory: Memory) -> dict[str, Table]:
    """Read a copy of a copy: opening it folds the log in, and the evidence stays as it was."""
    with tempfile.TemporaryDirectory() as scratch:
        for end in ("", "-wal"):
            if (there := path.with_name(path.name + end)).is_file():
                shutil.copyfile(there, Path(scratch) / there.name)
        connection = sqlite3.connect(Path(scratch) / path.name)
        connection.execute("PRAGMA synchronous = OFF")  # it is a scratch
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        try:
            names = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
            return {name: _sqlite_table(connection, name, sql or "", memory) for name, sql in names}
        finally:
            connection.close()


def _sqlite_table(connection: sqlite3.Connection, name: str, sql: str, memory: Memory) -> Table:
    numbered = not re.search(r"\)[^()]*WITHOUT\s+ROWID[^()]*$", sql, re.I)
    cursor = connection.execute(f'SELECT {"rowid, " if numbered else ""}* FROM "{name}"')
    columns = [entry[0] for entry in cursor.description][numbered:]
    content = cursor.fetchall()
    if name in memory and memory[name][0] == content:
        return memory[name][1]
    rows = [
        Row(dict(zip(columns, found[numbered:], strict=True)), _rowid(found, numbered))
        for found in content
    ]
    information = connection.execute(f'PRAGMA table_info("{name}")').fetchall()
    foreign = connection.execute(f'PRAGMA foreign_key_list("{name}")').fetchall()
    table = Table(
        name,
        rows,
        [entry[1] for entry in sorted(information, key=lambda entry: entry[5]) if entry[5]],
        {entry[3]: (entry[2], entry[4] or "id") for entry in foreign},
    )
    memory[name] = (content, table)
    return table


def _rowid(found: Sequence[Any], numbered: bool) -> dict[str, Any]:
    return {"rowid": found[0]} if numbered else {}


def _postgres_row(line: dict[str, Any]) -> Row:
    values = {
        name: bytes.fromhex(value["bytes"]) if _is_bytes(value) else value
        for name, value in line["row"].items()
    }
    system: dict[str, Any] = {name: int(line[name]) for name in _SYSTEM}
    system["ctid"] = tuple(int(part) for part in re.findall(r"\d+", line["ctid"]))
    return Row(values, system)


def _is_bytes(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"bytes"}


def _archive(path: Path) -> dict[str, Table]:
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        return {
            name: Table(name, list(_archived(archive, name, said["columns"])), ["id"])
            for name, said in manifest["tables"].items()
        }


def _archived(archive: zipfile.ZipFile, name: str, columns: Iterable[Any]) -> Iterator[Row]:
    names = [column[0] if isinstance(column, list) else column for column in columns]
    for line in archive.read(f"tables/{name}.jsonl").splitlines():
        yield Row(dict(zip(names, json.loads(line), strict=True)), {})


def plain(value: Any) -> Any:
    """Return a database's value as JSON can hold it."""
    if isinstance(value, bytes | memoryview):
        return {"bytes": bytes(value).hex()}
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)
