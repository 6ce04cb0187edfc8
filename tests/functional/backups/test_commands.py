"""The three commands: what they refuse, what they say, and what they never write or print."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import text

from survey_app import backups
from survey_app.accounts.scope import CLI
from survey_app.config import load_settings
from survey_app.locks import worker_lock
from tests.conftest import ROOT
from tests.factories_rounds import launched_round
from tests.functional.backups.conftest import NewPlace, Place, rows_of

ANOTHER_KEY = "another-link-key-of-more-than-32-characters"
# What starts processes does so once: the file is the same whichever database it comes from.
FROM_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def file(here: Place, tmp_path: Path) -> Path:
    """A backup of a launched round."""
    with here.app.app_context(), here.db.writing() as session:
        launched_round(session, people=3, cells=1)
    backups.make(here.db, here.settings, tmp_path / "b.zip", CLI)
    return tmp_path / "b.zip"


def test_a_backup_says_what_is_in_it_and_only_its_owner_reads_it(here: Place, file: Path) -> None:
    path = file.with_name("sao lưu.zip")
    made = here.run("backup", str(path))
    assert (made.exit_code, made.stderr) == (0, "")
    assert "3 người · 0 lượt làm bài" in made.stdout and "khóa bí mật" in made.stdout
    assert path.stat().st_mode & 0o777 == 0o600
    english = here.run("verify", str(path), lang="en_GB.UTF-8")
    assert english.stdout.startswith("The backup is whole") and "3 people" in english.stdout
    assert [found.name for found in path.parent.glob(".*")] == [], "nothing half-written is left"


def test_a_backup_never_overwrites_and_goes_through_no_pipe(here: Place, file: Path) -> None:
    content = file.read_bytes()
    again = here.run("backup", str(file))
    assert again.exit_code == 1 and "không bao giờ ghi đè" in again.stderr
    assert file.read_bytes() == content
    dangling = file.with_name("link.zip")
    dangling.symlink_to(file.with_name("nowhere"))
    assert here.run("backup", str(dangling)).exit_code == 1
    for command in ("backup", "verify", "restore"):
        piped = here.run(command, "-")
        assert piped.exit_code == 1 and "Xin nêu tên tệp" in piped.stderr
        assert here.run(command).exit_code == 2
    nowhere = here.run("backup", str(file.parent / "no folder" / "b.zip"))
    assert nowhere.exit_code == 1 and "Không ghi được" in nowhere.stderr


def test_no_room_leaves_nothing_behind(here: Place, file: Path) -> None:
    program = f"{sys.executable} -m flask --app survey_app backup full.zip"
    ended = subprocess.run(
        ["/bin/bash", "-c", f"trap '' XFSZ; ulimit -f 8; exec {program}"],
        env={**os.environ, **here.environ, "PYTHONPATH": str(ROOT)},
        cwd=file.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "Không ghi được full.zip" in ended.stderr and "Traceback" not in ended.stderr
    assert not list(file.parent.glob("*full*"))


def test_no_secret_is_printed(here: Place, new_place: NewPlace, file: Path) -> None:
    printed = here.run("backup", str(file.with_name("2.zip"))).output
    printed += here.run("verify", str(file)).output
    printed += new_place("sqlite").run("restore", str(file)).output
    printed += new_place("sqlite", SURVEY_LINK_KEY=ANOTHER_KEY).run("restore", str(file)).output
    for secret in (here.settings.secret_key, here.settings.link_key.decode(), ANOTHER_KEY, "@"):
        assert secret not in printed


def test_what_is_in_the_file_is_listed_one_by_one(here: Place) -> None:
    """Neither itself, nor urn keys, nor logs, nor locks, wherever they lie."""
    keys = here.folder / "urn-keys"
    keys.mkdir(parents=True)
    for name in ("urn-keys/round-1.key", "worker.log", "worker.lock", "inbox.eml", "clock.json"):
        (here.folder / name).write_text("must not be in it", encoding="utf-8")
    path = here.folder / "in the folder itself.zip"
    made = backups.make(here.db, here.settings, path, CLI).manifest
    with zipfile.ZipFile(path) as found:
        names = set(found.namelist())
        content = b"".join(found.read(name) for name in names)
    tables = {f"tables/{table}.jsonl" for table in made.tables}
    assert names == {*tables, "survey-app-backup.txt", "manifest.json", "files/survey.env"}
    assert b"must not be in it" not in content
    assert "KEYS_PATH" not in content.decode() and "DATABASE_URL" not in content.decode()


def test_a_database_that_is_not_empty_is_refused(here: Place, file: Path) -> None:
    before = rows_of(here.db)
    refused = here.run("restore", str(file))
    assert refused.exit_code == 1 and "không trống" in refused.stderr
    assert "SURVEY_DATABASE_URL" in refused.stderr
    assert rows_of(here.db) == before
    assert not (here.folder / "survey.env").exists()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_tables_of_somebody_else_are_refused(file: Path, new_place: NewPlace, kind: str) -> None:
    there = new_place(kind)
    with there.db.write_engine.begin() as connection:
        connection.execute(text("CREATE TABLE recipes (id INTEGER PRIMARY KEY)"))
    assert there.run("restore", str(file)).exit_code == 1
    with there.db.write_engine.begin() as connection:
        connection.execute(text("DROP TABLE recipes"))
    assert there.run("restore", str(file)).exit_code == 0


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_running_worker_is_refused(file: Path, new_place: NewPlace, kind: str) -> None:
    there = new_place(kind)
    lock = worker_lock(there.db, there.folder)
    assert lock.acquire()
    refused = there.run("restore", str(file))
    assert refused.exit_code == 1 and "worker" in refused.stderr
    assert not (there.folder / "survey.env").exists()
    lock.release()
    assert there.run("restore", str(file)).exit_code == 0


@FROM_SQLITE
def test_a_database_that_does_not_answer_is_no_worker(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    for url in ("postgresql://ai@127.0.0.1:1/khong", f"sqlite:///{tmp_path}/none/survey.sqlite"):
        refused = flask(folder, "restore", str(file), SURVEY_DATABASE_URL=url)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
        assert "Cơ sở dữ liệu không trả lời" in refused.stderr
        assert not (folder / "survey.env").exists()


def test_another_link_key_is_refused_unless_it_is_wanted(file: Path, new_place: NewPlace) -> None:
    there = new_place("sqlite", SURVEY_LINK_KEY=ANOTHER_KEY)
    refused = there.run("restore", str(file))
    assert refused.exit_code == 1 and "SURVEY_LINK_KEY" in refused.stderr
    assert there.run("restore", str(file), "--other-keys").exit_code == 0


def test_a_trial_takes_over_the_keys_of_the_backup(here: Place, new_place: NewPlace) -> None:
    """A trial makes keys up before anything can be restored; the backup's take their place."""
    file = here.folder / "b.zip"
    backups.make(here.db, here.settings, file, CLI)
    there = new_place("sqlite", SURVEY_ENV="development", SURVEY_LINK_KEY="", SURVEY_SECRET_KEY="")
    assert there.settings.link_key != here.settings.link_key
    assert there.run("restore", str(file)).exit_code == 0
    again = load_settings(there.environ)
    assert again.development and again.link_key == there.settings.link_key
    own = {name: there.environ[name] for name in ("SURVEY_INSTANCE_PATH",)}
    assert load_settings(own).link_key == here.settings.link_key


def test_settings_that_stand_there_stay(here: Place, file: Path, new_place: NewPlace) -> None:
    there = new_place("sqlite")
    there.folder.mkdir(exist_ok=True)
    kept = "# của tôi\nSURVEY_MAIL_PORT=2626\n"
    (there.folder / "survey.env").write_text(kept, encoding="utf-8")
    done = there.run("restore", str(file))
    assert done.exit_code == 0 and "giữ survey.env đang có" in done.stdout
    assert (there.folder / "survey.env").read_text(encoding="utf-8") == kept


def flask(folder: Path, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    """Run a command as an operator does, with nothing set but the folder."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("SURVEY_")}
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "survey_app", *arguments],
        env={**own, "LANG": "vi_VN.UTF-8", "SURVEY_INSTANCE_PATH": str(folder), **environ},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_empty_folder_is_all_one_needs(here: Place, file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    done = flask(folder, "restore", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    env = folder / "survey.env"
    assert env.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700, "whoever else is on this machine"
    assert load_settings({"SURVEY_INSTANCE_PATH": str(folder)}).mail == here.settings.mail
    listed = flask(folder, "rounds", "list")
    assert listed.returncode == 0 and "Vòng 1" in listed.stdout


@FROM_SQLITE
def test_without_settings_only_what_needs_none_runs(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    assert flask(folder, "verify", str(file)).returncode == 0
    lost = flask(folder, "rounds", "list")
    assert (lost.returncode, lost.stdout, lost.stderr.count("\n")) == (1, "", 1)
    assert "SURVEY_BASE_URL" in lost.stderr


@FROM_SQLITE
def test_the_database_that_was_named_is_remembered(file: Path, tmp_path: Path) -> None:
    """A restored installation that forgot it would start empty, on the usual database."""
    folder, url = tmp_path / "fresh", f"sqlite:///{tmp_path / 'elsewhere.sqlite'}"
    assert flask(folder, "restore", str(file), SURVEY_DATABASE_URL=url).returncode == 0
    assert load_settings({"SURVEY_INSTANCE_PATH": str(folder)}).database_url == url
    assert not (folder / "survey.sqlite").exists()


@FROM_SQLITE
def test_wrong_settings_are_not_passed_over(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    folder.mkdir()
    (folder / "survey.env").write_text("SURVEY_MAIL_PORT=x\n", encoding="utf-8")
    refused = flask(folder, "restore", str(file))
    assert refused.returncode == 1 and "SURVEY_" in refused.stderr and "dời nó đi" in refused.stderr
    assert [found.name for found in folder.iterdir()] == ["survey.env"]
    wrong = flask(tmp_path / "other", "restore", str(file), SURVEY_MAIL_PORT="x")
    assert wrong.returncode == 1 and "SURVEY_MAIL_PORT" in wrong.stderr
    assert not (tmp_path / "other" / "survey.env").exists()
