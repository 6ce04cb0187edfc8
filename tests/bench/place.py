"""Installations to be measured: a launched round, on SQLite and on PostgreSQL."""

import itertools
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import create_engine, insert, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from survey_app import clock, create_app, migrations
from survey_app.config import load_settings
from survey_app.database import Database, run, table_of
from survey_app.invitations.tokens import link_token
from survey_app.people.models import Membership, Person
from survey_app.signing import new_public_id
from survey_app.vietnamese import name_sort_key, search_key
from tests.bench import machine
from tests.factories_rounds import (
    NAMES,
    invitations_of,
    launched_round,
    make_cell,
    make_version,
)

_LINK_KEY = "bench-link-key-of-more-than-32-characters!!"
_CELLS = 20
_numbers = itertools.count()


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


@contextmanager
def empty(folder: Path, kind: str) -> Iterator[tuple[dict[str, str], set[int]]]:
    """Make an installation with tables and nothing in them.

    Yields its environment and the processes of its database server, where it has one.
    """
    with ExitStack() as stack:
        url, roots = f"sqlite:///{folder / 'bench.sqlite'}", set[int]()
        if kind != "sqlite":
            url, roots = stack.enter_context(_postgresql())
        environ = environ_of(folder, url)
        database = Database(load_settings(environ).database_url)
        migrations.upgrade(database)
        database.dispose()
        yield environ, roots


def _fill(
    folder: Path, url: str, people: int, roots: set[int], settings: dict[str, int | None]
) -> Place:
    environ = environ_of(folder, url)
    app = create_app(load_settings(environ))
    database: Database = app.extensions["survey.database"]
    migrations.upgrade(database)
    with app.app_context(), database.writing() as session:
        _add_people(session, people)
        round_ = launched_round(
            session,
            people=0,
            version=make_version(session, questions=20),
            closes_at=clock.now() + timedelta(days=2),
            **settings,
        )
        links = [
            f"/i/{link_token(_LINK_KEY.encode(), one.public_id, 1)}"
            for one in invitations_of(session, round_)
        ]
        made = Place(environ, round_.id, links, roots)
    database.dispose()
    return made


def _add_people(session: Session, count: int) -> None:
    """Put `count` members into `_CELLS` cells, in a few statements."""
    cells = [make_cell(session, f"Chi bộ mẫu số {number}").id for number in range(1, _CELLS + 1)]
    now = clock.now()
    people = [
        {
            "public_id": new_public_id(),
            "full_name": name,
            "search_name": search_key(name),
            "sort_name": name_sort_key(name),
            "email": f"nguoi{number}@so-mau.example",
            "kind": "party_member",
            "address_state": "ok",
            "form_of_address": "đồng chí",
            "created_at": now,
            "updated_at": now,
        }
        for number, name in zip(range(count), itertools.cycle(NAMES), strict=False)
    ]
    made = run(session, insert(table_of(Person)).returning(table_of(Person).c.id), people)
    memberships = [
        {"person_id": row.id, "cell_id": cell, "kind": "official", "starts_on": date(2020, 1, 1)}
        for row, cell in zip(made, itertools.cycle(cells), strict=False)
    ]
    run(session, insert(table_of(Membership)), memberships)


def kinds() -> list[str]:
    """Return the databases there are to measure on."""
    return ["sqlite", "postgresql"] if os.environ.get("TEST_POSTGRES_URL") else ["sqlite"]


@contextmanager
def _postgresql() -> Iterator[tuple[str, set[int]]]:
    admin_url = os.environ["TEST_POSTGRES_URL"]
    admin = create_engine(
        make_url(admin_url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    name = f"survey_bench_{os.getpid()}_{next(_numbers)}"
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
