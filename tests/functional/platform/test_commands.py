"""The platform's commands: exit 0 done, 1 refused, 2 wrong usage; in the terminal's language."""

import subprocess
import sys

import pytest

from survey_app import jobs, migrations
from survey_app.errors import Invalid, Problem
from survey_app.terminal import terminal_locale


@pytest.fixture
def run(app):
    def run(*arguments, lang="vi_VN.UTF-8"):
        return app.test_cli_runner().invoke(args=arguments, env={"LANG": lang, "LC_ALL": lang})

    return run


def test_db_check_and_upgrade(run, db):
    assert run("db", "check").exit_code == 0
    migrations.downgrade(db, "base")
    behind = run("db", "check")
    assert (behind.exit_code, behind.stdout) == (1, "")
    assert "flask db upgrade" in behind.stderr
    upgraded = run("db", "upgrade")
    assert (upgraded.exit_code, upgraded.stderr) == (0, "")
    assert "bản mới nhất" in upgraded.stdout
    assert run("db", "check").exit_code == 0
    assert migrations.differences(db) == []


def test_the_worker_refuses_an_old_schema(run, db):
    migrations.downgrade(db, "base")
    refused = run("worker")
    assert refused.exit_code == 1
    assert "flask db upgrade" in refused.stderr


def test_jobs_are_listed_and_run_by_name(run):
    assert run("jobs", "list").stdout.split() == list(jobs.JOBS)
    for name in jobs.JOBS:
        assert run("jobs", "run", name).exit_code == 0, name


def test_an_unknown_job_is_refused(run):
    refused = run("jobs", "run", "nonsense")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "nonsense" in refused.stderr and "housekeeping" in refused.stderr


def test_wrong_usage_is_2(run):
    assert run("jobs", "run").exit_code == 2
    assert run("db", "nonsense").exit_code == 2


def test_english_terminals_are_answered_in_english(run):
    assert "newest" in run("db", "check", lang="en_GB.UTF-8").stdout
    assert "mới nhất" in run("db", "check", lang="C.UTF-8").stdout


@pytest.mark.parametrize(
    ("environ", "locale"),
    [
        ({}, "vi"),
        ({"LANG": "vi_VN.UTF-8"}, "vi"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "vi_VN"}, "vi"),
        ({"LANG": "vi_VN", "LC_MESSAGES": "en"}, "en"),
        ({"LANG": "fr_FR"}, "vi"),
    ],
)
def test_language_of_the_terminal(environ, locale):
    assert terminal_locale(environ) == locale


def test_problems_are_told_with_their_place(run, monkeypatch):
    def refuse(app, now):
        problems = [Problem("x", "Thiếu họ tên.", "dòng 8"), Problem("y", "Thiếu cột.")]
        raise Invalid("Tệp có lỗi.", problems=problems)

    monkeypatch.setattr(jobs, "JOBS", {"bad": refuse})
    refused = run("jobs", "run", "bad")
    assert refused.exit_code == 1
    assert refused.stderr == "Tệp có lỗi.\n  dòng 8: Thiếu họ tên.\n  Thiếu cột.\n"


def test_without_a_schema_a_command_says_what_to_run_first(run, db):
    migrations.downgrade(db, "base")
    refused = run("users", "create-admin", "a@so-mau.example")
    assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert ".venv/bin/flask --app survey_app db upgrade" in refused.stderr


def test_a_wrong_setting_is_one_line(tmp_path):
    environ = {"PATH": "", "SURVEY_INSTANCE_PATH": str(tmp_path), "SURVEY_NONSENSE": "1"}
    command = [sys.executable, "-m", "flask", "--app", "survey_app", "jobs", "list"]
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert "SURVEY_NONSENSE" in ended.stderr
