"""Every mail in a browser: a phone and a desk, light and dark, and without its style element."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import SCREENS
from tests.every_mail import every_mail
from tests.smtp_sink import Received

LOOKS = [(screen, dark) for screen in ("phone", "desktop") for dark in (False, True)]
# A mail is a document in somebody else's page: it has no landmarks and no heading of its own.
AXE = {
    "rules": {
        "color-contrast-enhanced": {"enabled": True},
        **{name: {"enabled": False} for name in ("region", "landmark-one-main")},
        "page-has-heading-one": {"enabled": False},
    },
    "resultTypes": ["violations"],
}
NO_REQUESTS = re.compile("https?://")


@pytest.fixture(scope="module")
def mails(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Received]:
    return every_mail(sqlite_template, tmp_path_factory.mktemp("mails"))


def shown(mails: list[Received]) -> list[Received]:
    """Return one mail of each kind and language, and one more where the mailbox is shared."""
    found = {}
    for mail in mails:
        shared = "dùng chung" in mail.text
        language = re.search(r'<html lang="(\w+)"', mail.html)
        found[str(mail.mail["X-Survey-Message"]), language and language[1], shared] = mail
    assert len(found) >= 16
    return list(found.values())


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{'dark' if look[1] else 'light'}")
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    screen, dark = request.param
    context = chromium.new_context(
        **SCREENS[screen], color_scheme="dark" if dark else "light", reduced_motion="reduce"
    )
    page = context.new_page()
    asked = []
    page.on("request", lambda one: asked.append(one.url) if NO_REQUESTS.match(one.url) else None)
    yield page
    context.close()
    assert asked == []


def width_problem(page: Page) -> str:
    wide, inner = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return f"{wide} wide in {inner}" if wide > inner else ""


def test_readable_everywhere(page: Page, mails: list[Received]) -> None:
    phone = page.viewport_size["width"] == 360
    for mail in shown(mails):
        page.set_content(mail.html)
        assert width_problem(page) == ""
        found = Axe().run(page, options=AXE).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
        button = page.locator(".button a").bounding_box()
        card = page.locator(".card").bounding_box()
        assert button and card
        assert button["height"] >= 48
        assert card["width"] <= 602
        if phone:
            assert (button["x"], button["width"]) == (18, 324)
            assert card["width"] == 360
        small = page.evaluate(
            """() => [...document.querySelectorAll("td, th, p, span, a")]
              .filter(e => e.textContent.trim() && parseFloat(getComputedStyle(e).fontSize) < 14)
              .map(e => e.outerHTML)"""
        )
        assert small == []


@pytest.mark.parametrize("page", [("phone", False)], indirect=True, ids=["phone"])
def test_the_action_is_seen_without_scrolling_on_a_phone(page: Page, mails: list[Received]) -> None:
    """Below the mail program's own head there are some 560 px on a phone of 740."""
    for mail in shown(mails):
        if str(mail.mail["X-Survey-Message"]) in {"invitation", "reminder", "security", "notice"}:
            page.set_content(mail.html)
            button = page.locator(".button a").bounding_box()
            assert button and button["y"] + button["height"] < 620, mail.mail["Subject"]


def test_complete_without_the_style_element(page: Page, mails: list[Received]) -> None:
    """Old webmail drops it: then a mail is light, in one column, in the same colours."""
    for mail in shown(mails):
        page.set_content(re.sub(r"<style>.*?</style>", "", mail.html, flags=re.S))
        assert width_problem(page) == ""
        found = Axe().run(page, options=AXE).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
        assert page.locator(".card").evaluate("e => getComputedStyle(e).backgroundColor") == (
            "rgb(255, 253, 248)"
        )


@pytest.mark.parametrize("page", [("desktop", False)], indirect=True, ids=["desktop"])
def test_what_only_a_list_of_mails_shows_is_not_seen(page: Page, mails: list[Received]) -> None:
    for mail in mails:
        page.set_content(mail.html)
        first = page.locator("body > div").first
        assert not first.is_visible()
        assert page.locator("body > :visible").count() == 1
