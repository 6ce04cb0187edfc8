"""Writing processes take turns at a file; whatever is wrong with it, they write all the same.

Another process is another engine on the same file here. (PostgreSQL has row locks of its own.)
"""

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import func, select

from survey_app import sqlite
from survey_app.database import Database
from survey_app.web.models import Throttle

NOBODY = 65534 if os.geteuid() == 0 else os.geteuid()  # who runs the service, when root may choose
PATIENCE = 0.5


@pytest.fixture
def path(sqlite_template: Path) -> Iterator[Path]:
    """A database in a folder of the user who runs the service, where nobody has written yet."""
    with tempfile.TemporaryDirectory(prefix="turns-") as folder:
        path = Path(shutil.copy(sqlite_template, Path(folder) / "survey.sqlite"))
        path.chmod(0o664)
        for owned in (path, path.parent):
            os.chown(owned, NOBODY, -1)
        yield path


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", PATIENCE)


def turnstile_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-turn")


@contextmanager
def process(path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{path}")
    try:
        yield database
    finally:
        database.dispose()


@contextmanager
def as_user(user: int) -> Iterator[None]:
    before = os.geteuid()
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(before)


def write(database: Database) -> float:
    """Write something and return how many seconds it took."""
    begun = monotonic()
    with database.writing() as session:
        count = session.scalar(select(func.count()).select_from(Throttle))
        moment = datetime(2024, 9, 18, tzinfo=UTC)
        session.add(Throttle(bucket=f"bucket {count}", window_start=moment, count=1))
    return monotonic() - begun


def test_what_root_wrote_first_stops_no_write_of_the_service(path: Path) -> None:
    with process(path) as root:
        write(root)
    made, database = turnstile_of(path).stat(), path.stat()
    assert (made.st_uid, made.st_gid) == (database.st_uid, database.st_gid)
    assert stat.S_IMODE(made.st_mode) == 0o660, "for those who may write, as others may only read"
    with as_user(NOBODY), process(path) as service:
        write(service)
        with turnstile_of(path).open("r+b") as file:  # it is the one that is used, and free again
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_turnstile_that_cannot_be_opened_stops_no_write(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    turnstile_of(path).mkdir()
    with process(path) as database:
        assert write(database) < PATIENCE
        write(database)
        assert caplog.text.count("IsADirectoryError") == 1, "said, and only once"
        turnstile_of(path).rmdir()
        write(database)
        assert turnstile_of(path).is_file(), "put right, it is used without a restart"


def test_a_link_in_its_place_gives_nobody_the_file_behind_it(path: Path, tmp_path: Path) -> None:
    """Root makes the file its owner's: it must be one that root has just made."""
    behind = tmp_path / "of-root"
    behind.touch(0o600)
    turnstile_of(path).symlink_to(behind)
    before = behind.stat()
    with process(path) as root:
        write(root)
    assert behind.stat() == before


def test_one_who_stands_there_for_good_costs_others_their_patience_only(path: Path) -> None:
    with process(path) as database:
        write(database)
        with turnstile_of(path).open("r+b") as stopped:
            fcntl.flock(stopped, fcntl.LOCK_EX)
            assert PATIENCE <= write(database) < 3 * PATIENCE
        assert write(database) < PATIENCE
