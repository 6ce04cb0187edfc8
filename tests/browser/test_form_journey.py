"""A form in a real browser: the words, the questions as they apply, the draft, sent once."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from survey_app import clock
from survey_app.feedback.models import Ballot
from survey_app.invitations.models import Invitation
from tests.browser.conftest import EVERY_WINDOW, Open
from tests.browser.surfer import Surfer
from tests.browser.test_weight import FIRST, LATER, Scales
from tests.factories_forms import launched_form
from tests.factories_rounds import link_path
from tests.live import Server, World

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DRAFTS = "() => Object.keys(localStorage).filter(key => key.startsWith('form:')).length"


@pytest.fixture
def links(world: World) -> list[str]:
    """The links of everyone invited to an open form."""
    round_id = launched_form(world.app, closes_at=clock.now() + timedelta(days=2))
    with world.db.reading() as session:
        query = select(Invitation).where(Invitation.round_id == round_id).order_by(Invitation.id)
        key = world.settings.link_key
        return [link_path(session, key, one) for one in session.scalars(query)]


def begin(surfer: Surfer, link: str, *, axe: bool = False) -> None:
    """Open a link, say "that is me" and go on to the form."""
    surfer.open(link, axe=axe)
    surfer.page.locator(".choice", has_text="Đúng, tôi là").click()
    surfer.press("Bắt đầu", axe=axe, exact=True)


def choose(surfer: Surfer, number: int, words: str) -> None:
    """Choose something at a question, by its row."""
    row = surfer.page.locator(f"#q-{number} .choice", has_text=words).first
    row.click()
    expect(row.locator("input")).to_be_checked()


def ballots(world: World) -> int:
    with world.db.reading() as session:
        return len(session.scalars(select(Ballot.key)).all())


@EVERY_WINDOW
def test_the_whole_way(
    surf: Open, world: World, links: list[str], screen: str, js: bool, dark: bool
) -> None:
    surfer = surf(screen, js=js, dark=dark)
    begin(surfer, links[0], axe=True)
    later = surfer.page.locator("#q-3")
    if js:
        expect(later).to_be_hidden()
    else:
        assert "Nếu câu 2 là “Có”, xin trả lời:" in surfer.text()
    choose(surfer, 1, "Tốt")
    choose(surfer, 2, "Có")
    choose(surfer, 3, "Một tuần")
    surfer.page.locator("#q-5 .matrix-row").nth(1).locator(".choice").nth(2).click()
    surfer.page.locator("#q-6 input").fill("chín mươi")
    surfer.page.locator("#q-7 textarea").fill("Đổi giờ họp cho người ở xa.")
    surfer.look()
    surfer.press("Gửi phiếu")
    assert "Câu 6: Xin ghi một số, ví dụ 90." in surfer.text()
    assert ballots(world) == 0
    assert surfer.page.locator("#q-7 textarea").input_value() == "Đổi giờ họp cho người ở xa."
    surfer.page.locator("#q-6 input").fill("90")
    surfer.press("Gửi phiếu")
    assert "Đã ghi nhận phiếu của đồng chí" in surfer.text()
    assert ballots(world) == 1
    begin(surfer, links[0])
    assert "Đã ghi nhận phiếu của đồng chí" in surfer.text()


@SQLITE
@pytest.mark.parametrize("js", [True, False])
def test_going_back_after_sending_shows_nothing(
    surf: Open, world: World, links: list[str], js: bool
) -> None:
    surfer = surf(js=js)
    begin(surfer, links[0])
    surfer.page.locator("#q-7 textarea").fill("Đổi giờ họp")
    surfer.press("Gửi phiếu")
    surfer.page.go_back()
    assert "Đổi giờ họp" not in surfer.page.content()
    assert "Đã ghi nhận phiếu của đồng chí" in surfer.text()
    assert ballots(world) == 1


@SQLITE
def test_the_draft_outlives_reload_and_lost_line_and_goes_with_sending(
    surf: Open, site: Server, world: World, links: list[str]
) -> None:
    surfer = surf()
    page = surfer.page
    begin(surfer, links[0])
    choose(surfer, 2, "Có")
    choose(surfer, 3, "Một ngày")
    page.locator("#q-7 textarea").fill("Chưa gửi")
    expect(page.locator("#q-7 .left")).to_have_text("Còn 992 chữ cái.")
    page.reload()
    expect(page.locator("#q-7 textarea")).to_have_value("Chưa gửi")
    expect(page.locator("#q-3 input").first).to_be_checked()
    page.context.set_offline(True)
    page.locator("#send").click()
    expect(page.locator("#banner")).to_be_visible()
    page.context.set_offline(False)
    site.stop()
    page.locator("#send").click()
    page.wait_for_timeout(300)
    site.start()
    begin(surfer, links[0])
    expect(page.locator("#q-7 textarea")).to_have_value("Chưa gửi")
    surfer.press("Gửi phiếu", axe=False)
    assert page.evaluate(DRAFTS) == 0
    assert "Chưa gửi" not in str(page.evaluate("() => JSON.stringify(localStorage)"))
    assert ballots(world) == 1


@SQLITE
def test_a_shared_device_keeps_nothing(surf: Open, links: list[str]) -> None:
    surfer = surf()
    page = surfer.page
    begin(surfer, links[0])
    choose(surfer, 1, "Khá")
    assert page.evaluate(DRAFTS) == 1
    page.locator(".choice", has_text="Đây là máy dùng chung").click()
    assert page.evaluate(DRAFTS) == 0
    choose(surfer, 2, "Không")
    assert page.evaluate(DRAFTS) == 0
    page.reload()
    expect(page.locator("#shared")).to_be_checked()
    expect(page.locator("#q-1 input:checked")).to_have_count(0)


@SQLITE
def test_leaving_takes_the_draft_along(surf: Open, links: list[str]) -> None:
    surfer = surf()
    begin(surfer, links[0])
    choose(surfer, 1, "Khá")
    surfer.press("Kết thúc", axe=False)
    assert surfer.page.evaluate(DRAFTS) == 0
    surfer.page.go_back()
    assert "Nội dung thiết thực" not in surfer.page.content()
    begin(surfer, links[1])
    expect(surfer.page.locator("#q-1 input:checked")).to_have_count(0)


@SQLITE
@pytest.mark.parametrize("js", [True, False])
def test_a_choice_can_be_taken_back(surf: Open, links: list[str], js: bool) -> None:
    surfer = surf(js=js)
    page = surfer.page
    begin(surfer, links[0])
    back = page.locator("#q-1 .unchoose button")
    expect(back).not_to_be_visible()
    choose(surfer, 1, "Khá")
    choose(surfer, 2, "Có")
    back.click()
    page.wait_for_load_state()
    expect(page.locator("#q-1 input:checked")).to_have_count(0)
    expect(page.locator("#q-2 input:checked")).to_have_count(1)
    if js:
        page.locator("#q-2 .unchoose button").click()
        expect(page.locator("#q-3")).to_be_hidden()


@SQLITE
def test_words_beside_other_tick_it_and_enter_sends_nothing(
    surf: Open, world: World, links: list[str]
) -> None:
    surfer = surf("desktop")
    page = surfer.page
    begin(surfer, links[0])
    page.locator("#q-4 .beside input").fill("Mời nhân chứng")
    expect(page.locator("#q-4 .choice input").last).to_be_checked()
    page.locator("#q-4 .beside input").press("Enter")
    page.locator("#q-6 input").press("Enter")
    expect(page.locator("#send")).to_be_visible()
    assert ballots(world) == 0


@SQLITE
def test_late_answers_stay_on_the_device(surf: Open, world: World, links: list[str]) -> None:
    surfer = surf()
    begin(surfer, links[0])
    surfer.page.locator("#q-7 textarea").fill("Viết chậm")
    world.close_rounds()
    surfer.press("Gửi phiếu")
    assert "Đợt góp ý đã kết thúc" in surfer.text()
    assert "Viết chậm" in surfer.page.locator("#told").input_value()
    assert surfer.page.evaluate(DRAFTS) == 1
    assert ballots(world) == 0


@SQLITE
@pytest.mark.parametrize("width", [320, 360])
def test_large_type_on_a_small_screen(surf: Open, links: list[str], width: int) -> None:
    surfer = surf()
    surfer.page.set_viewport_size({"width": width, "height": 740})
    begin(surfer, links[0])
    choose(surfer, 2, "Có")
    surfer.page.evaluate("() => document.documentElement.classList.add('large')")
    surfer.look()
    low = surfer.page.locator("main :is(button, .choice, .input):visible").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().height < 47.5 && one.tabIndex >= 0)"
        ".map(one => one.outerHTML.slice(0, 100))"
    )
    assert low == []


@SQLITE
def test_in_english(surf: Open, links: list[str]) -> None:
    surfer = surf()
    surfer.page.goto(links[0])
    surfer.press("EN, English")
    surfer.page.locator(".choice", has_text="Yes, I am").click()
    surfer.press("Begin", exact=True)
    assert surfer.problems(locale="en") == []


@SQLITE
def test_pages_of_a_form_are_light(surf: Open, links: list[str]) -> None:
    surfer, scales = surf(), Scales()
    scales.watch(surfer.page)
    weights: dict[str, int] = {}
    surfer.page.goto(links[0])
    surfer.page.wait_for_load_state("networkidle")
    weights["link"] = scales.take()
    surfer.page.locator(".choice", has_text="Đúng, tôi là").click()
    surfer.press("Bắt đầu", axe=False, exact=True)
    surfer.page.wait_for_load_state("networkidle")
    weights["form"] = scales.take()
    choose(surfer, 1, "Tốt")
    surfer.press("Gửi phiếu", axe=False)
    surfer.page.wait_for_load_state("networkidle")
    weights["sent"] = scales.take()
    first = weights.pop("link") + scales.once
    print(first, weights)
    assert first <= FIRST and max(weights.values()) <= LATER, (first, weights)
