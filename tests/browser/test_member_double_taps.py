"""A finger that taps twice means once: nothing is answered unseen, skipped or handed in by it."""

from typing import Any

import pytest
from playwright.sync_api import expect

from survey_app.questions.models import QuestionSetVersion
from survey_app.questions.schema import QuestionDocument
from tests.browser import steps
from tests.browser.conftest import Open
from tests.browser.surfer import Surfer
from tests.factories_rounds import make_document, make_version
from tests.live import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

WORDS = "nhằm kỷ niệm ngày thành lập Đảng bộ Khối các cơ quan tỉnh Lạng Sơn, theo kế hoạch"
PHONES = [(360, 640), (412, 800)]
# Milliseconds between the taps of somebody who taps twice, as they were watched.
PAUSES = [120, 350, 600]


@pytest.fixture
def version(world: World) -> QuestionSetVersion:
    """A paper whose questions differ in length, so that the page moves with every step."""
    plain: dict[str, Any] = make_document(10).model_dump(mode="json")
    for index, question in enumerate(plain["questions"]):
        question["text"] = f"{question['text']} {WORDS * (1 + index * 2 % 3)}"
        for choice in question["choices"]:
            choice["text"] += f" {WORDS * (index % 2)}"
    with world.db.writing() as session:
        return make_version(session, document=QuestionDocument.model_validate(plain))


def begin(surf: Open, world: World, version: QuestionSetVersion, size: tuple[int, int]) -> Surfer:
    surfer = surf()
    surfer.page.set_viewport_size({"width": size[0], "height": size[1]})
    steps.confirm(surfer, world.launch(version=version, shuffle_questions=False)[0], axe=False)
    return surfer


def tap_twice(surfer: Surfer, selector: str, pause: int) -> None:
    """Tap the middle of `selector` twice, `pause` ms apart, whatever lies there the second time."""
    target = surfer.page.locator(selector)
    target.click(trial=True)
    box = target.bounding_box()
    assert box
    place = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    surfer.page.touchscreen.tap(*place)
    surfer.page.wait_for_timeout(pause)
    surfer.page.touchscreen.tap(*place)


@pytest.mark.parametrize("size", PHONES)
def test_two_taps_on_next_go_one_question_on_and_answer_nothing(
    surf: Open, world: World, version: QuestionSetVersion, size: tuple[int, int]
) -> None:
    surfer = begin(surf, world, version, size)
    steps.choose(surfer, 4, "B")
    steps.go_to(surfer, 1)
    for number in range(2, 11):
        tap_twice(surfer, "#next", PAUSES[number % 3])
        expect(surfer.page.locator(f"#q-{number}")).to_be_visible()
    steps.wait_saved(surfer)
    checked = surfer.page.locator("#questions input:checked")
    expect(checked).to_have_count(1)
    assert steps.chosen(surfer, 4) == "B"
    assert len(world.attempts()[0].answers) == 1


@pytest.mark.parametrize(
    ("button", "pause"), [("#last", 350), *(("#early button", pause) for pause in PAUSES)]
)
def test_two_taps_on_review_hand_nothing_in(
    surf: Open, world: World, version: QuestionSetVersion, button: str, pause: int
) -> None:
    surfer = begin(surf, world, version, PHONES[1])
    for number in range(1, 11):
        steps.choose(surfer, number, "A")
    steps.go_to(surfer, 10 if button == "#last" else 1)
    tap_twice(surfer, button, pause)
    surfer.page.wait_for_url("**/review")
    surfer.page.wait_for_timeout(500)
    assert surfer.page.url.endswith("/review")
    assert world.attempts()[0].state == "open"


def test_the_hand_in_button_sleeps_where_it_appears_and_wakes(
    surf: Open, world: World, version: QuestionSetVersion
) -> None:
    """Wherever the second tap falls: for a second the page takes none; then it takes all."""
    surfer = begin(surf, world, version, PHONES[1])
    steps.choose(surfer, 1, "A")
    surfer.page.locator("#early button").click()
    surfer.page.wait_for_url("**/review")
    box = surfer.page.locator("#hand-in button").bounding_box()
    assert box
    surfer.page.touchscreen.tap(box["x"] + 60, box["y"] + 20)
    surfer.page.wait_for_timeout(300)
    assert world.attempts()[0].state == "open"
    surfer.press("Nộp bài, bỏ trống 9 câu", axe=False)
    assert world.attempts()[0].state == "submitted"


def answer_all(surfer: Surfer, *, but: int = 0) -> None:
    for number in range(1, 11):
        if number != but:
            steps.choose(surfer, number, "A")


@pytest.mark.parametrize("pause", PAUSES)
def test_two_taps_that_lead_to_the_last_question_hand_nothing_in(
    surf: Open, world: World, version: QuestionSetVersion, pause: int
) -> None:
    """Where "next" lay, "review" lies then; the button that hands in sleeps wherever it appears."""
    surfer = begin(surf, world, version, PHONES[0])
    answer_all(surfer)
    steps.go_to(surfer, 9)
    tap_twice(surfer, "#next", pause)
    expect(surfer.page.locator("#q-10")).to_be_visible()
    surfer.page.locator("#finish").scroll_into_view_if_needed()
    box = surfer.page.locator("#finish").bounding_box()
    assert box
    surfer.page.touchscreen.tap(box["x"] + 60, box["y"] + 20)
    surfer.page.wait_for_timeout(500)
    assert world.attempts()[0].state == "open"
    assert surfer.page.url.endswith("#q-10")
    surfer.press("Nộp bài", axe=False, exact=True)
    assert world.attempts()[0].state == "submitted"


def test_whoever_taps_on_and_on_comes_to_the_review(
    surf: Open, world: World, version: QuestionSetVersion
) -> None:
    surfer = begin(surf, world, version, PHONES[1])
    answer_all(surfer)
    steps.go_to(surfer, 8)
    for _tap in range(3):
        button = surfer.page.locator("#next, #last").filter(visible=True)
        button.scroll_into_view_if_needed()
        box = button.bounding_box()
        assert box
        surfer.page.touchscreen.tap(box["x"] + 40, box["y"] + 20)
        surfer.page.wait_for_timeout(900)
    assert surfer.page.url.endswith("/review")
    assert world.attempts()[0].state == "open"


@pytest.mark.parametrize("gap", [4, 10])
def test_the_last_answer_wakes_no_button_under_the_finger(
    surf: Open, world: World, version: QuestionSetVersion, gap: int
) -> None:
    """The button that the last answer calls up takes no tap yet; the choices take all."""
    surfer = begin(surf, world, version, PHONES[1])
    page = surfer.page
    answer_all(surfer, but=gap)
    steps.go_to(surfer, gap)
    expect(page.locator("#finish")).to_be_hidden()
    page.locator(f"#q-{gap} .choice").nth(0).tap()
    page.locator("#finish").scroll_into_view_if_needed()
    box = page.locator("#finish").bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + 60, box["y"] + 20)
    page.locator(f"#q-{gap} .choice").nth(2).tap(timeout=500)
    assert steps.chosen(surfer, gap) == "C"
    page.wait_for_timeout(400)
    assert world.attempts()[0].state == "open"
    expect(page.locator("#finish")).to_be_visible()
    surfer.press("Nộp bài", axe=False, exact=True)
    assert world.attempts()[0].state == "submitted"


def test_a_key_held_down_hands_nothing_in(surf: Open, world: World) -> None:
    surfer = surf("desktop")
    steps.confirm(surfer, world.launch()[0], axe=False)
    answer_all(surfer)
    steps.go_to(surfer, 8)
    surfer.page.locator("#q-8").focus()
    for _press in range(2):
        surfer.page.keyboard.press("Enter")
    expect(surfer.page.locator("#finish")).to_be_visible()
    for _press in range(3):
        surfer.page.keyboard.press("Enter")
    surfer.page.wait_for_url("**/review")
    assert world.attempts()[0].state == "open"


def test_keys_are_taken_at_once(surf: Open, world: World) -> None:
    surfer = surf("desktop")
    steps.confirm(surfer, world.launch()[0], axe=False)
    for letter in "ABC":
        surfer.page.keyboard.press(letter)
        surfer.page.keyboard.press("Enter")
    assert [steps.chosen(surfer, number) for number in (1, 2, 3)] == list("ABC")


def test_a_reader_quick_with_the_mouse_waits_less_than_a_second(surf: Open, world: World) -> None:
    surfer = surf("desktop")
    steps.confirm(surfer, world.launch()[0], axe=False)
    surfer.page.locator("#next").click()
    surfer.page.wait_for_timeout(750)
    surfer.page.locator("#q-2 .choice").nth(2).click(timeout=250)
    assert steps.chosen(surfer, 2) == "C"
