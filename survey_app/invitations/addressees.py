"""One person in one round as a mail sees them: the facts of the moment of sending, in one read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session

from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.settings import RoundSettings, kept_settings
from survey_app.database import run, table_of
from survey_app.invitations.models import EntryMeans, Invitation
from survey_app.people.models import Person
from survey_app.people.queries import is_shared_mailbox
from survey_app.people.wording import you_word
from survey_app.questions import library
from survey_app.questions.minutes import minutes_of
from survey_app.questions.versions import newest_approved


@dataclass(frozen=True)
class Reader:
    """Who reads a mail, and in which words."""

    name: str
    locale: str
    form_of_address: str | None
    kind: str = "party_member"
    email: str | None = None
    shared_mailbox: bool = False

    @property
    def you(self) -> str:
        """How sentences call the reader; speak their locale first."""
        return you_word(self.form_of_address, self.kind)


@dataclass(frozen=True)
class Addressee:
    """A reader with their invitation."""

    reader: Reader
    person_id: int
    public_id: str
    link_version: int
    reachable: bool
    wants_reminders: bool
    is_done: bool
    is_exempt: bool
    is_started: bool
    round_kind: str = "quiz"
    has_left: bool = False


@dataclass(frozen=True)
class RoundFacts:
    """What a mail says about its round; `minutes` is how long a form takes."""

    id: int
    title: str
    state: str
    opens_at: datetime
    closes_at: datetime
    settings: RoundSettings
    question_count: int
    tag: str
    issuer: str
    contact_name: str
    contact_phone: str
    kind: str = "quiz"
    minutes: int = 0


# One statement for a mail to one person, built once of tables: there is one for every mail.
_PERSON, _INVITATION = table_of(Person), table_of(Invitation)
_ROUND, _CAMPAIGN, _MEANS = table_of(Round), table_of(Campaign), table_of(EntryMeans)
_SAME_BOX = _PERSON.alias("same_box")
_SHARED = (
    select(func.count() > 1)
    .where(_SAME_BOX.c.email == _PERSON.c.email, _SAME_BOX.c.merged_into_id.is_(None))
    .correlate(_PERSON)
    .scalar_subquery()
)
_READER_COLUMNS = (
    _PERSON.c.full_name,
    _PERSON.c.locale,
    _PERSON.c.form_of_address,
    _PERSON.c.kind,
    _PERSON.c.email,
    _SHARED.label("shared_mailbox"),
)
_ROUND_COLUMNS = (
    _ROUND.c.id.label("round_id"),
    _ROUND.c.kind.label("round_kind"),
    _ROUND.c.title,
    _ROUND.c.state,
    _ROUND.c.opens_at,
    _ROUND.c.closes_at,
    _ROUND.c.settings,
    _ROUND.c.version_id,
    _ROUND.c.question_set_id,
    _CAMPAIGN.c.tag,
    _CAMPAIGN.c.issuer,
    _CAMPAIGN.c.contact_name,
    _CAMPAIGN.c.contact_phone,
)
_FACTS = (
    select(*_ROUND_COLUMNS)
    .join(_CAMPAIGN, _CAMPAIGN.c.id == _ROUND.c.campaign_id)
    .where(_ROUND.c.id == bindparam("round_id"))
)
_INVITED = (
    select(
        *_READER_COLUMNS,
        _PERSON.c.id.label("person_id"),
        _PERSON.c.address_state,
        _PERSON.c.wants_reminders,
        _PERSON.c.left_on,
        _INVITATION.c.public_id,
        _INVITATION.c.is_done,
        _INVITATION.c.is_exempt,
        _INVITATION.c.is_started,
        _MEANS.c.version.label("link_version"),
        *_ROUND_COLUMNS,
    )
    .select_from(_INVITATION)
    .join(_PERSON, _PERSON.c.id == _INVITATION.c.person_id)
    .join(_MEANS, (_MEANS.c.invitation_id == _INVITATION.c.id) & (_MEANS.c.kind == "link"))
    .join(_ROUND, _ROUND.c.id == _INVITATION.c.round_id)
    .join(_CAMPAIGN, _CAMPAIGN.c.id == _ROUND.c.campaign_id)
    .where(
        _INVITATION.c.round_id == bindparam("round_id"),
        _INVITATION.c.person_id == bindparam("person_id"),
    )
)


def invited(session: Session, round_id: int, person_id: int) -> tuple[Addressee, RoundFacts] | None:
    """Return a person with their link and the round; `None` when they are not in it."""
    row = run(session, _INVITED, {"round_id": round_id, "person_id": person_id}).one_or_none()
    return (_addressee(row), _facts(session, row)) if row else None


def addressee(session: Session, round_id: int, person_id: int) -> Addressee | None:
    """Return the invited person with their link, or `None` when they are not in the round."""
    row = run(session, _INVITED, {"round_id": round_id, "person_id": person_id}).one_or_none()
    return _addressee(row) if row else None


def _addressee(row: Row[Any]) -> Addressee:
    return Addressee(
        reader=Reader(
            name=row.full_name,
            locale=row.locale,
            form_of_address=row.form_of_address,
            kind=row.kind,
            email=row.email,
            shared_mailbox=bool(row.shared_mailbox),
        ),
        person_id=row.person_id,
        public_id=row.public_id,
        link_version=row.link_version,
        reachable=row.address_state == "ok" and bool(row.email),
        wants_reminders=row.wants_reminders,
        is_done=row.is_done,
        is_exempt=row.is_exempt,
        is_started=row.is_started,
        round_kind=row.round_kind,
        has_left=row.left_on is not None,
    )


def reader_of(session: Session, person: Person) -> Reader:
    """Return a person as the reader of a mail."""
    return Reader(
        name=person.full_name,
        locale=person.locale,
        form_of_address=person.form_of_address,
        kind=person.kind,
        email=person.email,
        shared_mailbox=is_shared_mailbox(session, person.email),
    )


def round_facts(session: Session, round_id: int) -> RoundFacts | None:
    """Return what mails say about a round; a draft is described by its newest approved version."""
    row = run(session, _FACTS, {"round_id": round_id}).one_or_none()
    return _facts(session, row) if row else None


def _facts(session: Session, row: Row[Any]) -> RoundFacts:
    settings = kept_settings(row.settings)
    version_id = row.version_id
    if version_id is None:
        version = newest_approved(session, row.question_set_id)
        version_id = version.id if version else None
    ready = minutes = 0
    if version_id is not None:
        document = library.approved(session, version_id).document
        ready, minutes = len(document.ready_questions), minutes_of(document)
    return RoundFacts(
        id=row.round_id,
        title=row.title,
        state=row.state,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        settings=settings,
        question_count=min(settings.questions_drawn or ready, ready),
        tag=row.tag,
        issuer=row.issuer,
        contact_name=row.contact_name or "",
        contact_phone=row.contact_phone or "",
        kind=row.round_kind,
        minutes=minutes,
    )
