"""Robots as mail gateways, previews and crawlers send them: they follow, they submit, they choose
nothing.

`Fetcher` HEADs and GETs all that a page points to, `looks` times each. With `submits=True` it also
submits every form, once for each of its buttons, with the values the form came with.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

Fields = list[tuple[str, str]]


@dataclass
class Form:
    """A form as it came: where to, how, the successful controls, and one entry per button."""

    action: str
    method: str
    fields: Fields = field(default_factory=list)
    buttons: Fields = field(default_factory=list)

    def entries(self) -> list[Fields]:
        """Return what a browser would send, for Enter and for each button."""
        return [self.fields, *([*self.fields, button] for button in self.buttons)]


class _Page(HTMLParser):
    """Links and forms of a page."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self._form: Form | None = None
        self._select: str | None = None
        self._orphans: list[tuple[str, tuple[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        for name in ("href", "src"):
            if name in values:
                self.links.append(urljoin(self.url, values[name]))
        if tag == "form":
            action = urljoin(self.url, values.get("action") or self.url)
            self._form = Form(action, values.get("method", "get").lower())
            self.forms.append(self._form)
            self.by_id[values.get("id", "")] = self._form
        elif tag == "select":
            self._select = values.get("name")
        elif tag == "option" and self._select and "selected" in values and self._form:
            self._form.fields.append((self._select, values.get("value", "")))
        elif tag in {"input", "button", "textarea"}:
            self._control(tag, values)

    def _control(self, tag: str, values: dict[str, str]) -> None:
        pair = (values.get("name", ""), values.get("value", ""))
        kind = values.get("type", "submit" if tag == "button" else "text")
        if kind in {"radio", "checkbox"} and "checked" not in values:
            return
        if not pair[0]:
            return
        if "form" in values:
            self._orphans.append((values["form"], pair))
        elif self._form:
            (self._form.buttons if kind == "submit" else self._form.fields).append(pair)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag == "select":
            self._select = None

    def close(self) -> None:
        super().close()
        for name, pair in self._orphans:
            if name in self.by_id:
                self.by_id[name].buttons.append(pair)


class Fetcher:
    """Goes from page to page of one site until nothing is new."""

    def __init__(self, site: str, *, submits: bool = False, looks: int = 1) -> None:
        self.site = site
        self.looks = looks
        self.submits = submits
        self.requests = 0
        self.crashes: list[str] = []
        self._seen: set[str] = set()
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def carry(self, cookies: dict[str, str]) -> None:
        """Come with these cookies."""
        text = "; ".join(f"{name}={value}" for name, value in cookies.items())
        self._opener.addheaders = [("Cookie", text)]

    def visit(self, *paths: str) -> None:
        """Follow everything from `paths` on."""
        queue = [urljoin(self.site, path) for path in paths]
        while queue:
            url = queue.pop().partition("#")[0]
            if url in self._seen or urlsplit(url).netloc != urlsplit(self.site).netloc:
                continue
            self._seen.add(url)
            for _look in range(self.looks):
                self._send("HEAD", url)
                page = self._send("GET", url)
            queue += self._after(page, url, depth=0)

    def post(self, path: str, fields: Fields) -> None:
        """Send a form that stands on no page, as programs that read mails do."""
        self._send("POST", urljoin(self.site, path), urlencode(fields).encode())

    def _after(self, html: str, url: str, depth: int) -> list[str]:
        page = _Page(url)
        page.feed(html)
        page.close()
        found = list(page.links)
        if self.submits and depth < 3:
            for form in page.forms:
                for entry in form.entries():
                    found += self._submit(form, entry, depth)
        return found

    def _submit(self, form: Form, entry: Fields, depth: int) -> list[str]:
        key = f"{form.method} {form.action} {sorted(entry)}"
        key = re.sub(r"'csrf_token', '[^']*'", "", key)
        if key in self._seen:
            return []
        self._seen.add(key)
        if form.method != "post":
            return [f"{form.action}?{urlencode(entry)}"]
        html = self._send("POST", form.action, urlencode(entry).encode())
        return self._after(html, form.action, depth + 1)

    def _send(self, method: str, url: str, body: bytes | None = None) -> str:
        self.requests += 1
        request = Request(url, data=body, method=method)
        if method == "POST":
            request.add_header("Origin", self.site)
            request.add_header("Sec-Fetch-Site", "same-origin")
            request.add_header("Referer", url)
        try:
            with self._opener.open(request, timeout=20) as answer:
                kind = answer.headers.get("Content-Type", "")
                text: str = answer.read().decode(errors="replace")
                return text if kind.startswith("text/html") else ""
        except HTTPError as error:
            if error.code >= 500:
                self.crashes.append(f"{error.code} {method} {urlsplit(url).path}")
            return error.read().decode(errors="replace")
