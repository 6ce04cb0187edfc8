"""Reminders: only those for whom it is true, at most two a round, two days apart.

Of forms nobody knows for whom it is true: one reminder, to everybody, those who have sent one too.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.campaigns.models import Round
from survey_app.campaigns.queries import is_open
from survey_app.campaigns.services import lock_round
from survey_app.errors import Conflict
from survey_app.formatting import moment
from survey_app.i18n import _
from survey_app.invitations.launch import REMINDER, reminder_item
from survey_app.invitations.models import Invitation
from survey_app.mailing.models import OutboxItem
from survey_app.mailing.outbox import enqueue_many
from survey_app.people.models import Person

MOST = 2
MOST_OF_FORMS = 1
APART = timedelta(days=2)


@dataclass(frozen=True)
class Outlook:
    """Whether a reminder may go out now, to how many, and if not, why."""

    people: int
    number: int
    why_not: str | None

    @property
    def possible(self) -> bool:
        """Whether the button may be pressed."""
        return self.why_not is None


def outlook(session: Session, round_: Round, now: datetime) -> Outlook:
    """Look at what `remind` would do now."""
    sent, last_at = _so_far(session, round_.id)
    people = session.scalar(select(func.count()).select_from(_waiting(round_.id).subquery())) or 0
    return Outlook(people, sent + 1, _why_not(round_, now, sent, last_at, people))


def remind(session: Session, round_id: int, actor: Actor, now: datetime) -> int:
    """Queue a reminder to everyone who has not handed in (forms: to everyone); return how many.

    Each is asked again at the moment of sending whether it is still true.

    Raises:
        Conflict: not open, twice done, too soon (says when), or nobody left to remind.
    """
    round_ = lock_round(session, round_id)
    look = outlook(session, round_, now)
    if look.why_not:
        raise Conflict(look.why_not)
    people = list(session.scalars(_waiting(round_id)))
    queued = enqueue_many(
        session, (reminder_item(round_id, person, look.number, now) for person in people)
    )
    details = {"people": queued, "number": look.number}
    record(session, Action.REMINDERS_QUEUED, actor, ("round", round_id), **details)
    return queued


def _why_not(
    round_: Round, now: datetime, sent: int, last_at: datetime | None, people: int
) -> str | None:
    if round_.kind != "quiz":
        return _why_no_form(round_, now, sent, people)
    if not is_open(round_, now):
        return _("Chỉ nhắc được khi vòng thi đang mở.")
    if sent >= MOST:
        return _("Vòng thi này đã nhắc đủ hai lần; không nhắc thêm.")
    if last_at is not None and now < last_at + APART:
        next_at = last_at + APART
        if next_at >= round_.closes_at:
            return _("Lần nhắc trước chưa được hai ngày, và vòng thi sẽ đóng trước khi đủ.")
        return _(
            "Hai lần nhắc phải cách nhau hai ngày. Lần sau sớm nhất là %(when)s.",
            when=moment(next_at),
        )
    if not people:
        return _("Không còn ai cần nhắc.")
    return None


def _why_no_form(round_: Round, now: datetime, sent: int, people: int) -> str | None:
    if not is_open(round_, now):
        return _("Chỉ nhắc được khi đang nhận phiếu.")
    if sent >= MOST_OF_FORMS:
        return _("Đợt góp ý này đã gửi thư nhắc một lần; không nhắc thêm.")
    if not people:
        return _("Không có ai nhận được thư nhắc.")
    return None


def _so_far(session: Session, round_id: int) -> tuple[int, datetime | None]:
    row = session.execute(
        select(
            func.max(OutboxItem.payload["number"].as_integer()),
            func.max(OutboxItem.created_at),
        ).where(
            OutboxItem.kind == REMINDER,
            OutboxItem.subject_kind == "round",
            OutboxItem.subject_id == round_id,
        )
    ).one()
    return int(row[0] or 0), row[1]


def _waiting(round_id: int) -> Select[int]:
    """Select whom a reminder is for; of forms nobody is ever done: receipts are not asked here."""
    return (
        select(Person.id)
        .join(Invitation, Invitation.person_id == Person.id)
        .where(
            Invitation.round_id == round_id,
            Invitation.is_done.is_(False),
            Invitation.is_exempt.is_(False),
            Person.wants_reminders.is_(True),
            Person.left_on.is_(None),
            Person.address_state == "ok",
            Person.email.is_not(None),
        )
        .order_by(Person.id)
    )
