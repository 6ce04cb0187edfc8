"""One line to the mail server, driven phase by phase, so that it is always known how far it came.

What matters is the final dot. Before it the server has nothing and the mail may be tried again;
after it, a line that dies leaves the mail's fate unknown.
"""

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from survey_app.config import MailSettings
from survey_app.mailing.patience import Patience

_REPLY_LENGTH = 300
# A server that drips one byte per second never times out; the whole mail may take this many
# times the timeout of one answer.
_PATIENCE = 5
_NOBODY_THERE = {f"5.1.{n}" for n in (0, 1, 2, 3, 4, 6, 10)} | {"5.2.1", "5.4.4"}
_LOST = (OSError, smtplib.SMTPException, ValueError)

Watch = Callable[[str, str], None]  # phase, what the server said


@dataclass(frozen=True)
class Reply:
    """A server's answer: its code, its extended code such as `5.1.1`, its words."""

    code: int
    text: str

    @property
    def extended(self) -> str:
        """The extended status code (RFC 3463), or the empty string."""
        found = re.match(r"[245]\.\d{1,3}\.\d{1,3}\b", self.text)
        return found.group() if found else ""

    @property
    def blames_address(self) -> bool:
        """Whether a 5xx answer to RCPT says that nobody is there: the one rule for "dead".

        5.1.7 and 5.1.8 speak of the sender, 5.2.0 and 5.2.2 of a mailbox that exists, 5.7 of rules.
        """
        if self.extended:
            return self.extended in _NOBODY_THERE
        return self.code in {550, 551, 553}

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


class Fate(Enum):
    """What became of a mail on the line."""

    ACCEPTED = "accepted"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    LOST = "lost before the final dot"
    UNKNOWN = "lost after the final dot"


_FATES = {2: Fate.ACCEPTED, 4: Fate.TEMPORARY, 5: Fate.PERMANENT}


@dataclass(frozen=True)
class Outcome:
    """The fate, in which phase it was decided, and what the server (or the line) said."""

    fate: Fate
    phase: str
    reply: Reply

    @property
    def about_line(self) -> bool:
        """Whether it says something of the line, not of the mail."""
        return self.reply.code == 421 or self.fate in {Fate.LOST, Fate.UNKNOWN}


class LineDown(Exception):
    """No mail can be sent now: no connection, no TLS, no sign-in."""

    def __init__(self, phase: str, detail: str) -> None:
        super().__init__(f"{phase}: {detail}")
        self.phase = phase
        self.detail = detail


class Line:
    """A connection to the mail server; opened when first needed, reused until it breaks."""

    def __init__(
        self, settings: MailSettings, own_name: str, watch: Watch = lambda phase, text: None
    ) -> None:
        self._settings = settings
        self._own_name = own_name
        self._watch = watch
        self._smtp: smtplib.SMTP | None = None
        self._patience: Patience | None = None
        self._opened = False

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self._smtp is not None and self._smtp.sock is not None

    @property
    def is_broken(self) -> bool:
        """Whether there was a connection and is none now."""
        return self._opened and not self.is_open

    def open(self) -> None:
        """Connect, greet, encrypt and sign in, unless that is done already.

        Raises:
            LineDown: one of these steps failed.
        """
        if self.is_open:
            return
        phase = "connect"
        try:
            with self._within_patience():
                for phase, step in self._steps():
                    self._watch(phase, step())
        except smtplib.SMTPResponseException as error:
            self.close()
            raise LineDown(phase, f"{error.smtp_code} {_clip(error.smtp_error)}") from error
        except _LOST as error:
            self.close()
            raise LineDown(phase, _clip(f"{type(error).__name__}: {error}")) from error
        self._opened = True

    def _steps(self) -> Iterator[tuple[str, Callable[[], str]]]:
        settings = self._settings
        yield "connect", self._connect
        yield "ehlo", self._greet
        if settings.use_tls:
            yield "tls", self._encrypt
        if settings.username and settings.password:
            yield "auth", self._sign_in

    def _connect(self) -> str:
        settings = self._settings
        timeout, name = settings.timeout, self._own_name
        if settings.use_ssl:
            context = ssl.create_default_context()
            self._smtp = smtplib.SMTP_SSL(timeout=timeout, local_hostname=name, context=context)
        else:
            self._smtp = smtplib.SMTP(timeout=timeout, local_hostname=name)
        # Known to the TLS layer, which checks the certificate against it.
        self._smtp._host = settings.server  # type: ignore[attr-defined]
        code, text = self._smtp.connect(settings.server, settings.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, text)
        if self._smtp.sock is not None:  # else the final dot waits 40 ms for an acknowledgement
            self._smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return str(_reply(code, text))

    def _greet(self) -> str:
        self._live().ehlo_or_helo_if_needed()
        return self._own_name

    def _encrypt(self) -> str:
        smtp = self._live()
        code, text = smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo()
        return str(_reply(code, text))

    def _sign_in(self) -> str:
        settings = self._settings
        code, text = self._live().login(settings.username or "", settings.password or "")
        return str(_reply(code, text))

    def _live(self) -> smtplib.SMTP:
        if self._smtp is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        return self._smtp

    def offer(self, sender: str, recipient: str) -> Outcome | None:
        """MAIL and RCPT; return `None` when the server is ready to take the mail."""
        with self._within_patience():
            for phase, command in (("mail", f"FROM:<{sender}>"), ("rcpt", f"TO:<{recipient}>")):
                refused = self._ask(phase, f"{phase} {command}", good=2)
                if refused is not None:
                    self.reset()
                    return refused
        return None

    def transmit(self, data: bytes) -> Outcome:
        """DATA, the mail, the final dot, and the server's answer to it."""
        with self._within_patience():
            refused = self._ask("data", "data", good=3)
            if refused is not None:
                self.reset()
                return refused
            return self._hand_over(self._live(), stuffed(data))

    def _hand_over(self, smtp: smtplib.SMTP, data: bytes) -> Outcome:
        phase, fate = "data", Fate.LOST
        try:
            smtp.send(data)
            phase, fate = "reply", Fate.UNKNOWN  # from here on the server may have taken it
            smtp.send(b".\r\n")
            reply = _reply(*smtp.getreply())
        except _LOST as error:
            self.close()
            return Outcome(fate, phase, Reply(0, type(error).__name__))
        self._watch(phase, str(reply))
        if reply.code == 421:
            self.close()
        return Outcome(_FATES.get(reply.code // 100, Fate.UNKNOWN), phase, reply)

    def _ask(self, phase: str, command: str, *, good: int) -> Outcome | None:
        try:
            reply = _reply(*self._live().docmd(command))
        except _LOST as error:
            self.close()
            return Outcome(Fate.LOST, phase, Reply(0, type(error).__name__))
        self._watch(phase, str(reply))
        if reply.code // 100 == good:
            return None
        if reply.code == 421:
            self.close()
        permanent = reply.code // 100 == 5
        return Outcome(Fate.PERMANENT if permanent else Fate.TEMPORARY, phase, reply)

    def reset(self) -> None:
        """Make the line ready for another mail; without an answer, drop it."""
        if self._smtp is None:
            return
        try:
            code, _ = self._smtp.rset()
        except _LOST:
            code = 0
        if code // 100 != 2:
            self.close()

    def close(self) -> None:
        """Hang up. What was accepted stays accepted, whatever happens now."""
        if self._patience is not None:
            self._patience.stop()
            self._patience = None
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        with contextlib.suppress(*_LOST):
            if smtp.sock is not None:
                smtp.sock.settimeout(min(2.0, self._settings.timeout))
                smtp.quit()
        with contextlib.suppress(*_LOST):
            smtp.close()

    def _within_patience(self) -> contextlib.AbstractContextManager[None]:
        if self._patience is None:
            self._patience = Patience(_PATIENCE * self._settings.timeout, self._hang_up)
        return self._patience.step()

    def _hang_up(self) -> None:
        with contextlib.suppress(*_LOST, AttributeError):
            self._smtp.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]


def stuffed(data: bytes) -> bytes:
    """Return `data` with CRLF line ends and leading dots doubled, ending in CRLF."""
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n.", b"\n..")
    lines = (b"." if data.startswith(b".") else b"") + lines.replace(b"\n", b"\r\n")
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _reply(code: int, text: bytes | str) -> Reply:
    if code < 0:
        raise smtplib.SMTPServerDisconnected("no SMTP answer")
    return Reply(code, _clip(text))


def _clip(text: bytes | str) -> str:
    """Return a server's words on one printable line of bounded length."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    printable = "".join(c if c.isprintable() else " " for c in words)
    return " ".join(printable.split())[:_REPLY_LENGTH]
