"""Turning what is to be said into a mail, at the moment of sending.

This package knows no person and no round: a composer per kind, handed down by `jobs.py`, answers
"still wanted?", "to which address?" and "with which link?" when the mail is about to leave.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app
from sqlalchemy.orm import Session

from survey_app.i18n import _, speaking
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.vietnamese import nfc

SUBJECT_LENGTH = 60
_LEAST_TITLE = 12


@dataclass(frozen=True)
class Mail:
    """A mail ready to leave. `kind` becomes `X-Survey-Message` (INTERFACE lists the kinds)."""

    to: str
    to_name: str
    subject: str
    text: str
    html: str
    unsubscribe_url: str | None
    kind: str


@dataclass(frozen=True)
class Skip:
    """The mail is not wanted any more; `reason` is a code of `status.skip_words`."""

    reason: str


Composer = Callable[[Session, OutboxMessage, list[OutboxItem]], Mail | Skip]
# Told in the transaction that settles the mail: the address it went to takes no mail at all.
RefusedHook = Callable[[Session, OutboxMessage], None]
# Told in the transaction that settles them as sent, at its end: mails of the kinds it asked for.
SentHook = Callable[[Session, Sequence[OutboxMessage]], None]


class Composers:
    """What one application knows about composing: kind -> composer, and who hears of fates."""

    def __init__(self) -> None:
        self.by_kind: dict[str, Composer] = {}
        self.urgent: set[str] = set()
        self.at_a_glance: set[str] = set()
        self.on_refused: RefusedHook | None = None
        self.on_sent: dict[str, SentHook] = {}


def composers(app: Flask) -> Composers:
    """Return what `app` knows about composing."""
    known: Composers = app.extensions.setdefault("survey.composers", Composers())
    return known


def register(
    app: Flask, kind: str, composer: Composer, *, urgent: bool = False, at_a_glance: bool = False
) -> None:
    """Let `composer` make the mails of `kind`; urgent ones overtake everything that waits.

    `at_a_glance` says that one statement tells it all that may change (`Database.glancing`).
    """
    composers(app).by_kind[kind] = composer
    for is_one, kinds in (
        (urgent, composers(app).urgent),
        (at_a_glance, composers(app).at_a_glance),
    ):
        if is_one:
            kinds.add(kind)


def on_refused(app: Flask, hook: RefusedHook) -> None:
    """Let `hook` hear of addresses found dead; whether one is, is decided here and nowhere else."""
    composers(app).on_refused = hook


def on_sent(app: Flask, kind: str, hook: SentHook) -> None:
    """Let `hook` hear of mails of `kind` that a mail server took; it may hear of one twice."""
    composers(app).on_sent[kind] = hook


def you_word(form: str | None) -> str:
    """Return how a sentence calls its reader: by the person's own form, or neutrally."""
    return form or _("ông/bà")


def render_mail(name: str, locale: str, form: str | None, /, **values: Any) -> tuple[str, str, str]:
    """Render `templates/mail/<name>/` in `locale`; return subject, text and HTML.

    Templates get `you` (from `form`, the form of address) beside `values`. They see no request.
    """
    env = current_app.jinja_env
    with speaking(locale):
        values = {"you": you_word(form), **values}
        subject, text, html = (
            nfc(env.get_template(f"mail/{name}/{part}").render(**values))
            for part in ("subject.txt", "body.txt", "body.html")
        )
    return short_subject(subject), _tidy_text(text), html.strip() + "\n"


def short_subject(subject: str) -> str:
    """Return `subject` on one line, cut at a word so that it has at most 60 characters."""
    return shortened(subject, SUBJECT_LENGTH)


def subject_about(
    title: str, subject: Callable[[str], str], shorter: Callable[[str], str] | None = None
) -> str:
    """Return `subject(title)` with as much of the title as 60 characters have room for.

    Two mails of one day differ by their titles, so these stay recognisable in any case: behind a
    long tag `shorter` takes the place of `subject`.
    """
    room = SUBJECT_LENGTH - len(subject(""))
    if shorter and room < min(len(title), _LEAST_TITLE):
        subject, room = shorter, SUBJECT_LENGTH - len(shorter(""))
    return subject(shortened(title, max(room, _LEAST_TITLE)))


def shortened(text: str, length: int) -> str:
    """Return `text` on one line, cut at a word so that it has at most `length` characters."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    head = text[:length].rpartition(" ")[0] or text[: length - 1]
    return head.rstrip(" ,;:–-") + "…"


def _tidy_text(text: str) -> str:
    lines = "\n".join(line.strip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
