"""Who is answering in this browser, and the signed ticket that a page carries for its posts."""

import re
from typing import Any

from flask import request, session

from survey_app import signing
from survey_app.extensions import current_settings
from survey_app.quizzes.queries import Entry, Try
from survey_app.quizzes.saving import FORM_WRITER, Write

_SESSION_KEY = "member"
_TICKET = "ticket"
_ANSWER_PREFIX = "q_"
_WRITER = re.compile(r"[a-z0-9]{1,40}")


def sit_down(public_id: str, link_version: int) -> None:
    """Note in the session cookie whose link was confirmed here; there is room for one person."""
    session[_SESSION_KEY] = [public_id, link_version]


def leave() -> None:
    """Forget the person of this browser."""
    session.pop(_SESSION_KEY, None)


def is_seated(entry: Entry) -> bool:
    """Whether the person of this browser is that of `entry`, by a link not revoked since."""
    return session.get(_SESSION_KEY) == [entry.public_id, entry.link_version]


def seated_elsewhere(entry: Entry) -> str | None:
    """Return the public id of the other invitation whose link was confirmed in this browser."""
    seated: list[Any] = session.get(_SESSION_KEY) or [None]
    public_id: str | None = seated[0]
    return None if public_id == entry.public_id else public_id


def ticket_for(attempt: Try, entry: Entry) -> str:
    """Return an attempt's ticket; it lets answers in after the cookie is lost, nothing else."""
    key = current_settings().secret_key.encode()
    return signing.sign(key, _TICKET, attempt.public_id, entry.link_version)


def holds_ticket(ticket: object, attempt_id: str, link_version: int) -> bool:
    """Whether `ticket` was given out for this attempt under the present link."""
    if not isinstance(ticket, str):
        return False
    settings = current_settings()
    keys = (settings.secret_key, *settings.secret_key_fallbacks)
    expected = (attempt_id, link_version)
    return any(signing.read(key.encode(), _TICKET, ticket) == expected for key in keys)


def posted_answers() -> Write:
    """Read the answers out of the posted form; whatever is no number counts as 0.

    A form that names a writer comes from a page whose script saved along the way.
    """
    form = request.form
    return Write(
        values={
            name.removeprefix(_ANSWER_PREFIX): form.getlist(name)
            for name in form
            if name.startswith(_ANSWER_PREFIX)
        },
        writer=_writer(form.get("writer")),
        sequence=_number(form.get("sequence")),
        seen_revision=_number(form.get("revision")),
        whole_paper=form.get("holds") == "paper",
    )


def answers_of_json(body: object) -> Write | None:
    """Read the answers out of an autosave's JSON, or `None` when it has another shape."""
    if not isinstance(body, dict) or not isinstance(body.get("answers"), dict):
        return None
    values = {
        name: value
        for name, value in body["answers"].items()
        if isinstance(value, list) and all(isinstance(item, str) for item in value)
    }
    return Write(
        values=values,
        writer=_writer(body.get("writer")),
        sequence=_number(body.get("sequence")),
        seen_revision=_number(body.get("revision")),
    )


def _writer(value: object) -> str:
    known = isinstance(value, str) and _WRITER.fullmatch(value)
    return str(value) if known else FORM_WRITER


def _number(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value < 2**31 else 0
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return 0
