"""Reading SQLite's bytes, against what SQLite says itself."""

import random
import sqlite3

import pytest

from tests.attack import collecting
from tests.attack.commits import Commits
from tests.attack.evidence import Evidence
from tests.attack.features import Placed
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


def test_a_commit_of_many_pages_is_one(path, connection):
    before = pages_of(path).frames[-1].commit
    connection.execute("BEGIN")
    for number in range(200):
        connection.execute("INSERT INTO numbered VALUES (?, ?)", (number, "ý kiến " * 30))
    connection.execute("COMMIT")
    new = [frame.commit for frame in pages_of(path).frames if frame.commit > before]
    assert len(new) > 5 and set(new) == {before + 1}


def test_what_the_log_held_before_it_began_anew_is_not_of_it(path, connection):
    for number in range(50):
        connection.execute("INSERT INTO numbered VALUES (?, ?)", (number, "ý kiến " * 30))
    connection.execute("PRAGMA wal_checkpoint(RESTART)")
    connection.execute("INSERT INTO numbered VALUES (50, 'a')")
    assert len(path.with_name(path.name + "-wal").read_bytes()) > 50 * 4096
    pages = pages_of(path)
    assert {frame.commit for frame in pages.frames} == {0}
    assert keys_of(pages, "numbered") == list(range(51))


def test_the_order_of_writing_is_seen_on_a_page(path, connection):
    keys = random.Random(2).sample([f"{number:03}" for number in range(30)], 30)
    for key in keys:
        connection.execute("INSERT INTO keyed VALUES (?, 1, x'00')", (key,))
    pages = pages_of(path)
    root = roots(pages)["keyed"]
    found = cells(pages.page(root), root, 2)
    assert [cell.key[1] for cell in found] == sorted(keys)
    assert [cell.key[1] for cell in sorted(found, key=lambda cell: -cell.offset)] == keys


def test_commits_and_writing_order_become_features(path, connection, tmp_path):
    """Three rows are there at first, the others come one by one; one row changes once more."""
    keys = random.Random(3).sample([f"{number:03}" for number in range(20)], 20)
    for number, key in enumerate(keys):
        if number in (3, 20):
            collecting.collect_sqlite(path, tmp_path / "snapshots" / f"hour-{number:02}")
        connection.execute("INSERT INTO keyed VALUES (?, 1, x'00')", (key,))
    connection.execute("UPDATE keyed SET body = x'01' WHERE a = ?", (keys[0],))
    collecting.collect_sqlite(path, tmp_path / "snapshots" / "hour-20")
    connection.execute("UPDATE keyed SET body = x'02'")
    collecting.collect_sqlite(path, tmp_path / "snapshots" / "after")
    evidence = Evidence(tmp_path)
    table = evidence.after.tables["keyed"]
    rows = {row.values["a"]: Placed(row, place) for place, row in enumerate(table.rows)}
    commits = Commits(evidence, {"keyed": table})
    commit, _written, _in_page = commits.features("keyed", "", rows, counted=False)
    assert sorted(commit.values, key=commit.values.__getitem__) == [*keys[3:], keys[0]]
    commit, written, _in_page = commits.features("keyed", "", rows, counted=True)
    assert len(set(commit.values.values())) == 1 and len(commit.values) == 20
    assert len(set(written.values.values())) == 20


def test_rows_lie_in_the_order_of_writing(path, connection, tmp_path):
    keys = random.Random(4).sample([f"{number:03}" for number in range(20)], 20)
    for key in keys:
        connection.execute("INSERT INTO keyed VALUES (?, 1, x'00')", (key,))
    for name in ("hour-00", "after"):
        collecting.collect_sqlite(path, tmp_path / "snapshots" / name)
    evidence = Evidence(tmp_path)
    table = evidence.after.tables["keyed"]
    rows = {row.values["a"]: Placed(row, place) for place, row in enumerate(table.rows)}
    _commit, written, in_page = Commits(evidence, {"keyed": table}).features(
        "keyed", "", rows, counted=True
    )
    assert sorted(written.values, key=written.values.__getitem__) == keys
    assert sorted(in_page.values, key=in_page.values.__getitem__) == keys
