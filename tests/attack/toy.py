"""A toy urn to prove the attacker on: sound, or weak in one way.

It keeps the truth in memory, so its ballots are mere noise of the right length. Nothing of it is
taken from the product.
"""

import hashlib
import json
import os
import random
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from tests.attack import collecting
from tests.attack.chance import Answer
from tests.attack.evidence import Person

HOURS = 8
BALLOT = 2048  # bytes
LEVELS = ("1", "2", "3", "4", "5")
_START = datetime(2024, 9, 18, 1, 0, tzinfo=UTC)
_WORDS = "họp sinh hoạt chuyên đề tài liệu thảo luận thời gian trình bày rõ cần thêm ví dụ".split()


class Weakness(StrEnum):
    """What is wrong with the urn."""

    NONE = "sound"
    XMIN = "answers in plain rows, written with the receipt"
    SIZE = "ballots not padded"
    ORDER = "counted in the order of the ballots, and these kept in the order of arrival"
    TIME = "the same moment in receipt and answer"
    RESIDUE = "plain text left in free pages and log"
    NAMED_RESIDUE = "plain text left beside an identifier"
    DRAFT = "drafts kept until the count"
    HASH = "the answer's id is a hash of the invitation's"
    LOG = "the log tells the size of each request"


_SCHEMA = """
CREATE TABLE member (id INTEGER PRIMARY KEY, code TEXT, name TEXT, email TEXT, cell INTEGER);
CREATE TABLE invitation (id INTEGER PRIMARY KEY, public_id TEXT UNIQUE,
    member_id INTEGER REFERENCES member (id), created_at TEXT);
CREATE TABLE receipt (invitation_id INTEGER PRIMARY KEY REFERENCES invitation (id),
    done BOOLEAN, at TEXT);
CREATE TABLE ballot (id TEXT PRIMARY KEY, sealed BLOB) WITHOUT ROWID;
CREATE TABLE slip (id TEXT PRIMARY KEY, question TEXT, cell INTEGER, value TEXT, at TEXT);
CREATE TABLE draft (id INTEGER PRIMARY KEY, body TEXT,
    invitation_id INTEGER REFERENCES invitation (id))
"""


class Toy:
    """One round of `size` people in groups of about a dozen; `run` leaves the evidence.

    `silent` people give no answer. Unless `grouped`, texts are stored without their group; levels
    always have it.
    """

    def __init__(
        self,
        connection: Any,
        folder: Path,
        weakness: Weakness,
        seed: int,
        *,
        silent: int = 0,
        grouped: bool = True,
        size: int = 200,
    ) -> None:
        self._db, self._folder, self._weakness = connection, folder, weakness
        self._random = random.Random(seed)
        self._is_sqlite = isinstance(connection, sqlite3.Connection)
        self.people = [self._person(number) for number in range(1, size + 1)]
        self.groups = {person.id: person.group for person in self.people}
        self._grouped = grouped
        self._order = self._random.sample(self.people, size - silent)  # of arrival
        self.truth = {person.id: self._answer() for person in self._order}
        self.text_groups = self.groups if grouped else dict.fromkeys(self.groups, "")
        self._public = {person.id: os.urandom(12).hex() for person in self.people}
        self._arrived: list[tuple[str, Answer, datetime]] = []
        self._log: list[str] = []
        self._draft = 0

    def _person(self, number: int) -> Person:
        code = f"m-{self._random.getrandbits(40):010x}"
        cell = str(self._random.randrange(1, 17))
        return Person(str(number), f"Người {code}", cell, (f"{code}@so.example",))

    def _answer(self) -> Answer:
        length = self._random.randrange(4, 80)
        text = " ".join(self._random.choices(_WORDS, k=length))
        return Answer(f"{text} {self._random.getrandbits(32)}", self._random.choice(LEVELS))

    def _do(self, sql: str, *values: Any) -> Any:
        return self._db.execute(sql if self._is_sqlite else sql.replace("?", "%s"), values)

    def run(self, snapshot: Callable[[Path], None]) -> None:
        """Play the round; `snapshot` takes evidence into the folder it is given."""
        self._set_up()
        snapshot(self._folder / "snapshots" / "hour-00")
        share = -(-len(self._order) // HOURS)
        for hour in range(HOURS):
            for number, person in enumerate(self._order[hour * share : (hour + 1) * share]):
                self._submit(person, _START + timedelta(hours=hour, seconds=97 * number))
            snapshot(self._folder / "snapshots" / f"hour-{hour + 1:02}")
        self._count()
        (self._folder / "logs").mkdir()
        (self._folder / "logs" / "web.log").write_text("\n".join(self._log))
        snapshot(self._folder / "snapshots" / "after")

    def _set_up(self) -> None:
        for statement in _SCHEMA.strip().split(";"):
            if not self._is_sqlite:
                statement = statement.replace("WITHOUT ROWID", "").replace("BLOB", "BYTEA")
            self._db.execute(statement)
        self._db.execute("BEGIN")
        for person in self.people:
            number = int(person.id)
            self._do(
                "INSERT INTO member VALUES (?, ?, ?, ?, ?)",
                *(number, person.name[-12:], person.name, person.also[0], int(person.group)),
            )
            self._do(
                "INSERT INTO invitation VALUES (?, ?, ?, ?)",
                *(1000 + number, self._public[person.id], number, _START.isoformat()),
            )
            self._do("INSERT INTO receipt VALUES (?, FALSE, NULL)", 1000 + number)
        self._db.execute("COMMIT")

    def _submit(self, person: Person, at: datetime) -> None:
        answer = self.truth[person.id]
        if self._weakness in (Weakness.RESIDUE, Weakness.NAMED_RESIDUE, Weakness.DRAFT):
            self._leave_draft(person, answer)
        self._db.execute("BEGIN")
        told = at.isoformat() if self._weakness is Weakness.TIME else None
        self._do(
            "UPDATE receipt SET done = TRUE, at = ? WHERE invitation_id = ?",
            *(told, 1000 + int(person.id)),
        )
        if self._weakness is Weakness.XMIN:
            self._slip(person.id, answer.text, at, "text")
            self._slip(person.id, str(answer.level), at, "level")
        else:
            length = len(answer.text.encode()) + 48 if self._weakness is Weakness.SIZE else BALLOT
            self._do("INSERT INTO ballot VALUES (?, ?)", os.urandom(16).hex(), os.urandom(length))
        self._db.execute("COMMIT")
        self._arrived.append((person.id, answer, at))
        if self._weakness is Weakness.LOG:
            self._log.append(f"{at:%H:%M:%S} POST 303 {len(answer.text.encode()) + 211}")

    def _leave_draft(self, person: Person, answer: Answer) -> None:
        named = self._weakness is Weakness.NAMED_RESIDUE
        body = {"text": answer.text, **({"of": self._public[person.id]} if named else {})}
        self._draft += 1
        text = json.dumps(body, ensure_ascii=False)
        kept = 1000 + int(person.id) if self._weakness is Weakness.DRAFT else None
        self._do("INSERT INTO draft VALUES (?, ?, ?)", self._draft, text, kept)
        if kept is None:
            self._do("DELETE FROM draft")

    def _count(self) -> None:
        arrived = list(self._arrived)
        self._db.execute("BEGIN")
        self._db.execute("DELETE FROM draft")
        if self._weakness is not Weakness.XMIN:
            for question in ("text", "level"):
                if self._weakness is not Weakness.ORDER:
                    self._random.shuffle(arrived)
                for person, answer, at in arrived:
                    value = answer.text if question == "text" else str(answer.level)
                    self._slip(person, value, at, question)
            self._db.execute("DELETE FROM ballot")
            self._db.execute("UPDATE receipt SET done = done")
        self._db.execute("COMMIT")
        if self._is_sqlite and self._weakness is not Weakness.ORDER:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._db.execute("VACUUM")
        elif not self._is_sqlite:
            self._db.execute("VACUUM")

    def _slip(self, person: str, value: str, at: datetime, question: str) -> None:
        told = at.isoformat() if self._weakness is Weakness.TIME else None
        cell = int(self.groups[person]) if self._grouped or question == "level" else None
        number = os.urandom(16).hex()
        if self._weakness is Weakness.HASH and question == "text":
            number = hashlib.sha256(self._public[person].encode()).hexdigest()
        self._do("INSERT INTO slip VALUES (?, ?, ?, ?, ?)", number, question, cell, value, told)


def open_sqlite(path: Path, *, secure: bool) -> sqlite3.Connection:
    """Open a new database as careful (`secure`) or careless products do."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(f"PRAGMA secure_delete = {'ON' if secure else 'OFF'}")
    return connection


def sqlite_round(folder: Path, weakness: Weakness, seed: int, **options: Any) -> Toy:
    """Play a round on SQLite; the evidence is in `folder`."""
    folder.mkdir(parents=True)
    path = folder / "toy.sqlite"
    careless = weakness in (Weakness.RESIDUE, Weakness.NAMED_RESIDUE)
    connection = open_sqlite(path, secure=not careless)
    toy = Toy(connection, folder, weakness, seed, **options)
    toy.run(lambda into: collecting.collect_sqlite(path, into, folder / "logs"))
    connection.close()
    return toy


def postgres_round(folder: Path, weakness: Weakness, seed: int, url: str, **options: Any) -> Toy:
    """Play a round on PostgreSQL in a schema that is gone afterwards."""
    import psycopg

    folder.mkdir(parents=True)
    with psycopg.connect(url, autocommit=True) as connection:
        schema = f"toy_{os.getpid()}_{seed}"
        connection.execute(f"CREATE SCHEMA {schema}")
        connection.execute(f"SET search_path = {schema}")
        toy = Toy(connection, folder, weakness, seed, **options)
        since: list[str] = []

        def snapshot(into: Path) -> None:
            last = since[-1] if since else None
            since.append(collecting.collect_postgres(connection, into, since=last))

        toy.run(snapshot)
        connection.execute(f"DROP SCHEMA {schema} CASCADE")
    return toy
