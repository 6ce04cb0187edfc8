"""The local inbox in a browser: at every width, calm while mails arrive, and without scripts."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from survey_app.mailing.catcher import Catcher
from survey_app.mailing.catcher_box import Filter
from tests.browser.conftest import SCREENS
from tests.browser.surfer import AXE_OPTIONS
from tests.every_mail import MEMBER, every_mail
from tests.live import free_port

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def all_mails(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    return [mail.data for mail in every_mail(sqlite_template, tmp_path_factory.mktemp("mails"))]


@pytest.fixture
def catcher(tmp_path: Path, all_mails: list[bytes]) -> Iterator[Catcher]:
    catcher = Catcher(
        smtp_port=free_port(),
        web_port=free_port(),
        folder=tmp_path / "inbox",
        app_url="http://127.0.0.1:8000",
    )
    for mail in all_mails:
        catcher.inbox.keep(mail)
    catcher.open()
    yield catcher
    catcher.close()


@pytest.fixture
def window(chromium: Browser, catcher: Catcher) -> Iterator[Open]:
    contexts = []

    def open_window(screen: str = "desktop", *, dark: bool = False, js: bool = True) -> Page:
        context = chromium.new_context(
            **SCREENS[screen],
            color_scheme="dark" if dark else "light",
            java_script_enabled=js,
            base_url=f"http://127.0.0.1:{catcher._web.server_port}",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()


def invitation(catcher: Catcher) -> str:
    wanted = Filter(kind="invitation", person=f"Nguyễn Văn An <{MEMBER}>")
    return f"/mail/{catcher.inbox.find(wanted).mails[0].name}/"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_every_page_holds_the_rules(
    window: Open, catcher: Catcher, screen: str, dark: bool
) -> None:
    page, mail = window(screen, dark=dark), invitation(catcher)
    for path in ("/", "/?q=khong-co", "/?person=x", mail, f"{mail}?view=text", "/mail/none/"):
        page.goto(path)
        wide, inner = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= inner, path
        found = Axe().run(page, options={**AXE_OPTIONS, "iframes": False}).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == [], path


def test_both_widths_side_by_side_on_a_wide_screen(window: Open, catcher: Catcher) -> None:
    page = window()
    page.goto(invitation(catcher))
    phone, desktop = (page.locator(f".{name} iframe") for name in ("phone", "desktop"))
    expect(phone).to_be_visible()
    expect(desktop).to_be_visible()
    assert phone.evaluate("frame => frame.clientWidth") == 360
    assert desktop.evaluate("frame => frame.clientWidth") >= 640
    for frame in page.frames[1:]:
        assert "Kính gửi đồng chí Nguyễn Văn An" in frame.content()


@pytest.mark.parametrize("js", [True, False])
def test_a_narrow_screen_shows_one_at_a_time(window: Open, catcher: Catcher, js: bool) -> None:
    page = window("phone", js=js)
    page.goto(invitation(catcher))
    phone, desktop = (page.locator(f".{name} iframe") for name in ("phone", "desktop"))
    expect(phone).to_be_visible()
    expect(desktop).not_to_be_visible()
    page.get_by_role("link", name="Trên máy tính").click()
    expect(desktop).to_be_visible()
    expect(phone).not_to_be_visible()
    page.get_by_role("link", name="Phần chữ").click()
    expect(page.locator("pre.text")).to_contain_text("Vào thi tại đây:")
    expect(page.locator("iframe")).to_have_count(0)
    page.get_by_role("link", name="Tiêu đề kỹ thuật").click()
    expect(page.locator("pre")).to_contain_text("X-Survey-Message: invitation")


@pytest.mark.parametrize("dark", [False, True])
def test_the_mail_sees_the_screen_that_is_chosen(
    window: Open, catcher: Catcher, dark: bool
) -> None:
    page = window(dark=dark)
    page.goto(invitation(catcher))

    def ground() -> str:
        card = page.frame_locator(".desktop iframe").locator(".card")
        color: str = card.evaluate("card => getComputedStyle(card).backgroundColor")
        return color

    light, night = "rgb(255, 253, 248)", "rgb(35, 26, 24)"
    assert ground() == (night if dark else light)
    page.get_by_role("link", name="Nền tối").click()
    assert ground() == night
    page.get_by_role("link", name="Nền sáng").click()
    assert ground() == light


def test_new_mails_appear_by_themselves(
    window: Open, catcher: Catcher, all_mails: list[bytes]
) -> None:
    page = window()
    page.goto("/?q=thanh+binh")
    rows = page.locator(".row")
    before = rows.count()
    catcher.inbox.keep(next(mail for mail in all_mails if b"binh@" in mail))
    expect(rows).to_have_count(before + 1)
    expect(page.locator("#news")).to_be_hidden()
    expect(page.locator("#q")).to_have_value("thanh binh")


@pytest.mark.parametrize("reading", ["scrolled", "typing", "an older page"])
def test_but_never_under_a_readers_eyes(
    window: Open, catcher: Catcher, all_mails: list[bytes], reading: str
) -> None:
    for _time in range(2):
        for mail in all_mails:
            catcher.inbox.keep(mail)
    page = window("phone")
    page.goto("/?page=2" if reading == "an older page" else "/")
    if reading == "scrolled":
        page.evaluate("scrollTo(0, 900)")
    if reading == "typing":
        page.locator("#q").fill("ng")
    seen = page.locator("#list").inner_html()
    catcher.inbox.keep(all_mails[0])
    news = page.locator("#news")
    expect(news).to_be_visible()
    assert page.locator("#list").inner_html() == seen
    total = len(catcher.inbox.mails())
    news.click()
    expect(page.locator(".kinds a").first).to_contain_text(str(total))


def test_without_scripts_nothing_promises_to_appear(window: Open) -> None:
    page = window(js=False)
    page.goto("/")
    expect(page.locator("#watching")).to_be_hidden()
    expect(page.locator("#news")).to_be_hidden()
    expect(page.get_by_text("Tải lại trang để xem thư mới.")).to_be_visible()
    page.get_by_label("Tìm theo tên").fill("nguyen van an")
    page.get_by_role("button", name="Tìm thư").click()
    assert set(page.locator(".row strong").all_inner_texts()) == {"Nguyễn Văn An"}
    page.locator(".kinds .result").click()
    expect(page.locator(".row")).to_have_count(1)
    page.locator(".row .who").click()
    expect(page.locator(".row")).to_have_count(5)
    page.get_by_role("link", name="đã nộp bài").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("đồng chí đã nộp bài")
