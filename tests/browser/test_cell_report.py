"""A secretary reports for the cell on a phone, with and without scripts; organisers read it."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from survey_app import jobs
from survey_app.cell_reports.models import DutyRevision
from tests.browser import staff
from tests.browser.conftest import EVERY_WINDOW, Open
from tests.browser.surfer import Surfer
from tests.factories import make_user
from tests.factories_rounds import launch_round
from tests.functional.cell_reports.conftest import ONE, SLUG, make_cells, make_period
from tests.live import World

REPORT = f"/secretary/reports/{SLUG}/{ONE}"


@dataclass
class Desk:
    """The launched period and how its people sign in."""

    secretary: str
    organiser: str


def a_period(world: World) -> Desk:
    """Launch the shipped set for three cells; the first has a secretary."""
    with world.db.writing() as session:
        cells = make_cells(session)
    user_id = make_user(
        world.db, "cell_secretary", cell_id=cells[ONE], email="bi-thu@so-mau.example"
    )
    with world.app.app_context(), world.db.writing() as session:
        user = session.get_one(staff.User, user_id)
        link = staff.links.make(
            session, world.settings.link_key, user, actor=staff.CLI, source="test"
        )
        launch_round(session, make_period(session))
    jobs.work(world.app, staff.clock.now())
    return Desk(link.path, staff.sign_in_link(world, *staff.EVERYTHING))


def enter(surfer: Surfer, path: str) -> None:
    """Sign in by a one-time link."""
    surfer.open(path, axe=False)
    surfer.page.get_by_label("Đúng, tôi muốn đăng nhập").check()
    surfer.press("Đăng nhập", axe=False)


def revisions(world: World) -> list[tuple[int, str]]:
    with world.db.reading() as session:
        rows = session.query(DutyRevision).order_by(DutyRevision.number)
        return [(row.number, row.state) for row in rows]


@EVERY_WINDOW
def test_a_report_from_the_first_line_to_the_organiser(
    surf: Open, world: World, screen: str, js: bool, dark: bool
) -> None:
    desk = a_period(world)
    surfer = surf(screen, js=js, dark=dark)
    enter(surfer, desk.secretary)
    if screen == "phone":
        surfer.page.locator(".rail-menu > summary").click()
    surfer.press("Báo cáo của chi bộ")
    surfer.press("Ghi báo cáo")
    page = surfer.page
    page.get_by_label("Chi bộ tổ chức triển khai").fill("06-03-2024")
    page.get_by_label("Sinh hoạt chi bộ: Số cuộc").fill("2")
    page.get_by_label("Sinh hoạt chi bộ: Số lượt người").fill("vài chục")
    surfer.press("Gửi báo cáo")
    assert "Cần sửa" in surfer.text()
    wrong = page.get_by_label("Sinh hoạt chi bộ: Số lượt người")
    assert wrong.input_value() == "vài chục" and revisions(world) == []
    wrong.fill("1.240")
    wrong.press("Enter")  # keeps a draft, sends nothing
    expect(page.get_by_text("Báo cáo chưa gửi.").first).to_be_visible()
    assert revisions(world) == [(1, "draft")]
    page.locator(".choice", has_text="Đã treo").click()
    surfer.press("Gửi báo cáo")
    assert "Còn 8 mục để trống" in surfer.text()
    surfer.press("Vẫn gửi báo cáo")
    assert "Đã gửi báo cáo lúc" in surfer.text() and revisions(world) == [(1, "submitted")]
    page.locator(".choice", has_text="Cá nhân").click()
    page.get_by_label("Họ tên hoặc tên tập thể").fill("Nông Thị Gương")
    page.get_by_label("Thành tích, việc làm").fill("Số hóa hồ sơ.")
    surfer.press("Ghi đề nghị")
    surfer.press("Xem các bản đã gửi")
    assert "số cuộc 2, số lượt người 1.240" in surfer.text()

    organiser = surf(screen, js=js, dark=dark)
    enter(organiser, desk.organiser)
    organiser.open(f"/organiser/rounds/{SLUG}")
    assert "1/3 chi bộ đã gửi báo cáo" in organiser.text()
    organiser.press("Chi bộ Một")
    organiser.press("Nhập từ bản giấy")
    organiser.open("/organiser/recognition")
    assert "Nông Thị Gương" in organiser.text()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_is_wider_than_a_phone_in_english_too(surf: Open, world: World) -> None:
    desk = a_period(world)
    surfer = surf("phone")
    enter(surfer, desk.secretary)
    surfer.press("EN, English", axe=False)
    for path in ("/secretary/reports", REPORT, f"{REPORT}/history"):
        surfer.open(path)
