"""What a member's page of a form needs, in one statement that locks nothing.

A lock would be written into the row it holds, and be found there later.
"""

from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from survey_app.campaigns.models import RoundCell
from survey_app.database import run, table_of
from survey_app.feedback.models import Urn
from survey_app.invitations.entries import ENTRY_COLUMNS, INVITATION, Entry, with_context
from survey_app.invitations.models import Receipt

# cancelled: called off · not_yet: opens later · open: takes forms · stuck: would, but its urn is in
# trouble · closed: takes none any more · lost: what was sent cannot be opened.
Standing = Literal["cancelled", "not_yet", "open", "stuck", "closed", "lost"]

_RECEIPT = table_of(Receipt)
_URN = table_of(Urn)
_CELL = table_of(RoundCell)
_FORM_ENTRY = (
    with_context(
        select(
            *ENTRY_COLUMNS,
            _RECEIPT.c.is_sent,
            _URN.c.state,
            _URN.c.problem,
            _URN.c.public_key,
            _URN.c.ballot_bytes,
            _CELL.c.ballot_group,
        ).select_from(INVITATION),
        "feedback",
    )
    .join(_RECEIPT, _RECEIPT.c.invitation_id == INVITATION.c.id)
    .join(_URN, _URN.c.round_id == INVITATION.c.round_id)
    .join(_CELL, _CELL.c.id == INVITATION.c.round_cell_id)
    .where(INVITATION.c.public_id == bindparam("public_id"))
)


class FormEntry(NamedTuple):
    """An invitation to a form, whether its form was sent, and the urn that takes it."""

    entry: Entry
    is_sent: bool
    urn_state: str
    urn_problem: str | None
    public_key: str
    ballot_bytes: int | None
    group: int | None

    def standing(self, received: datetime) -> Standing:
        """Return what the form is to a member whose request came in at `received`.

        The clock decides: what came in before the closing is in time, though the worker closed the
        round meanwhile.
        """
        entry = self.entry
        if entry.round_state in {"draft", "cancelled"} or entry.version_id is None:
            return "cancelled"
        if self.urn_state == "lost":
            return "lost"
        over = entry.round_state not in {"scheduled", "open", "closed"}
        if over or received >= entry.closes_at or self.urn_state != "open":
            return "closed"
        if received < entry.opens_at:
            return "not_yet"
        return "stuck" if self.urn_problem else "open"


def form_entry(session: Session, public_id: str) -> FormEntry | None:
    """Return the invitation of a form's link, or `None` when there is none."""
    row = run(session, _FORM_ENTRY, {"public_id": public_id}).one_or_none()
    if row is None:
        return None
    width = len(Entry._fields)
    return FormEntry(Entry._make(row[:width]), *row[width:])
