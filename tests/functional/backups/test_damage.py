"""Whatever happened to the file, it is said in plain words, and nothing is restored."""

import json
import random
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from survey_app import backups
from survey_app.accounts.scope import CLI
from survey_app.backups import archive
from survey_app.campaigns.models import RoundCell
from survey_app.people.models import Person
from tests.factories_rounds import launched_round
from tests.functional.backups.conftest import NewPlace, Place, rows_of

# The file is the same whichever database it comes from (test_round_trip).
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Lines = list[list[Any]]
BROKEN = "Bản sao lưu đã hỏng hoặc thiếu phần cuối. Xin dùng một bản khác.\n"
NOT_OURS = "Đây không phải là bản sao lưu của hệ thống này.\n"
NEWER = "Bản sao lưu này do một phiên bản mới hơn làm ra. Xin cập nhật phần mềm trước.\n"
MISFITS: list[tuple[str, tuple[str, object]]] = [
    ("membership", ("cell_id", 4711)),
    ("invitation", ("public_id", "the same")),
    ("person", ("full_name", None)),
    ("person", ("kind", "robot")),
    ("person", ("birth_date", "30/2/1950")),
    ("person", ("created_at", "2024-09-18T02:00:00")),
    ("person", ("is_sample", 0)),
    ("campaign", ("settings", "{no json")),
    ("campaign", ("id", "one")),
]


@pytest.fixture
def whole(here: Place, tmp_path: Path) -> Path:
    """A good backup of a launched round."""
    with here.app.app_context(), here.db.writing() as session:
        launched_round(session, people=3, cells=1)
    backups.make(here.db, here.settings, tmp_path / "whole.zip", CLI)
    assert here.run("verify", str(tmp_path / "whole.zip")).exit_code == 0
    return tmp_path / "whole.zip"


def forge(whole: Path, *, manifest: Callable[[dict[str, Any]], None], **tables: Any) -> Path:
    """Write a backup with another manifest and other rows, all sealed as they should be."""
    forged = whole.with_name("forged.zip")
    with zipfile.ZipFile(whole) as source:
        members = {name: source.read(name) for name in source.namelist()}
    head = json.loads(members.pop(archive.MANIFEST))
    for table, change in tables.items():
        name = archive.member_of(table)
        lines: Lines = [json.loads(line) for line in members[name].splitlines()]
        columns = [column for column, _kind in head["tables"][table]["columns"]]
        for line in lines:
            line[columns.index(change[0])] = change[1]
        members[name] = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    members.pop(archive.COVER)
    with archive.creating(forged) as writer:
        for name, content in members.items():
            digest = writer.write(name, [content])
            table = name.removeprefix("tables/").removesuffix(".jsonl")
            if table in head["tables"]:
                head["tables"][table]["sha256"] = digest
        manifest(head)
        writer.write(archive.MANIFEST, [json.dumps(head).encode()])
    return forged


def nothing(_manifest: dict[str, Any]) -> None:
    """Leave a manifest as it is."""


def said_of(place: Place, path: Path) -> str:
    """Verify and restore a bad file; return the sentence that was said."""
    checked, restored = place.run("verify", str(path)), place.run("restore", str(path))
    assert (checked.exit_code, checked.stdout) == (1, "")
    assert restored.exit_code == 1
    assert restored.stderr.count("\n") == 1
    if place.db.is_sqlite:  # PostgreSQL finds a broken reference earlier, and says less of it
        assert restored.stderr == checked.stderr
    assert not (place.folder / "survey.env").exists()
    return checked.stderr


def test_a_file_cut_off_anywhere_is_broken(here: Place, whole: Path) -> None:
    content = whole.read_bytes()
    for length in (60, 1000, len(content) // 2, len(content) - 70, len(content) - 1):
        whole.write_bytes(content[:length])
        checked = here.run("verify", str(whole))
        assert (checked.exit_code, checked.stdout, checked.stderr) == (1, "", BROKEN), length
    whole.write_bytes(content + b"\0")
    assert here.run("verify", str(whole)).stderr == BROKEN


def test_a_bit_flipped_anywhere_is_broken(here: Place, whole: Path) -> None:
    content = whole.read_bytes()
    chance = random.Random(7)
    for _time in range(60):
        flipped = bytearray(content)
        place = chance.randrange(51, len(content))  # before it stands what the file is
        flipped[place] ^= 1 << chance.randrange(8)
        whole.write_bytes(flipped)
        with pytest.raises(backups.Damaged) as caught:
            backups.verify(whole)
        assert caught.value.message + "\n" == BROKEN, place
    whole.write_bytes(content)
    assert here.run("verify", str(whole)).exit_code == 0


def test_other_files_are_no_backup(here: Place, new_place: NewPlace, tmp_path: Path) -> None:
    there = new_place("sqlite")
    wrong = tmp_path / "wrong.zip"
    with zipfile.ZipFile(wrong, "w") as other:
        other.writestr("survey.sqlite", b"x" * 1000)
    assert said_of(there, wrong) == NOT_OURS
    for content in (b"", b"PK\x03\x04", "Thư mời".encode() * 50):
        wrong.write_bytes(content)
        assert said_of(there, wrong) == NOT_OURS
    assert "không có" in said_of(there, tmp_path / "không có.zip")
    assert "No such file" in there.run("verify", "không có.zip", lang="en_GB.UTF-8").stderr
    assert str(tmp_path) in said_of(there, tmp_path)


def test_a_newer_format_or_schema_says_so(here: Place, new_place: NewPlace, whole: Path) -> None:
    there = new_place("sqlite")
    changes: list[dict[str, object]] = [{"format": 2, "more": True}, {"revision": "9999"}]
    for change in changes:
        forged = forge(whole, manifest=lambda head, new=change: head.update(new))  # type: ignore[misc]
        assert said_of(there, forged) == NEWER
        forged.unlink()


def test_an_honest_forgery_is_taken(here: Place, new_place: NewPlace, whole: Path) -> None:
    """The forger of these tests itself breaks nothing."""
    forged = forge(whole, manifest=nothing, person=("unit", "Phòng mẫu"))
    assert new_place("sqlite").run("verify", str(forged)).exit_code == 0


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_rows_that_do_not_fit_are_not_restored(
    whole: Path, new_place: NewPlace, target: str
) -> None:
    there = new_place(target)
    for table, change in MISFITS:
        forged = forge(whole, manifest=nothing, **{table: change})
        said = said_of(there, forged)
        assert said.count("\n") == 1 and ("Bảng" in said or "bảng" in said), change
        forged.unlink()
    # Nothing is left of any: a good file goes in.
    assert there.run("restore", str(whole)).exit_code == 0
    assert len(rows_of(there.db)["person"]) == 3


def test_a_missing_table_is_not_passed_over(whole: Path, new_place: NewPlace) -> None:
    forged = forge(whole, manifest=lambda head: head["tables"].pop("attempt"))
    assert "đúng các bảng" in said_of(new_place("sqlite"), forged)


def test_rows_that_are_not_those_of_the_manifest(whole: Path, new_place: NewPlace) -> None:
    def lie(head: dict[str, Any]) -> None:
        head["tables"]["person"]["sha256"] = "0" * 64

    said = said_of(new_place("sqlite"), forge(whole, manifest=lie))
    assert said == "Bảng person không đúng như lúc sao lưu.\n"


def test_a_tally_that_does_not_add_up_is_named(here: Place, tmp_path: Path, whole: Path) -> None:
    with here.db.writing() as session:
        session.execute(update(RoundCell).values(done=1))
    backups.make(here.db, here.settings, tmp_path / "b.zip", CLI)
    checked = here.run("verify", str(tmp_path / "b.zip"))
    assert (checked.exit_code, checked.stdout) == (1, "")
    assert checked.stderr.startswith("Số liệu trong bản sao lưu không khớp")
    assert "Chi bộ mẫu số" in checked.stderr


def test_verifying_changes_nothing_and_leaves_nothing(
    here: Place, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr("tempfile.tempdir", None)
    before, content = rows_of(here.db), whole.read_bytes()
    assert here.run("verify", str(whole)).exit_code == 0
    assert rows_of(here.db) == before
    assert whole.read_bytes() == content
    assert list(scratch.iterdir()) == []
    with here.db.writing() as session:
        session.execute(update(Person).values(unit="Sau khi sao lưu"))
    assert rows_of(here.db) != before


def test_a_copy_of_the_file_is_as_good(here: Place, whole: Path, tmp_path: Path) -> None:
    shutil.copy(whole, tmp_path / "copy")
    assert here.run("verify", str(tmp_path / "copy")).exit_code == 0
