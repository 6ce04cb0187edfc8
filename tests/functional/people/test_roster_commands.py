"""`flask roster check|import`: shapes and exit codes of INTERFACE."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from survey_app.database import Database
from survey_app.people.models import Person

HEAD = "STT,Họ và tên,Ngày sinh,Chi bộ,Email,Đối tượng\n"
GOOD = HEAD + "1,Nông Thị Ánh,23/05/1980,Chi bộ Một,anh@so.example,Đảng viên\n"


@pytest.fixture
def run(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LANG", "C.UTF-8")

    def run(text: str, *arguments: str, name: str = "ds.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8-sig")
        command, *options = arguments
        return app.test_cli_runner().invoke(args=["roster", command, str(path), *options])

    return run


def count(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count(Person.id))) or 0


def test_check_reads_and_changes_nothing(run, db: Database) -> None:
    result = run(GOOD, "check", "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["people"][0]["birth_date"] == "1980-05-23"
    assert document["columns"]["B"] == "full_name"
    assert "1 người" in run(GOOD, "check").stdout
    assert count(db) == 0


def test_check_says_what_is_wrong(run) -> None:
    result = run(HEAD + "1,Vi Lan,31/02/1980,Chi bộ Một,sai@@,Đảng viên\n", "check")
    assert result.exit_code == 1
    assert "dòng 2, cột C" in result.stderr


def test_a_refused_file_is_said_on_stderr_and_json_stays_json(run) -> None:
    result = run("%PDF-1.7", "check", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["problems"]
    assert result.stderr


def test_import_without_yes_only_compares(run, db: Database) -> None:
    result = run(GOOD, "import")
    assert result.exit_code == 0, result.output
    assert "thêm mới: Nông Thị Ánh" in result.stdout
    assert count(db) == 0


def test_import_tells_every_row(run, db: Database) -> None:
    result = run(GOOD, "import", "--yes", "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert {name: document[name] for name in list(document)[:6]} == {
        "added": 1,
        "changed": 0,
        "moved": 0,
        "unchanged": 0,
        "missing": 0,
        "rejected": 0,
    }
    row = document["rows"][0]
    assert (row["row"], row["outcome"], row["person"], row["changes"]) == (
        2,
        "added",
        "Nông Thị Ánh",
        {},
    )
    changed = json.loads(run(GOOD.replace("anh@", "moi@"), "import", "--yes", "--json").stdout)
    assert changed["rows"][0]["changes"] == {
        "email": {"from": "anh@so.example", "to": "moi@so.example"}
    }
    assert json.loads(run(GOOD, "import", "--json").stdout)["changed"] == 1
    assert count(db) == 1


def test_kind_holds_for_the_whole_list(run) -> None:
    text = "Họ và tên,Năm sinh\nVi Văn Lan,1980\n"
    refused = run(text, "import", "--yes", "--json")
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["rejected"] == 1
    taken = run(text, "import", "--yes", "--json", "--kind", "non_member")
    assert (taken.exit_code, json.loads(taken.stdout)["added"]) == (0, 1)
    assert run(text, "import", "--kind", "hoa").exit_code == 2
