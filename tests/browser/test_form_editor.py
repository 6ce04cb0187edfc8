"""An organiser makes a feedback form: pastes it, adds one question of each type, approves it."""

import pytest
from playwright.sync_api import expect

from survey_app.questions import queries
from tests.browser.conftest import Open
from tests.browser.test_question_editor import draft, sign_in, slug_of
from tests.live import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FORM = """Phiếu góp ý thử
Thời lượng thế nào?
A. Quá dài   B. Vừa   C. Quá ngắn
Buổi sau nên làm gì để tốt hơn?
"""


@pytest.mark.parametrize(("screen", "js"), [("desktop", True), ("phone", False)])
def test_from_a_pasted_form_to_an_approved_one(
    surf: Open, world: World, screen: str, js: bool
) -> None:
    me = surf(screen, js=js)
    sign_in(me)
    me.open("/organiser/questions")
    me.press("Phiếu góp ý, không ghi tên", axe=False)
    me.page.fill("#text", FORM)
    me.press("Đọc phiếu và xem trước")
    me.press("Lưu 2 câu thành bản nháp")
    slug = slug_of(me)
    length, _better = draft(world, slug).questions

    me.open(f"/organiser/questions/{slug}/edit?q=new")
    page = me.page
    page.fill("#text", "Từng mặt của buổi sinh hoạt thế nào?")
    page.select_option("#type", "matrix")
    if not js:
        me.press("Áp dụng", axe=False)
    expect(page.locator("#rows")).to_be_visible()
    expect(page.locator("#longest")).to_be_hidden()
    me.press("Rất tốt … Chưa tốt")
    page.locator("[name=row_text]").nth(0).fill("Tài liệu")
    page.locator("[name=row_text]").nth(1).fill("Hội trường")
    me.press("Lưu câu này")

    me.open(f"/organiser/questions/{slug}/edit?q=new", axe=False)
    page.fill("#text", "Nên rút gọn phần nào?")
    page.locator("[name=choice_text]").nth(0).fill("Nghe trình bày")
    page.locator("[name=choice_text]").nth(1).fill("Thảo luận")
    page.locator("[name=other]").check()
    page.locator("summary", has_text="Chỉ hỏi khi…").click()
    page.locator("summary", has_text="Thời lượng thế nào?").click()
    page.locator(f"[value='{length.id}:{length.choices[0].id}']").check()
    me.press("Lưu câu này")

    made = draft(world, slug).questions
    assert [question.type for question in made] == ["single", "long_text", "matrix", "single"]
    assert [row.text for row in made[2].rows] == ["Tài liệu", "Hội trường"]
    assert made[2].choices[-1].no_opinion and made[3].choices[-1].other
    assert made[3].condition is not None
    assert made[3].condition.any_of == (length.choices[0].id,)
    me.open(f"/organiser/questions/{slug}/approve")
    me.press("Duyệt 4 câu")
    with world.db.reading() as session:
        approved = queries.question_set(session, slug).approved
    assert approved is not None and approved.questions == 4


def test_rows_and_choices_have_their_keys_and_a_change_of_type_loses_nothing(
    surf: Open, world: World
) -> None:
    me = surf("desktop")
    sign_in(me)
    me.open("/organiser/questions/new?kind=feedback")
    me.page.fill("#blank-title", "Viết tay")
    me.press("Viết từng câu", axe=False)
    page = me.page
    choices, rows = page.locator("[name=choice_text]"), page.locator("[name=row_text]")
    english = page.locator("[name=choice_english]")
    page.fill("#text", "Từng mặt thế nào?")
    choices.nth(0).fill("Tốt")
    choices.nth(0).press("Enter")
    page.keyboard.type("Được")
    page.keyboard.press("Alt+ArrowUp")
    assert [choices.nth(i).input_value() for i in (0, 1)] == ["Được", "Tốt"]
    page.select_option("#type", "long_text")
    expect(choices.nth(0)).to_be_hidden()
    page.select_option("#type", "matrix")
    expect(choices.nth(0)).to_have_value("Được")
    rows.nth(0).fill("Tài liệu")
    page.get_by_role("button", name="Thêm dòng").click()
    expect(rows).to_have_count(4)
    expect(rows.nth(3)).to_be_focused()
    expect(rows.nth(3)).to_have_attribute("aria-label", "Dòng 4")
    page.keyboard.type("Hội trường")
    expect(english.nth(0)).to_be_hidden()
    page.locator("[name=with_english]").check()
    expect(english.nth(0)).to_be_visible()
    english.nth(1).fill("Good")
    page.locator("[name=row_english]").nth(3).fill("The hall")
    page.fill("#english_text", "How was each part?")
    page.get_by_role("button", name="Bỏ: phương án 4").click()
    expect(choices).to_have_count(3)
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    document = draft(world, "viet-tay")
    (made,) = document.questions
    assert [choice.text for choice in made.choices] == ["Được", "Tốt"]
    assert [row.text for row in made.rows] == ["Tài liệu", "Hội trường"]
    english_words = document.translations.en
    assert english_words is not None
    words = english_words.questions[made.id]
    assert words.rows == {made.rows[1].id: "The hall"}
    assert words.choices == {made.choices[0].id: "Fair", made.choices[1].id: "Good"}


@pytest.mark.parametrize(("screen", "dark"), [("phone", True), ("desktop", False)])
def test_the_pages_of_a_form_hold_to_the_rules(
    surf: Open, world: World, screen: str, dark: bool
) -> None:
    me = surf(screen, dark=dark)
    sign_in(me)
    me.open("/organiser/questions/new?kind=feedback")
    me.page.fill("#text", FORM + "Họ và tên:\n")
    me.press("Đọc phiếu và xem trước")
    me.press("Lưu 3 câu thành bản nháp")
    slug = slug_of(me)
    for path in ("", "/edit", "/edit?q=new", "/header", "/preview", "/approve"):
        me.open(f"/organiser/questions/{slug}{path}")
    for question in draft(world, slug).questions:
        me.open(f"/organiser/questions/{slug}/edit?q={question.id}")
    me.press("EN, English", axe=False)
    for path in ("/edit", "/edit?q=new", "/header", "/preview", "/approve"):
        me.page.goto(f"{me.page.url.split('/questions/')[0]}/questions/{slug}{path}")
        assert me.problems(axe=False, locale="en") == [], path
