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
from tests.factories_forms import form_document, launched_form
from tests.factories_rounds import link_path
from tests.live import Server, World

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SENT = "() => [...new FormData(document.getElementById('form')).keys()]"
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
    why = surfer.page.get_by_text("Câu 3 chỉ hỏi khi câu 2 là “Có”.")
    expect(why).to_be_visible(visible=js)
    if js:
        expect(later).to_be_hidden()
    else:
        assert "Nếu câu 2 là “Có”, xin trả lời:" in surfer.text()
    choose(surfer, 1, "Tốt")
    choose(surfer, 2, "Có")
    choose(surfer, 3, "Một tuần")
    expect(why).to_be_hidden()
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
def test_what_is_sent_has_one_length_whatever_is_in_it(surf: Open, links: list[str]) -> None:
    """Whoever measures the encrypted line would else know whose the long texts are."""
    lengths = []
    for link, words in zip(links, ("", "Đổi giờ họp\ncho người ở xa.\n\n" * 30), strict=False):
        surfer = surf("phone")
        begin(surfer, link)
        choose(surfer, 1, "Tốt")
        surfer.page.locator("#q-7 textarea").fill(words)
        with surfer.page.expect_request(lambda request: request.method == "POST") as sent:
            surfer.press("Gửi phiếu")
        lengths.append(len(sent.value.post_data_buffer or b""))
    assert lengths[0] == lengths[1] > 9000


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
    row = page.locator("#q-5-2")
    row.locator(".choice").nth(2).click()
    row.locator(".unchoose button").click()
    page.wait_for_load_state()
    expect(row.locator("input:checked")).to_have_count(0)
    expect(row).to_be_in_viewport()  # not at the top of the page
    expect(page.locator("#q-2 input:checked")).to_have_count(1)
    if js:
        page.locator("#q-2 .unchoose button").click()
        expect(page.locator("#q-3")).to_be_hidden()


@SQLITE
def test_words_beside_other_are_asked_for_when_it_is_ticked_and_enter_sends_nothing(
    surf: Open, world: World, links: list[str]
) -> None:
    surfer = surf("desktop")
    page = surfer.page
    begin(surfer, links[0])
    words = page.locator("#q-4 .beside input")
    expect(words).to_be_hidden()
    choose(surfer, 4, "Ý khác")
    words.fill("Mời nhân chứng")
    page.locator("#q-4 .choice", has_text="Ý khác").click()
    expect(words).to_be_hidden()
    # What is not asked for is not sent either, and not lost while the form is open.
    assert "q_q4.other" not in page.evaluate(SENT)
    choose(surfer, 4, "Ý khác")
    expect(words).to_have_value("Mời nhân chứng")
    assert "q_q4.other" in page.evaluate(SENT)
    words.press("Enter")
    page.locator("#q-6 input").press("Enter")
    expect(page.locator("#send")).to_be_visible()
    assert ballots(world) == 0


@SQLITE
def test_without_a_script_words_beside_other_are_always_asked_for(
    surf: Open, world: World, links: list[str]
) -> None:
    surfer = surf(js=False)
    begin(surfer, links[0])
    surfer.page.locator("#q-4 .beside input").fill("Mời nhân chứng")
    surfer.press("Gửi phiếu")
    assert ballots(world) == 1


@SQLITE
@pytest.mark.parametrize("js", [True, False])
def test_switching_the_language_comes_back_to_the_last_answer(
    surf: Open, links: list[str], js: bool
) -> None:
    surfer = surf(js=js)
    begin(surfer, links[0])
    choose(surfer, 2, "Có")
    surfer.page.locator("#q-5-1 .choice").first.click()
    surfer.press("EN, English", axe=False)
    expect(surfer.page.locator("html")).to_have_attribute("lang", "en")
    expect(surfer.page.locator("#q-5")).to_be_in_viewport()
    expect(surfer.page.locator("#q-2 input").first).to_be_checked()


@SQLITE
def test_one_choice_too_many_is_said_at_once(surf: Open, world: World) -> None:
    document = form_document().model_copy(deep=True)
    at = next(n for n, one in enumerate(document.questions) if one.id == "q4")
    asked = document.questions[at].model_copy(update={"max_choices": 2})
    asked_all = (*document.questions[:at], asked, *document.questions[at + 1 :])
    document = document.model_copy(update={"questions": asked_all})
    round_id = launched_form(
        world.app, document=document, closes_at=clock.now() + timedelta(days=2)
    )
    with world.db.reading() as session:
        query = select(Invitation).where(Invitation.round_id == round_id)
        link = link_path(session, world.settings.link_key, session.scalars(query).first())
    surfer = surf()
    begin(surfer, link)
    said = surfer.page.locator("#q-4 [aria-live=polite]")
    choose(surfer, 4, "Phim tư liệu")
    choose(surfer, 4, "Đi thực tế")
    expect(said).to_have_text("")
    choose(surfer, 4, "Ý khác")
    expect(said).to_have_text("Đã chọn 3 ý. Câu này chọn nhiều nhất 2 ý, xin bỏ bớt.")
    surfer.look()
    surfer.page.locator("#q-4 .choice", has_text="Đi thực tế").click()
    expect(said).to_have_text("")


@SQLITE
def test_larger_type_stays(surf: Open, links: list[str]) -> None:
    surfer = surf()
    begin(surfer, links[0])
    page = surfer.page
    page.get_by_role("button", name="Chữ to hơn").click()
    expect(page.locator("html.large")).to_have_count(1)
    page.reload()
    page.get_by_role("button", name="Chữ nhỏ lại").click()
    expect(page.locator("html.large")).to_have_count(0)
    surfer.look()


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
