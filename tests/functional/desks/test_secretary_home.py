"""The secretary's desk: what to do first, the own cell's bars, the text for the cell's group."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.accounts.scope import CLI
from survey_app.accounts.services import grant_role
from survey_app.campaigns.models import Campaign
from survey_app.database import Database
from survey_app.desks.group_text import group_text, may_tell
from survey_app.invitations.participation import Counts
from survey_app.people.models import Cell, Person
from tests.factories import sign_in
from tests.factories_rounds import CLOSES
from tests.functional.cell_reports.test_attendance import make_session
from tests.functional.participation.boards import round_of
from tests.page import assert_page

NUMBER = "Chi bộ ta đã có 9/13 đồng chí làm bài. Bài mở đến 17 giờ 00 thứ Sáu 20/9."


def members(done: int, base: int) -> Counts:
    return Counts(invited=base, done=done)


def test_the_text_for_the_group() -> None:
    assert group_text(members(9, 13), CLOSES) == f"{NUMBER} Ai cần giúp xin nhắn tôi."
    assert "Cả 13 đồng chí" in group_text(members(13, 13), CLOSES)


@pytest.mark.parametrize(
    ("done", "base", "told"),
    [
        (2, 13, True),
        (11, 13, True),
        (12, 13, False),
        (1, 13, False),
        (0, 13, False),
        (2, 4, False),
        (3, 5, True),
        (4, 5, False),
    ],
)
def test_a_number_that_points_at_somebody_is_not_told(done: int, base: int, told: bool) -> None:
    assert may_tell(members(done, base)) is told
    text = group_text(members(done, base), CLOSES)
    assert (f"{done}/{base}" in text) is told
    assert "17 giờ 00 thứ Sáu 20/9" in text and "cần giúp xin nhắn tôi" in text


def test_exempt_people_do_not_stand_in_the_number() -> None:
    assert "9/12 đồng chí" in group_text(Counts(invited=13, done=9, exempt=1), CLOSES)


def cells_of(session, **cells: tuple[str, str]) -> dict[str, Cell]:
    round_of(session, {f"Chi bộ {name}": kinds for name, kinds in cells.items()})
    found = session.scalars(select(Cell).order_by(Cell.id)).all()
    return dict(zip(cells, found, strict=True))


def test_what_to_do_first(app: Flask, client: FlaskClient, db: Database) -> None:
    with db.writing() as session:
        cells = cells_of(session, bay=("dddddddddnnnn", "dnn"), sau=("dddnn", ""))
        own = cells["bay"].id
        lost = session.scalars(select(Person).order_by(Person.id)).first()
        assert lost
        lost.address_state = "bad"
        make_session(session, cells["bay"], session.scalars(select(Campaign)).one())
    sign_in(client, "cell_secretary", cell_id=own)
    page = client.get("/secretary/")
    assert_page(page.text, page.headers)
    assert "4 đảng viên và 2 quần chúng chưa làm bài" in page.text
    assert "1 người chưa nhận được thư" in page.text
    assert "Điểm danh buổi 4/9/2024" in page.text
    assert page.text.index("chưa nhận được thư") < page.text.index("chưa làm bài"), "urgent first"
    assert NUMBER in page.text, "members only, and of this cell only"
    assert "Nguyễn Văn Giấu Tên" not in page.text
    assert 'href="/secretary/rounds/' in page.text


def test_nothing_to_do(app: Flask, client: FlaskClient, db: Database) -> None:
    sign_in_page = "/secretary/"
    with db.writing() as session:
        cells = cells_of(session, bay=("ddddd", ""))
        own = cells["bay"].id
    sign_in(client, "cell_secretary", cell_id=own)
    page = client.get(sign_in_page)
    assert "Chưa ghi buổi sinh hoạt chuyên đề nào" in page.text
    assert "chưa làm bài" not in page.text
    assert "Cả 5 đồng chí trong chi bộ ta đã làm bài" in page.text


def test_who_has_several_cells_chooses(app: Flask, client: FlaskClient, db: Database) -> None:
    with db.writing() as session:
        cells = cells_of(session, bay=("dddddnnn", ""), sau=("ddn", ""), nam=("dddd", ""))
        own, second = cells["bay"], cells["sau"]
    user_id = sign_in(client, "cell_secretary", cell_id=own.id)
    with db.writing() as session:
        grant_role(session, user_id, "cell_secretary", actor=CLI, cell_id=second.id)
    first = client.get("/secretary/")
    assert "3 đảng viên chưa làm bài" in first.text and "5/8" in first.text
    assert "Chi bộ sau" in first.text and "Chi bộ nam" not in first.text
    other = client.get(f"/secretary/?cell={second.slug}")
    assert_page(other.text)
    assert "1 đảng viên chưa làm bài" in other.text and "5/8" not in other.text
