"""A real Chromium in front of the real web server."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

from tests.browser.surfer import Surfer
from tests.live import Server, World, free_port
from tests.mailbox import Mailbox, running_mailbox

ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
SCREENS: dict[str, dict[str, Any]] = {
    "phone": {
        "viewport": {"width": 360, "height": 740},
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    },
    "desktop": {"viewport": {"width": 1280, "height": 900}},
}
# Both screens, with and without scripts, light and dark; PostgreSQL once.
EVERY_WINDOW = pytest.mark.parametrize(
    ("database_url", "screen", "js", "dark"),
    [
        ("sqlite", "phone", True, False),
        ("sqlite", "phone", False, True),
        ("sqlite", "desktop", True, True),
        ("sqlite", "desktop", False, False),
        ("postgresql", "phone", True, False),
    ],
    indirect=["database_url"],
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


def chromium_path() -> str | None:
    """Return the system's Chromium; `None` leaves the choice to Playwright."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one browser of the run. Its absence fails where everything is required."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        except Error as error:
            if os.environ.get("REQUIRE_ALL") == "1":
                pytest.fail(f"Chromium does not start, and this run requires it: {error}")
            pytest.skip("there is no Chromium (make test installs it)")
        yield browser
        browser.close()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """Where all mail arrives."""
    with running_mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def environ(environ: dict[str, str], mailbox: Mailbox) -> dict[str, str]:
    """The installation's settings; its mail goes to `mailbox`."""
    return {**environ, "SURVEY_MAIL_SERVER": "127.0.0.1", "SURVEY_MAIL_PORT": str(mailbox.port)}


@pytest.fixture
def site(environ: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    """The running web server."""
    server = Server(environ, free_port(), tmp_path / "web.log")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def world(environ: dict[str, str], site: Server) -> Iterator[World]:
    """The installation behind `site`."""
    world = World({**environ, "SURVEY_BASE_URL": site.url})
    yield world
    world.close()


Open = Callable[..., Surfer]


@pytest.fixture
def surf(chromium: Browser, site: Server, world: World) -> Iterator[Open]:
    """Return a function that opens a fresh browser window: `surf("phone", js=False)`."""
    contexts: list[BrowserContext] = []
    surfers: list[Surfer] = []

    def open_window(screen: str = "phone", *, js: bool = True, dark: bool = False) -> Surfer:
        def window(js: bool) -> Page:
            context = chromium.new_context(
                **SCREENS[screen],
                java_script_enabled=js,
                color_scheme="dark" if dark else "light",
                reduced_motion="reduce",
                locale="vi-VN",
                base_url=site.url,
            )
            context.set_default_timeout(10_000)
            contexts.append(context)
            return context.new_page()

        surfer = Surfer(window(js), world, js=js, open_mirror=lambda: window(True))
        surfers.append(surfer)
        return surfer

    yield open_window
    problems = [problem for surfer in surfers for problem in surfer.noted]
    for context in contexts:
        context.close()
    assert not problems, "\n".join(problems)
