"""Whom a row speaks of is found by foreign key, by identifier and by number."""

import pytest

from tests.attack import owners
from tests.attack.evidence import Person, Row, Table

PEOPLE = [
    Person(str(number), f"Người thứ {number}", "1", (f"p{number}@so.example",))
    for number in range(1, 41)
]


def table(name, rows, foreign=None):
    return Table(name, [Row(row, {}) for row in rows], ["id"], foreign or {})


@pytest.fixture
def tables():
    members = [{"id": int(one.id), "name": one.name, "mail": one.also[0]} for one in PEOPLE]
    asked = [
        {"id": 500 + row["id"], "member_id": row["id"], "code": f"code-{row['id']:04}"}
        for row in members
    ]
    few = [{"id": 1, "asked_id": 507, "text": "a"}, {"id": 2, "asked_id": 509, "text": "b"}]
    mails = [{"id": number, "to": f"p{number + 3}@so.example"} for number in range(1, 9)]
    numbers = [{"id": number, "who": 541 - number} for number in range(1, 41)]
    ballots = [{"id": number, "sealed": "x" * number} for number in range(1, 41)]
    found = [
        table("member", members),
        table("asked", asked, {"member_id": ("member", "id")}),
        table("few", few, {"asked_id": ("asked", "id")}),
        table("mails", mails),
        table("numbers", numbers),
        table("ballots", ballots),
    ]
    return {one.name: one for one in found}


@pytest.mark.parametrize(
    ("name", "column", "value", "person"),
    [
        ("member", "id", 7, "7"),
        ("asked", "member_id", 7, "7"),
        ("few", "asked_id", 509, "9"),
        ("mails", "to", "p5@so.example", "5"),
        ("numbers", "who", 512, "12"),
    ],
)
def test_rows_are_traced(tables, name, column, value, person):
    found = owners.find([tables], PEOPLE)
    assert found.of[name][0] == column
    assert found.person(name, {column: value}) == person


def test_a_mere_number_of_a_row_is_no_link(tables):
    assert "ballots" not in owners.find([tables], PEOPLE).of


def test_what_stands_in_a_row_of_one_person_names_that_person(tables):
    tokens = owners.find([tables], PEOPLE).tokens
    assert tokens["code-0008"] == "8" and tokens["p8@so.example"] == "8"
