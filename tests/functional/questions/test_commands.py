"""`flask questions check|import|export`."""

import json
from pathlib import Path

import pytest
from flask import Flask

from survey_app.database import Database
from survey_app.questions import formats, queries
from survey_app.questions.canonical import content_hash
from survey_app.questions.models import QuestionSetVersion
from tests.conftest import ROOT
from tests.factories import make_user

PAPER = "Câu 1: Năm nào?\nA. 1930\nB. 1954\nĐáp án: B\nNguồn: Kế hoạch 422-KH/ĐUS\n"
SHIPPED = ROOT / "quizzes" / "ke-hoach-422.yaml"


def run(app: Flask, *args: object):
    return app.test_cli_runner().invoke(args=["questions", *map(str, args)])


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "de.txt"
    path.write_text(PAPER, encoding="utf-8")
    return path


def test_check_says_what_was_read_and_stores_nothing(app: Flask, paper: Path, db: Database) -> None:
    result = run(app, "check", paper, "--json")
    assert result.exit_code == 0, result.stderr
    read = json.loads(result.stdout)
    assert read["format"] == "text" and read["questions"][0]["correct"] == [1]
    assert run(app, "check", paper).exit_code == 0
    with db.reading() as session:
        assert queries.question_sets(session) == []


def test_check_exits_1_with_problems(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text(PAPER.replace("Đáp án: B\n", ""), encoding="utf-8")
    result = run(app, "check", path, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["questions"][0]["state"] == "needs_choice"


def test_check_of_no_paper_is_still_one_json_document(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 50)
    result = run(app, "check", path, "--json")
    assert result.exit_code == 1
    read = json.loads(result.stdout)
    assert read["questions"] == [] and read["problems"][0]["message"]
    assert run(app, "check", path).exit_code == 1
    assert run(app, "check", tmp_path / "nothing").exit_code == 2


def test_import_and_approve_by_somebody(app: Flask, paper: Path, db: Database) -> None:
    approver = make_user(db, "question_approver", email="duyet@so-mau.example")
    assert run(app, "import", paper, "--slug", "vong-1").exit_code == 0
    by = ("--approve", "--by", "duyet@so-mau.example")
    result = run(app, "import", paper, "--slug", "vong-1", *by)
    assert result.exit_code == 0, result.stderr
    with db.reading() as session:
        line = queries.question_set(session, "vong-1")
    assert [(version.state, version.approver) for version in line.versions] == [
        ("approved", "Trần Thị Mẫu")
    ]
    assert approver


def test_content_of_a_retired_or_older_version_comes_back_when_asked(
    app: Flask, tmp_path: Path, paper: Path, db: Database
) -> None:
    make_user(db, "question_approver", email="duyet@so-mau.example")
    by = ("--slug", "vong-1", "--approve", "--by", "duyet@so-mau.example")
    other = tmp_path / "other.txt"
    other.write_text(PAPER.replace("422", "423"), encoding="utf-8")
    for number, path in enumerate((paper, other, paper, paper), start=1):
        result = run(app, "import", path, *by)
        assert f"bản {min(number, 3)}: đã duyệt" in result.stdout, result.output
    with db.writing() as session:
        newest = session.query(QuestionSetVersion).filter_by(number=3).one()
        newest.state = "retired"
    result = run(app, "import", paper, "--slug", "vong-1")
    assert "bản 4: bản nháp" in result.stdout
    assert "bản 4: đã duyệt" in run(app, "import", paper, *by).stdout


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("--approve",), 2),
        (("--approve", "--by", "nobody@so-mau.example"), 1),
        (("--slug", "///"), 1),
    ],
)
def test_import_refuses_in_words(app: Flask, paper: Path, args: tuple[str, ...], code: int) -> None:
    result = run(app, "import", paper, *args)
    assert result.exit_code == code, result.output
    assert bool(result.stderr) == bool(code)


def test_what_blocks_approval_stores_nothing(app: Flask, tmp_path: Path, db: Database) -> None:
    make_user(db, "question_approver", email="duyet@so-mau.example")
    path = tmp_path / "x.txt"
    path.write_text(PAPER.replace("Nguồn: Kế hoạch 422-KH/ĐUS\n", ""), encoding="utf-8")
    result = run(app, "import", path, "--approve", "--by", "duyet@so-mau.example")
    assert result.exit_code == 1 and "nguồn" in result.stderr
    with db.reading() as session:
        assert queries.question_sets(session) == []


def test_export_gives_back_what_was_imported(app: Flask, tmp_path: Path) -> None:
    assert run(app, "import", SHIPPED, "--slug", "kh").exit_code == 0
    out = tmp_path / "out.yaml"
    assert run(app, "export", "kh", "--to", "yaml", out).exit_code == 0
    first, second = (formats.read(path.read_bytes()).to_document() for path in (SHIPPED, out))
    assert content_hash(first) == content_hash(second)
    assert run(app, "export", "kh", "--to", "text", tmp_path / "out.txt").exit_code == 0


@pytest.mark.parametrize("to", ["docx", "xlsx", "gift", "aiken", "moodle_xml", "odt"])
def test_formats_of_later_releases_are_refused(app: Flask, tmp_path: Path, to: str) -> None:
    run(app, "import", SHIPPED, "--slug", "kh")
    result = run(app, "export", "kh", "--to", to, tmp_path / "x")
    assert result.exit_code == 1
    assert result.stderr and not (tmp_path / "x").exists()


def test_exporting_an_unknown_set(app: Flask, tmp_path: Path) -> None:
    assert run(app, "export", "khong-co", "--to", "yaml", tmp_path / "x").exit_code == 1
