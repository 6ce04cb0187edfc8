"""One person in one round as a mail sees them: the facts of the moment of sending, in one read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.settings import RoundSettings, round_settings
from survey_app.invitations.models import EntryMeans, Invitation
from survey_app.people.models import Person
from survey_app.people.queries import is_shared_mailbox
from survey_app.people.wording import you_word
from survey_app.questions import library
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


@dataclass(frozen=True)
class RoundFacts:
    """What a mail says about its round."""

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


def addressee(session: Session, round_id: int, person_id: int) -> Addressee | None:
    """Return the invited person with their link, or `None` when they are not in the round."""
    row = session.execute(
        select(Person, Invitation, EntryMeans.version)
        .join(Invitation, Invitation.person_id == Person.id)
        .join(EntryMeans, EntryMeans.invitation_id == Invitation.id)
        .where(Invitation.round_id == round_id, Person.id == person_id, EntryMeans.kind == "link")
    ).one_or_none()
    if row is None:
        return None
    person, invitation, version = row
    return Addressee(
        reader=reader_of(session, person),
        person_id=person.id,
        public_id=invitation.public_id,
        link_version=version,
        reachable=person.address_state == "ok" and bool(person.email),
        wants_reminders=person.wants_reminders,
        is_done=invitation.is_done,
        is_exempt=invitation.is_exempt,
        is_started=invitation.is_started,
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
    row: Any = session.execute(
        select(Round, Campaign)
        .join(Campaign, Campaign.id == Round.campaign_id)
        .where(Round.id == round_id)
    ).one_or_none()
    if row is None:
        return None
    round_, campaign = row
    settings = round_settings(round_.settings)
    version_id = round_.version_id
    if version_id is None:
        version = newest_approved(session, round_.question_set_id)
        version_id = version.id if version else None
    ready = 0
    if version_id is not None:
        ready = len(library.approved(session, version_id).document.ready_questions)
    return RoundFacts(
        id=round_.id,
        title=round_.title,
        state=round_.state,
        opens_at=round_.opens_at,
        closes_at=round_.closes_at,
        settings=settings,
        question_count=min(settings.questions_drawn or ready, ready),
        tag=campaign.tag,
        issuer=campaign.issuer,
        contact_name=campaign.contact_name or "",
        contact_phone=campaign.contact_phone or "",
    )
