"""A secretary's and a monitor's way: what to do, who has not, who came; also without scripts."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from survey_app import clock
from survey_app.accounts import links
from survey_app.accounts.models import User
from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Campaign
from survey_app.cell_reports.models import StudySession
from survey_app.formatting import today
from survey_app.people.models import Cell
from tests.browser import staff
from tests.browser.conftest import Open
from tests.browser.surfer import Surfer
from tests.factories import make_user
from tests.functional.cell_reports.periods import launched_period
from tests.live import World

WINDOWS = pytest.mark.parametrize(
    ("database_url", "screen", "js", "dark"),
    [
        ("sqlite", "phone", True, False),
        ("sqlite", "phone", False, True),
        ("postgresql", "desktop", True, False),
    ],
    indirect=["database_url"],
)


def sign_in(surfer: Surfer, world: World, role: str, cell_id: int | None = None) -> None:
    user_id = make_user(world.db, role, cell_id=cell_id)
    with world.app.app_context(), world.db.writing() as session:
        user = session.get_one(User, user_id)
        path = links.make(session, world.settings.link_key, user, actor=CLI, source="test").path
    surfer.open(path, axe=False)
    surfer.page.get_by_label("Đúng, tôi muốn đăng nhập").check()
    surfer.press("Đăng nhập", axe=False)
    surfer.press("Để sau", axe=False)


def cell_with_people(world: World) -> int:
    """Launch the round of the board; return the cell with ten members."""
    staff.board(world)
    with world.db.reading() as session:
        cell_id: int = session.scalars(select(Cell.id).order_by(Cell.position)).first() or 0
    return cell_id


@WINDOWS
def test_a_secretary_helps_and_ticks(
    surf: Open, world: World, screen: str, js: bool, dark: bool
) -> None:
    cell_id = cell_with_people(world)
    surfer = surf(screen, js=js, dark=dark)
    sign_in(surfer, world, "cell_secretary", cell_id)
    page = surfer.page
    surfer.open("/secretary/")
    text = page.get_by_label("Gửi vào nhóm Zalo")
    expect(text).to_have_value(
        "Chi bộ ta đã có 6/10 đồng chí làm bài. Bài mở đến "
        + text.input_value().partition("Bài mở đến ")[2]
    )
    copy = page.get_by_role("button", name="Chép nội dung")
    if js:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        copy.click()
        expect(page.get_by_text("Đã chép. Xin dán vào nhóm.")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == text.input_value()
    else:
        expect(copy).to_be_hidden()
        expect(text).to_be_editable(editable=False)

    surfer.press("Xem ai chưa làm")
    assert "Nguyễn Văn Giấu Tên" not in surfer.text()
    surfer.press("Mở danh sách 5 người")
    expect(page.get_by_role("rowheader", name="Nguyễn Văn Giấu Tên")).to_have_count(5)
    page.get_by_label("Tình trạng").select_option("undeliverable")
    surfer.press("Lọc")
    assert "1 người" in surfer.text()
    surfer.press("Sửa")
    page.get_by_label("Địa chỉ thư").fill("không phải")
    surfer.press("Lưu địa chỉ")
    assert "không đúng" in surfer.text()
    page.get_by_label("Địa chỉ thư").fill("dung-roi@so-mau.example")
    surfer.press("Lưu địa chỉ")
    assert "Đã lưu địa chỉ thư" in surfer.text()

    surfer.open("/secretary/sessions")
    surfer.press("Ghi một buổi")
    day = today(clock.now())
    page.get_by_label("Ngày sinh hoạt").fill(f"{day:%d/%m/%Y}")
    page.get_by_label("Giờ bắt đầu").fill("chiều")
    surfer.press("Lưu và điểm danh")
    page.get_by_label("Giờ bắt đầu").fill("14h")
    surfer.press("Lưu và điểm danh")
    people = page.locator(".person")
    expect(people).to_have_count(13)
    for place, state in ((0, "Vắng có lý do"), (1, "Công tác")):
        people.nth(place).get_by_label(state, exact=True).check(force=True)
    people.nth(2).get_by_label("Đã nộp Thu hoạch").check(force=True)
    surfer.press("Ghi có mặt cho 13 người")
    assert "Có mặt 11/13" in surfer.text() and "1 bản thu hoạch" in surfer.text()
    surfer.press("Xóa buổi này")
    surfer.press("Không xóa")
    surfer.press("Sửa ngày, nơi, chuyên đề")
    surfer.press("Quay lại")
    with world.db.reading() as session:
        held = session.scalars(select(StudySession)).one()
        assert (held.present, held.excused, held.on_duty, held.reflections) == (11, 1, 1, 1)
        assert held.begins == "14:00"


@WINDOWS
def test_a_monitor_sees_what_is_missing_and_reminds(
    surf: Open, world: World, screen: str, js: bool, dark: bool
) -> None:
    cell_id = cell_with_people(world)
    make_user(world.db, "cell_secretary", cell_id=cell_id, name="Bí thư Mẫu", email="bt@x.example")
    with world.app.app_context(), world.db.writing() as session:
        launched_period(
            session,
            session.scalars(select(Campaign)).one(),
            closes_at=clock.now().replace(microsecond=0) + timedelta(days=2),
        )
    surfer = surf(screen, js=js, dark=dark)
    sign_in(surfer, world, "campaign_monitor")
    surfer.open("/committee/cells")
    assert "5/5 chi bộ chưa gửi, còn hạn" in surfer.text()
    surfer.press("Xem trước thư nhắc")
    assert "Kính gửi đồng chí Bí thư Mẫu" in surfer.text()
    surfer.press("Gửi thư nhắc tới 1 bí thư")
    assert "nhắc lần cuối" in surfer.text()
    surfer.press("Chưa có tài khoản bí thư")
    assert "Có hai cách" in surfer.text()
    surfer.press("Chi bộ báo cáo")
    surfer.press("Vòng 1: Tìm hiểu truyền thống")
    surfer.press("Chi bộ Trung tâm")
    surfer.press("Mở danh sách 7 người")
    assert surfer.text().count("Nguyễn Văn Giấu Tên") == 7
    surfer.open("/committee/timeline")
    assert "Báo cáo tháng 9" in surfer.text() and "Đang diễn ra" in surfer.text()
    page = surfer.page
    page.emulate_media(media="print")
    surfer.look(axe=False)
