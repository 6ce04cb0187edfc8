"""What there is to open: the sample's roles, members in each state of a quiz, and an open form."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, true
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
    """A member of the sample: `state` is `not_started`, `started` or `done`, or `form`."""

    state: str
    name: str
    path: str


# Whose link stands for what: the first of a round for whom it is true. Whether somebody has sent a
# form is asked of nobody; the sample leaves the first person's for whoever tries it.
_DOORS: dict[str, tuple[str, ColumnElement[bool]]] = {
    "not_started": (
        cast.SECOND.slug,
        Invitation.is_started.is_(False) & Invitation.is_done.is_(False),
    ),
    "started": (cast.SECOND.slug, Invitation.is_started.is_(True) & Invitation.is_done.is_(False)),
    "done": (cast.SECOND.slug, Invitation.is_done.is_(True)),
    "form": (cast.OPEN_FORM.slug, true()),
}
_LABELS = {
    "not_started": "Người chưa làm · Member, not started",
    "started": "Người làm dở · Member, half-way",
    "done": "Người đã nộp · Member, finished",
    "form": "Phiếu góp ý · Feedback form",
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
    """Return an invented member in each state of the second round, and one with an open form."""
    found = []
    for state, (slug, condition) in _DOORS.items():
        row = session.execute(
            select(Person.full_name, Invitation.public_id, EntryMeans.version, Round.kind)
            .join(Invitation, Invitation.person_id == Person.id)
            .join(EntryMeans, EntryMeans.invitation_id == Invitation.id)
            .join(Round, Round.id == Invitation.round_id)
            .where(
                Round.slug == slug,
                condition,
                EntryMeans.kind == "link",
                Person.is_sample.is_(True),
                Person.address_state == "ok",
                Person.kind == "party_member",
            )
            .order_by(Person.id)
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
