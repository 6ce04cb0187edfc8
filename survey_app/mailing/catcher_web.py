"""The inbox in the browser: a small WSGI application. Nothing here changes anything."""

from collections.abc import Callable, Iterable
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from survey_app.i18n import DEFAULT_LOCALE, speaking
from survey_app.mailing import catcher_pages as pages
from survey_app.mailing.catcher_box import Caught, Filter, Inbox

LANGUAGE_COOKIE = "lang"
_HERE = Path(__file__).parent
_HTML = "text/html; charset=utf-8"
_FILES = {
    "catcher.css": ("text/css; charset=utf-8", _HERE / "catcher.css"),
    "catcher.js": ("text/javascript; charset=utf-8", _HERE / "catcher.js"),
}
_HEADERS = [
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
]
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# The list looks for new mails by a script of its own.
_LIST_POLICY = f"{_PAGE_POLICY}; script-src 'self'; connect-src 'self'"
# A mail may show itself, but run nothing and fetch nothing.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)

StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Web:
    """The pages of an inbox; `app_url` is where the application runs, if that is known."""

    def __init__(self, inbox: Inbox, app_url: str = "") -> None:
        self.inbox = inbox
        self.app_url = app_url.rstrip("/")

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Answer one request in the language of the application."""
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return _answer(start, "", status="405 Method Not Allowed")
        if not _is_here(environ.get("HTTP_HOST", "")):
            return _answer(start, "", status="404 Not Found")
        # Its cookie: a browser sends it to every port of this machine.
        try:
            cookie = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(LANGUAGE_COOKIE)
        except CookieError:
            cookie = None
        asked = {
            name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()
        }
        # PATH_INFO comes as Latin-1, whatever it means.
        path = str(environ["PATH_INFO"]).encode("latin-1").decode("utf-8", "replace")
        with speaking(cookie.value if cookie else DEFAULT_LOCALE):
            return self._page(path.strip("/").split("/"), asked, start)

    def _page(
        self, path: list[str], asked: dict[str, str], start: StartResponse
    ) -> Iterable[bytes]:
        match path:
            case [""]:
                return _answer(start, self._list(asked), csp=_LIST_POLICY)
            case ["state"]:
                return _answer(start, self.inbox.state(), kind="text/plain; charset=utf-8")
            case [name] if name in _FILES:
                kind, file = _FILES[name]
                return _answer(start, file.read_text(encoding="utf-8"), kind=kind)
            case ["mail", name, *part] if (found := self.inbox.mail(name)) is not None:
                if part == ["html"]:
                    return _answer(start, self._framed(found, asked), csp=_MAIL_POLICY)
                if not part:
                    return _answer(start, self._reading(found, asked))
        return _answer(start, pages.missing(self.app_url), status="404 Not Found")

    def _framed(self, found: Caught, asked: dict[str, str]) -> str:
        try:
            return pages.framed(found, asked)
        except Exception:  # what the parser of mails does not stand is endless
            return pages.source(found, self.app_url)

    def _reading(self, found: Caught, asked: dict[str, str]) -> str:
        others = self.inbox.find(Filter(person=found.person)).mails
        try:
            return pages.reading(found, others, asked, self.app_url)
        except Exception:
            return pages.source(found, self.app_url)

    def _list(self, asked: dict[str, str]) -> str:
        wanted = Filter(asked.get("q", ""), asked.get("kind", ""), asked.get("person", ""))
        # Asked for first: what arrives in between is shown, and announced once too often.
        state = self.inbox.state()
        found = self.inbox.find(wanted)
        return pages.listing(found, wanted, asked.get("page", ""), state, self.app_url)


def _is_here(host: str) -> bool:
    """Whether the name asked for is this machine's: a foreign one that leads here reads no mail."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _answer(
    start: StartResponse,
    body: str,
    *,
    status: str = "200 OK",
    kind: str = _HTML,
    csp: str = _PAGE_POLICY,
) -> Iterable[bytes]:
    # A mail with raw bytes in its headers shows them as they are.
    data = body.encode("utf-8", "surrogateescape")
    headers = [("Content-Type", kind), ("Content-Length", str(len(data)))]
    start(status, [*headers, *_HEADERS, ("Content-Security-Policy", csp)])
    return [data]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Keep no log: the addresses of pages and mails are nobody's business."""

    def address_string(self) -> str:
        """Return the address as it is; its name would be a DNS question."""
        return str(self.client_address[0])


def serve(host: str, port: int, web: Web) -> WSGIServer:
    """Return a server that listens; `serve_forever` lets it answer.

    Raises:
        OSError: the port is taken.
    """
    return make_server(host, port, web, _Server, _Quiet)
