"""Whatever stops a restore, and whenever: the people who are there have their keys."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

from survey_app import backups
from survey_app.accounts.scope import CLI
from survey_app.config import load_settings
from tests.conftest import ROOT
from tests.factories_rounds import launched_round
from tests.functional.backups.conftest import NewPlace, Place, rows_of

BOTH = pytest.mark.parametrize("target", ["sqlite", "postgresql"])
# The file is the same whichever database it comes from (test_round_trip).
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def file(here: Place, tmp_path: Path) -> Path:
    """A backup of a launched round."""
    with here.app.app_context(), here.db.writing() as session:
        launched_round(session, people=3, cells=1)
    backups.make(here.db, here.settings, tmp_path / "b.zip", CLI)
    return tmp_path / "b.zip"


@contextmanager
def stopped(when: str) -> Iterator[None]:
    """Let Ctrl-C be pressed as a commit begins (`before`), or just after it (`after`)."""
    commits = 0

    def commit(_connection: object) -> None:
        nonlocal commits
        commits += 1
        if when == "before":
            raise KeyboardInterrupt

    def given_back(*_whatever: object) -> None:
        if when == "after" and commits == 1:
            raise KeyboardInterrupt

    event.listen(Engine, "commit", commit)
    event.listen(Pool, "reset", given_back)
    try:
        yield
    finally:
        event.remove(Engine, "commit", commit)
        event.remove(Pool, "reset", given_back)
    assert commits == 1, "it was stopped at the one commit there is"


@BOTH
@pytest.mark.parametrize("when", ["before", "after"])
def test_whoever_stops_a_restore_keeps_the_keys_of_what_is_there(
    here: Place, file: Path, new_place: NewPlace, target: str, when: str
) -> None:
    there = new_place(target)
    with stopped(when), pytest.raises(KeyboardInterrupt):
        backups.restore(file, there.settings, there.environ)
    own = {"SURVEY_INSTANCE_PATH": str(there.folder)}
    assert load_settings(own).link_key == here.settings.link_key
    if when == "before":  # nothing is there yet, and the settings that are do not stand in the way
        assert there.run("restore", str(file)).exit_code == 0
    assert len(rows_of(there.db)["person"]) == 3
    refused = there.run("restore", str(file))
    assert refused.exit_code == 1 and "không trống" in refused.stderr
    assert load_settings(own).link_key == here.settings.link_key


def test_a_clock_that_cannot_be_put_back_costs_no_keys(new_place: NewPlace, tmp_path: Path) -> None:
    trial = new_place("sqlite", SURVEY_ENV="development")
    assert trial.run("db", "upgrade").exit_code == 0
    (trial.folder / "clock.json").write_text('{"offset": 3600}', encoding="utf-8")
    backups.make(trial.db, trial.settings, tmp_path / "trial.zip", CLI)
    there = new_place("sqlite", SURVEY_ENV="development")
    (there.folder / "clock.json").symlink_to(tmp_path / "nowhere" / "clock.json")
    done = there.run("restore", str(tmp_path / "trial.zip"))
    assert done.exit_code == 1
    assert "Dữ liệu và cài đặt đã khôi phục xong" in done.stderr and "clock.json" in done.stderr
    own = {"SURVEY_INSTANCE_PATH": str(there.folder)}
    assert load_settings(own).link_key == trial.settings.link_key
    assert len(rows_of(there.db)["audit_event"]) == 1, "it was restored"


def test_no_room_for_the_settings_leaves_no_half_of_them(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    program = f"{sys.executable} -m flask --app survey_app restore {file}"
    own = {name: value for name, value in os.environ.items() if not name.startswith("SURVEY_")}
    ended = subprocess.run(
        ["/bin/bash", "-c", f"trap '' XFSZ; ulimit -f 0; exec {program}"],
        env={**own, "SURVEY_INSTANCE_PATH": str(folder), "LANG": "vi_VN.UTF-8"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)
    assert "Không ghi được" in ended.stderr and "survey.env" in ended.stderr
    assert list(folder.iterdir()) == []
