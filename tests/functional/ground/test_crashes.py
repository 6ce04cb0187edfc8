"""What a crash leaves in the log, and what becomes of the loser of a race."""

import logging

import click
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from survey_app import clock, crashes
from survey_app.accounts.models import User
from survey_app.database import Database
from survey_app.tasks.models import Task
from survey_app.terminal import plain_spoken
from survey_app.worker import Worker
from tests.factories import csrf_of, make_user

EMAIL = "hoa.ly@so-mau.example"


def duplicate(db: Database) -> None:
    with db.writing() as session:
        session.add(User(email=EMAIL, name="Lý Thị Hoa", created_at=clock.now()))


@pytest.fixture
def refusal(db: Database) -> DBAPIError:
    duplicate(db)
    with pytest.raises(DBAPIError) as caught:
        duplicate(db)
    return caught.value


def assert_says_nothing(text: str) -> None:
    assert "hoa" not in text.lower() and "so-mau" not in text, text


def test_a_report_names_kind_code_and_place_but_no_value(refusal: DBAPIError) -> None:
    said = crashes.report(refusal)
    assert_says_nothing(said)
    assert "IntegrityError" in said and "test_crashes.py" in said
    assert "23505" in said or "SQLITE_CONSTRAINT" in said


def test_a_crash_leaves_no_address_in_the_log(
    app: Flask, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    app.testing = False
    client = app.test_client()
    token = csrf_of(client.get("/sign-in"))
    with db.writing() as session:
        session.execute(text("ALTER TABLE user_account RENAME TO lost"))
    with caplog.at_level(logging.DEBUG):
        page = client.post(
            "/sign-in", data={"csrf_token": token, "email": EMAIL, "password": "mật-khẩu-của-tôi"}
        )
    assert page.status_code == 500
    assert "crash in sign_in.password" in caplog.text
    assert "sqlalchemy" in caplog.text
    assert_says_nothing(caplog.text)


def test_a_failed_job_leaves_no_address_in_the_log(
    app: Flask, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    duplicate(db)
    worker = Worker(app, {"twice": lambda _app, _now: duplicate(db)}, seldom={}, send=None)
    worker._leads.set()
    worker._run_job("twice")
    assert "job twice failed" in caplog.text and "IntegrityError" in caplog.text
    assert_says_nothing(caplog.text)


def test_the_loser_of_a_race_reads_that_somebody_was_first(
    app: Flask, client: FlaskClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user(db, email=EMAIL)
    monkeypatch.setitem(app.view_functions, "front.show", lambda: duplicate(db))
    page = client.get("/")
    assert page.status_code == 409
    assert "Vừa có người khác làm việc này trước" in page.text
    assert_says_nothing(page.text)


def test_the_loser_of_a_race_at_the_terminal_is_refused_in_words(db: Database) -> None:
    duplicate(db)
    command = plain_spoken(click.Command("again", callback=lambda: duplicate(db)))
    ran = CliRunner().invoke(command, env={"LANG": "en_GB.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""})
    assert ran.exit_code == 1
    assert "Somebody else did this" in ran.output
    assert_says_nothing(ran.output)


def test_what_is_missing_is_a_crash_and_no_lost_race(db: Database) -> None:
    with pytest.raises(DBAPIError) as caught, db.writing() as session:
        session.execute(text("INSERT INTO user_account (email) VALUES (NULL)"))
    assert not crashes.is_lost_race(caught.value)
    with db.reading() as session:
        assert session.scalars(select(Task)).all() == []
