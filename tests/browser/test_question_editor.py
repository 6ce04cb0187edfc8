"""An organiser signs in, pastes a paper, settles it, edits it with the keyboard, approves it."""

import pytest
from playwright.sync_api import expect

from survey_app.questions import queries
from survey_app.questions.schema import QuestionDocument
from tests.browser import staff
from tests.browser.conftest import Open
from tests.browser.surfer import Surfer
from tests.functional.questions.editing import draft_of
from tests.live import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PAPER = """Câu 1: Đảng bộ Khối được thành lập ngày nào?
A. 03/02/1930
B. 27/9/1954
Đáp án: B

Câu 2: Ai ban hành Kế hoạch số 156-KH/ĐUK?
A. Đảng ủy Khối
B. Đảng ủy Sở
"""


def sign_in(surfer: Surfer) -> None:
    """Come in by a one-time link and put the password off."""
    staff.sign_in(surfer, "organiser")
    surfer.press("Để sau")


def draft(world: World, slug: str) -> QuestionDocument:
    return draft_of(world.db, slug)


@pytest.mark.parametrize(("screen", "js"), [("desktop", True), ("phone", False)])
def test_from_a_pasted_paper_to_an_approved_set(
    surf: Open, world: World, screen: str, js: bool
) -> None:
    me = surf(screen, js=js)
    sign_in(me)
    me.open("/organiser/questions")
    me.page.fill("#text", PAPER)
    me.press("Đọc đề và xem trước", axe=False)
    me.page.locator("#read-2 .choice").first.click()
    me.page.fill("#title", "Vòng một")
    me.page.fill("#source", "Kế hoạch số 422-KH/ĐUS")
    me.press("Lưu 2 câu thành bản nháp", axe=False)
    me.press("Sửa câu hỏi", axe=False)
    me.page.locator(".choice-rows .chip").nth(0).click()
    me.press("Lưu câu này", axe=False)
    first, second = draft(world, "vong-mot").questions
    assert first.key == (first.choices[0].id,)
    assert second.key == (second.choices[0].id,)
    me.press("Xóa câu", axe=False)
    me.press("Hoàn tác", axe=False)
    assert [item.id for item in draft(world, "vong-mot").questions] == [first.id, second.id]
    me.open("/organiser/questions/vong-mot/approve", axe=False)
    me.press("Duyệt 2 câu", axe=False)
    with world.db.reading() as session:
        approved = queries.question_set(session, "vong-mot").approved
    assert approved is not None and approved.questions == 2


def test_the_keys_of_the_editor(surf: Open, world: World) -> None:
    me = surf("desktop")
    sign_in(me)
    me.open("/organiser/questions/new")
    me.page.fill("#blank-title", "Viết tay")
    me.press("Viết từng câu", axe=False)
    page, choices = me.page, me.page.locator("[name=choice_text]")
    page.fill("#text", "Câu một?")
    choices.nth(0).fill("Một")
    choices.nth(0).press("Enter")
    expect(choices.nth(1)).to_be_focused()
    page.keyboard.type("Hai")
    page.keyboard.press("Alt+ArrowUp")
    assert [choices.nth(i).input_value() for i in (0, 1)] == ["Hai", "Một"]
    page.locator(".choice-rows .chip").nth(1).click()
    choices.nth(3).press("Enter")
    expect(choices).to_have_count(5)
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    expect(page.locator("#text")).to_have_value("")
    page.fill("#text", "Câu hai?")
    choices.nth(0).fill("A")
    choices.nth(1).fill("B")
    page.locator("[name=several]").check(force=True)
    for index in (0, 1):
        page.locator(".choice-rows .chip").nth(index).click()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    one, two = draft(world, "viet-tay").questions
    assert [choice.text for choice in one.choices] == ["Hai", "Một"]
    assert (one.type, one.key) == ("single", (one.choices[1].id,))
    assert (two.type, len(two.key)) == ("multiple", 2)
    me.open(f"/organiser/questions/viet-tay/edit?q={two.id}", axe=False)
    page.focus("#text")
    with page.expect_navigation():
        page.keyboard.press("Alt+ArrowUp")
    assert [item.id for item in draft(world, "viet-tay").questions] == [two.id, one.id]


@pytest.mark.parametrize(("screen", "dark"), [("phone", True), ("desktop", False)])
def test_the_pages_hold_to_the_rules(surf: Open, world: World, screen: str, dark: bool) -> None:
    me = surf(screen, dark=dark)
    me.open("/sign-in")
    sign_in(me)
    me.open("/organiser/questions")
    me.page.fill("#text", PAPER)
    me.press("Đọc đề và xem trước")
    me.press("Lưu 2 câu thành bản nháp")
    assert me.status == 422
    me.page.fill("#title", "Vòng một")
    me.press("Lưu 2 câu thành bản nháp")
    for path in ("", "/edit", "/edit?q=new", "/header", "/preview", "/approve", "/discard"):
        me.open(f"/organiser/questions/{slug_of(me)}{path}")
    for path in ("/account", "/account/password", "/organiser/questions"):
        me.open(path)


def slug_of(me: Surfer) -> str:
    return me.page.url.split("/questions/")[1].split("/")[0].split("?")[0]
