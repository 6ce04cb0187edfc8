"""`doctor`: whatever is wrong is named, with the place and what to do; else it says all is good."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pysqlite3 import dbapi2
from sqlalchemy import text

from survey_app import cli, clock, jobs, migrations
from survey_app.config import SettingsError, load_settings
from survey_app.database import Database
from survey_app.doctor import configuration, examining, hours, post
from survey_app.doctor.checks import Check, all_good
from survey_app.feedback.keys import KeyCabinet
from survey_app.feedback.models import Urn
from tests.factories_forms import launched_form
from tests.factories_rounds import CLOSES, launched_round
from tests.smtp_sink import free_port

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POSTGRES = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
SECTIONS = {"configuration", "database", "mail", "clock", "keys", "worker", "tallies"}


def test_a_healthy_installation_is_told_so(app, db, doctor, well, smtp):
    with app.app_context(), db.writing() as session:
        launched_round(session)
    said = doctor()
    assert {check["name"].partition(".")[0] for check in said.checks} == SECTIONS
    assert {tuple(check) for check in said.checks} == {("name", "state", "message", "where")}
    # PostgreSQL of the tests trades safety for speed, which is just what is to be seen.
    unsafe = set() if db.is_sqlite else {"database.settings"}
    assert set(said.problems()) <= unsafe
    assert said.status == (1 if said.problems() else 0)
    assert smtp.received == [], "it looks at the mail server and sends nothing"


def test_it_speaks_plainly_in_both_languages(app, doctor, well):
    runner = app.test_cli_runner()
    shown = runner.invoke(args=["doctor"], env={"LC_ALL": "vi_VN.UTF-8"}).stdout
    assert "tốt" in shown and "Số liệu mọi vòng khớp khi đếm lại." in shown
    english = runner.invoke(args=["doctor"], env={"LC_ALL": "en_GB.UTF-8"}).stdout
    assert "The figures of all rounds hold when counted again." in english
    assert not set("ăđơưạảấầẩậắằặẻẽẹếềểễệỉịọỏốồổỗộớờởợụủứừửữựỳỵỷỹ") & set(english)


def test_it_changes_nothing(app, db, doctor, well, settings):
    before = sorted(path.name for path in settings.instance_path.iterdir())
    with db.reading() as session:
        rows = session.scalar(text("SELECT count(*) FROM audit_event"))
    doctor()
    assert sorted(path.name for path in settings.instance_path.iterdir()) == before
    with db.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM audit_event")) == rows


def test_no_worker_is_a_problem_and_leaves_no_lock_behind(doctor, settings, smtp):
    said = doctor()
    assert said.status == 1
    assert said.problems()["worker.running"] == [None]
    assert "flask --app survey_app worker" in said.of("worker.running")["message"]
    assert not (settings.instance_path / "worker.lock").exists()


def test_what_a_worker_should_have_done_is_named(app, db, doctor, well, time):
    with app.app_context(), db.writing() as session:
        slug = launched_round(session).slug
    assert "worker.rounds" not in doctor().problems()
    time.set(CLOSES + timedelta(minutes=6))
    said = doctor()
    assert said.problems()["worker.rounds"] == [slug]
    assert said.of("worker.mails")["state"] == "warning", "a worker runs, slowly perhaps"
    with app.app_context():
        jobs.turn_rounds(app, clock.now())
    assert "worker.rounds" not in doctor().problems()


def test_an_old_schema_is_told_and_nothing_is_asked_of_its_tables(doctor, db, well):
    migrations.downgrade(db, "0003")
    said = doctor()
    assert said.problems()["database.schema"] == ["0003"]
    assert "flask db upgrade" in said.of("database.schema")["message"]
    assert not [check for check in said.checks if check["name"].startswith("tallies")]


@SQLITE
def test_broken_pages_are_told(app, db, doctor, well, settings):
    with app.app_context(), db.writing() as session:
        launched_round(session)
    db.dispose()
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    with closing(dbapi2.connect(path)) as raw:
        (page,) = raw.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'ix_invitation_person'"
        ).fetchone()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    said = doctor()
    assert "database.pages" in said.problems()
    assert "bản sao lưu" in said.of("database.pages")["message"]


@SQLITE
def test_a_reference_to_nothing_is_told(app, db, doctor, well, settings):
    with app.app_context(), db.writing() as session:
        launched_round(session)
    db.dispose()
    with closing(dbapi2.connect(settings.database_url.removeprefix("sqlite:///"))) as raw:
        raw.execute("DELETE FROM cell")
        raw.commit()
    said = doctor()
    assert "database.references" in said.problems()
    assert "cell" in said.of("database.references")["message"]


@POSTGRES
def test_a_server_that_writes_statements_down_is_told(db, doctor, well):
    name = db.write_engine.url.database
    for value, told in (("all", True), ("none", False)):
        with db.write_engine.connect() as connection:
            for setting, wanted in (("log_statement", value), ("log_min_duration_statement", "-1")):
                connection.exec_driver_sql(f"ALTER DATABASE \"{name}\" SET {setting} = '{wanted}'")
            connection.commit()
        db.dispose()
        assert ("database.log" in doctor().problems()) is told


@SQLITE
def test_a_database_that_is_away_is_told(environ, smtp):
    url = f"postgresql://survey:geheim-wort@127.0.0.1:{free_port()}/survey"
    settings = load_settings(environ | {"SURVEY_DATABASE_URL": url})
    settings.instance_path.mkdir(mode=0o700, exist_ok=True)
    database = Database(settings.database_url)
    checks = examining.examine(database, settings)
    database.dispose()
    assert [check.name for check in checks if check.state == "problem"] == ["database.reachable"]
    assert not any("geheim-wort" in check.message for check in checks)
    assert {check.name for check in checks} >= {"mail.server", "configuration.secrets"}


def test_no_mail_server_is_told(doctor, environ):
    said = doctor()
    assert said.problems()["mail.server"] == [f"127.0.0.1:{environ['SURVEY_MAIL_PORT']}"]
    assert "SURVEY_MAIL_SERVER" in said.of("mail.server")["message"]


def mail_checks(environ, **changes):
    return {check.name: check for check in post.look(load_settings(environ | changes))}


@SQLITE
def test_a_server_without_encryption_or_account_is_told(environ, smtp):
    tls = mail_checks(environ, SURVEY_MAIL_USE_TLS="1")
    assert "chứng thư" in tls["mail.server"].message
    account = {"SURVEY_MAIL_USERNAME": "ai-do@so-mau.example", "SURVEY_MAIL_PASSWORD": "wort"}
    signed_in = mail_checks(environ, **account)
    assert "SURVEY_MAIL_PASSWORD" in signed_in["mail.server"].message
    assert "ai-do" not in signed_in["mail.server"].message


def look_at(environ, tmp_path, **changes):
    settings = load_settings(environ | changes)
    settings.instance_path.mkdir(mode=0o700, exist_ok=True)
    return {
        check.name: check for check in configuration.look(settings) if check.state != "ok"
    } or {}


WEAK = ("a" * 40, "ab" * 20, "change-me-change-me-change-me-12345678", "1234567890" * 4)


@SQLITE
@pytest.mark.parametrize("value", WEAK)
@pytest.mark.parametrize("name", ["SECRET_KEY", "LINK_KEY", "SECRET_KEY_FALLBACKS"])
def test_a_weak_secret_is_named_and_not_shown(environ, tmp_path, name, value):
    found = look_at(environ, tmp_path, **{f"SURVEY_{name}": value})
    assert found["configuration.secrets"].where == f"SURVEY_{name}"
    assert value not in found["configuration.secrets"].message


@SQLITE
def test_one_key_for_two_things_is_told(environ, tmp_path):
    same = look_at(environ, tmp_path, SURVEY_SECRET_KEY=environ["SURVEY_LINK_KEY"])
    assert same["configuration.secrets"].state == "problem"


@SQLITE
def test_a_trial_that_others_reach_is_a_problem(environ, tmp_path):
    open_to_all = {"SURVEY_ENV": "development", "SURVEY_BASE_URL": "https://khao-sat.example"}
    found = look_at(environ, tmp_path, **open_to_all)
    assert found["configuration.settings"].state == "problem"
    assert found["configuration.base_url"].where == "SURVEY_BEHIND_PROXY"
    https = {"SURVEY_BASE_URL": "https://khao-sat.example", "SURVEY_BEHIND_PROXY": "1"}
    assert look_at(environ, tmp_path, **https) == {}


@SQLITE
def test_a_folder_that_others_read_is_told(doctor, settings, well):
    settings.instance_path.chmod(0o755)
    secrets = settings.instance_path / "survey.env"
    secrets.write_text("")
    secrets.chmod(0o644)
    said = doctor()
    assert said.problems()["configuration.folder"] == [str(settings.instance_path), str(secrets)]
    assert f"chmod go= {secrets}" in said.printed


@SQLITE
def test_settings_that_are_not_complete_are_one_problem(environ):
    with pytest.raises(SettingsError) as refused:
        load_settings(environ | {"SURVEY_LINK_KEY": "", "SURVEY_SECRET_KEY": "x" * 40})
    done = cli.not_set_up(refused.value).test_cli_runner().invoke(args=["doctor", "--json"])
    assert done.exit_code == 1
    (check,) = json.loads(done.stdout)["checks"]
    assert check["state"] == "problem" and "SURVEY_LINK_KEY" in check["message"]


def test_rows_of_the_future_are_told(app, db, doctor, well, time):
    with app.app_context(), db.writing() as session:
        launched_round(session)
    assert "clock.rows" not in doctor().problems()
    time.move(days=-1)
    said = doctor()
    assert said.problems()["clock.rows"] == ["audit_event"]
    assert "09 giờ 00" in said.of("clock.rows")["message"].replace(" 9 giờ", " 09 giờ")


@SQLITE
def test_a_moved_clock_is_told(environ, tmp_path, time):
    trial = load_settings(environ | {"SURVEY_ENV": "development"})
    trial.instance_path.mkdir(mode=0o700, exist_ok=True)
    database = Database(trial.database_url)
    assert [check.state for check in hours.look(database, trial)] == ["ok"]
    clock.set_to(trial.instance_path / clock.FILE, datetime(2024, 9, 18, tzinfo=UTC))
    (moved,) = hours.look(database, trial)
    assert moved.state == "warning" and "demo clock real" in moved.message
    real = load_settings(environ)
    (left,) = hours.look(database, real)
    assert left.state == "warning" and "Xin xóa" in left.message
    database.dispose()


def test_clocks_that_disagree_are_told():
    now = datetime(2024, 9, 18, 2, 0, tzinfo=UTC)
    later = now + timedelta(seconds=1)
    for theirs, state in ((0, "ok"), (5, "ok"), (-4, "ok"), (90, "problem"), (-90, "problem")):
        found = hours.compared(now, now + timedelta(seconds=theirs), later)
        assert found.state == state, theirs
    assert "89 giây" in hours.compared(now, later + timedelta(seconds=89), later).message


def test_a_missing_key_and_one_that_should_be_gone(app, db, doctor, well, settings):
    round_id = launched_form(app)
    cabinet = KeyCabinet(settings.keys_path)
    assert not {"keys.urns", "keys.folder"} & set(doctor().problems())
    with db.writing() as session:
        urn = session.get_one(Urn, round_id)
        public_key, urn.state = urn.public_key, "sealed"
    said = doctor()
    assert "hủy khóa" in said.of("keys.urns")["message"]
    cabinet.destroy(public_key)
    assert "keys.urns" not in doctor().problems()
    with db.writing() as session:
        session.get_one(Urn, round_id).state = "open"
    said = doctor()
    assert len(said.problems()["keys.urns"]) == 1
    settings.keys_path.chmod(0o750)
    assert doctor().problems()["keys.folder"] == [str(settings.keys_path)]
    settings.keys_path.rename(settings.keys_path.with_name("elsewhere"))
    assert doctor().problems()["keys.folder"] == [str(settings.keys_path)]


def test_a_warning_alone_is_no_reason_to_call_somebody():
    assert all_good([Check("a", "ok", ""), Check("b", "warning", "")])
    assert not all_good([Check("a", "ok", ""), Check("b", "problem", "")])
