"""A person at a browser: every page they come to is held against the rules of all pages."""

import re
from collections.abc import Callable
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response, Route

from tests.live import World
from tests.page import problems_of

# Beyond axe's default: contrast 7:1 (UI.md) and the size of targets (WCAG 2.2).
AXE_OPTIONS = {
    "rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
_OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.querySelectorAll("body *")]
    .filter(e => e.getBoundingClientRect().right > wide + 1)
    .slice(-4).map(e => e.tagName + "." + e.className + ": " + (e.textContent || "").slice(0, 60));
}"""


class Surfer:
    """One browser window. `noted` gathers what must never happen, whatever the test looks at."""

    def __init__(
        self, page: Page, world: World, *, js: bool, open_mirror: Callable[[], Page]
    ) -> None:
        self.page = page
        self.world = world
        self.js = js
        self.noted: list[str] = []
        self._open_mirror = open_mirror
        self._mirror: Page | None = None
        self._headers: dict[str, str] = {}
        self.status = 0
        page.on("response", self._note_response)
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.noted.append(f"script error: {error}"))
        page.on("request", self._note_request)

    def _note_response(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self._headers = response.headers
            self.status = response.status
        if response.status >= 500:
            self.noted.append(f"{response.status} {response.url}")

    def _note_console(self, message: ConsoleMessage) -> None:
        # Chromium reports every answer from 400 on and every lost connection as an error.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.noted.append(f"console: {message.text}")

    def _note_request(self, request: Request) -> None:
        if not re.match(r"http://127\.0\.0\.1:|data:", request.url):
            self.noted.append(f"a request to elsewhere: {request.url}")

    def open(self, url: str, *, axe: bool = True) -> None:
        """Go to `url` and look at what comes."""
        self.page.goto(url)
        self.look(axe=axe)

    def press(self, name: str, *, axe: bool = True, exact: bool = False) -> None:
        """Press the button or link called `name` that leads to another page, and look."""
        target = self.find(name, exact=exact)
        with self.page.expect_navigation():
            target.click()
        self.look(axe=axe)

    def find(self, name: str, *, exact: bool = False) -> Locator:
        """Return the visible button or link called `name`."""
        page = self.page
        either = page.get_by_role("button", name=name, exact=exact).or_(
            page.get_by_role("link", name=name, exact=exact)
        )
        return either.filter(visible=True).first

    def look(self, *, axe: bool = True) -> None:
        """Hold the page against the rules of all pages, and against axe's."""
        problems = self.problems(axe=axe)
        assert not problems, f"{self.page.url}\n" + "\n".join(problems)

    def problems(self, *, axe: bool = True, locale: str | None = None) -> list[str]:
        """Return what is wrong with the page."""
        page = self.page
        page.wait_for_load_state("load")
        problems = problems_of(
            page.content(), self._headers, content=self.world.content(), locale=locale
        )
        problems += [f"wider than the screen: {item}" for item in page.evaluate(_OVERFLOW)]
        return problems + (self.axe() if axe else [])

    def axe(self) -> list[str]:
        """Return what axe finds on the page."""
        page = self.page if self.js else self._mirrored()
        found: dict[str, Any] = Axe().run(page, options=AXE_OPTIONS).response
        return [
            f"axe {rule['id']}: {node['html'][:160]} — {node.get('failureSummary', '')[:300]}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]

    def _mirrored(self) -> Page:
        """Show the same page where scripts run, as axe must; the page's own stay out."""
        if self._mirror is None:
            self._mirror = self._open_mirror()
            self._mirror.route("**/*.js*", lambda route: route.abort())
        url, html = self.page.url.partition("#")[0], self.page.content()

        def answer(route: Route) -> None:
            route.fulfill(body=html, headers={"content-type": "text/html; charset=utf-8"})

        self._mirror.route(url, answer)
        self._mirror.goto(url)
        self._mirror.unroute(url)
        return self._mirror

    def text(self) -> str:
        """Return what can be read on the page."""
        return " ".join(self.page.locator("body").inner_text().split())
