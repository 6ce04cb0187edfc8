"""The network gone at the end, the round closed meanwhile, a wrong press: nothing is lost."""

import pytest
from playwright.sync_api import expect

from survey_app import clock
from survey_app.jobs import JOBS
from tests.browser import steps
from tests.browser.conftest import Open
from tests.browser.surfer import Surfer
from tests.live import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("press", ["Nộp bài, bỏ trống 9 câu", "Quay lại bài làm", "Kết thúc"])
def test_without_network_the_review_stays_and_says_why(
    surf: Open, world: World, press: str
) -> None:
    surfer = surf()
    steps.confirm(surfer, world.launch()[0], axe=False)
    steps.choose(surfer, 1, "A")
    steps.review(surfer, axe=False)
    review = surfer.page.url
    surfer.page.context.set_offline(True)
    surfer.find(press).click()
    banner = surfer.page.locator("#banner")
    expect(banner).to_contain_text("Chưa có mạng")
    expect(banner).to_be_in_viewport()
    assert surfer.page.url == review
    assert surfer.axe() == []
    surfer.page.context.set_offline(False)
    surfer.press("Nộp bài, bỏ trống 9 câu", axe=False)
    assert world.attempts()[0].state == "submitted"
    assert len(world.attempts()[0].answers) == 1


def come_too_late(surfer: Surfer) -> None:
    """Choose at question 2, which a closed round refuses."""
    steps.go_to(surfer, 2)
    surfer.page.locator("#q-2 .choice").nth(1).click()


@pytest.mark.parametrize("counted", [False, True], ids=["not yet counted", "counted"])
def test_a_paper_open_across_the_closing(surf: Open, world: World, counted: bool) -> None:
    surfer = surf()
    page = surfer.page
    steps.confirm(surfer, world.launch()[0], axe=False)
    steps.choose(surfer, 1, "A")
    steps.wait_saved(surfer)
    world.close_rounds()
    if counted:
        with world.app.app_context():
            JOBS["finalise"](world.app, clock.now())
    come_too_late(surfer)
    expect(page.locator("#banner")).to_contain_text("Vòng thi đã đóng; những câu đã lưu được tính.")
    expect(page.locator("#q-2")).to_be_visible()
    expect(page.locator("#q-2 input:checked")).to_have_count(0)
    expect(page.locator("#map li.done")).to_have_count(1)
    expect(page.locator("#map li.done button")).to_have_accessible_name("Câu 1, đã trả lời")
    expect(page.locator("#time")).to_be_hidden()
    expect(page.locator("#end-hint")).to_be_hidden()
    expect(page.locator("#turns")).to_be_hidden()
    expect(page.locator("#later")).to_be_hidden()
    surfer.look()
    surfer.press("Xem kết quả", axe=False)
    assert ("Bài đã được nộp" if counted else "Những câu đã lưu được tính") in surfer.text()
    assert len(world.attempts()[0].answers) == 1


def test_what_another_device_handed_in_is_not_called_closed(surf: Open, world: World) -> None:
    link = world.launch(attempts_allowed=1)[0]
    phone, computer = surf("phone"), surf("desktop")
    steps.confirm(phone, link, axe=False)
    steps.choose(phone, 1, "A")
    steps.wait_saved(phone)
    steps.confirm(computer, link, button="Làm tiếp bài đang dở", axe=False)
    steps.review(computer, axe=False)
    computer.press("Nộp bài, bỏ trống 9 câu", axe=False)
    come_too_late(phone)
    expect(phone.page.locator("#banner")).to_contain_text("Bài này đã nộp rồi")
    expect(phone.page.locator("#map li.done")).to_have_count(1)


def test_the_review_says_what_was_marked(surf: Open, world: World) -> None:
    surfer = surf()
    page = surfer.page
    steps.confirm(surfer, world.launch()[0], axe=False)
    steps.choose(surfer, 1, "A")
    steps.choose(surfer, 3, "B")
    for number in (3, 4, 5):
        steps.go_to(surfer, number)
        surfer.find("Đánh dấu để xem lại").click()
    surfer.find("Bỏ đánh dấu xem lại").click()
    steps.review(surfer)
    expect(page.locator("main .flag")).to_have_count(2)
    expect(page.locator(".given li", has_text="đã đánh dấu")).to_contain_text("3")
    expect(page.locator(".todo li", has_text="đã đánh dấu")).to_contain_text("Câu 4.")
    page.locator(".todo li", has_text="đã đánh dấu").locator("a").click()
    expect(page.locator("#q-4")).to_be_visible()
    expect(page.locator("#map li.later")).to_have_count(2)
    steps.review(surfer, axe=False)
    surfer.press("Nộp bài, bỏ trống 8 câu", axe=False)
    assert page.evaluate("Object.keys(sessionStorage).length") == 0


@pytest.mark.parametrize("js", [True, False])
def test_back_never_asks_to_send_again(surf: Open, world: World, js: bool) -> None:
    surfer = surf(js=js)
    page = surfer.page
    link = world.launch()[0]
    surfer.open(link, axe=False)
    surfer.press("Bắt đầu làm bài")
    assert "Xin chọn một trong hai câu trả lời" in surfer.text()
    page.locator(".choice", has_text="Không phải tôi").click()
    surfer.press("Bắt đầu làm bài")
    surfer.press("Bấm nhầm, quay lại chọn", axe=False)
    page.locator(".choice", has_text="Đúng, tôi là").click()
    surfer.press("Bắt đầu làm bài", axe=False)
    for said in ("Ai đang mở trang này?", "chưa có gì được ghi lại", "Xin chọn một trong hai"):
        page.go_back()
        assert said in surfer.text()


def test_saving_between_questions_without_a_script(surf: Open, world: World) -> None:
    surfer = surf(js=False)
    steps.confirm(surfer, world.launch()[0], axe=False)
    steps.choose(surfer, 4, "C")
    save = surfer.page.locator('button[value="save:5"]')
    with surfer.page.expect_navigation():
        save.click()
    surfer.look()
    expect(surfer.page.locator("#q-5")).to_be_in_viewport()
    expect(surfer.page.locator("#saved")).to_be_in_viewport()
    assert "Đã lưu lúc" in surfer.text()
    assert steps.chosen(surfer, 4) == "C"
