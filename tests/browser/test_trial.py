"""The first five minutes: every door of the trial, and a round that closes before one's eyes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect

from survey_app.demo import cast
from tests.browser import scenes_forms
from tests.browser.conftest import SCREENS
from tests.browser.screens import installation
from tests.browser.surfer import Surfer
from tests.live import ROOT, World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SECONDS = 10_000  # promised: what the clock brings is seen within 10 s


@contextmanager
def working(world: World) -> Iterator[None]:
    """Run a worker beside the server."""
    settings = world.settings
    environ = {
        **os.environ,
        "SURVEY_ENV": "development",
        "SURVEY_INSTANCE_PATH": str(settings.instance_path),
        "SURVEY_BASE_URL": settings.base_url,
        "SURVEY_MAIL_SERVER": settings.mail.server,
        "SURVEY_MAIL_PORT": str(settings.mail.port),
    }
    command = [sys.executable, "-m", "flask", "--app", "survey_app", "worker"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environ)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(40)


def test_every_door_opens_and_the_clock_closes_the_round(chromium: Browser) -> None:
    with installation() as (server, world, inbox_url), working(world):
        for screen, locale in (("phone", "vi"), ("desktop", "en")):
            context = chromium.new_context(
                **SCREENS[screen], base_url=server.url, color_scheme="dark"
            )
            context.add_cookies([{"name": "lang", "value": locale, "url": server.url}])
            surfer = Surfer(context.new_page(), world, js=True, open_mirror=context.new_page)
            form = scenes_forms.link_to_try(world)
            for path in ("/demo", "/demo/committee", "/demo/clear", form):
                surfer.open(path)
            context.close()
        context = chromium.new_context(**SCREENS["desktop"], base_url=server.url)
        surfer = Surfer(context.new_page(), world, js=True, open_mirror=context.new_page)
        page = surfer.page
        surfer.open("/demo")
        now = page.locator("#now")
        assert "6 bài làm dở" in now.inner_text()
        surfer.press("Đến lúc đóng")
        expect(now).not_to_contain_text("Đang mở", timeout=SECONDS)
        expect(now).to_contain_text("89/160 người đã nộp", timeout=SECONDS)
        mails = page.context.new_page()
        mails.goto(f"{inbox_url}/?kind=digest")
        expect(mails.locator("main")).to_contain_text("Đã đóng: Vòng 2", timeout=SECONDS)
        for role, home in (("Người tổ chức", "/organiser/"), ("Bí thư chi bộ", "/secretary/")):
            surfer.open("/demo", axe=False)
            surfer.press(f"Vào vai: {role}")
            assert page.url.endswith(home)
            rail = page.locator("nav.rail").bounding_box()
            assert rail and rail["width"] < 400, "the rail stands beside the page, not above it"
        surfer.open("/demo", axe=False)
        surfer.press("Vào vai: Cấp ủy")
        surfer.open(f"/committee/rounds/{cast.OPEN_FORM.slug}/results")
        sent = sum(cast.OPEN_FORM.members)
        expect(page.locator("main")).to_contain_text(f"{sent}/120 đảng viên")
        assert surfer.noted == []
        context.close()
