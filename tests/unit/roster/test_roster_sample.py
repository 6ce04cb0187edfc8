"""The invented roster that ships with the product."""

from collections import Counter
from pathlib import Path

import pytest

from survey_app.people.roster import is_note, read_roster

SAMPLE = Path(__file__).resolve().parents[3] / "survey_app" / "people" / "sample"


@pytest.fixture
def members():
    return read_roster((SAMPLE / "dang-vien.csv").read_bytes(), "dang-vien.csv")


@pytest.fixture
def others():
    return read_roster((SAMPLE / "quan-chung.csv").read_bytes(), "quan-chung.csv")


def test_it_reads_without_anything_to_put_right(members, others):
    for roster, count, kind in ((members, 120, "party_member"), (others, 40, "non_member")):
        assert len(roster.people) == count
        assert {one.kind for one in roster.people} == {kind}
        assert all(map(is_note, roster.problems))
        assert not any(one.problems for one in roster.people)


def test_its_cells(members, others):
    sizes = Counter(one.cell for one in members.people)
    assert len(sizes) == 8
    assert all(cell.startswith("Chi bộ mẫu ") for cell in sizes)
    assert sorted(sizes.values())[:3] == [4, 5, 12]
    assert {one.cell for one in others.people} <= {*sizes, None}


def test_its_awkward_people(members):
    mails = Counter(one.email for one in members.people)
    assert mails.pop(None) == 9
    assert sorted(mails.values())[-2:] == [1, 2]
    names = Counter(one.full_name for one in members.people)
    pairs = [name for name, count in names.items() if count == 2]
    assert len(pairs) >= 3
    for name in pairs:
        one, other = [person for person in members.people if person.full_name == name]
        assert one.cell != other.cell
        assert one.birth_date != other.birth_date


def test_nobody_in_it_can_be_reached_for_real(members, others):
    for one in (*members.people, *others.people):
        assert one.phone.startswith("+8490000")
        assert one.email is None or one.email.endswith(".example")
    for name in ("dang-vien.csv", "quan-chung.csv"):
        assert "DỮ LIỆU MẪU" in (SAMPLE / name).read_text("utf-8-sig")
