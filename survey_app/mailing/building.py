"""From a `Mail` to the bytes that go over the line, with Flask-Mail as the builder.

Flask-Mail 0.10 sends bodies as raw 8 bit, whose long lines strict servers refuse, and makes its own
Message-ID with the machine's name (a DNS question). Both are put right here.
"""

import re
from datetime import datetime
from email import charset, policy
from email.mime.base import MIMEBase
from email.utils import parseaddr

import flask_mail
from flask import Flask

from survey_app.mailing.composing import Mail

# Quoted-printable: ASCII on the line, at most 76 characters of it. (Importing flask_mail has just
# registered the opposite for the whole process.)
charset.add_charset("utf-8", charset.SHORTEST, charset.QP, "utf-8")
# Ours is made once, when the mail enters the outbox.
flask_mail.make_msgid = lambda: ""  # type: ignore[attr-defined, assignment, misc]

_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_ADDRESS = re.compile(
    r"[!#-'*+\-/-9=?A-Z^-~.]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?"
)


class UnusableAddress(ValueError):
    """No mail can be addressed like this."""


class _Message(flask_mail.Message):
    def _message(self) -> MIMEBase:
        message: MIMEBase = super()._message()
        # Headers come folded already; the modern policy would fold long URLs into encoded words.
        message.policy = policy.SMTP.clone(refold_source="none")
        return message


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


def build(app: Flask, mail: Mail, *, message_id: str, date: datetime) -> bytes:
    """Return `mail` as it goes over the line: CRLF, no line over 998 bytes, one action link twice.

    Must be called in an application context.

    Raises:
        UnusableAddress: nothing can be sent to `mail.to`.
    """
    settings = app.extensions["survey.settings"].mail
    sender_name, _ = parseaddr(settings.default_sender)
    headers = {"Auto-Submitted": "auto-generated", "X-Survey-Message": _one_line(mail.kind)}
    if mail.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{_url(mail.unsubscribe_url)}>"
    message = _Message(
        subject=_one_line(mail.subject),
        sender=(_one_line(sender_name), sender_address(app)),
        recipients=[(_one_line(mail.to_name), plain_address(mail.to))],
        body=mail.text,
        html=mail.html,
        date=date.timestamp(),
        extra_headers=headers,
    )
    message.msgId = message_id
    if message.has_bad_headers():
        raise flask_mail.BadHeaderError
    data: bytes = message.as_bytes()
    return data


def _one_line(text: str) -> str:
    """Return `text` without anything that could begin another header."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _url(url: str) -> str:
    return re.sub(r"[\s<>\x00-\x1f\x7f]", "", url)
