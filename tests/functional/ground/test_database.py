"""What the database itself refuses."""

import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from survey_app.database import (
    Database,
    UnsafeSqlite,
    all_at_once,
    check_sqlite_version,
    run,
    table_of,
)
from survey_app.web.models import Throttle


def throttle(moment: datetime) -> Throttle:
    return Throttle(bucket="b", window_start=moment, count=1)


def test_a_reading_connection_refuses_writes(db: Database) -> None:
    with pytest.raises(DBAPIError), db.reading() as session:
        session.execute(text("DELETE FROM throttle"))


def test_a_reader_sees_one_state_however_long_it_looks(db: Database) -> None:
    with db.reading() as looking:
        assert looking.query(Throttle).count() == 0
        with db.writing() as session:
            session.add(throttle(datetime(2024, 9, 18, tzinfo=UTC)))
        assert looking.query(Throttle).count() == 0
    with db.reading() as looking:
        assert looking.query(Throttle).count() == 1


def test_naive_moments_are_refused(db: Database) -> None:
    with pytest.raises(StatementError, match="naive"), db.writing() as session:
        session.add(throttle(datetime(2024, 9, 18, 9, 0)))  # noqa: DTZ001


def test_moments_come_back_aware_and_in_utc(db: Database) -> None:
    vietnam = timezone(timedelta(hours=7))
    with db.writing() as session:
        session.add(throttle(datetime(2024, 9, 18, 9, 0, tzinfo=vietnam)))
    with db.reading() as session:
        stored = session.query(Throttle).one().window_start
    assert stored == datetime(2024, 9, 18, 2, 0, tzinfo=UTC)
    assert stored.tzinfo is UTC


def test_an_exception_takes_everything_back(db: Database) -> None:
    with pytest.raises(ZeroDivisionError), db.writing() as session:
        session.add(throttle(datetime(2024, 9, 18, tzinfo=UTC)))
        session.flush()
        raise ZeroDivisionError
    with db.reading() as session:
        assert session.query(Throttle).count() == 0


def test_a_unit_of_work_inside_another_is_a_mistake_told_at_once(db: Database) -> None:
    with db.writing(), pytest.raises(RuntimeError, match="inside"), db.writing():
        pass


def test_references_are_enforced(db: Database) -> None:
    with pytest.raises(DBAPIError), db.writing() as session:
        session.execute(
            text("INSERT INTO cell_name (cell_id, name) VALUES (4711, 'không có chi bộ này')")
        )


def test_sqlite_is_durable_and_leaves_no_deleted_text(db: Database) -> None:
    if not db.is_sqlite:
        return
    with db.writing() as session:
        found = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("synchronous", "foreign_keys", "secure_delete", "journal_mode")
        }
    assert found == {
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "journal_mode": "wal",
    }


@pytest.mark.parametrize("version", [(3, 51, 3), (3, 53, 4), (3, 50, 7), (3, 44, 6)])
def test_sqlite_builds_without_the_wal_reset_bug_are_taken(version: tuple[int, ...]) -> None:
    check_sqlite_version(version)


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2), (3, 50, 6), (3, 45, 9)])
def test_sqlite_builds_with_it_are_refused(version: tuple[int, ...]) -> None:
    with pytest.raises(UnsafeSqlite):
        check_sqlite_version(version)


def test_the_app_uses_such_a_build(app: Flask) -> None:
    from pysqlite3 import dbapi2

    check_sqlite_version(dbapi2.sqlite_version_info)


def test_a_glance_sees_what_is_committed_and_refuses_writes(db: Database) -> None:
    moment = datetime(2024, 9, 18, tzinfo=UTC)
    with db.writing() as session:
        session.add(throttle(moment))
        with db.glancing() as looking:
            assert looking.query(Throttle).count() == 0
    with db.glancing() as looking:
        assert looking.query(Throttle).count() == 1
    with pytest.raises(DBAPIError), db.glancing() as session:
        session.execute(text("DELETE FROM throttle"))
    with db.reading() as session:
        assert session.query(Throttle).count() == 1


def insert_throttle(session: Session, bucket: str) -> None:
    values = {"bucket": bucket, "window_start": datetime(2024, 9, 18, tzinfo=UTC), "count": 1}
    run(session, insert(table_of(Throttle)).inline(), values)


def test_what_is_sent_at_once_is_written(db: Database) -> None:
    with db.writing() as session, all_at_once(session):
        insert_throttle(session, "a")
        insert_throttle(session, "b")
    with db.reading() as session:
        assert session.query(Throttle).count() == 2


def test_what_fails_at_once_fails_as_anywhere_and_leaves_nothing(db: Database) -> None:
    with pytest.raises(IntegrityError), db.writing() as session, all_at_once(session):
        insert_throttle(session, "a")
        insert_throttle(session, "a")
    with db.reading() as session:
        assert session.query(Throttle).count() == 0


# Another process is another engine on the same file; PostgreSQL has row locks of its own.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_process_that_writes_all_the_time_lets_others_take_turns(
    db: Database, database_url: str
) -> None:
    busy, stop, turns = Database(database_url), threading.Event(), [0]

    def write_all_the_time() -> None:
        while not stop.is_set():
            with busy.writing():
                turns[0] += 1
                time.sleep(0.003)

    thread = threading.Thread(target=write_all_the_time)
    thread.start()
    try:
        waited = []
        for _turn in range(20):
            before = turns[0]
            with db.writing():
                waited.append(turns[0] - before)
                time.sleep(0.003)  # as long as a disk takes
    finally:
        stop.set()
        thread.join()
        busy.dispose()
    assert turns[0] >= 10, "it did not write meanwhile"
    # The one under way, one that was at the turnstile first, and a slow awakening or two.
    assert max(waited) <= 5, waited


def test_a_fresh_file_is_for_its_owner_only(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'fresh.sqlite'}")
    with database.writing() as session:
        session.execute(text("CREATE TABLE one (id INTEGER)"))
        files = list(tmp_path.glob("fresh.sqlite*"))
        assert len(files) >= 3
        assert {path.stat().st_mode & 0o077 for path in files} == {0}
    database.dispose()
