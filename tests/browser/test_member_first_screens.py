"""What a member sees without scrolling on a phone, and how few touches lead on."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import Open
from tests.live import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def bottom_of(page: Page, selector: str) -> float:
    """Return how far down the screen the first such element ends, in CSS pixels."""
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def test_two_touches_lead_from_the_link_to_the_first_question(surf: Open, world: World) -> None:
    link = world.launch()[0]
    surfer = surf()
    page = surfer.page
    surfer.open(link)
    height = page.viewport_size["height"] if page.viewport_size else 0
    assert bottom_of(page, "main form button[type=submit]") <= height
    page.locator(".choice").first.tap()
    with page.expect_navigation():
        page.locator("main form button[type=submit]").first.tap()
    expect(page.locator("#q-1")).to_be_visible()
    assert page.evaluate("window.scrollY") == 0
    assert bottom_of(page, "#q-1 legend") < height / 2


def test_every_question_begins_at_the_same_height(surf: Open, world: World) -> None:
    surfer = surf()
    steps.confirm(surfer, world.launch()[0], axe=False)
    tops = []
    for number in (1, 2, 10):
        steps.go_to(surfer, number)
        tops.append(
            surfer.page.locator(f"#q-{number}").evaluate(
                "question => question.getBoundingClientRect().top + window.scrollY"
            )
        )
    assert len(set(tops)) == 1, tops


@pytest.mark.parametrize(("screen", "js"), [("phone", True), ("phone", False), ("desktop", True)])
def test_the_review_keeps_its_button_in_sight_and_leads_back(
    surf: Open, world: World, screen: str, js: bool
) -> None:
    surfer = surf(screen, js=js)
    page = surfer.page
    steps.confirm(surfer, world.launch()[0], axe=False)
    for number in range(1, 11):
        steps.choose(surfer, number, "ABCD"[number % 4])
    steps.review(surfer)
    expect(page.locator("main form button[value=submit]")).to_be_in_viewport(ratio=1)
    lines = page.locator(".given a")
    expect(lines).to_have_count(10)
    expect(lines.nth(3).locator("b")).to_have_text("Câu 4")
    expect(lines.nth(3).locator(".letter")).to_have_text("A")
    lines.nth(3).click()
    expect(page.locator("#q-4")).to_be_in_viewport()
    assert steps.chosen(surfer, 4) == "A"
    steps.choose(surfer, 4, "D")
    steps.review(surfer, axe=False)
    expect(lines.nth(3).locator(".letter")).to_have_text("D")


@pytest.mark.parametrize(("screen", "dark"), [("phone", True), ("desktop", False)])
@pytest.mark.parametrize("right", [0, 5, 10])
def test_the_result_is_kind_and_readable_at_every_score(
    surf: Open, world: World, screen: str, dark: bool, right: int
) -> None:
    surfer = surf(screen, dark=dark)
    page = surfer.page
    steps.confirm(surfer, world.launch(show_key="at_once")[0], axe=False)
    for number in range(1, 11):
        wrong = page.locator(f'#q-{number} .choice:has(input:not([value$="-a"]))').first
        if number <= right:
            steps.choose_right(surfer, number)
        else:
            steps.go_to(surfer, number)
            wrong.click()
    steps.review(surfer, axe=False)
    surfer.press("Nộp bài 10 câu")
    assert f"{right}/10" in surfer.text()
    assert "Không đạt" not in surfer.text()
    expect(page.locator(".score > g > .score-fill")).to_have_count(right * 8 // 10)
    expect(page.locator(".marks .right")).to_have_count(right)
    if right < 10:
        page.locator(f".marks li:nth-child({right + 1}) a").click()
        expect(page.locator(f"#a-{right + 1}")).to_be_in_viewport()


def test_a_printed_result_names_the_person(surf: Open, world: World) -> None:
    surfer = surf("desktop")
    link, name = world.launch()[0], world.names()[0]
    steps.confirm(surfer, link, axe=False)
    steps.choose(surfer, 1, "A")
    steps.review(surfer, axe=False)
    surfer.press("Nộp bài, bỏ trống 9 câu", axe=False)
    ticket = surfer.page.locator(".ticket")
    assert name not in ticket.inner_text()
    surfer.page.emulate_media(media="print")
    assert name in ticket.inner_text()
    assert world.attempts()[0].receipt in ticket.inner_text()
    expect(surfer.page.locator(".mountains")).to_be_hidden()
