"""Forms on paper: a batch of n ballots against the receipts of n people, in no order.

The papers carry no name and no cell, and the names no paper: their ballots stand in a group of
their own. Only people to whom no link was ever mailed can hand one in: were it anybody, the number
of papers kept would tell whether somebody named had sent a form before. A batch entered again
changes nothing.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.campaigns.models import RoundCell
from survey_app.errors import Conflict, Invalid, Problem
from survey_app.feedback import sending
from survey_app.feedback.answers import Answers
from survey_app.feedback.grouping import PAPER
from survey_app.feedback.models import Urn
from survey_app.feedback.sealing import Ballot, seal
from survey_app.i18n import _
from survey_app.invitations.models import Invitation
from survey_app.mailing.models import OutboxItem
from survey_app.people.models import Person


@dataclass(frozen=True)
class Hander:
    """Somebody who could hand in a paper: of them only what the roster says."""

    invitation_id: int
    name: str
    cell: str | None


def without_mail(session: Session, round_id: int) -> list[Hander]:
    """Return those invited to whom no mail of the round goes or went, by given name."""
    query = _handers(round_id).order_by(Person.sort_name, Invitation.id)
    return [Hander(*row) for row in session.execute(query)]


def enter(
    session: Session,
    round_id: int,
    papers: Sequence[Answers],
    handers: Iterable[int],
    actor: Actor,
    received: datetime,
) -> None:
    """Take a batch of papers. Sent again, it changes nothing.

    Raises:
        Invalid: papers and people are not as many, or too few to be anonymous.
        Conflict: somebody is not of this round, or was mailed a link.
        Expired: the round takes no forms (any more).
    """
    people = sorted(set(handers))
    urn = session.get_one(Urn, round_id)
    least = urn.small_group or 0
    _check_numbers(len(papers), len(people), least)
    sending.beside_others(session, round_id)
    if not set(people) <= {one.invitation_id for one in without_mail(session, round_id)}:
        raise Conflict(
            _("Phiếu giấy chỉ dành cho người được mời mà hệ thống chưa từng gửi liên kết.")
        )
    fresh = sum(
        1
        for person in people
        if sending.turn_receipt(session, round_id=round_id, invitation_id=person, received=received)
    )
    # Fewer only where some stood in a batch before; by lot: nobody knows whose paper is whose.
    for answers in secrets.SystemRandom().sample(list(papers), fresh):
        assert urn.ballot_bytes is not None
        sealed = seal(urn.public_key, urn.ballot_bytes, Ballot(PAPER, answers))
        sending.drop(session, round_id=round_id, sealed=sealed)
    record(session, Action.PAPER_ENTERED, actor, ("round", round_id), papers=len(papers))


def _check_numbers(papers: int, people: int, least: int) -> None:
    if papers != people:
        message = _(
            "Tệp có %(papers)s phiếu nhưng đã chọn %(people)s người nộp. Hai số phải bằng nhau.",
            papers=papers,
            people=people,
        )
        raise Invalid(message, problems=[Problem("not_as_many", message)])
    if papers < least:
        message = _(
            "Mỗi lần nhập ít nhất %(least)s phiếu giấy, để không ai đoán được phiếu nào của ai. "
            "Xin gom thêm rồi nhập một lần.",
            least=least,
        )
        raise Invalid(message, problems=[Problem("too_few", message)])


def _handers(round_id: int) -> Select[*tuple[Any, ...]]:
    mailed = (
        exists()
        .where(OutboxItem.subject_kind == "round", OutboxItem.subject_id == round_id)
        .where(OutboxItem.recipient_kind == "person", OutboxItem.recipient_id == Person.id)
    )
    return (
        select(Invitation.id, Person.full_name, RoundCell.name)
        .join(Person, Person.id == Invitation.person_id)
        .join(RoundCell, RoundCell.id == Invitation.round_cell_id)
        .where(Invitation.round_id == round_id, Person.address_state != "ok", ~mailed)
    )
