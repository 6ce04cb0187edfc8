"""Rosters of strangers: ours to read, never to copy. Skipped where they are not at hand."""

import json

import pytest

from survey_app.people.roster import RosterRefused, is_note, read_roster

FIELDS = ("row", "full_name", "birth_date", "birth_year", "kind", "probationary", "position")
ALL = (*FIELDS, "cell", "email", "phone")


def expected_of(shared, name):
    everything = json.loads((shared / "data/roster/expected.json").read_text("utf-8"))
    return next(one for one in everything if one["file"] == name)


@pytest.mark.parametrize(
    ("name", "kind"), [("dang-vien.xlsx", None), ("quan-chung.xlsx", "non_member")]
)
def test_read_exactly_as_expected(shared, name, kind):
    expected = expected_of(shared, name)
    roster = read_roster((shared / "data/roster" / name).read_bytes(), name, kind=kind).as_dict()
    assert roster["header_rows"] == expected["header_rows"]
    assert len(roster["people"]) == len(expected["people"])
    for found, wanted in zip(roster["people"], expected["people"], strict=True):
        known = [field for field in ALL if field in wanted]
        assert {f: found[f] for f in known} == {f: wanted[f] for f in known}
        assert bool(found["problems"]) == bool(wanted.get("problem")), found


def test_nothing_but_remarks_about_the_good_list(shared):
    data = (shared / "data/roster/dang-vien.xlsx").read_bytes()
    roster = read_roster(data, "dang-vien.xlsx")
    codes = [problem.code for problem in roster.problems]
    assert all(map(is_note, roster.problems))
    assert "same_mailbox" in codes
    assert "same_name" in codes
    assert "banner_count" not in codes
    assert "total_count" not in codes


def test_a_month_later_in_another_layout(shared):
    expected = expected_of(shared, "dang-vien-thang-4.xlsx")
    folder = shared / "data/roster"
    before, after = (
        read_roster((folder / name).read_bytes(), name, kind="party_member").people
        for name in ("dang-vien.xlsx", "dang-vien-thang-4.xlsx")
    )
    old = {(p.full_name, p.birth_date): p for p in before}
    new = {(p.full_name, p.birth_date): p for p in after}
    assert [p.full_name for key, p in new.items() if key not in old] == [expected["added"]]
    missing = [p.full_name for key, p in old.items() if key not in new]
    assert missing == [expected["missing_not_deleted"]]
    moved = [(old[k].cell, new[k].cell) for k in old.keys() & new if old[k].cell != new[k].cell]
    assert moved == [(expected["moved"]["from"], expected["moved"]["to"])]
    mailed = [old[k].full_name for k in old.keys() & new if old[k].email != new[k].email]
    assert mailed == [expected["email_changed"]]
    same = [
        k
        for k in old.keys() & new
        if (old[k].cell, old[k].email, old[k].phone) == (new[k].cell, new[k].email, new[k].phone)
    ]
    assert len(same) == expected["unchanged"]


def iso(text):
    if "/" not in text:
        return text
    day, month, year = text.split("/")
    return f"{year}-{month}-{day}"


@pytest.mark.parametrize(
    "name",
    [
        "bv_ketqua_row7.xlsx",
        "mau_giao_vien_styles_broken.xlsx",
        "sv_export_html_utf16.xls",
        "sv_mssv_3cot.xlsx",
    ],
)
def test_files_of_strangers(shared, name):
    expected = json.loads((shared / "corpus/expected" / f"{name}.json").read_text("utf-8"))
    roster = read_roster((shared / "corpus/roster" / name).read_bytes(), name)
    people = roster.as_dict()["people"]
    assert len(people) == expected["people"]
    assert roster.header_rows == (expected["header_row"],)
    for found, wanted in zip(people, expected["sample"], strict=False):
        assert found["full_name"] == wanted["ho_ten"]
        assert found["problems"] == []
        if "ma" in wanted:
            assert found["member_code"] == wanted["ma"]
        if "ngay_sinh" in wanted:
            assert found["birth_date"] == iso(wanted["ngay_sinh"])
        for ours, theirs in (("email", "email"), ("position", "chuc_danh"), ("unit", "don_vi")):
            if theirs in wanted:
                assert found[ours] == wanted[theirs]
        if "sdt" in wanted:
            assert found["phone"] == "+84" + wanted["sdt"][1:]


def test_a_password_column_is_never_read(shared):
    name = "mau_giao_vien_styles_broken.xlsx"
    roster = read_roster((shared / "corpus/roster" / name).read_bytes(), name)
    assert "123456" not in json.dumps(roster.as_dict())
    assert "column_dropped" in [problem.code for problem in roster.problems]


def test_a_sheet_without_people_is_refused_not_guessed(shared):
    data = (shared / "corpus/roster/gov_merged_cells.xlsx").read_bytes()
    with pytest.raises(RosterRefused) as refused:
        read_roster(data, "gov_merged_cells.xlsx")
    assert refused.value.code == "no_name_column"
    assert "Column A header" in refused.value.message
