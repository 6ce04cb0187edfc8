"""A database that takes nothing just now: said honestly, with when to come again; nothing typed is
lost, and the next try works without a restart.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pysqlite3 import dbapi2
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from survey_app import crashes, sqlite
from survey_app.accounts.models import User
from survey_app.database import Database
from tests.factories import csrf_of, make_user, sign_in
from tests.page import assert_page

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PATIENCE = 1.0
TYPED = {"email": "hoa.ly@so-mau.example", "password": "mật-khẩu-của-tôi"}


@contextmanager
def locked(db: Database) -> Iterator[None]:
    """Hold the only turn to write from a connection outside of the application."""
    other = dbapi2.connect(db.url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", PATIENCE)


@SQLITE
def test_a_post_that_found_the_database_locked_can_be_sent_again(
    app: Flask, client: FlaskClient, db: Database, impatient: None, caplog: pytest.LogCaptureFixture
) -> None:
    make_user(db, "organiser", email=TYPED["email"])
    form = {**TYPED, "csrf_token": csrf_of(client.get("/sign-in"))}
    with caplog.at_level(logging.DEBUG), locked(db):
        page = client.post("/sign-in", data=form)
    assert page.status_code == 503
    assert int(page.headers["Retry-After"]) > 0
    assert_page(page.text, page.headers, content=TYPED.values())
    assert TYPED["email"] in page.text, "what was typed stands in the page"
    assert TYPED["password"] not in page.text
    assert "SQLITE_BUSY" in caplog.text and "hoa" not in caplog.text.lower()
    assert client.post("/sign-in", data=form).status_code == 422, "a wrong password, looked at now"


@SQLITE
def test_those_who_queue_give_up_with_the_first(db: Database, impatient: None) -> None:
    """However many threads and processes (another one is another engine) are in front of them."""
    processes = [db, Database(db.url), Database(db.url)]
    waited: list[float] = []

    def write(database: Database) -> None:
        begun = monotonic()
        with pytest.raises(Exception) as caught, database.writing():
            pass
        waited.append(monotonic() - begun)
        assert crashes.is_unavailable(caught.value)

    threads = [threading.Thread(target=write, args=[one]) for _n in range(3) for one in processes]
    with locked(db):
        for number, thread in enumerate(threads):
            if number == len(processes):
                sleep(PATIENCE / 10)  # the others outlast the first
            thread.start()
        for thread in threads:
            thread.join()
    assert len(waited) == len(threads)
    assert min(waited) > PATIENCE * 0.9 and max(waited) < PATIENCE * 1.8, waited
    for database in processes:
        with database.writing() as session:
            session.execute(select(User))
        database.dispose()


def test_a_line_that_breaks_is_trouble_of_the_moment(db: Database) -> None:
    if db.is_sqlite:
        return
    with pytest.raises(DBAPIError) as caught, db.writing() as session:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert crashes.is_unavailable(caught.value)
    with db.writing() as session:
        assert session.scalar(text("SELECT 1")) == 1


def test_a_server_that_is_not_there_is_trouble_of_the_moment() -> None:
    nobody = Database("postgresql+psycopg://postgres@/nobody?host=/tmp/there-is-no-such-folder")
    with pytest.raises(DBAPIError) as caught, nobody.reading() as session:
        session.execute(text("SELECT 1"))
    assert crashes.is_unavailable(caught.value)


def test_mistakes_of_ours_are_no_trouble_of_the_moment(db: Database) -> None:
    for statement in ("SELECT * FROM there_is_none", "INSERT INTO cell_name (name) VALUES ('x')"):
        with pytest.raises(DBAPIError) as caught, db.writing() as session:
            session.execute(text(statement))
        assert not crashes.is_unavailable(caught.value)


def test_staff_pages_say_so_too(
    app: Flask, client: FlaskClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client)
    elsewhere = Database("postgresql+psycopg://postgres@/nobody?host=/tmp/there-is-no-such-folder")
    monkeypatch.setitem(app.extensions, "survey.database", elsewhere)
    for path in ("/organiser/", "/", "/healthz", "/organiser/rounds"):
        page = client.get(path)
        assert page.status_code == 503, path
        assert "Retry-After" in page.headers
    assert_page(page.text, page.headers)


def test_a_look_that_writes_is_a_mistake_of_ours_on_both_systems(
    app: Flask, client: FlaskClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look() -> str:
        with db.reading() as session:
            session.execute(text("DELETE FROM throttle"))
        return ""

    app.testing = False
    monkeypatch.setitem(app.view_functions, "front.show", look)
    page = client.get("/")
    assert page.status_code == 500
    assert "Retry-After" not in page.headers
