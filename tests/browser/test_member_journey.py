"""A member's whole way in a real browser: link, confirm, answer, review, hand in, result."""

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import EVERY_WINDOW, Open
from tests.live import World

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@EVERY_WINDOW
def test_the_whole_way(surf: Open, world: World, screen: str, js: bool, dark: bool) -> None:
    link = world.launch()[0]
    surfer = surf(screen, js=js, dark=dark)
    steps.confirm(surfer, link)
    for number in range(1, 9):
        steps.choose_right(surfer, number)
    steps.choose(surfer, 9, "B")
    steps.review(surfer)
    assert "Đã trả lời 9/10 câu" in surfer.text()
    assert "Còn 1 câu chưa trả lời" in surfer.text()
    surfer.press("Nộp bài, bỏ trống 1 câu")
    assert "Bài đã được nộp" in surfer.text()
    grading = world.gradings()[0]
    assert f"{grading.right_count}/10" in surfer.text()
    assert grading.right_count >= 8
    assert "Giải thích câu" not in surfer.text()

    world.close_rounds()
    steps.confirm(surfer, link, button="Xem kết quả")
    assert "Giải thích câu 1." in surfer.text()
    assert "Kế hoạch số 422-KH/ĐUS" in surfer.text()


@SQLITE
@pytest.mark.parametrize(("screen", "dark"), [("phone", True), ("desktop", False)])
@pytest.mark.parametrize("js", [True, False])
def test_who_answered_everything_hands_in_from_the_paper(
    surf: Open, world: World, screen: str, dark: bool, js: bool
) -> None:
    surfer = surf(screen, js=js, dark=dark)
    steps.confirm(surfer, world.launch()[0], axe=False)
    for number in range(1, 11):
        steps.choose_right(surfer, number)
    assert surfer.axe() == []
    if js:
        assert "Đã trả lời đủ 10/10 câu. Sau khi nộp sẽ không sửa được" in surfer.text()
        expect(surfer.page.locator("form .primary:visible")).to_have_count(1)
        expect(surfer.find("Xem lại 10 câu")).to_be_visible()
    steps.hand_in(surfer)
    assert surfer.page.url.endswith("/result")
    assert "10/10" in surfer.text()
    assert surfer.page.evaluate("localStorage.length + sessionStorage.length") == 0 or not js


@SQLITE
def test_without_a_script_missing_questions_are_shown_first(surf: Open, world: World) -> None:
    surfer = surf(js=False)
    steps.confirm(surfer, world.launch()[0], axe=False)
    for number in range(1, 10):
        steps.choose_right(surfer, number)
    steps.hand_in(surfer)
    assert "Bài chưa nộp: còn 1 câu chưa trả lời." in surfer.text()
    expect(surfer.page.get_by_role("alert")).to_be_in_viewport()
    surfer.page.locator(".todo a").click()
    steps.choose_right(surfer, 10)
    steps.hand_in(surfer)
    assert "10/10" in surfer.text()


@SQLITE
def test_the_last_gap_filled_hands_in_where_one_stands(surf: Open, world: World) -> None:
    surfer = surf()
    page = surfer.page
    finish, tally = page.locator("#finish"), page.locator("#tally")
    steps.confirm(surfer, world.launch()[0], axe=False)
    for number in (1, 2, 3, 5, 6, 7, 8, 9, 10):
        steps.choose_right(surfer, number)
    expect(tally).to_have_text("Còn 1 câu chưa trả lời.")
    expect(finish).to_be_hidden()
    steps.review(surfer, axe=False)
    page.locator(".todo a").click()
    expect(tally).to_have_text("")
    steps.choose_right(surfer, 4)
    assert surfer.axe() == []
    expect(finish).to_be_visible()
    steps.go_to(surfer, 5)
    expect(finish).to_be_hidden()
    steps.go_to(surfer, 10)
    surfer.find("Đánh dấu để xem lại").click()
    expect(tally).to_have_text("Đã trả lời đủ, còn 1 câu đánh dấu để xem lại.")
    expect(finish).to_be_hidden()
    surfer.find("Bỏ đánh dấu xem lại").click()
    surfer.press("Nộp bài", exact=True)
    assert "10/10" in surfer.text()


@SQLITE
@pytest.mark.parametrize("press", ["Nộp bài", "Xem lại 10 câu"])
def test_another_device_s_answers_are_looked_at_before_handing_in(
    surf: Open, world: World, press: str
) -> None:
    """Also when this page has saved since: it has not seen the other answer by that."""
    link = world.launch()[0]
    phone, computer = surf("phone"), surf("desktop")
    steps.confirm(phone, link, axe=False)
    steps.confirm(computer, link, button="Làm tiếp bài đang dở", axe=False)
    steps.choose(computer, 1, "A")
    steps.wait_saved(computer)
    for number in (*range(2, 11), 1):
        steps.choose(phone, number, "B")
        steps.wait_saved(phone)
    steps.go_to(phone, 10)
    phone.press(press, exact=True)
    assert ("Bài chưa nộp: có câu trả lời từ máy khác" in phone.text()) is (press == "Nộp bài")
    assert "Câu có hai câu trả lời khác nhau" in phone.text()
    assert world.attempts()[0].state == "open"
