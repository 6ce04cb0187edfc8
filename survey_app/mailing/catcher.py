"""A mail server for development that sends nothing on: it keeps mails as files and shows them.

`python -m survey_app.mailing.catcher --smtp-port 2525 --web-port 8025 --folder instance/inbox`
Loopback only. The files are all there is, so the inbox survives restarts; deleting one removes it.
"""

import argparse
import contextlib
import signal
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from survey_app.mailing.catcher_box import Inbox
from survey_app.mailing.catcher_web import Web, serve
from survey_app.stopping import Stop

LOOPBACK = "127.0.0.1"
NOBODY_THERE = "550 5.1.1 No such user here"


class Receiver:
    """The SMTP side: accepts every mail for everybody but those of the refused domains."""

    def __init__(self, inbox: Inbox, refuse_domains: Iterable[str] = ()) -> None:
        self.inbox = inbox
        self.refused = frozenset(domain.casefold() for domain in refuse_domains)

    async def handle_RCPT(  # noqa: N802 (the name aiosmtpd calls)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient, or say that nobody is there, as a real server would."""
        del server, session
        if address.rpartition("@")[2].casefold() in self.refused:
            return NOBODY_THERE
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep the mail."""
        del server, session
        self.inbox.keep(envelope.original_content or b"")
        return "250 2.0.0 Kept in the inbox"


class Catcher:
    """Both sides, running in threads until `close`."""

    def __init__(
        self,
        *,
        smtp_port: int,
        web_port: int,
        folder: Path,
        refuse_domains: Iterable[str] = (),
        app_url: str = "",
    ) -> None:
        self.inbox = Inbox(folder)
        receiver = Receiver(self.inbox, refuse_domains)
        self._smtp = Controller(receiver, hostname=LOOPBACK, port=smtp_port)
        self._web = serve(LOOPBACK, web_port, Web(self.inbox, app_url))

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
    chosen = _options(arguments)
    stop = Stop(signal.SIGTERM, signal.SIGINT)
    try:
        catcher = Catcher(
            smtp_port=chosen.smtp_port,
            web_port=chosen.web_port,
            folder=chosen.folder,
            refuse_domains=chosen.refuse_domain,
            app_url=chosen.app_url,
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


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="catcher", description="A local inbox for development.")
    parser.add_argument("--smtp-port", type=int, default=2525)
    parser.add_argument("--web-port", type=int, default=8025)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument(
        "--refuse-domain",
        action="append",
        default=[],
        metavar="DOMAIN",
        help=f"answer {NOBODY_THERE!r} for everybody there (may be given several times)",
    )
    parser.add_argument(
        "--app-url", default="", metavar="URL", help="where the application runs, to link back to"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
