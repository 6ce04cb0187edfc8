"""The board in a browser: narrowed while a name is typed, fresh without a new page, on paper."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from survey_app import clock
from survey_app.campaigns.models import RoundCell
from survey_app.formatting import today
from survey_app.invitations import tally
from survey_app.invitations.models import Invitation
from tests.browser import staff
from tests.browser.conftest import EVERY_WINDOW, Open
from tests.live import Server, World

ONE_TABLE = "details:has(.figures)"


def fill_days(world: World) -> None:
    """Let the board have days, as those who handed in leave them."""
    with world.app.app_context(), world.db.writing() as session:
        for cell in session.scalars(select(RoundCell).where(RoundCell.done > 0)):
            tally.note_day(session, cell.id, today(clock.now()), cell.done)


def one_more_done(world: World) -> None:
    with world.app.app_context(), world.db.writing() as session:
        someone = session.scalars(
            select(Invitation).where(
                Invitation.is_started.is_(False),
                Invitation.is_done.is_(False),
                Invitation.is_undeliverable.is_(False),
            )
        ).first()
        assert someone is not None
        tally.set_flags(session, someone.id, is_started=True, is_done=True)


@EVERY_WINDOW
def test_a_cell_is_found_put_in_order_and_taken_along(
    surf: Open, world: World, screen: str, js: bool, dark: bool
) -> None:
    slug = staff.board(world)
    fill_days(world)
    surfer = surf(screen, js=js, dark=dark)
    page = surfer.page
    staff.sign_in(surfer, "committee_reviewer", axe=False)
    surfer.open(f"/committee/rounds/{slug}")
    rows = page.locator("section:has(#kind-party_member) .bars:not(.funnel) > li:visible")
    expect(rows).to_have_count(5)
    expect(page.locator("#kind-party_member ~ .grid svg.columns")).to_have_count(2)
    page.get_by_label("Tìm chi bộ").fill("quan ly")
    if not js:
        surfer.press("Xem")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Quản lý đất đai")
    expect(page.locator("#shown")).to_contain_text("quan ly")
    expect(page.locator("#kind-party_member")).to_contain_text("17/36")  # of the whole round
    expect(page.get_by_role("link", name="Bản in A4")).to_have_attribute(
        "href", f"/committee/rounds/{slug}/print?q=quan+ly"
    )
    surfer.look()
    surfer.press("Hiện tất cả")
    page.get_by_label("Thứ tự").select_option("rate")
    if not js:
        surfer.press("Xem")
    expect(page.locator("#shown")).to_contain_text("xếp theo tỷ lệ")
    expect(rows.first).to_contain_text("Tài nguyên nước")
    page.locator(f"{ONE_TABLE} > summary").first.click()
    expect(page.locator(".figures").first).to_be_visible()
    surfer.look()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_new_figures_come_without_a_new_page(surf: Open, world: World, site: Server) -> None:
    slug = staff.board(world)
    surfer = surf("desktop")
    page = surfer.page
    staff.sign_in(surfer, "committee_reviewer", axe=False)
    page.clock.install()
    asked: list[tuple[str, int]] = []
    page.on("response", lambda answer: asked.append((answer.url, answer.status)))
    surfer.open(f"/committee/rounds/{slug}")
    page.locator(f"{ONE_TABLE} > summary").first.click()
    page.get_by_role("link", name="Trình chiếu").focus()
    page.evaluate("scrollTo(0, 400); document.getElementById('board').dataset.mine = ''")
    page.evaluate("window.firstBar = document.querySelector('.bars > li')")
    before, top = page.locator("#board").inner_text(), page.evaluate("scrollY")

    def look_again() -> None:
        with page.expect_response(lambda answer: answer.url.endswith("/live")):
            page.clock.fast_forward(30_000)

    asked.clear()
    look_again()
    look_again()
    assert [status for url, status in asked] == [304, 304]
    assert page.locator("#board").inner_text() == before

    one_more_done(world)
    look_again()
    expect(page.locator(".headline")).to_contain_text("18/36")
    expect(page.locator(".figures").first).to_be_visible()
    expect(page.get_by_role("link", name="Trình chiếu")).to_be_focused()
    assert page.evaluate("scrollY") == top
    assert page.evaluate("window.firstBar === document.querySelector('.bars > li')")

    site.stop()
    page.clock.fast_forward(30_000)
    page.wait_for_timeout(300)
    expect(page.locator(".headline")).to_contain_text("18/36")
    site.start()
    one_more_done(world)
    look_again()
    expect(page.locator(".headline")).to_contain_text("19/36")

    asked.clear()
    page.evaluate(
        """() => {
          Object.defineProperty(document, 'hidden', { value: true, configurable: true });
          document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )
    page.clock.fast_forward(120_000)
    page.wait_for_timeout(300)
    assert asked == []  # nobody looks: nothing is asked


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_on_paper_the_tables_are_unfolded(surf: Open, world: World) -> None:
    slug = staff.board(world)
    fill_days(world)
    surfer = surf("desktop")
    staff.sign_in(surfer, "committee_reviewer", axe=False)
    surfer.open(f"/committee/rounds/{slug}")
    expect(surfer.page.locator(".figures").first).to_be_hidden()
    surfer.page.emulate_media(media="print")
    expect(surfer.page.locator(".figures").first).to_be_visible()
    expect(surfer.page.locator("svg.columns").first).to_be_visible()
