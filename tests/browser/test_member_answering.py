"""Answering with the page's script: nothing chosen is ever lost, whatever happens around it."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from survey_app import clock
from tests.browser import steps
from tests.browser.conftest import Open
from tests.live import Server, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def stored(world: World) -> dict[str, list[str]]:
    """Return the answers of the one attempt."""
    return {name: held["value"] for name, held in world.attempts()[0].answers.items()}


def test_each_choice_saves_itself_and_survives_a_reload(surf: Open, world: World) -> None:
    surfer = surf()
    steps.confirm(surfer, world.launch()[0], axe=False)
    steps.choose(surfer, 1, "B")
    steps.choose(surfer, 4, "D")
    steps.wait_saved(surfer)
    assert len(stored(world)) == 2
    surfer.page.evaluate("localStorage.clear()")
    surfer.page.reload()
    surfer.look()
    assert (steps.chosen(surfer, 1), steps.chosen(surfer, 4)) == ("B", "D")
    expect(surfer.page.locator("#q-4"), "the one looked at last is in view").to_be_visible()


def test_letters_and_enter_answer_and_move_on(surf: Open, world: World) -> None:
    surfer = surf("desktop")
    steps.confirm(surfer, world.launch()[0], axe=False)
    for letter in "ABCD":
        surfer.page.keyboard.press(letter.lower())
        surfer.page.keyboard.press("Enter")
    expect(surfer.page.locator("#q-5")).to_be_visible()
    assert [steps.chosen(surfer, number) for number in (1, 2, 3, 4)] == list("ABCD")
    surfer.page.keyboard.press("z")
    assert steps.chosen(surfer, 5) == ""
    steps.go_to(surfer, 10)
    with surfer.page.expect_navigation():
        surfer.page.keyboard.press("Enter")
    assert "Đã trả lời 4/10 câu" in surfer.text()


def test_another_device_goes_on_where_the_first_stopped(surf: Open, world: World) -> None:
    link = world.launch()[0]
    phone, computer = surf("phone"), surf("desktop")
    steps.confirm(phone, link, axe=False)
    steps.choose(phone, 1, "C")
    steps.wait_saved(phone)
    steps.confirm(computer, link, button="Làm tiếp bài đang dở", axe=False)
    assert steps.chosen(computer, 1) == "C"
    steps.choose(computer, 2, "A")
    steps.wait_saved(computer)
    assert len(stored(world)) == 2
    assert len(world.attempts()) == 1


def test_a_server_killed_in_mid_paper_loses_nothing(surf: Open, world: World, site: Server) -> None:
    surfer = surf()
    steps.confirm(surfer, world.launch()[0], axe=False)
    steps.choose(surfer, 1, "A")
    steps.wait_saved(surfer)
    site.kill()
    steps.choose(surfer, 2, "B")
    steps.choose(surfer, 3, "C")
    expect(surfer.page.locator("#banner")).to_contain_text("Mất kết nối")
    assert surfer.axe() == []
    site.start()
    expect(surfer.page.locator("#banner")).to_contain_text("Đã có mạng trở lại", timeout=60_000)
    assert len(stored(world)) == 3
    assert [steps.chosen(surfer, number) for number in (1, 2, 3)] == list("ABC")


def test_what_a_closed_window_could_not_send_is_sent_when_it_is_opened_again(
    surf: Open, world: World, site: Server
) -> None:
    surfer = surf()
    link = world.launch()[0]
    steps.confirm(surfer, link, axe=False)
    site.kill()
    steps.choose(surfer, 7, "D")
    expect(surfer.page.locator("#banner")).to_contain_text("Mất kết nối")
    context = surfer.page.context
    surfer.page.close()
    site.start()
    surfer.page = context.new_page()
    steps.confirm(surfer, link, button="Làm tiếp bài đang dở", axe=False)
    steps.wait_saved(surfer)
    assert len(stored(world)) == 1


def test_without_network_the_page_stays_and_says_why(surf: Open, world: World) -> None:
    surfer = surf()
    steps.confirm(surfer, world.launch()[0], axe=False)
    paper = surfer.page.url
    surfer.page.context.set_offline(True)
    steps.choose(surfer, 1, "A")
    surfer.find("Xem lại 10 câu").click()
    expect(surfer.page.locator("#banner")).to_contain_text("chưa mở được trang sau")
    assert surfer.page.url.split("#")[0] == paper.split("#")[0]
    surfer.page.context.set_offline(False)
    steps.wait_saved(surfer)
    steps.review(surfer)
    assert "Đã trả lời 1/10 câu" in surfer.text()


def test_answers_after_a_lost_cookie_are_saved_and_nothing_is_shown(
    surf: Open, world: World
) -> None:
    surfer = surf()
    steps.confirm(surfer, world.launch()[0], axe=False)
    surfer.page.context.clear_cookies()
    steps.choose(surfer, 1, "A")
    steps.wait_saved(surfer)
    steps.choose(surfer, 2, "B")
    steps.review(surfer)
    assert "Xin mở lại liên kết trong thư" in surfer.text()
    assert "đã được lưu" in surfer.text()
    assert "Câu hỏi mẫu" not in surfer.text()
    assert len(stored(world)) == 2


@pytest.mark.parametrize("js", [True, False])
def test_time_over_is_said_and_what_was_saved_counts(surf: Open, world: World, js: bool) -> None:
    surfer = surf(js=js)
    link = world.launch()[0]
    steps.confirm(surfer, link, axe=False)
    steps.choose(surfer, 1, "A")
    if js:
        steps.wait_saved(surfer)
    else:
        surfer.press("Lưu bài", axe=False, exact=True)
    deadline = clock.now() + timedelta(seconds=4 if js else 0)
    world.set_deadline(deadline)
    if js:
        surfer.page.reload()
        expect(surfer.page.locator("#banner")).to_contain_text("Đã hết giờ", timeout=15_000)
        expect(surfer.page.locator("#q-10")).to_have_js_property("disabled", True)
        assert surfer.axe() == []
    else:
        steps.choose(surfer, 2, "B")
    while clock.now() < deadline:  # the page counts whole seconds, so it ends a little early
        surfer.page.wait_for_timeout(100)
    surfer.press("Xem kết quả" if js else "Xem lại 10 câu")
    assert "Đã hết giờ làm bài" in surfer.text()
    assert "Những câu đã lưu được tính" in surfer.text()
    assert len(stored(world)) == 1


@pytest.mark.parametrize("js", [True, False])
def test_switching_the_language_keeps_the_answers(surf: Open, world: World, js: bool) -> None:
    surfer = surf(js=js)
    steps.confirm(surfer, world.launch()[0], axe=False)
    steps.choose(surfer, 2, "C")
    surfer.press("EN, English")
    assert surfer.page.locator("html").get_attribute("lang") == "en"
    assert steps.chosen(surfer, 2) == "C"
    steps.choose(surfer, 3, "A")
    surfer.press("VI, Tiếng Việt", axe=False)
    assert (steps.chosen(surfer, 2), steps.chosen(surfer, 3)) == ("C", "A")
    assert len(stored(world)) == 2


@pytest.mark.parametrize(("js", "where"), [(True, "paper"), (False, "paper"), (True, "review")])
def test_after_ending_the_back_button_shows_nothing(
    surf: Open, world: World, js: bool, where: str
) -> None:
    surfer = surf(js=js)
    steps.confirm(surfer, world.launch()[0], axe=False)
    steps.choose(surfer, 1, "A")
    if where == "review":
        steps.review(surfer, axe=False)
    surfer.press("Kết thúc")
    assert "Bài chưa nộp" in surfer.text()
    name = world.names()[0]
    for _step in range(2):
        surfer.page.go_back()
        surfer.look(axe=False)
        if re.search(r"/respond/", surfer.page.url):
            assert name not in surfer.text()
            assert "Câu hỏi mẫu" not in surfer.text()
    if js:
        assert surfer.page.evaluate("Object.keys(localStorage).length") == 0
    assert len(stored(world)) == 1
