"""The attacker finds its way in the product's own tables, backups and mails, on both databases."""

import sqlite3

import psycopg
import pytest

from survey_app import backups
from survey_app.accounts.scope import CLI
from survey_app.invitations.models import Invitation
from survey_app.people.models import Person as Member
from tests.attack import collecting, events
from tests.attack.evidence import Evidence, Person
from tests.attack.world import World
from tests.factories_rounds import launched_round

PEOPLE = 24


@pytest.fixture
def people(db):
    with db.writing() as session:
        launched_round(session, people=PEOPLE, cells=2)
    with db.reading() as session:
        return [
            Person(str(one.id), one.full_name, "1", (one.email, one.public_id))
            for one in session.query(Member)
        ]


@pytest.fixture
def take(db, database_url, tmp_path):
    """Take evidence of the installation as it is, into the snapshot of that name."""
    since = []

    def collect(name):
        folder = tmp_path / "round" / "snapshots" / name
        if db.is_sqlite:
            collecting.collect_sqlite(tmp_path / "survey.sqlite", folder, tmp_path)
            return
        with psycopg.connect(database_url, autocommit=True) as connection:
            last = since[-1] if since else None
            since.append(collecting.collect_postgres(connection, folder, since=last))

    return collect


@pytest.fixture
def world(db, settings, people, take, tmp_path):
    """A round in which five people were marked as done, with a backup before and after."""
    (tmp_path / "round" / "backups").mkdir(parents=True)
    backups.make(db, settings, tmp_path / "round" / "backups" / "0.zip", CLI)
    take("hour-00")
    with db.writing() as session:
        for invitation in session.query(Invitation).order_by(Invitation.id).limit(5):
            invitation.is_done = True
    take("hour-01")
    backups.make(db, settings, tmp_path / "round" / "backups" / "1.zip", CLI)
    take("after")
    for number, one in enumerate(people):
        content = f"To: {one.name} <{one.also[0]}>\r\nX-Survey-Message: invitation\r\n\r\nKính gửi"
        collecting.keep_mail(tmp_path / "round", 1000.5 + number, number, content.encode())
    return World(Evidence(tmp_path / "round"), people)


def test_rows_are_traced_to_people(world, people, db):
    linked = {"person", "membership", "invitation", "entry_means", "outbox_item"}
    assert linked <= set(world.linked)
    assert set(world.linked["entry_means"].after) == {one.id for one in people}
    with db.reading() as session:
        done = {str(one.person_id) for one in session.query(Invitation) if one.is_done}
    assert set(world.linked["invitation"].changed) == done and len(done) == 5


def test_backups_tell_the_same(world):
    found = world.linked_in_backups["invitation"]
    assert set(found.changed) == set(world.linked["invitation"].changed)


def test_system_columns_are_taken(world, db):
    row = next(iter(world.linked["invitation"].after.values())).row
    expected = {"rowid"} if db.is_sqlite else {"xmin", "xmax", "cmin", "ctid"}
    assert set(row.system) == expected


def test_mails_are_laid_to_people(world, people, tmp_path):
    found = {one.name: one for one in events.of_people(Evidence(tmp_path / "round"), world)}
    times = found["mail invitation first"].values
    assert times == {one.id: 1000.5 + number for number, one in enumerate(people)}


def test_a_log_that_names_people_is_read(world, people, tmp_path):
    (tmp_path / "round" / "logs").mkdir()
    lines = [
        "boot",
        *(f"12:00 POST /i/{one.also[1]} 303" for one in people),
        f"to {people[0].also[0]}",
    ]
    (tmp_path / "round" / "logs" / "web.log").write_text("\n".join(lines))
    found = {one.name: one for one in events.of_people(Evidence(tmp_path / "round"), world)}
    assert found["log web.log first"].values == {one.id: at for at, one in enumerate(people, 1)}
    assert found["log web.log last"].values[people[0].id] == len(lines) - 1
    alike = list(events.crowds(Evidence(tmp_path / "round"), PEOPLE))
    assert [count for name, count, _features in alike if name.startswith("log")] == [PEOPLE]


def test_files_that_are_named_after_people_are_seen(world, people, take, tmp_path):
    for one in people:
        (tmp_path / f"draft-{one.id}").mkdir()
        (tmp_path / f"draft-{one.id}" / f"{one.also[1]}.json").write_text("x" * int(one.id))
    collecting.collect_files(tmp_path, tmp_path / "round" / "snapshots" / "after")
    found = {one.name: one for one in events.of_people(Evidence(tmp_path / "round"), world)}
    assert found["files after size"].values == {one.id: int(one.id) for one in people}
    assert set(found["files after mtime"].values) == {one.id for one in people}


def test_raw_bytes_are_taken(world, people, tmp_path):
    raw = {one.kind: one.content for one in Evidence(tmp_path / "round").after.raw()}
    address = people[0].also[0].encode()
    assert any(address in content for content in raw.values())
    assert "wal" in raw


def test_the_copy_of_a_database_in_use_is_whole(world, db, tmp_path):
    snapshot = Evidence(tmp_path / "round").after
    assert {"alembic_version", "person"} <= set(snapshot.tables)
    if db.is_sqlite:
        before = snapshot.sqlite.read_bytes()
        assert len(snapshot.tables["person"].rows) == PEOPLE
        assert snapshot.sqlite.read_bytes() == before, "reading leaves the evidence as it was"
        with sqlite3.connect(snapshot.sqlite) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
