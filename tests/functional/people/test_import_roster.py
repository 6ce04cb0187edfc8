"""Importing a roster: who is taken for whom, what changes, who moves, who is only missing."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from survey_app.database import Database
from survey_app.people.models import Cell, Membership, Person
from survey_app.people.roster import read_roster
from survey_app.people.services import plan_import
from tests.conftest import shared_folder
from tests.functional.people.builders import (
    BORN,
    TODAY,
    homes,
    one,
    outcomes,
    people_named,
    roster,
    take,
)

LATER = date(2024, 10, 2)


def test_people_and_cells_are_added_with_their_keys(db: Database) -> None:
    with db.writing() as session:
        result = take(
            session,
            one(2, "Nông Thị Ánh", birth_date=BORN, email="anh@so.example"),
            one(3, "Vi Văn Dũng", kind="non_member", cell="Chi bộ Hai", birth_year=1990),
            one(4, "Ma Thị Hoa", kind="non_member", cell=None, birth_year=1991),
        )
        assert outcomes(result) == ["added"] * 3
        person = people_named(session, "Nông Thị Ánh")[0]
        assert (person.search_name, person.address_state, person.birth_year) == (
            "nong thi anh",
            "ok",
            1980,
        )
        assert homes(session, "Nông Thị Ánh") == [("Chi bộ Một", "official", TODAY, None)]
        assert homes(session, "Vi Văn Dũng") == [("Chi bộ Hai", "attached", TODAY, None)]
        assert homes(session, "Ma Thị Hoa") == []
        assert people_named(session, "Vi Văn Dũng")[0].address_state == "missing"
        cells = session.scalars(select(Cell).order_by(Cell.position)).all()
        assert [cell.slug for cell in cells] == ["chi-bo-mot", "chi-bo-hai"]


def test_the_same_file_twice_changes_nothing(db: Database) -> None:
    people = [
        one(2, birth_date=BORN, email="an@so.example"),
        one(3, "Vi Lan", birth_year=1990),
        one(4, "Ma Hoa", phone="+84912345678"),
        one(5, "Lý Đạt"),
        one(6, "Hà Ân", kind="non_member", cell=None, birth_date=BORN),
    ]
    with db.writing() as session:
        take(session, *people)
    with db.writing() as session:
        again = take(session, *people, today=LATER)
        assert outcomes(again) == ["unchanged"] * 5
        assert again.counts()["missing"] == 0
        assert session.scalar(select(func.count(Person.id))) == 5
        assert session.scalar(select(func.count(Membership.id))) == 4


def test_a_move_ends_one_membership_and_begins_the_next(db: Database) -> None:
    with db.writing() as session:
        take(session, one(2, birth_date=BORN))
        moved = take(session, one(2, birth_date=BORN, cell="Chi bộ Hai"), today=LATER)
        assert outcomes(moved) == ["moved"]
        assert homes(session, "Nguyễn Văn An") == [
            ("Chi bộ Một", "official", TODAY, date(2024, 10, 1)),
            ("Chi bộ Hai", "official", LATER, None),
        ]


def test_a_wrong_cell_put_right_the_same_day_leaves_no_trace(db: Database) -> None:
    with db.writing() as session:
        take(session, one(2, birth_date=BORN))
        take(session, one(2, birth_date=BORN, cell="Chi bộ Hai"))
        assert homes(session, "Nguyễn Văn An") == [("Chi bộ Hai", "official", TODAY, None)]


def test_becoming_a_member_keeps_the_person(db: Database) -> None:
    with db.writing() as session:
        take(session, one(2, birth_date=BORN, kind="non_member"))
        before = people_named(session, "Nguyễn Văn An")[0].public_id
        result = take(session, one(2, birth_date=BORN, probationary=True), today=LATER)
        assert outcomes(result) == ["changed"]
        person = people_named(session, "Nguyễn Văn An")[0]
        assert (person.public_id, person.kind, person.probationary) == (
            before,
            "party_member",
            True,
        )
        assert [home[1] for home in homes(session, "Nguyễn Văn An")] == ["attached", "official"]
        full = take(session, one(2, birth_date=BORN), today=LATER)
        assert full.plan.rows[0].changes == {"probationary": (True, False)}


def test_a_file_that_does_not_tell_changes_nothing_of_it(db: Database) -> None:
    with db.writing() as session:
        take(session, one(2, birth_date=BORN, probationary=True, email="an@so.example", unit="A"))
        again = take(session, one(2, birth_date=BORN, cell=None), columns="full_name birth_date")
        assert outcomes(again) == ["unchanged"]


def test_nobody_is_deleted_the_missing_are_listed(db: Database) -> None:
    with db.writing() as session:
        take(
            session,
            one(2, birth_date=BORN),
            one(3, "Vi Lan", birth_date=BORN),
            one(4, "Ma Hoa", birth_date=BORN, cell="Chi bộ Hai"),
            one(5, "Lý Đạt", birth_date=BORN, kind="non_member"),
        )
        result = take(session, one(2, birth_date=BORN), today=LATER)
        assert [known.full_name for known in result.plan.missing] == ["Vi Lan"]
        assert result.as_dict()["rows"][-1] == {
            "row": None,
            "outcome": "missing",
            "person": "Vi Lan",
            "changes": {},
        }
        assert session.scalar(select(func.count(Person.id))) == 4
        assert homes(session, "Vi Lan")[0][3] is None


def test_a_name_alone_never_decides(db: Database) -> None:
    with db.writing() as session:
        take(session, one(2, birth_date=BORN, email="an@so.example"))
        result = take(session, one(2, cell="Chi bộ Hai"))
        assert outcomes(result) == ["ask"]
        assert result.counts() == {
            "added": 0,
            "changed": 0,
            "moved": 0,
            "unchanged": 0,
            "missing": 0,
            "rejected": 1,
        }
        assert session.scalar(select(func.count(Person.id))) == 1


def test_two_people_of_one_name_in_one_cell(db: Database) -> None:
    people = [one(2, birth_date=BORN), one(3, birth_date=date(1990, 5, 5))]
    with db.writing() as session:
        assert outcomes(take(session, *people)) == ["added", "added"]
        assert outcomes(take(session, *people)) == ["unchanged", "unchanged"]
        other = take(session, one(2, birth_date=date(1970, 1, 1)))
        assert outcomes(other) == ["added"]


def test_two_people_of_one_mailbox(db: Database) -> None:
    people = [
        one(2, "Vi Lan", birth_date=BORN, email="phong@so.example"),
        one(3, "Ma Hoa", birth_date=date(1990, 5, 5), email="phong@so.example"),
    ]
    with db.writing() as session:
        assert outcomes(take(session, *people)) == ["added", "added"]
        assert outcomes(take(session, *people)) == ["unchanged", "unchanged"]


def test_marks_tell_people_apart_but_their_place_does_not(db: Database) -> None:
    with db.writing() as session:
        take(session, one(2, "Lý Thị Thúy", birth_date=BORN), one(3, "Hà Hoà", birth_date=BORN))
        again = take(
            session,
            one(2, "Lý Thị Thúy", birth_date=BORN),
            one(3, "Lý Thị Thùy", birth_date=date(1991, 1, 1)),
            one(4, "Hà Hòa", birth_date=BORN),
        )
        assert outcomes(again) == ["unchanged", "added", "changed"]


def test_twins_who_differ_by_a_mark_are_not_one_person(db: Database) -> None:
    twins = [one(2, "Lý Thị Thúy", birth_date=BORN), one(3, "Lý Thị Thùy", birth_date=BORN)]
    with db.writing() as session:
        assert outcomes(take(session, *twins)) == ["added", "added"]
        assert outcomes(take(session, *twins)) == ["unchanged", "unchanged"]
        third = take(session, one(2, "Lý Thị Thuy", birth_date=BORN))
        assert outcomes(third) == ["ask"]
        assert len(third.plan.rows[0].candidates) == 2


def test_a_code_decides_before_everything_else(db: Database) -> None:
    with db.writing() as session:
        take(session, one(2, birth_date=BORN, member_code="A1"))
        same = take(session, one(2, "Nguyễn Văn Ân", birth_date=BORN, member_code="A1"))
        assert same.plan.rows[0].changes == {"full_name": ("Nguyễn Văn An", "Nguyễn Văn Ân")}
        other = take(session, one(2, "Nguyễn Văn Ân", birth_date=BORN, member_code="B2"))
        assert outcomes(other) == ["added"]


def test_a_code_belongs_to_one_person(db: Database) -> None:
    with db.writing() as session:
        result = take(
            session,
            one(2, birth_date=BORN, member_code="A1"),
            one(3, "Vi Lan", birth_date=BORN, member_code="A1"),
        )
        assert outcomes(result) == ["added", "rejected"]
        assert [p.code for p in result.plan.rows[1].problems] == ["code_taken"]
        other = one(2, "Ma Hoa", birth_date=date(1990, 1, 1), member_code="A1")
        assert outcomes(take(session, other)) == ["ask"]
        assert outcomes(take(session, other, choices={2: "new"})) == ["rejected"]
        known = people_named(session, "Nguyễn Văn An")[0].id
        assert outcomes(take(session, other, choices={2: known})) == ["changed"]


def test_the_same_line_twice_is_asked_about(db: Database) -> None:
    with db.writing() as session:
        result = take(session, one(2, birth_date=BORN), one(3, birth_date=BORN))
        assert outcomes(result) == ["added", "ask"]
        assert result.plan.rows[1].same_as_row == 2


def test_an_answer_settles_an_asked_line(db: Database) -> None:
    with db.writing() as session:
        take(session, one(2, birth_date=BORN))
        known = people_named(session, "Nguyễn Văn An")[0].id
        line = one(5, cell="Chi bộ Hai", email="moi@so.example")
        assert outcomes(take(session, line, choices={5: known}, today=LATER)) == ["moved"]
        assert session.scalar(select(func.count(Person.id))) == 1
        newcomer = one(6, cell="Chi bộ Ba", phone="+84900000000")
        assert outcomes(take(session, newcomer, choices={6: "new"})) == ["added"]
        assert len(people_named(session, "Nguyễn Văn An")) == 2


def test_an_answer_cannot_name_a_stranger(db: Database) -> None:
    with db.writing() as session:
        take(session, one(2, birth_date=BORN), one(3, "Vi Lan", birth_date=BORN))
        stranger = people_named(session, "Vi Lan")[0].id
        assert outcomes(take(session, one(5, cell="Chi bộ Hai"), choices={5: stranger})) == ["ask"]


def test_whoever_has_no_kind_is_rejected_unless_known(db: Database) -> None:
    with db.writing() as session:
        result = take(session, one(2, birth_date=BORN, kind=None))
        assert outcomes(result) == ["rejected"]
        assert [p.code for p in result.plan.rows[0].problems] == ["kind_unknown"]
        assert session.scalar(select(func.count(Cell.id))) == 0
        assert outcomes(take(session, one(2, birth_date=BORN, kind=None), kind="non_member")) == [
            "added"
        ]
        assert outcomes(take(session, one(2, birth_date=BORN, kind=None))) == ["unchanged"]


def test_a_new_address_replaces_a_bad_one(db: Database) -> None:
    with db.writing() as session:
        take(session, one(2, birth_date=BORN, email="a@so.example"))
        people_named(session, "Nguyễn Văn An")[0].address_state = "bad"
        session.flush()
        assert outcomes(take(session, one(2, birth_date=BORN, email="a@so.example"))) == [
            "unchanged"
        ]
        assert people_named(session, "Nguyễn Văn An")[0].address_state == "bad"
        take(session, one(2, birth_date=BORN, email="b@so.example"))
        assert people_named(session, "Nguyễn Văn An")[0].address_state == "ok"


def test_cells_with_one_slug_stay_apart(db: Database) -> None:
    with db.writing() as session:
        take(
            session,
            one(2, birth_date=BORN, cell="Chi bộ Thúy"),
            one(3, "Vi Lan", birth_date=BORN, cell="Chi bộ Thùy"),
            one(4, "Ma Hoa", birth_date=BORN, cell="chi bộ Thuý"),
        )
        assert session.scalars(select(Cell.slug).order_by(Cell.position)).all() == [
            "chi-bo-thuy",
            "chi-bo-thuy-2",
        ]


@pytest.fixture
def strangers() -> Path:
    folder = shared_folder()
    if folder is None:
        pytest.skip("the folder of strangers' files is not here")
    return folder / "data" / "roster"


def test_the_offices_files_and_the_next_month(db: Database, strangers: Path) -> None:
    def read(name: str) -> tuple[list[str], dict[str, int]]:
        found = read_roster((strangers / name).read_bytes(), name)
        with db.writing() as session:
            result = take(session, *found.people, columns=" ".join(found.columns.values()))
            return outcomes(result), result.counts()

    assert set(read("dang-vien.xlsx")[0]) == {"added"}
    assert set(read("quan-chung.xlsx")[0]) == {"added"}
    assert set(read("dang-vien.xlsx")[0]) == {"unchanged"}
    assert set(read("quan-chung.xlsx")[0]) == {"unchanged"}
    assert read("dang-vien-thang-4.xlsx")[1] == {
        "added": 1,
        "changed": 1,
        "moved": 1,
        "unchanged": 105,
        "missing": 1,
        "rejected": 0,
    }


def test_planning_changes_nothing(db: Database) -> None:
    with db.reading() as session:  # the database itself refuses writes here
        plan = plan_import(session, roster(one(2, birth_date=BORN)), today=TODAY)
        assert (plan.counts()["added"], plan.new_cells) == (1, ("Chi bộ Một",))
