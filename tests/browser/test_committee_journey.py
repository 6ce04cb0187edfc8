"""A reviewer's way: sign in, read the sentence, look at the cells, print, take the figures."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from survey_app import clock
from survey_app.invitations import tally
from survey_app.invitations.models import Invitation
from tests.browser import staff
from tests.browser.conftest import Open
from tests.functional.participation.boards import round_of
from tests.live import Server, World


@pytest.mark.parametrize(
    ("database_url", "screen", "js", "dark"),
    [
        ("sqlite", "desktop", True, False),
        ("sqlite", "phone", True, True),
        ("sqlite", "phone", False, False),
        ("postgresql", "desktop", False, True),
    ],
    indirect=["database_url"],
)
def test_the_state_of_the_campaign_at_a_glance(
    surf: Open, world: World, screen: str, js: bool, dark: bool
) -> None:
    slug = staff.board(world)
    surfer = surf(screen, js=js, dark=dark)
    staff.sign_in(surfer, "committee_reviewer")
    surfer.press("Để sau")
    assert "17/36" in surfer.text()
    surfer.press("Xem đủ bảng của vòng này")
    assert surfer.page.url.endswith(f"/committee/rounds/{slug}")
    assert "Chi bộ Quản lý đất đai" in surfer.text()
    assert "Nguyễn Văn Giấu Tên" not in surfer.page.content()
    with surfer.page.expect_download() as waiting:
        surfer.find("Tải bảng (.xlsx)").click()
    book = CalamineWorkbook.from_filelike(BytesIO(waiting.value.path().read_bytes()))
    assert book.sheet_names
    surfer.press("Trình chiếu")
    assert "Số liệu lúc" in surfer.text()
    surfer.press("Thôi chiếu")
    surfer.press("Bản in A4")
    surfer.page.set_viewport_size({"width": 1123, "height": 794})  # A4, landscape
    surfer.page.emulate_media(media="print")
    surfer.look()
    sheets = re.findall(rb"/Type\s*/Page\b", surfer.page.pdf(prefer_css_page_size=True))
    assert len(sheets) == 1


CELLS = [
    "Văn phòng – Thanh tra",
    "Quản lý đất đai",
    "Tài nguyên nước, khoáng sản và biến đổi khí hậu",
    "Trung tâm Kỹ thuật tài nguyên và môi trường",
    "Văn phòng Đăng ký đất đai",
    "Bảo vệ môi trường",
]
FITS = """() => {
  const main = document.querySelector("main");
  const cut = [...document.querySelectorAll(".wall-lines li, .wall-name > span")]
    .filter(one => one.scrollHeight > one.clientHeight + 3);
  return [document.documentElement.scrollHeight <= innerHeight,
          main.scrollHeight <= main.clientHeight, cut.map(one => one.textContent.trim())];
}"""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("count", "js"), [(6, True), (12, False)])
def test_the_wall_shows_everything_without_scrolling(
    surf: Open, world: World, count: int, js: bool
) -> None:
    cells = {
        f"Chi bộ {CELLS[n % 6]}{' 2' * (n // 6)}": ("d" * n + "n" * 12, "dn") for n in range(count)
    }
    cells[""] = ("dnn", "")  # stand with the smallest cell, in the line with the longest label
    with world.app.app_context(), world.db.writing() as session:
        campaign = staff.load_campaign(session)
        closes = clock.now() + timedelta(days=2)
        title = "Tuần 2: Chặng đường 70 năm xây dựng và phát triển"
        round_of(session, cells, campaign=campaign, slug="t", title=title, closes_at=closes)
    surfer = surf("desktop", dark=not js, js=js)
    staff.sign_in(surfer, "committee_reviewer", axe=False)
    for width, height in ((1280, 720), (1920, 1080), (360, 740)):
        surfer.page.set_viewport_size({"width": width, "height": height})
        surfer.open("/committee/rounds/t/projection")
        if width > 1000:
            assert surfer.page.evaluate(FITS) == [True, True, []]
            assert "1 chi bộ còn lại và người chưa gắn chi bộ" in surfer.text()
    assert surfer.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") < 28
    surfer.page.set_viewport_size({"width": 1280, "height": 720})
    assert surfer.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 28

    surfer.page.goto("/committee/rounds/t/print")
    sheets = re.findall(rb"/Type\s*/Page\b", surfer.page.pdf(prefer_css_page_size=True))
    assert len(sheets) == 1  # members and others of all cells


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_wall_renews_itself_and_says_when_it_cannot(
    surf: Open, world: World, site: Server
) -> None:
    slug = staff.board(world)
    surfer = surf("desktop")
    page = surfer.page
    staff.sign_in(surfer, "committee_reviewer", axe=False)
    page.clock.install()
    surfer.open(f"/committee/rounds/{slug}/projection")
    assert "17/36" in surfer.text()
    page.evaluate("document.documentElement.dataset.same = 'page'")
    page.get_by_role("link", name="Thôi chiếu").focus()
    with world.app.app_context(), world.db.writing() as session:
        someone = session.scalars(
            select(Invitation).where(
                Invitation.is_started.is_(False), Invitation.is_done.is_(False)
            )
        ).first()
        assert someone
        tally.set_flags(session, someone.id, is_started=True, is_done=True)
    page.clock.fast_forward(45_000)
    expect(page.locator(".headline")).to_contain_text("18/36")
    assert page.evaluate("document.documentElement.dataset.same") == "page"
    expect(page.get_by_role("link", name="Thôi chiếu")).to_be_focused()
    expect(page.locator("#stale")).to_be_hidden()
    site.stop()
    page.clock.fast_forward(45_000)
    expect(page.locator("#stale")).to_be_visible()
    assert "18/36" in surfer.text()
    site.start()
    page.clock.fast_forward(45_000)
    expect(page.locator("#stale")).to_be_hidden()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_reviewer_opens_no_door_but_their_own(surf: Open, world: World) -> None:
    slug = staff.board(world)
    surfer = surf("desktop")
    staff.sign_in(surfer, "committee_reviewer", axe=False)
    for path in ("/organiser/", f"/organiser/rounds/{slug}/people", "/admin/users"):
        surfer.open(path)
        assert surfer.status in {403, 404}
        assert "Nguyễn Văn Giấu Tên" not in surfer.page.content()


@pytest.mark.parametrize(
    ("database_url", "screen", "js"),
    [("sqlite", "desktop", True), ("sqlite", "phone", False)],
    indirect=["database_url"],
)
def test_figures_are_frozen_and_put_right(surf: Open, world: World, screen: str, js: bool) -> None:
    staff.board(world)
    surfer = surf(screen, js=js)
    staff.sign_in(surfer, "campaign_monitor")
    surfer.press("Để sau")
    surfer.press("Chốt số liệu lúc này")
    assert surfer.page.url.endswith("/committee/figures/1")
    assert "17/36" in surfer.text()
    assert "Vừa kiểm tra: khớp với số liệu." in surfer.text()
    surfer.page.locator("summary", has_text="Đính chính lần này").click()
    surfer.press("Chốt số liệu đính chính")
    assert "Xin ghi vì sao phải đính chính" in surfer.text()
    surfer.page.get_by_label("Vì sao phải đính chính?").fill("Thử cho quen")
    surfer.press("Chốt số liệu đính chính")
    assert surfer.page.url.endswith("/committee/figures/2")
    assert "Không con số nào khác lần trước." in surfer.text()
    surfer.press("Bản in cả bảng")
    assert "Chốt lần 2, mã kiểm tra" in surfer.text()
