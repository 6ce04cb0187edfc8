"""A killed `verify` leaves nobody's data lying about for long, and no keys at all."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from survey_app import backups
from survey_app.accounts.scope import CLI
from tests.conftest import ROOT
from tests.factories_rounds import launched_round
from tests.functional.backups.conftest import Place

# The file is the same whichever database it comes from (test_round_trip).
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def file(here: Place, tmp_path: Path) -> Path:
    """A backup of a launched round."""
    with here.app.app_context(), here.db.writing() as session:
        launched_round(session, people=3, cells=1)
    backups.make(here.db, here.settings, tmp_path / "b.zip", CLI)
    return tmp_path / "b.zip"


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place for temporary files, of this process and of those it starts."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


@contextmanager
def begun(file: Path, scratch: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Start `verify` and halt it in its tracks, with people in its copy."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "survey_app", "verify", str(file)],
        env={**os.environ, "SURVEY_INSTANCE_PATH": str(scratch.parent / "none")},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    try:
        while not list(scratch.glob("*/copy.sqlite")):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.002)
        process.send_signal(signal.SIGSTOP)
        yield process
    finally:
        process.kill()
        process.wait()


def test_what_a_killed_verify_leaves_goes_with_the_next_one(
    here: Place, file: Path, scratch: Path
) -> None:
    with begun(file, scratch) as killed:
        pass
    assert killed.returncode == -signal.SIGKILL
    (left,) = scratch.iterdir()
    assert left.stat().st_mode & 0o777 == 0o700
    assert here.settings.link_key not in b"".join(one.read_bytes() for one in left.iterdir())
    (scratch / "survey-settings-x1").mkdir()  # an earlier version put the keys there
    assert here.run("verify", str(file)).exit_code == 0
    assert list(scratch.iterdir()) == []


def test_what_is_in_use_or_somebody_elses_stays(here: Place, file: Path, scratch: Path) -> None:
    precious = scratch.parent / "precious"
    precious.mkdir()
    (precious / "file").write_text("stays", encoding="utf-8")
    (scratch / "survey-verify-link").symlink_to(precious)
    (scratch / "survey-verify-file").write_text("stays", encoding="utf-8")
    (scratch / "another").mkdir()
    stays = {"survey-verify-link", "survey-verify-file", "another"}
    if os.geteuid() == 0:
        (scratch / "survey-verify-theirs").mkdir()
        os.chown(scratch / "survey-verify-theirs", 65534, 65534)
        stays |= {"survey-verify-theirs"}
    with begun(file, scratch) as running:
        (own,) = {one.name for one in scratch.iterdir()} - stays
        assert here.run("verify", str(file)).exit_code == 0
        assert {one.name for one in scratch.iterdir()} == stays | {own}
        running.send_signal(signal.SIGCONT)
        assert running.wait(timeout=60) == 0, "nobody took its copy away"
    assert {one.name for one in scratch.iterdir()} == stays
    assert (precious / "file").read_text(encoding="utf-8") == "stays"
