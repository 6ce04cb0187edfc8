"""Every migration goes up, down and up again with rows in every table, on both databases."""

import pytest
from sqlalchemy import inspect, text

from survey_app import migrations
from survey_app.database import Database
from survey_app.schema import metadata
from tests.rows import fill_every_table


@pytest.fixture
def database(database_url):
    """A migrated database without an application."""
    database = Database(database_url.replace("postgresql:", "postgresql+psycopg:", 1))
    yield database
    database.dispose()


def tables_of(database):
    with database.read_engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def counts(database):
    """Return table -> rows, for the tables the database has."""
    with database.read_engine.connect() as connection:
        return {
            name: connection.scalar(text(f'SELECT count(*) FROM "{name}"'))
            for name in inspect(connection).get_table_names()
        }


def fill(database):
    with database.write_engine.begin() as connection:
        fill_every_table(connection, metadata)


def revisions():
    """Return all revisions, newest first."""
    return [script.revision for script in migrations.history()]


def assert_references_hold(database):
    if database.is_sqlite:
        with database.read_engine.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"


def test_the_migrations_lead_to_the_models(database):
    assert migrations.differences(database) == []
    assert tables_of(database) == {*metadata.tables, "alembic_version"}


def test_up_down_up_with_rows_in_every_table(database):
    fill(database)
    assert set(counts(database).values()) == {1}
    for revision in [*revisions()[1:], "base"]:
        migrations.downgrade(database, revision)
        assert_references_hold(database)
    assert tables_of(database) == {"alembic_version"}
    migrations.upgrade(database)
    assert migrations.differences(database) == []
    fill(database)
    assert set(counts(database).values()) == {1}
    assert_references_hold(database)


def test_each_step_keeps_the_rows_of_the_tables_that_stay(database):
    fill(database)
    all_revisions = revisions()
    for newer, older in zip(all_revisions, [*all_revisions[1:], "base"], strict=True):
        before = counts(database)
        migrations.downgrade(database, older)
        stayed = tables_of(database) - {"alembic_version"}
        migrations.upgrade(database, newer)
        after = counts(database)
        assert {name: after[name] for name in stayed} == {name: before[name] for name in stayed}
        assert_references_hold(database)
        migrations.downgrade(database, older)


def test_upgrading_twice_changes_nothing(database):
    fill(database)
    before = counts(database)
    migrations.upgrade(database)
    assert counts(database) == before


def test_a_migration_that_breaks_references_is_taken_back(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'broken.sqlite'}")  # PostgreSQL checks itself
    with database.write_engine.connect() as connection:
        raw = connection.connection.cursor()
        raw.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        raw.execute("CREATE TABLE child (parent_id INTEGER REFERENCES parent (id))")
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("INSERT INTO child VALUES (7)")
        raw.execute("PRAGMA foreign_keys=ON")
    with pytest.raises(RuntimeError, match="broke 1 references"):
        migrations.upgrade(database)
    assert tables_of(database) == {"child", "parent"}
    database.dispose()


def rules_of(database):
    """Return what alembic does not compare: CHECK constraints and the text of every index."""
    with database.read_engine.connect() as connection:
        reflected = inspect(connection)
        checks = {
            (table, check["name"], " ".join(check["sqltext"].split()))
            for table in set(reflected.get_table_names()) - {"alembic_version"}
            for check in reflected.get_check_constraints(table)
        }
        indexes = connection.execute(
            text("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index'")
        ).all()
        lasting = text("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")
        checks |= {(table, "ids stay", "") for table in connection.scalars(lasting)}
    return checks | {
        (table, name, " ".join((sql or "").split()))
        for table, name, sql in indexes
        if table != "alembic_version"
    }


def test_checks_and_indexes_are_those_of_the_models(tmp_path, sqlite_template):
    migrated = Database(f"sqlite:///{sqlite_template}")
    modelled = Database(f"sqlite:///{tmp_path / 'models.sqlite'}")
    with modelled.write_engine.begin() as connection:
        metadata.create_all(connection)
    assert rules_of(migrated) == rules_of(modelled)
    lasting = {table for table, what, _sql in rules_of(migrated) if what == "ids stay"}
    assert lasting == set(
        "campaign round user_account person invitation outbox_message question_set duty"
        " question_set_version study_session recognition snapshot report".split()
    )
    migrated.dispose()
    modelled.dispose()


def test_foreign_keys_are_on_again_after_migrating(database):
    migrations.upgrade(database)
    if database.is_sqlite:
        with database.write_engine.connect() as connection:
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_one_line_of_history_and_dated_files():
    scripts = migrations.history()
    assert scripts, "there is a first migration"
    assert all(isinstance(script.down_revision, str | None) for script in scripts)
    for script in scripts:
        name = script.path.rpartition("/")[2]
        assert name[:8].isdigit() and f"_{script.revision}_" in name
