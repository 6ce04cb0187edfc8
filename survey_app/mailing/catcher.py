"""A mail server for development that sends nothing on: it keeps mails as files and shows them.

`python -m survey_app.mailing.catcher --smtp-port 2525 --web-port 8025 --folder instance/inbox`
Loopback only. The files are all there is, so the inbox survives restarts; deleting one removes it.
"""

import argparse
import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from http.cookies import SimpleCookie
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from survey_app.i18n import DEFAULT_LOCALE, speaking
from survey_app.mailing import catcher_pages as pages
from survey_app.vietnamese import search_key

LOOPBACK = "127.0.0.1"
LANGUAGE_COOKIE = "lang"
_HEADERS = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
]
# A mail may show itself, but run nothing and fetch nothing.
_MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

StartResponse = Callable[[str, list[tuple[str, str]]], object]


@dataclass(frozen=True)
class Caught:
    """One mail of the inbox; read from its file when first looked at."""

    path: Path

    @property
    def name(self) -> str:
        """What stands in its address on the inbox page."""
        return self.path.stem

    @cached_property
    def mail(self) -> EmailMessage:
        """The parsed mail."""
        data = self.path.read_bytes()
        return message_from_bytes(data, policy=policy.default)

    @cached_property
    def received_at(self) -> datetime:
        """When it arrived."""
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)

    @cached_property
    def search_text(self) -> str:
        """What a search looks through, without marks."""
        mail = self.mail
        return search_key(f"{mail['To']} {mail['Subject']} {mail['X-Survey-Message']}")

    def part(self, kind: str) -> str:
        """Return the `plain` or `html` part."""
        part = self.mail.get_body((kind,))
        return str(part.get_content()) if part is not None else ""


class Inbox:
    """The mails in a folder, newest first."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._known: dict[str, Caught] = {}
        self._lock = threading.Lock()
        self._number = 0

    def keep(self, data: bytes) -> None:
        """Store a mail; it appears whole or not at all."""
        with self._lock:
            self._number += 1
            stamp = f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{self._number:04d}"
        part = self.folder / f"{stamp}.part"
        part.write_bytes(data)
        part.rename(part.with_suffix(".eml"))

    def mails(self, query: str = "") -> list[Caught]:
        """Return the mails that match `query` (name, address or subject; marks do not matter)."""
        names = sorted((path.name for path in self.folder.glob("*.eml")), reverse=True)
        with self._lock:
            known = {name: self._known.get(name) or Caught(self.folder / name) for name in names}
            self._known = known
        words = search_key(query).split()
        return [one for one in known.values() if all(word in one.search_text for word in words)]

    def find(self, name: str) -> Caught | None:
        """Return the mail called `name`."""
        return next((one for one in self.mails() if one.name == name), None)


class Receiver:
    """The SMTP side: accepts every mail for everybody."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox

    async def handle_DATA(  # noqa: N802 (the name aiosmtpd calls)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep the mail."""
        del server, session
        self.inbox.keep(envelope.original_content or b"")
        return "250 2.0.0 Kept in the inbox"


class Web:
    """The inbox page."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Answer one request in the language of the application; nothing here changes anything."""
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return _answer(start, "405 Method Not Allowed", "")
        # The application's cookie: a browser sends it to every port of this machine.
        cookie = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(LANGUAGE_COOKIE)
        with speaking(cookie.value if cookie else DEFAULT_LOCALE):
            return self._page(str(environ["PATH_INFO"]), environ.get("QUERY_STRING", ""), start)

    def _page(self, path: str, query_string: str, start: StartResponse) -> Iterable[bytes]:
        section, _, rest = path.lstrip("/").partition("/")
        name, _, part = rest.partition("/")
        if not section:
            query = parse_qs(query_string).get("q", [""])[0]
            return _answer(start, "200 OK", pages.listing(self.inbox.mails(query), query))
        found = self.inbox.find(name) if section == "mail" else None
        if found is None:
            return _answer(start, "404 Not Found", pages.missing())
        if part == "html":
            return _answer(start, "200 OK", pages.framed(found), _MAIL_POLICY)
        return _answer(start, "200 OK", pages.reading(found))


def _answer(
    start: StartResponse, status: str, body: str, csp: str = pages.PAGE_POLICY
) -> Iterable[bytes]:
    start(status, [*_HEADERS, ("Content-Security-Policy", csp)])
    # A mail with raw bytes in its headers shows them as they are.
    return [body.encode("utf-8", "surrogateescape")]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Keep no log: the addresses of pages and mails are nobody's business."""


class Catcher:
    """Both sides, running in threads until `close`."""

    def __init__(self, *, smtp_port: int, web_port: int, folder: Path) -> None:
        self.inbox = Inbox(folder)
        self._smtp = Controller(Receiver(self.inbox), hostname=LOOPBACK, port=smtp_port)
        self._web = make_server(LOOPBACK, web_port, Web(self.inbox), _Server, _Quiet)

    def open(self) -> None:
        """Start to listen.

        Raises:
            OSError: a port is taken.
        """
        self._smtp.start()
        threading.Thread(target=self._web.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._web.shutdown()
        self._web.server_close()
        self._smtp.stop()


def main(arguments: list[str] | None = None) -> int:
    """Run the catcher until it is told to stop."""
    parser = argparse.ArgumentParser(prog="catcher", description="A local inbox for development.")
    parser.add_argument("--smtp-port", type=int, default=2525)
    parser.add_argument("--web-port", type=int, default=8025)
    parser.add_argument("--folder", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    stop = threading.Event()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_, lambda *_: stop.set())
    try:
        catcher = Catcher(
            smtp_port=chosen.smtp_port, web_port=chosen.web_port, folder=chosen.folder
        )
        catcher.open()
    except OSError as error:
        print(f"The mail catcher cannot listen: {error}", file=sys.stderr)
        return 1
    print(f"Inbox: http://{LOOPBACK}:{chosen.web_port}/", flush=True)
    stop.wait()
    with contextlib.suppress(OSError):
        catcher.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
