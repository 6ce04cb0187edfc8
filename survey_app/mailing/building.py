"""From a `Mail` to the bytes that go over the line, assembled here.

Flask-Mail 0.10 sends bodies as raw 8 bit, whose long lines strict servers refuse, and building with
`email.mime` costs more than all the rest of sending (docs/adr/0010). Headers are RFC 2047 words,
bodies quoted-printable, every line ends in CRLF.
"""

import binascii
import re
import secrets
from datetime import datetime
from email.utils import format_datetime, parseaddr
from functools import lru_cache

from flask import Flask

from survey_app.mailing.composing import Mail

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_ADDRESS = re.compile(
    r"[!#-'*+\-/-9=?A-Z^-~.]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?"
)
# A name of these letters stands in a header as it is; anything else becomes encoded words.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_PLAIN_LENGTH = 60
# So many bytes make an encoded word that fits on a line of 76 behind the longest header name.
_WORD_BYTES = 39


class UnusableAddress(ValueError):
    """No mail can be addressed like this."""


def plain_address(address: str) -> str:
    """Return the address for MAIL and RCPT: ASCII, the domain in IDNA form.

    Raises:
        UnusableAddress: it is none, or its part before the @ needs more than ASCII.
    """
    local, at, domain = address.strip().rpartition("@")
    try:
        ascii_address = f"{local}{at}{domain.encode('idna').decode()}" if domain else ""
    except UnicodeError:
        ascii_address = ""
    if not _ADDRESS.fullmatch(ascii_address) or ".." in ascii_address:
        raise UnusableAddress
    return ascii_address


def is_address(text: str) -> bool:
    """Whether a mail could be addressed like this."""
    try:
        return len(plain_address(text)) <= 254
    except UnusableAddress:
        return False


def same_address(one: str, other: str) -> bool:
    """Whether two addresses are the same on the line; a domain may be written in two ways."""
    try:
        return plain_address(one).casefold() == plain_address(other).casefold()
    except UnusableAddress:
        return one.strip().casefold() == other.strip().casefold()


def sender_address(app: Flask) -> str:
    """Return the plain address that mails come from."""
    return plain_address(parseaddr(app.extensions["survey.settings"].mail.default_sender)[1])


@lru_cache(maxsize=8)
def _from(default_sender: str) -> str:
    name, address = parseaddr(default_sender)
    return _mailbox(name, plain_address(address))


def build(app: Flask, mail: Mail, *, message_id: str, date: datetime) -> bytes:
    """Return `mail` as it goes over the line: CRLF, no line over 998 bytes, one action link twice.

    Raises:
        UnusableAddress: nothing can be sent to `mail.to`.
    """
    settings = app.extensions["survey.settings"].mail
    headers = [
        f"Subject: {_subject(_one_line(mail.subject))}",
        f"From: {_from(settings.default_sender)}",
        f"To: {_mailbox(mail.to_name, plain_address(mail.to))}",
        f"Date: {format_datetime(date)}",
        "Auto-Submitted: auto-generated",
        f"X-Survey-Message: {_one_line(mail.kind)}",
    ]
    if mail.unsubscribe_url:
        headers.append(f"List-Unsubscribe: <{_url(mail.unsubscribe_url)}>")
    headers += [f"Message-ID: {_one_line(message_id)}", "MIME-Version: 1.0"]
    return _alternatives(headers, (("plain", mail.text), ("html", mail.html)))


def _alternatives(headers: list[str], texts: tuple[tuple[str, str], ...]) -> bytes:
    """Return a message (RFC 5322) that says the same in several kinds of text."""
    # `=_` stands in no quoted-printable text, so no body can hold the boundary.
    boundary = f"=_{secrets.token_hex(12)}"
    headers.append(f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n')
    parts = ["\r\n".join(headers).encode()]
    for kind, text in texts:
        parts.append(
            f'--{boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\n'
            "Content-Transfer-Encoding: quoted-printable\r\n".encode()
        )
        parts.append(_quoted_printable(text))
    parts.append(f"--{boundary}--\r\n".encode())
    return b"\r\n".join(parts)


def _mailbox(name: str, address: str) -> str:
    name = _one_line(name)
    if not name:
        return address
    plain = len(name) <= _PLAIN_LENGTH and _PLAIN_NAME.fullmatch(name)
    return f"{name if plain else _words(name)}\r\n <{address}>"


@lru_cache(maxsize=64)
def _subject(subject: str) -> str:
    plain = subject.isascii() and len(subject) <= _PLAIN_LENGTH and "=?" not in subject
    return subject if plain else _words(subject)


def _words(text: str) -> str:
    """Return `text` as encoded words (RFC 2047), one on each line, no character torn apart."""
    words, word = [], b""
    for character in text:
        encoded = character.encode("utf-8", "replace")
        if len(word) + len(encoded) > _WORD_BYTES:
            words.append(word)
            word = b""
        word += encoded
    return "\r\n ".join(
        f"=?utf-8?b?{binascii.b2a_base64(one, newline=False).decode()}?=" for one in (*words, word)
    )


def _quoted_printable(text: str) -> bytes:
    """Return `text` as lines of at most 76 ASCII characters that end in CRLF."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    return binascii.b2a_qp(lines).replace(b"\n", b"\r\n")


def _one_line(text: str) -> str:
    """Return `text` without anything that could begin another header."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _url(url: str) -> str:
    return re.sub(r"[\s<>\x00-\x1f\x7f]", "", url)
