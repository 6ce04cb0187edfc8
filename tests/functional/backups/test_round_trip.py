"""What is restored is what was backed up: from either database, into either database."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, update

from survey_app import backups, migrations
from survey_app.accounts.scope import CLI
from survey_app.backups.loading import LEAP
from survey_app.database import Database, table_of
from survey_app.people.models import Cell, Person
from survey_app.quizzes.models import Attempt
from survey_app.schema import metadata
from tests.factories_rounds import launched_round, make_cell, make_person
from tests.functional.backups.conftest import NewPlace, Place, Rows, rows_of
from tests.rows import fill_every_table

BOTH = pytest.mark.parametrize("target", ["sqlite", "postgresql"])
# What restoring itself changes: sign-ins end, and it is written down.
CHANGED = {"staff_session", "sign_in_link", "audit_event"}
AWKWARD = "Ẩn\t\"Danh\" 'O' \\N \\. \n\r\u2028 😀 %s {x} ;--"


def fill(database: Database) -> None:
    """Put a row into every table, and what is hard to carry into some."""
    with database.writing() as session:
        launched_round(session, people=6)
        cell = make_cell(session, "Chi bộ ở dưới")
        above = make_cell(session, "Chi bộ ở trên, có số lớn hơn")
        cell.parent_id = above.id
        merged = make_person(session, AWKWARD, cell, birth_date=date(1950, 2, 28), email=None)
        merged.merged_into_id = make_person(session, "Người còn lại", above).id
    with database.write_engine.begin() as connection:
        fill_every_table(connection, metadata)
        connection.execute(
            update(table_of(Attempt)).values(
                answers={"q1": {"value": [AWKWARD, None, 1.5, True, {"ă": []}]}},
                paper=[],
                started_at=datetime(2024, 9, 18, 2, 0, 0, 123456, tzinfo=UTC),
            )
        )


def without(rows: Rows, *tables: str) -> Rows:
    return {name: found for name, found in rows.items() if name not in tables}


@BOTH
def test_every_row_of_every_table_comes_back(
    here: Place, new_place: NewPlace, tmp_path: Path, target: str
) -> None:
    fill(here.db)
    before = rows_of(here.db)
    assert all(before.values()), "a row in every table"
    made = backups.make(here.db, here.settings, tmp_path / "b.zip", CLI).manifest
    assert {name: table.rows for name, table in made.tables.items()} == {
        name: len(rows) for name, rows in before.items()
    }
    noted = rows_of(here.db)
    assert without(noted, "audit_event") == without(before, "audit_event"), "it changes nothing"
    assert len(noted["audit_event"]) == len(before["audit_event"]) + 1, "but that it is noted"
    there = new_place(target)
    done = there.run("restore", str(tmp_path / "b.zip"), "--send-waiting")
    assert (done.exit_code, done.stderr) == (0, "")
    after = rows_of(there.db)
    assert without(after, *CHANGED) == without(before, *CHANGED)
    assert after["staff_session"] == after["sign_in_link"] == []
    kept = [event for event in after["audit_event"] if event in before["audit_event"]]
    (added,) = [event for event in after["audit_event"] if event not in kept]
    assert kept == before["audit_event"] and "backup.restored" in added
    assert migrations.differences(there.db) == []


@BOTH
def test_a_backup_of_the_copy_is_the_backup(
    here: Place, new_place: NewPlace, tmp_path: Path, target: str
) -> None:
    """Row by row, as written: nothing is rounded or rewritten on the way."""
    fill(here.db)
    first = backups.make(here.db, here.settings, tmp_path / "1.zip", CLI).manifest
    there = new_place(target)
    assert there.run("restore", str(tmp_path / "1.zip"), "--send-waiting").exit_code == 0
    second = backups.make(there.db, there.settings, tmp_path / "2.zip", CLI).manifest
    same = set(first.tables) - CHANGED
    if target == ("sqlite" if here.db.is_sqlite else "postgresql"):
        hashes = [{name: made.tables[name].sha256 for name in same} for made in (first, second)]
        assert hashes[0] == hashes[1]
    assert {name: first.tables[name].rows for name in same} == {
        name: second.tables[name].rows for name in same
    }


@BOTH
def test_numbers_of_deleted_rows_never_come_back(
    here: Place, new_place: NewPlace, tmp_path: Path, target: str
) -> None:
    with here.db.writing() as session:
        ids = [make_person(session, "Người bị xóa").id for _number in range(3)]
    with here.db.writing() as session:
        session.execute(delete(Person))
        cells = [make_cell(session, "Một").id, make_cell(session, "Hai").id]
    backups.make(here.db, here.settings, tmp_path / "b.zip", CLI)
    there = new_place(target)
    assert there.run("restore", str(tmp_path / "b.zip")).exit_code == 0
    with there.db.writing() as session:
        # The lost time gave numbers too, to links that are out there.
        assert make_person(session, "Người mới").id > max(ids) + LEAP - 1
        assert max(cells) < make_cell(session, "Ba").id < LEAP
        assert session.scalar(select(func.count()).select_from(Cell)) == 3


def test_every_revision_can_be_restored_into_the_newest(
    here: Place, new_place: NewPlace, tmp_path: Path
) -> None:
    with here.db.write_engine.begin() as connection:
        fill_every_table(connection, metadata)
    for number, script in enumerate(migrations.history()):
        migrations.downgrade(here.db, script.revision)
        made = backups.make(here.db, here.settings, tmp_path / f"{number}.zip", CLI).manifest
        assert made.revision == script.revision
        there = new_place("sqlite")
        done = there.run("restore", str(tmp_path / f"{number}.zip"))
        assert (done.exit_code, done.stderr) == (0, "")
        assert migrations.differences(there.db) == []
        after = rows_of(there.db)
        for name in set(made.tables) & set(after) - CHANGED:
            assert len(after[name]) == made.tables[name].rows, name


def test_a_migrated_empty_database_counts_as_empty(
    here: Place, new_place: NewPlace, tmp_path: Path
) -> None:
    fill(here.db)
    backups.make(here.db, here.settings, tmp_path / "b.zip", CLI)
    for kind in ("sqlite", "postgresql"):
        there = new_place(kind)
        assert there.run("db", "upgrade").exit_code == 0
        assert there.run("restore", str(tmp_path / "b.zip")).exit_code == 0
        assert len(rows_of(there.db)["person"]) == len(rows_of(here.db)["person"])


def test_many_rows_are_carried_in_chunks(here: Place, new_place: NewPlace, tmp_path: Path) -> None:
    now = datetime(2024, 9, 18, 2, 0, tzinfo=UTC)
    with here.db.writing() as session:
        names = [{"slug": f"cb-{n}", "position": n} for n in range(1203)]
        moments = {"created_at": now + timedelta(microseconds=1)}
        session.execute(insert(Cell), [{**row, **moments} for row in names])
    backups.make(here.db, here.settings, tmp_path / "b.zip", CLI)
    there = new_place("sqlite")
    assert there.run("restore", str(tmp_path / "b.zip")).exit_code == 0
    assert rows_of(there.db)["cell"] == rows_of(here.db)["cell"]
