"""Forms on paper: a batch of n ballots against the receipts of n people, in no order.

The papers carry no name and no cell, and the names no paper: their ballots stand in a group of
their own. Somebody who has sent a form already and hands in a paper too counts once: one paper of
the batch, drawn by lot, is left out. Whether that happened is told to nobody.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
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
from survey_app.people.models import Person
from survey_app.vietnamese import search_key, tidy


@dataclass(frozen=True)
class Hander:
    """Somebody who could hand in a paper: of them only what the roster says."""

    invitation_id: int
    name: str
    cell: str | None


def without_mail(session: Session, round_id: int) -> list[Hander]:
    """Return those invited whom no mail reaches, by given name."""
    query = _handers(round_id).where(Person.address_state != "ok").order_by(Person.sort_name)
    return [Hander(*row) for row in session.execute(query)]


def find_named(session: Session, round_id: int, lines: str) -> list[int]:
    """Return the invitations of the people named in `lines`: a name a line, its cell after a comma.

    Raises:
        Invalid: a name is nobody's, or more than one person's; `problems` says which.
    """
    people = [Hander(*row) for row in session.execute(_handers(round_id))]
    found: list[int] = []
    problems: list[Problem] = []
    for line in filter(None, map(tidy, lines.splitlines())):
        name, _comma, cell = line.partition(",")
        same = [
            one
            for one in people
            if search_key(one.name) == search_key(name)
            and (not cell.strip() or search_key(one.cell or "") == search_key(cell))
        ]
        if len(same) == 1:
            found.append(same[0].invitation_id)
        elif not same:
            problems.append(Problem("nobody", _("Không có ai được mời tên “%(name)s”.", name=line)))
        else:
            message = _(
                "Có %(n)s người tên “%(name)s”; xin ghi thêm chi bộ sau dấu phẩy.",
                n=len(same),
                name=name,
            )
            problems.append(Problem("several", message))
    if problems:
        raise Invalid(_("Danh sách người nộp chưa dùng được."), problems=problems)
    return found


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
        Conflict: somebody is not of this round.
        Expired: the round takes no forms (any more).
    """
    people = sorted(set(handers))
    urn = session.get_one(Urn, round_id)
    least = urn.small_group or 0
    _check_numbers(len(papers), len(people), least)
    sending.beside_others(session, round_id)
    known = select(Invitation.id).where(Invitation.round_id == round_id, Invitation.id.in_(people))
    if len(session.scalars(known).all()) != len(people):
        raise Conflict(_("Có người không được mời trong đợt này."))
    fresh = sum(
        1
        for person in people
        if sending.turn_receipt(session, round_id=round_id, invitation_id=person, received=received)
    )
    # By lot, since nobody knows whose paper is whose.
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
    return (
        select(Invitation.id, Person.full_name, RoundCell.name)
        .join(Person, Person.id == Invitation.person_id)
        .join(RoundCell, RoundCell.id == Invitation.round_cell_id)
        .where(Invitation.round_id == round_id)
    )
