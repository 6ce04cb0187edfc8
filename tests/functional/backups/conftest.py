"""An installation with a row in every table, empty ones to restore into, and the commands."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from survey_app import create_app
from survey_app.config import load_settings
from survey_app.database import Database
from survey_app.schema import metadata
from tests.conftest import _postgres, _postgres_name, postgres_admin_url, postgres_url_of

Rows = dict[str, list[tuple[Any, ...]]]
_numbers = itertools.count()


def rows_of(database: Database) -> Rows:
    """Return every row of every table, read by the models."""
    with database.reading() as session:
        return {
            table.name: sorted(map(tuple, session.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


class Place:
    """An installation: its environment, its application and its database."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ
        self.folder = Path(environ["SURVEY_INSTANCE_PATH"])
        self.settings = load_settings(environ)
        self.app: Flask = create_app(self.settings)
        self.app.testing = True
        self.db: Database = self.app.extensions["survey.database"]

    def run(self, *arguments: str, lang: str = "vi_VN.UTF-8") -> Result:
        """Run a command."""
        runner = self.app.test_cli_runner()
        return runner.invoke(args=list(arguments), env={"LANG": lang, "LC_ALL": lang})

    def close(self) -> None:
        """Let go of the database."""
        self.db.dispose()


@pytest.fixture
def here(app: Flask, environ: dict[str, str]) -> Iterator[Place]:
    """The installation that is backed up."""
    del app
    place = Place(environ)
    yield place
    place.close()


NewPlace = Callable[..., Place]


@pytest.fixture
def new_place(environ: dict[str, str], tmp_path: Path, time: object) -> Iterator[NewPlace]:
    """Make empty installations: `new_place("sqlite")`, without any schema."""
    places: list[Place] = []
    databases: list[str] = []

    def make(kind: str, **changes: str) -> Place:
        number = next(_numbers)
        folder = tmp_path / f"new-{number}"
        if kind == "sqlite":
            url = f"sqlite:///{folder / 'survey.sqlite'}"
        else:
            postgres_admin_url()
            databases.append(_postgres_name(f"restored_{number}"))
            _postgres(f'CREATE DATABASE "{databases[-1]}"')
            url = postgres_url_of(databases[-1])
        own = {"SURVEY_INSTANCE_PATH": str(folder), "SURVEY_DATABASE_URL": url}
        places.append(Place({**environ, **own, **changes}))
        return places[-1]

    yield make
    for place in places:
        place.close()
    for name in databases:
        _postgres(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
