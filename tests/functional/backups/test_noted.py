"""Whoever takes everything out, or puts it back, leaves a line: how much it was, and no names."""

from pathlib import Path

import pytest
from sqlalchemy import select, text

from survey_app.audit.models import AuditEvent
from tests.factories_rounds import launched_round
from tests.functional.backups.conftest import NewPlace, Place


@pytest.fixture
def launched(here: Place) -> Place:
    """An installation with three people who were asked."""
    with here.app.app_context(), here.db.writing() as session:
        launched_round(session, people=3, cells=1)
    return here


def noted(place: Place, action: str) -> list[AuditEvent]:
    """Return what the audit log says of an action."""
    with place.db.reading() as session:
        query = select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id)
        return list(session.scalars(query))


def test_a_backup_is_noted_with_counts(launched: Place, tmp_path: Path) -> None:
    assert noted(launched, "backup.made") == []
    assert launched.run("backup", str(tmp_path / "b.zip")).exit_code == 0
    (event,) = noted(launched, "backup.made")
    assert (event.actor_kind, event.actor_id, event.subject_kind) == ("cli", None, "installation")
    rows = event.details.pop("rows")
    assert event.details == {"people": 3, "attempts": 0} and rows > 3
    assert launched.run("verify", str(tmp_path / "b.zip")).exit_code == 0
    assert len(noted(launched, "backup.made")) == 1, "verifying takes nothing out"


def test_what_was_not_made_is_not_noted(launched: Place, tmp_path: Path) -> None:
    (tmp_path / "b.zip").touch()
    assert launched.run("backup", str(tmp_path / "b.zip")).exit_code == 1
    assert launched.run("backup", str(tmp_path / "none" / "b.zip")).exit_code == 1
    assert noted(launched, "backup.made") == []


def test_a_restored_copy_knows_what_came_back(
    launched: Place, new_place: NewPlace, tmp_path: Path
) -> None:
    assert launched.run("backup", str(tmp_path / "b.zip")).exit_code == 0
    (made,) = noted(launched, "backup.made")
    there = new_place("sqlite")
    assert there.run("restore", str(tmp_path / "b.zip")).exit_code == 0
    (event,) = noted(there, "backup.restored")
    counts = {name: event.details[name] for name in ("people", "attempts", "rows")}
    assert counts == made.details


def test_a_database_that_takes_no_line_is_backed_up_all_the_same(
    launched: Place, tmp_path: Path
) -> None:
    """Full or broken is when one needs it most; it is said that no line was written."""
    refusals = (
        [
            "CREATE TRIGGER full BEFORE INSERT ON audit_event "
            "BEGIN SELECT RAISE(ABORT, 'no room'); END"
        ]
        if launched.db.is_sqlite
        else [
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$",
            'CREATE TRIGGER "full" BEFORE INSERT ON audit_event EXECUTE FUNCTION no_room()',
        ]
    )
    with launched.db.write_engine.begin() as connection:
        for statement in refusals:
            connection.execute(text(statement))
    made = launched.run("backup", str(tmp_path / "b.zip"))
    assert made.exit_code == 0 and "Đã sao lưu" in made.stdout
    assert made.stderr.count("\n") == 1 and "nhật ký" in made.stderr
    assert noted(launched, "backup.made") == []
    assert launched.run("verify", str(tmp_path / "b.zip")).exit_code == 0
