"""Reading SQLite's bytes, against what SQLite says itself."""

import random
import sqlite3

import pytest

from tests.attack.sqlite_pages import Pages, cells, frames, roots


@pytest.fixture
def path(tmp_path):
    return tmp_path / "some.sqlite"


@pytest.fixture
def connection(path):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("CREATE TABLE numbered (id INTEGER PRIMARY KEY, body TEXT)")
    connection.execute(
        "CREATE TABLE keyed (a TEXT, b INTEGER, body BLOB, PRIMARY KEY (b, a)) WITHOUT ROWID"
    )
    yield connection
    connection.close()


def pages_of(path):
    wal = path.with_name(path.name + "-wal")
    return Pages(path.read_bytes(), wal.read_bytes() if wal.exists() else b"")


def keys_of(pages, table, columns=1):
    return [
        cell.key
        for leaf in pages.leaves(roots(pages)[table])
        for cell in cells(pages.page(leaf), leaf, columns)
    ]


def test_all_rows_of_a_table_are_found(path, connection):
    numbers = random.Random(1).sample(range(1, 1_000_000), 900)
    for number in numbers:
        connection.execute("INSERT INTO numbered VALUES (?, ?)", (number, "ý kiến " * 30))
    assert keys_of(pages_of(path), "numbered") == sorted(numbers)


def test_rows_without_rowid_are_known_by_their_key_even_when_they_are_long(path, connection):
    rows = [(f"khóa {number * 7 % 400}", number % 3, bytes(6000)) for number in range(400)]
    connection.executemany("INSERT INTO keyed VALUES (?, ?, ?)", rows)
    assert sorted(keys_of(pages_of(path), "keyed", 2)) == sorted((b, a) for a, b, _body in rows)


def test_every_commit_is_told_apart_and_an_unfinished_one_is_none(path, connection):
    before = pages_of(path).frames[-1].commit
    connection.execute("INSERT INTO numbered VALUES (1, 'a')")
    connection.execute("INSERT INTO numbered VALUES (2, 'b')")
    wal = path.with_name(path.name + "-wal").read_bytes()
    assert frames(wal)[-1].commit == before + 2
    assert frames(wal[:-100])[-1].commit == before + 1
    assert frames(b"") == []


def test_the_order_of_writing_is_seen_on_a_page(path, connection):
    keys = random.Random(2).sample([f"{number:03}" for number in range(30)], 30)
    for key in keys:
        connection.execute("INSERT INTO keyed VALUES (?, 1, x'00')", (key,))
    pages = pages_of(path)
    root = roots(pages)["keyed"]
    found = cells(pages.page(root), root, 2)
    assert [cell.key[1] for cell in found] == sorted(keys)
    assert [cell.key[1] for cell in sorted(found, key=lambda cell: -cell.offset)] == keys
