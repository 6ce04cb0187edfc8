"""The sample takes seconds to build, so it is built once for each database and copied."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from survey_app import clock, create_app, demo
from survey_app.config import load_settings
from survey_app.database import Database
from tests import conftest as ground


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the first test of each database the time to build the sample."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(300))


def environ_of(folder: Path, url: str, **more: str) -> dict[str, str]:
    return {
        "SURVEY_ENV": "development",
        "SURVEY_INSTANCE_PATH": str(folder),
        "SURVEY_DATABASE_URL": url,
        "SURVEY_BASE_URL": "http://127.0.0.1:8000",
        "SURVEY_SECRET_KEY": "test-secret-key-of-more-than-32-characters",
        "SURVEY_LINK_KEY": "test-link-key-of-more-than-32-characters!",
        "SURVEY_MAIL_SERVER": "127.0.0.1",
        "SURVEY_MAIL_PORT": str(ground.free_port()),
        **more,
    }


def build(folder: Path, url: str) -> None:
    app = create_app(load_settings(environ_of(folder, url)))
    assert demo.load(app)
    app.extensions["survey.database"].dispose()
    clock.use_source(None)


@pytest.fixture(scope="session")
def sample_on_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder with the sample in a SQLite file."""
    folder = tmp_path_factory.mktemp("sample") / "instance"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "survey.sqlite")
    build(folder, f"sqlite:///{folder / 'survey.sqlite'}")
    return folder


@pytest.fixture(scope="session")
def sample_on_postgres(
    postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """A PostgreSQL database with the sample, and its instance folder."""
    name = ground._postgres_name("sample")
    ground._postgres(f'CREATE DATABASE "{name}" TEMPLATE "{postgres_template}"')
    folder = tmp_path_factory.mktemp("sample") / "instance"
    folder.mkdir()
    build(folder, ground.postgres_url_of(name))
    yield name, folder
    ground._postgres(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _copy(source: Path, folder: Path) -> None:
    """Copy an instance and the keys beside it, as somebody does who moves to another machine."""
    shutil.copytree(source, folder)
    shutil.copytree(source.parent / "urn-keys", folder.parent / "urn-keys")


@pytest.fixture(params=["sqlite", "postgresql"])
def environ(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A development installation with the sample, as `make run` leaves it."""
    folder = tmp_path / "instance"
    if request.param == "sqlite":
        _copy(request.getfixturevalue("sample_on_sqlite"), folder)
        yield environ_of(folder, f"sqlite:///{folder / 'survey.sqlite'}")
        return
    ground.postgres_admin_url()
    template, source = request.getfixturevalue("sample_on_postgres")
    _copy(source, folder)
    name = ground._postgres_name(f"demo_{next(ground._numbers)}")
    ground._postgres(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield environ_of(folder, ground.postgres_url_of(name))
    ground._postgres(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def app(environ: dict[str, str]) -> Iterator[Flask]:
    """The application; its clock is the sample's, shared by a file."""
    app = create_app(load_settings(environ))
    app.testing = True
    yield app
    app.extensions["survey.database"].dispose()
    clock.use_source(None)


@pytest.fixture
def db(app: Flask) -> Database:
    database: Database = app.extensions["survey.database"]
    return database


@pytest.fixture
def inbox(app: Flask) -> Path:
    """The folder in which the local mail server keeps mails."""
    return Path(app.instance_path) / "inbox"
