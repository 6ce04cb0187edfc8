"""What a personal link leads to, in one statement: no ORM objects, no joins over collections.

Kinds of round add what they keep themselves to `ENTRY_COLUMNS` and `with_context`.
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select

from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.settings import RoundSettings, kept_settings
from survey_app.database import table_of
from survey_app.invitations.models import EntryMeans, Invitation
from survey_app.people.models import Person

INVITATION = table_of(Invitation)
_CAMPAIGN = table_of(Campaign)
_ROUND = table_of(Round)
_MEANS = table_of(EntryMeans)
_PERSON = table_of(Person)


class Entry(NamedTuple):
    """An invitation with all that decides what its link shows."""

    invitation_id: int
    public_id: str
    round_cell_id: int
    is_done: bool
    is_exempt: bool
    is_started: bool
    is_undeliverable: bool
    link_version: int
    person_id: int
    name: str
    person_kind: str
    form_of_address: str | None
    person_locale: str
    email: str | None
    address_state: str
    round_id: int
    round_slug: str
    title: str
    round_state: str
    version_id: int | None
    opens_at: datetime
    closes_at: datetime
    settings: dict[str, Any]
    campaign_tag: str
    issuer: str
    contact_name: str | None
    contact_phone: str | None
    retention_months: int

    @property
    def rules(self) -> RoundSettings:
        """The round's settings, read."""
        return kept_settings(self.settings)

    @property
    def flags(self) -> dict[str, bool]:
        """The four facts the tally counts by."""
        return {
            "is_done": self.is_done,
            "is_exempt": self.is_exempt,
            "is_started": self.is_started,
            "is_undeliverable": self.is_undeliverable,
        }


ENTRY_COLUMNS = (
    INVITATION.c.id,
    INVITATION.c.public_id,
    INVITATION.c.round_cell_id,
    INVITATION.c.is_done,
    INVITATION.c.is_exempt,
    INVITATION.c.is_started,
    INVITATION.c.is_undeliverable,
    _MEANS.c.version,
    _PERSON.c.id,
    _PERSON.c.full_name,
    _PERSON.c.kind,
    _PERSON.c.form_of_address,
    _PERSON.c.locale,
    _PERSON.c.email,
    _PERSON.c.address_state,
    _ROUND.c.id,
    _ROUND.c.slug,
    _ROUND.c.title,
    _ROUND.c.state,
    _ROUND.c.version_id,
    _ROUND.c.opens_at,
    _ROUND.c.closes_at,
    _ROUND.c.settings,
    _CAMPAIGN.c.tag,
    _CAMPAIGN.c.issuer,
    _CAMPAIGN.c.contact_name,
    _CAMPAIGN.c.contact_phone,
    _CAMPAIGN.c.retention_months,
)


def with_context(statement: Select[Any], kind: str) -> Select[Any]:
    """Add to a statement over invitations the tables of `ENTRY_COLUMNS`, for rounds of one kind."""
    return (
        statement.join(_PERSON, _PERSON.c.id == INVITATION.c.person_id)
        .join(_ROUND, (_ROUND.c.id == INVITATION.c.round_id) & (_ROUND.c.kind == kind))
        .join(_CAMPAIGN, _CAMPAIGN.c.id == _ROUND.c.campaign_id)
        .join(_MEANS, (_MEANS.c.invitation_id == INVITATION.c.id) & (_MEANS.c.kind == "link"))
    )


def phase(entry: Entry, now: datetime) -> str:
    """Return what the round is to a member: `cancelled`, `not_yet`, `open` or `closed`.

    The clock decides, not the job that writes the state: an opening is not late when the worker is.
    """
    if entry.round_state in {"draft", "cancelled"} or entry.version_id is None:
        return "cancelled"
    if entry.round_state not in {"scheduled", "open"} or now >= entry.closes_at:
        return "closed"
    return "open" if now >= entry.opens_at else "not_yet"
