"""A real SMTP server on loopback that does what a test tells it, and remembers what it accepted.

Faults are scripted by phase: `sink.script("rcpt", "550 5.1.1 No such user")` for the next RCPT,
`sink.refuse("an@so.example", "550 …")` for one address always, and actions instead of replies:
`drop` (hang up before answering), `drop_after` (answer, then hang up), `hang` (never answer).
`sink.received_dot` is set when a whole mail has arrived; with `sink.hold()` the answer to it waits
for `sink.release()`. `sink.arrived(phase)` waits until a scripted `hang` is being acted out.
"""

import asyncio
import logging
import socket
import ssl
import threading
from collections import defaultdict, deque
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.ERROR)  # it would log every line of every mail
FAULTS = {"drop", "drop_after", "hang"}


def free_port() -> int:
    """Return a port of loopback that nobody listens on (aiosmtpd cannot be told "any")."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Received:
    """A mail as it came over the line. `answered`: the sender was told that it is accepted."""

    sender: str
    recipient: str
    data: bytes
    answered: bool

    @property
    def mail(self) -> EmailMessage:
        return cast(EmailMessage, message_from_bytes(self.data, policy=policy.default))

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.mail.get_body((kind,))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")


class SmtpSink:
    """Mails that arrived stand in `received`, whether or not the sender learned of it."""

    def __init__(self, port: int | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.port = port or free_port()
        self._tls = tls
        self._lock = threading.Lock()
        self._received: list[Received] = []
        self._scripts: dict[str, deque[str]] = defaultdict(deque)
        self._refusals: dict[str, str] = {}
        self._released = threading.Event()
        self._released.set()
        self._hanging: dict[str, threading.Event] = defaultdict(threading.Event)
        self.received_dot = threading.Event()
        self.replied = threading.Event()
        self.delay = 0.0  # seconds before a mail is answered
        self.connections = 0
        self.commands: list[str] = []
        self._controller: Controller | None = None

    def start(self) -> "SmtpSink":
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.factory = self._server  # type: ignore[method-assign]
        self._controller.start()
        self.connections = 0  # the controller has just tried the door itself
        return self

    def stop(self) -> None:
        self._released.set()
        if self._controller is not None:
            self._controller.stop(no_assert=True)
            self._controller = None

    def _server_options(self) -> dict[str, Any]:
        return {"enable_SMTPUTF8": False, "tls_context": self._tls}

    def _server(self) -> SMTP:
        return _Server(self, hostname="sink.example", **self._server_options())

    @property
    def received(self) -> list[Received]:
        with self._lock:
            return list(self._received)

    def clear(self) -> None:
        with self._lock:
            self._received.clear()

    def to(self, address: str) -> list[Received]:
        return [one for one in self.received if one.recipient == address]

    def script(self, phase: str, *actions: str) -> None:
        """Answer the next commands of `phase` (connect mail rcpt data dot) like this."""
        with self._lock:
            self._scripts[phase].extend(actions)

    def refuse(self, address: str, reply: str) -> None:
        """Answer every RCPT for `address` with `reply`."""
        self._refusals[address] = reply

    def hold(self) -> None:
        """Keep the next mails' answers back until `release`."""
        self.received_dot.clear()
        self.replied.clear()
        self._released.clear()

    def arrived(self, phase: str) -> bool:
        """Wait until a client hangs in `phase`."""
        return self._hanging[phase].wait(30)

    def release(self) -> None:
        self._released.set()

    def next_action(self, phase: str) -> str | None:
        with self._lock:
            actions = self._scripts[phase]
            return actions.popleft() if actions else None

    async def _act(self, server: SMTP, phase: str) -> str | None:
        action = self.next_action(phase)
        if action == "hang":
            self._hanging[phase].set()
            await asyncio.sleep(60)
            action = "drop"
        if action == "drop":
            server.transport.abort()
            return "421 gone"
        return action

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del session, options
        self.commands.append(f"MAIL {address}")
        reply = await self._act(server, "mail")
        if reply is None:
            envelope.mail_from = address
        return reply or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del session, options
        self.commands.append(f"RCPT {address}")
        reply = self._refusals.get(address) or await self._act(server, "rcpt")
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del session
        action = self.next_action("dot")
        if action in {None, "hang", "drop_after"}:  # a server may have it and never say so
            self._keep(envelope, answered=action != "hang")
        self.received_dot.set()
        await asyncio.get_running_loop().run_in_executor(None, self._released.wait, 60)
        await asyncio.sleep(self.delay)
        if action == "hang":
            await asyncio.sleep(60)
        if action in {"drop", "hang"}:
            server.transport.abort()
            return "421 gone"
        if action == "drop_after":
            await server.push("250 2.0.0 Accepted and gone")
            server.transport.close()
        return action if action not in FAULTS and action else "250 2.0.0 Accepted"

    def _keep(self, envelope: Envelope, *, answered: bool) -> None:
        content = envelope.original_content or b""
        with self._lock:
            for recipient in envelope.rcpt_tos:
                self._received.append(
                    Received(str(envelope.mail_from), recipient, content, answered)
                )


class _Server(SMTP):
    """Counts connections, may refuse them, and cares for what a handler cannot do."""

    def __init__(self, sink: SmtpSink, **options: Any) -> None:
        self.sink = sink
        super().__init__(sink, **options)

    def connection_made(self, transport: Any) -> None:
        self.sink.connections += 1
        if self.sink.next_action("connect") == "drop":
            transport.abort()
            return
        super().connection_made(transport)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        action = await self.sink._act(self, "data")
        if action is not None:
            await self.push(action)
            return
        await super().smtp_DATA(arg)
        self.sink.replied.set()
