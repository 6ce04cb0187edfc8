"""Fresh installations for simulated rounds: people and an approved form are there, nothing else.

One is made for each system and copied for each round, so that a round finds no traces of others.
"""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from survey_app import migrations
from survey_app.database import Database
from tests.factories_forms import form_document
from tests.factories_rounds import NAMES, make_campaign, make_cell, make_person, make_version

# Two hundred people; the small cells stand together in groups of at least ten.
CELLS = (18, 17, 16, 15, 15, 14, 14, 13, 13, 12, 12, 11, 10, 8, 7, 5)
_numbers = itertools.count()


class Installations(Protocol):
    """Where rounds are played; `fresh` gives the URL of a database that is gone afterwards."""

    def fresh(self) -> "Iterator[str]":
        """Yield the URL."""


class SqliteInstallations:
    """Files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.sqlite"
        _fill(f"sqlite:///{self._template}")

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Copy the template."""
        home = self._folder / f"installation-{next(_numbers)}"
        home.mkdir()
        shutil.copy(self._template, home / "survey.sqlite")
        yield f"sqlite:///{home / 'survey.sqlite'}"
        shutil.rmtree(home)


class PostgresInstallations:
    """Databases of a server, whose administrator's URL is `admin`."""

    def __init__(self, admin: str) -> None:
        self._admin = make_url(admin).set(drivername="postgresql+psycopg")
        self._template = self._make(None)
        _fill(self._url(self._template))

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Copy the template."""
        name = self._make(self._template)
        yield self._url(name)
        self._drop(name)

    def close(self) -> None:
        """Drop the template."""
        self._drop(self._template)

    def _url(self, name: str) -> str:
        found = self._admin.set(drivername="postgresql", database=name)
        return found.render_as_string(hide_password=False)

    def _make(self, template: str | None) -> str:
        name = f"survey_attack_{os.getpid()}_{next(_numbers)}"
        self._run(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        return name

    def _drop(self, name: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _run(self, sql: str) -> None:
        engine = create_engine(self._admin, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(sql))
        engine.dispose()


def _fill(url: str) -> None:
    database = Database(url.replace("postgresql:", "postgresql+psycopg:", 1))
    migrations.upgrade(database)
    with database.writing() as session:
        number = itertools.count(1)
        for place, people in enumerate(CELLS, 1):
            cell = make_cell(session, f"Chi bộ số {place}")
            for _one in range(people):
                name = f"{NAMES[next(number) % len(NAMES)]} {next(number)}"
                make_person(session, name, cell)
        make_campaign(session, slug="chien-dich")
        make_version(session, document=form_document(), slug="phieu")
    database.dispose()
