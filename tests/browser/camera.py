"""Takes a page in every look: phone and desk, light and dark."""

import os
from collections.abc import Callable

from playwright.sync_api import Browser, Page

from tests.browser.conftest import SCREENS
from tests.live import ROOT, Server

FOLDER = ROOT / "screens"
ONLY = os.environ.get("ONLY", "")
LOCALE = os.environ.get("LOCALE", "vi")
LOOKS = [(screen, dark) for screen in ("phone", "desktop") for dark in (False, True)]


class Camera:
    """Opens a page once and takes it in every look."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self.taken = 0
        self.pages: dict[tuple[str, bool], Page] = {}
        for screen, dark in LOOKS:
            context = browser.new_context(
                **{**SCREENS[screen], "device_scale_factor": 1},
                color_scheme="dark" if dark else "light",
                reduced_motion="reduce",
                base_url=server.url,
            )
            context.add_cookies([{"name": "lang", "value": LOCALE, "url": server.url}])
            self.pages[screen, dark] = context.new_page()

    def take(self, name: str, show: Callable[[Page], object]) -> None:
        """Let `show` bring each window to the page, and take it whole."""
        if ONLY not in name:
            return
        for (screen, dark), page in self.pages.items():
            show(page)
            width = SCREENS[screen]["viewport"]["width"]
            look = "dark" if dark else "light"
            page.screenshot(path=FOLDER / f"{name}-{width}-{look}.png", full_page=True)
            self.taken += 1

    def open(self, name: str, path: str) -> None:
        """Take the page at `path`."""
        self.take(name, lambda page: page.goto(path))

    def use(self, show: Callable[[Page], object]) -> None:
        """Do something in each window without taking it."""
        for page in self.pages.values():
            show(page)
