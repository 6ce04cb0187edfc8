"""What there is to open: the sample's roles, and members in each state of its second round."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.campaigns.models import Round
from survey_app.config import Settings
from survey_app.database import Database
from survey_app.demo import cast
from survey_app.invitations import tokens
from survey_app.invitations.models import EntryMeans, Invitation
from survey_app.people.models import Person


@dataclass(frozen=True)
class MemberLink:
    """A member of the sample: `state` is `not_started`, `started` or `done`."""

    state: str
    name: str
    path: str


_STATES: dict[str, ColumnElement[bool]] = {
    "not_started": Invitation.is_started.is_(False) & Invitation.is_done.is_(False),
    "started": Invitation.is_started.is_(True) & Invitation.is_done.is_(False),
    "done": Invitation.is_done.is_(True),
}
_LABELS = {
    "not_started": "Người chưa làm · Member, not started",
    "started": "Người làm dở · Member, half-way",
    "done": "Người đã nộp · Member, finished",
}


def next_to_close(session: Session) -> Round | None:
    """Return the launched round whose closing comes next."""
    return session.scalar(
        select(Round)
        .where(Round.state.in_(("scheduled", "open")), Round.closes_at > clock.now())
        .order_by(Round.closes_at, Round.id)
        .limit(1)
    )


def member_links(session: Session, key: bytes) -> list[MemberLink]:
    """Return one invented member in each state of the sample's second round."""
    found = []
    for state, condition in _STATES.items():
        row = session.execute(
            select(Person.full_name, Invitation.public_id, EntryMeans.version, Round.kind)
            .join(Invitation, Invitation.person_id == Person.id)
            .join(EntryMeans, EntryMeans.invitation_id == Invitation.id)
            .join(Round, Round.id == Invitation.round_id)
            .where(
                Round.slug == cast.SECOND.slug,
                condition,
                EntryMeans.kind == "link",
                Person.is_sample.is_(True),
                Person.address_state == "ok",
                Person.kind == "party_member",
            )
            .order_by(Invitation.id)
            .limit(1)
        ).first()
        if row is not None:
            token = tokens.personal_token(key, row.kind, row.public_id, row.version)
            found.append(MemberLink(state, row.full_name, f"/i/{token}"))
    return found


def what_to_open(database: Database, settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield (label in both languages, address) of everything a newcomer may open."""
    yield "Bắt đầu ở đây · Start here", f"{settings.base_url}/demo"
    with database.reading() as session:
        members = member_links(session, settings.link_key)
    for one in members:
        yield _LABELS[one.state], settings.base_url + one.path
    for account in cast.ACCOUNTS:
        yield account.label, f"{settings.base_url}/demo/{account.key}"


def line(label: str, url: str) -> str:
    """Return one line of what to open."""
    return f"  {label:<38}{url}"
