"""Fixtures of all tests: the real application on a real database, on SQLite and on PostgreSQL.

`app` is parametrised over both. PostgreSQL comes from `TEST_POSTGRES_URL` (an administrator's URL
of a running server); with `REQUIRE_ALL=1` (CI and `make test`) its absence is an error, else those
tests are skipped with a reason.
"""

import itertools
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from survey_app import clock, create_app, migrations
from survey_app.config import Settings, load_settings
from survey_app.database import Database
from survey_app.i18n import DEFAULT_LOCALE, set_locale
from tests.installation import environ_of
from tests.smtp_sink import SmtpSink, free_port

ROOT = Path(__file__).resolve().parent.parent
START = datetime(2024, 9, 18, 2, 0, tzinfo=UTC)  # 09:00 on Wednesday 18/9/2024 in Lạng Sơn
_numbers = itertools.count()


def shared_folder() -> Path | None:
    """Return the folder of strangers' files, when it is there."""
    folder = Path(os.environ.get("SURVEY_TEST_SHARED", ROOT.parent / "shared"))
    return folder if folder.is_dir() else None


class TestClock:
    """A clock that stands still until moved."""

    __test__ = False

    def __init__(self) -> None:
        self.value = START

    def __call__(self) -> datetime:
        return self.value

    def move(self, **delta: float) -> datetime:
        """Move by `timedelta(**delta)` and return the new moment."""
        self.value += timedelta(**delta)
        return self.value

    def set(self, moment: datetime) -> None:
        """Jump to `moment`."""
        self.value = moment


@pytest.fixture(autouse=True)
def vietnamese_first() -> Iterator[None]:
    """Each test begins in Vietnamese, whatever language the last request of another one had."""
    set_locale(DEFAULT_LOCALE)
    yield


@pytest.fixture
def time() -> Iterator[TestClock]:
    """The clock of the application under test."""
    test_clock = TestClock()
    clock.use_source(test_clock)
    yield test_clock
    clock.use_source(None)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from."""
    path = tmp_path_factory.mktemp("template") / "empty.sqlite"
    database = Database(f"sqlite:///{path}")
    migrations.upgrade(database)
    database.dispose()  # the last connection to close folds the WAL into the file
    return path


def postgres_admin_url() -> str:
    """Return the server's URL, or skip (fail where everything is required)."""
    url = os.environ.get("TEST_POSTGRES_URL", "")
    if not url:
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail("TEST_POSTGRES_URL is not set, and this run requires PostgreSQL")
        pytest.skip("TEST_POSTGRES_URL is not set")
    return url


def _postgres(sql: str) -> None:
    url = make_url(postgres_admin_url()).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(sql))
    engine.dispose()


def _postgres_name(name: str) -> str:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return f"survey_test_{os.getpid()}_{worker}_{name}"


def postgres_url_of(name: str) -> str:
    """Return the URL of the database `name` on the test server."""
    url = make_url(postgres_admin_url()).set(drivername="postgresql", database=name)
    return url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """A migrated, empty PostgreSQL database to copy from; returns its name."""
    name = _postgres_name("template")
    _postgres(f'CREATE DATABASE "{name}"')
    database = Database(postgres_url_of(name).replace("postgresql:", "postgresql+psycopg:", 1))
    migrations.upgrade(database)
    database.dispose()
    yield name
    _postgres(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh migrated database of its own, on each of the two systems in turn."""
    if request.param == "sqlite":
        path = tmp_path / "survey.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    postgres_admin_url()
    template = request.getfixturevalue("postgres_template")
    name = _postgres_name(str(next(_numbers)))
    _postgres(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield postgres_url_of(name)
    _postgres(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def environ(database_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment of the installation under test; change it before asking for `app`."""
    made = environ_of(tmp_path / "instance", database_url, free_port())
    return made | {"SURVEY_MAIL_TIMEOUT": "5"}


@pytest.fixture
def smtp(environ: dict[str, str]) -> Iterator[SmtpSink]:
    """The mail server of the installation under test (without this fixture there is none)."""
    sink = SmtpSink(int(environ["SURVEY_MAIL_PORT"])).start()
    yield sink
    sink.stop()


@pytest.fixture
def settings(environ: dict[str, str]) -> Settings:
    """The settings read from `environ`."""
    return load_settings(environ)


@pytest.fixture
def app(settings: Settings, time: TestClock) -> Iterator[Flask]:
    """The application at 09:00 on 18/9/2024. No context is pushed: `g` would outlive a request."""
    app = create_app(settings)
    app.testing = True
    yield app
    app.extensions["survey.database"].dispose()


@pytest.fixture
def db(app: Flask) -> Database:
    """The application's database: `with db.writing() as session: …`."""
    database: Database = app.extensions["survey.database"]
    return database


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return app.test_client()
