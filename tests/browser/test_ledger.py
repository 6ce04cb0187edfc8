"""The ledger in a browser: a person moves, what follows is entered, the rate is explained."""

import pytest
from sqlalchemy import select

from survey_app import clock, formatting
from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Round
from survey_app.people import changes
from survey_app.people.models import Cell, CellName, Person
from tests.browser import staff
from tests.browser.conftest import EVERY_WINDOW, Open
from tests.factories_rounds import make_person
from tests.live import World

pytestmark = pytest.mark.timeout(180)
OFFICE, LAND = "Chi bộ Văn phòng – Thanh tra", "Chi bộ Quản lý đất đai"


def change_the_roster(world: World) -> None:
    """Since the launch one came, one was admitted, one left, and two moved."""
    today = formatting.today(clock.now())
    with world.app.app_context(), world.db.writing() as session:
        named = select(CellName.name, Cell).join(Cell, Cell.id == CellName.cell_id)
        cells = {row[0]: row[1] for row in session.execute(named)}
        made = session.scalars(select(Round)).one()
        assert made.launched_at
        make_person(session, "Lý Thị Mới Đến", cells[LAND])
        people = session.scalars(select(Person).order_by(Person.id)).all()
        members = [one for one in people if one.kind == "party_member"]
        others = [one for one in people if one.kind == "non_member"]
        for one in members[:2]:
            changes.move_to_cell(session, one.id, cells[LAND].id, today, reason="QĐ 9", actor=CLI)
        changes.leave(session, members[3].id, today, reason="Nghỉ hưu", actor=CLI)
        changes.change_kind(
            session,
            others[0].id,
            "party_member",
            probationary=True,
            day=today,
            reason="QĐ kết nạp",
            actor=CLI,
        )


@EVERY_WINDOW
def test_what_changed_is_entered_and_the_rate_explained(
    surf: Open, world: World, screen: str, js: bool, dark: bool
) -> None:
    slug = staff.board(world)
    change_the_roster(world)
    surfer = surf(screen, js=js, dark=dark)
    page = surfer.page
    staff.sign_in(surfer, "organiser", "administrator", axe=False)
    surfer.open("/organiser/")
    assert "5 đề xuất chờ quyết định" in surfer.text()
    surfer.press("Xem các đề xuất")
    moves = page.locator("section", has=page.get_by_role("heading", name="Chuyển chi bộ"))
    with page.expect_navigation():
        moves.get_by_role("button", name="Ghi sổ: chuyển cả 2 người").click()
    surfer.look()
    assert "Xin ghi lý do" in surfer.text()
    moves.get_by_label("Lý do").fill("Chuyển sinh hoạt theo QĐ 9")
    with page.expect_navigation():
        moves.get_by_role("button", name="Ghi sổ: chuyển cả 2 người").click()
    surfer.look()
    assert "Đã ghi 2 dòng vào sổ biến động." in surfer.text()
    leaving = page.locator("section", has=page.get_by_role("heading", name="Miễn"))
    leaving.get_by_label("Lý do").fill("Đã dự thi trước khi nghỉ")
    with page.expect_navigation():
        leaving.get_by_role("button", name="Không ghi").click()
    surfer.look()
    page.get_by_text("1 đề xuất đã quyết định không ghi").click()
    surfer.press("Đề xuất lại")
    surfer.open(f"/organiser/rounds/{slug}/ledger")
    assert "Chuyển sinh hoạt theo QĐ 9" in surfer.text()
    page.get_by_label("Họ tên").fill("moi den")
    surfer.press("Tìm", exact=True)
    surfer.press("Lý Thị Mới Đến")
    page.locator(".choice", has_text="Thêm vào vòng").click()
    page.get_by_label("Lý do").fill("Mới chuyển đến")
    surfer.press("Ghi vào sổ", exact=True)
    surfer.open(f"/committee/rounds/{slug}/ledger")
    assert f"{LAND}: chốt 10, thêm 1, chuyển đến 2 → tính trên 13" in surfer.text()
    assert f"{OFFICE}: chốt 10, chuyển đi 2 → tính trên 8" in surfer.text()
    surfer.press("Bản để in")
    assert "Thêm" in surfer.text()
    for told in ("Mới chuyển đến", "Lý Thị Mới Đến"):  # no reason, no name on the paper
        assert told not in surfer.text()


def test_two_entries_are_merged(surf: Open, world: World) -> None:
    staff.board(world)
    surfer = surf("phone")
    staff.sign_in(surfer, "organiser", "administrator", axe=False)
    surfer.open("/organiser/roster")
    surfer.press("Nguyễn Văn Giấu Tên")
    for name in ("Chuyển sang chi bộ khác", "Đổi đối tượng", "Thôi sinh hoạt"):
        surfer.press(name)
        surfer.page.go_back()
    surfer.press("Gộp hai dòng của một người")
    with surfer.page.expect_navigation():
        surfer.page.locator("tbody a").first.click()
    surfer.look()
    surfer.page.get_by_label("Lý do").fill("Danh sách ghi hai lần")
    surfer.press("Đúng là một người, gộp lại")
    assert "Đã gộp thành một người" in surfer.text()
