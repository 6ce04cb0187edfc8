"""Installations to be measured: a launched round, on SQLite and on PostgreSQL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from survey_app import clock, create_app, migrations
from survey_app.config import load_settings
from survey_app.database import Database
from tests.bench import machine
from tests.factories_rounds import invitations_of, launched_round, link_path, make_version

_LINK_KEY = "bench-link-key-of-more-than-32-characters!!"


@dataclass(frozen=True)
class Place:
    """An installation: its environment, its round and the paths of its people's links."""

    environ: dict[str, str]
    round_id: int
    links: list[str]
    roots: set[int]  # the processes of its database server, where it has one

    @property
    def database_url(self) -> str:
        return self.environ["SURVEY_DATABASE_URL"]

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Look into its database from outside."""
        database = Database(load_settings(self.environ).database_url)
        try:
            yield database
        finally:
            database.dispose()


def environ_of(folder: Path, database_url: str) -> dict[str, str]:
    """Return the settings of a production installation in `folder`."""
    return {
        "SURVEY_INSTANCE_PATH": str(folder / "instance"),
        "SURVEY_DATABASE_URL": database_url,
        "SURVEY_BASE_URL": "http://127.0.0.1:8000",
        "SURVEY_SECRET_KEY": "bench-secret-key-of-more-than-32-characters",
        "SURVEY_LINK_KEY": _LINK_KEY,
        "SURVEY_MAIL_SERVER": "127.0.0.1",
        "SURVEY_MAIL_DEFAULT_SENDER": "Đảng ủy Sở (mẫu) <khao-sat@so-mau.example>",
        "SURVEY_MAIL_RATE_PER_MINUTE": "0",
    }


@contextmanager
def installation(folder: Path, kind: str, people: int, **settings: int | None) -> Iterator[Place]:
    """Make an installation (`kind`: sqlite, postgresql) with one open round of 20 questions.

    Its people sit in 20 cells; their invitations wait in the outbox. `settings` are the round's.
    """
    place = folder / kind
    place.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        yield _fill(place, f"sqlite:///{place / 'bench.sqlite'}", people, set(), settings)
        return
    with _postgresql() as (url, roots):
        yield _fill(place, url, people, roots, settings)


def _fill(
    folder: Path, url: str, people: int, roots: set[int], settings: dict[str, int | None]
) -> Place:
    environ = environ_of(folder, url)
    app = create_app(load_settings(environ))
    database: Database = app.extensions["survey.database"]
    migrations.upgrade(database)
    with app.app_context(), database.writing() as session:
        round_ = launched_round(
            session,
            people=people,
            cells=20,
            version=make_version(session, questions=20),
            closes_at=clock.now() + timedelta(days=2),
            **settings,
        )
        links = [
            link_path(session, _LINK_KEY.encode(), one) for one in invitations_of(session, round_)
        ]
        made = Place(environ, round_.id, links, roots)
    database.dispose()
    return made


def kinds() -> list[str]:
    """Return the databases there are to measure on."""
    return ["sqlite", "postgresql"] if os.environ.get("TEST_POSTGRES_URL") else ["sqlite"]


@contextmanager
def _postgresql() -> Iterator[tuple[str, set[int]]]:
    admin_url = os.environ["TEST_POSTGRES_URL"]
    admin = create_engine(
        make_url(admin_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    name = f"survey_bench_{os.getpid()}"
    with admin.connect() as connection:
        backend = connection.scalar(text("SELECT pg_backend_pid()"))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        url = make_url(admin_url).set(drivername="postgresql", database=name)
        yield url.render_as_string(hide_password=False), machine.server_of(backend)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()
