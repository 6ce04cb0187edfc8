"""A member's pages with the longest words people have, in both languages and at odd moments."""

from typing import Any

import pytest
from playwright.sync_api import expect

from survey_app import clock
from survey_app.jobs import JOBS
from survey_app.questions.schema import QuestionDocument
from tests.browser import staff, steps
from tests.browser.conftest import Open
from tests.browser.surfer import Surfer
from tests.factories_rounds import make_cell, make_document, make_person, make_version
from tests.live import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NAME = "Hoàng Phủ Nguyễn Thị Tuyết Nhung Phương Quỳnh Trường Giang"
FORTY_WORDS = (
    "Nghị quyết hợp nhất các chi bộ cơ quan dân, chính, đảng trực thuộc tỉnh ủy thành một đảng bộ"
    " chung, nhằm thống nhất sự lãnh đạo, chăm lo xây dựng tổ chức và nâng cao chất lượng đội ngũ"
    " cán bộ, đảng viên trong những năm đầu sau hòa bình lập lại"
)
ADDRESS = "https://langson.gov.vn/tin-tuc/tai-lieu/ky-niem-70-nam-ngay-thanh-lap-dang-bo-khoi.html"


def long_document() -> QuestionDocument:
    """Return a paper whose texts are as long as they come."""
    plain: dict[str, Any] = make_document(10).model_dump(mode="json")
    for question in plain["questions"]:
        question["text"] = f"{FORTY_WORDS}, theo tài liệu đăng tại {ADDRESS}, điều này đúng không?"
        for choice in question["choices"]:
            choice["text"] = f"{FORTY_WORDS} ({choice['text']})"
        question["explanation"] = f"{FORTY_WORDS}. Xem {ADDRESS}."
        question["source"] = {"document": FORTY_WORDS, "section": "I.1", "url": ADDRESS}
    return QuestionDocument.model_validate(plain)


@pytest.fixture
def long_link(world: World) -> str:
    """The link of the person with the long name to the long paper."""
    with world.app.app_context(), world.db.writing() as session:
        cell = make_cell(session, f"Chi bộ {FORTY_WORDS}")
        make_person(session, NAME, cell)
        version_id = make_version(session, document=long_document()).id
    with world.db.reading() as session:
        from survey_app.questions.models import QuestionSetVersion

        version = session.get_one(QuestionSetVersion, version_id)
    return world.launch(people=0, version=version, title=f"Vòng 1: {FORTY_WORDS}")[0]


@pytest.mark.parametrize(("width", "js"), [(360, True), (360, False), (320, True)])
def test_long_texts_stay_within_the_screen(
    surf: Open, world: World, long_link: str, width: int, js: bool
) -> None:
    surfer = surf(js=js)
    surfer.page.set_viewport_size({"width": width, "height": 740})
    steps.confirm(surfer, long_link)
    for number in (1, 2, 10):
        steps.choose(surfer, number, "D")
    surfer.look()
    if js:
        surfer.find("Chữ to hơn").click()
        surfer.look()
    steps.review(surfer)
    surfer.press("Nộp bài, bỏ trống 7 câu")
    world.close_rounds()
    steps.confirm(surfer, long_link, button="Xem kết quả")
    assert FORTY_WORDS in surfer.text()


def too_small(surfer: Surfer) -> list[str]:
    """Return the targets of a finger that are lower than 48 px (UI.md), inline links apart."""
    found: list[str] = surfer.page.locator(
        "button:visible, .choice:visible, input[type=text]:visible, summary:visible, a.button"
    ).evaluate_all(
        """items => items.filter(item => item.getBoundingClientRect().height < 47.5)
            .map(item => item.outerHTML.slice(0, 120))"""
    )
    return found


def test_targets_are_large_enough_for_a_thumb(surf: Open, world: World) -> None:
    surfer = surf()
    link = world.launch()[0]
    surfer.open(link, axe=False)
    small = too_small(surfer)
    steps.confirm(surfer, link, axe=False)
    small += too_small(surfer)
    steps.choose(surfer, 1, "A")
    steps.review(surfer, axe=False)
    small += too_small(surfer)
    assert small == []


@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_the_whole_way_in_english(surf: Open, world: World, screen: str) -> None:
    surfer = surf(screen)
    link = world.launch()[0]
    surfer.open(link, axe=False)
    surfer.press("EN, English", axe=False)
    surfer.page.locator(".choice", has_text="Yes, I am").click()
    with surfer.page.expect_navigation():
        surfer.page.locator("main form button[type=submit]").first.click()
    surfer.look()
    steps.choose(surfer, 1, "A")
    with surfer.page.expect_navigation():
        surfer.page.locator("#early button").click()
    surfer.look()
    with surfer.page.expect_navigation():
        surfer.page.locator("main form button[value=submit]").click()
    surfer.look()
    world.close_rounds()
    surfer.page.reload()
    surfer.look()
    assert "Giải thích câu 1." in surfer.text()


def test_kind_pages_say_whom_to_ask(surf: Open, world: World) -> None:
    surfer = surf()
    links = world.launch()
    surfer.open(links[0], axe=False)
    surfer.page.locator(".choice", has_text="Không phải tôi").click()
    surfer.press("Bắt đầu làm bài")
    assert "0912 000 001" in surfer.text()
    surfer.open(links[0][:-2])
    assert "Liên kết này không đúng" in surfer.text()
    surfer.open("/respond/khong-co")
    world.close_rounds()
    surfer.open(links[1])
    assert "Vòng thi đã kết thúc" in surfer.text()
    assert "0912 000 001" in surfer.text()


def test_nothing_is_chosen_for_anybody(surf: Open, world: World) -> None:
    surfer = surf()
    surfer.open(world.launch()[0], axe=False)
    expect(surfer.page.locator("input:checked")).to_have_count(0)
    surfer.find("Bắt đầu làm bài").click()
    assert world.attempts() == []


def test_two_people_at_one_browser_are_not_mixed_up(surf: Open, world: World) -> None:
    surfer = surf("desktop")
    first, second = world.launch()[:2]
    steps.confirm(surfer, first, axe=False)
    paper = surfer.page.url
    steps.confirm(surfer, second, axe=False)
    surfer.open(paper)
    assert "đang mở bài của người khác" in surfer.text()


@pytest.mark.parametrize("over", [False, True])
def test_the_front_page_at_twice_the_text_scrolls_one_way_only(
    surf: Open, world: World, over: bool
) -> None:
    staff.board(world)
    if over:
        world.close_rounds()
        with world.app.app_context():
            for job in ("rounds", "finalise"):
                JOBS[job](world.app, clock.now())
    surfer = surf()
    surfer.page.goto("/")
    for percent in (200, 237.5):
        rule = f"html {{ font-size: {percent}% }}"
        surfer.page.evaluate(
            "rule => { const all = document.styleSheets[0];"
            " all.insertRule(rule, all.cssRules.length); }",
            rule,
        )
        surfer.look()
    expect(surfer.page.locator(".totals")).to_have_count(int(over))
