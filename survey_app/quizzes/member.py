"""The signed ticket that a paper carries for its posts, and the answers they bring."""

import re

from flask import request

from survey_app.invitations import seat
from survey_app.invitations.entries import Entry

# Who sits at this browser is asked here, too.
from survey_app.invitations.seat import is_seated as is_seated
from survey_app.invitations.seat import leave as leave
from survey_app.invitations.seat import seated_elsewhere as seated_elsewhere
from survey_app.invitations.seat import sit_down as sit_down
from survey_app.quizzes.queries import Try
from survey_app.quizzes.saving import FORM_WRITER, Write

_TICKET = "ticket"
_ANSWER_PREFIX = "q_"
_WRITER = re.compile(r"[a-z0-9]{1,40}")


def ticket_for(attempt: Try, entry: Entry) -> str:
    """Return an attempt's ticket; it lets answers in after the cookie is lost, nothing else."""
    return seat.make_ticket(_TICKET, attempt.public_id, entry.link_version)


def holds_ticket(ticket: object, attempt_id: str, link_version: int) -> bool:
    """Whether `ticket` was given out for this attempt under the present link."""
    return seat.holds_ticket(ticket, _TICKET, attempt_id, link_version)


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
