"""Proposals to praise a person or a collective: made by cells, decided by people.

Nothing makes one by itself: no score and no place in a list leads here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from survey_app.accounts.models import User
from survey_app.accounts.scope import Scope
from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.cell_reports.models import RECOGNITION_STATES, RECOGNITION_SUBJECTS, Recognition
from survey_app.cell_reports.reporting import Owed, TooLate
from survey_app.errors import Conflict, Invalid, NotFound, Problem
from survey_app.formatting import today
from survey_app.i18n import _
from survey_app.people.cells import load_cells
from survey_app.vietnamese import tidy

LONGEST_NAME: Final = 200
LONGEST_REASON: Final = 2000
LONGEST_NOTE: Final = 1000
# From where a decision may lead on; a decision that was wrong is taken back to "proposed".
NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "proposed": ("supported", "commended", "declined"),
    "supported": ("commended", "declined", "proposed"),
    "commended": ("supported",),
    "declined": ("proposed",),
}


@dataclass(frozen=True)
class Proposal:
    """One proposal as pages show it."""

    id: int
    cell_id: int
    subject_kind: str
    subject_name: str
    reason: str
    state: str
    author: str
    created_at: datetime
    decider: str
    decided_at: datetime | None
    note: str
    cell: str = ""

    @property
    def next_states(self) -> tuple[str, ...]:
        """Where a decision may lead."""
        return NEXT[self.state]


def typed(form: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed into the block of a proposal."""
    return {name: form.get(name, "") for name in ("subject_kind", "subject_name", "subject_reason")}


def is_begun(given: Mapping[str, str]) -> bool:
    """Whether somebody began to write a proposal."""
    return bool(given["subject_name"].strip() or given["subject_reason"].strip())


def propose(session: Session, found: Owed, given: Mapping[str, str], actor: Actor) -> Recognition:
    """Keep a proposal of a cell; the same words again are the same proposal.

    Raises:
        TooLate: the period takes no more.
        Invalid: a name or a reason is missing or too long, or the same words were decided about
            already; `where` is the field.
    """
    if not found.may_write:
        raise TooLate(_("Kỳ báo cáo đã đóng nên chưa ghi được đề nghị. Xin báo ban tổ chức."))
    name, reason = tidy(given["subject_name"]), given["subject_reason"].strip()
    _refuse_incomplete(given["subject_kind"], name, reason)
    same = session.scalar(
        select(Recognition).where(
            Recognition.campaign_id == found.round.campaign_id,
            Recognition.cell_id == found.duty.cell_id,
            Recognition.subject_kind == given["subject_kind"],
            Recognition.subject_name == name,
            Recognition.reason == reason,
        )
    )
    if same is not None:
        _refuse_decided(same)
        return same
    row = Recognition(
        campaign_id=found.round.campaign_id,
        cell_id=found.duty.cell_id,
        subject_kind=given["subject_kind"],
        subject_name=name,
        reason=reason,
        state="proposed",
        entered_by=actor.actor_id,
        created_at=found.now,
    )
    session.add(row)
    session.flush()
    record(session, Action.RECOGNITION_PROPOSED, actor, ("recognition", row.id))
    return row


def _refuse_decided(same: Recognition) -> None:
    """Who proposes again what was decided is told so, not that it is being looked at."""
    if same.state == "proposed":
        return
    told = {
        "supported": _("Đề nghị này đã có và được ủng hộ; không ghi thêm lần nữa."),
        "commended": _("Đề nghị này đã có và đã được biểu dương; không ghi thêm lần nữa."),
        "declined": _(
            "Đề nghị này đã được xem xét và không được chấp nhận; chưa ghi gì thêm. Nếu có thành "
            "tích mới, xin ghi rõ rồi đề nghị lại."
        ),
    }[same.state]
    where = Problem("decided", told, "subject_reason")
    raise Invalid(_("Đề nghị chưa ghi được. Những gì đã nhập vẫn còn."), problems=[where])


def _refuse_incomplete(kind: str, name: str, reason: str) -> None:
    problems: list[Problem] = []
    if kind not in RECOGNITION_SUBJECTS:
        message = _("Xin chọn đề nghị cho cá nhân hay tập thể.")
        problems.append(Problem("kind", message, "subject_kind"))
    if not name:
        problems.append(Problem("name", _("Xin ghi họ tên hoặc tên tập thể."), "subject_name"))
    if not reason:
        message = _("Xin ghi thành tích, việc làm để đề nghị.")
        problems.append(Problem("reason", message, "subject_reason"))
    for text, most, where in (
        (name, LONGEST_NAME, "subject_name"),
        (reason, LONGEST_REASON, "subject_reason"),
    ):
        if len(text) > most:
            message = _("Đoạn này dài quá %(n)s chữ cái; xin viết gọn lại.", n=most)
            problems.append(Problem("long", message, where))
    if problems:
        raise Invalid(_("Đề nghị chưa ghi được. Những gì đã nhập vẫn còn."), problems=problems)


def decide(
    session: Session,
    proposal_id: int,
    state: str,
    note: str,
    actor: Actor,
    now: datetime,
    *,
    seen: str,
    scope: Scope,
) -> None:
    """Note what people decided about a proposal; `seen` is the state that the page showed.

    Raises:
        NotFound: there is none in sight.
        Conflict: somebody else decided since, or the step is none.
        Invalid: a refusal without a reason, or a note that is too long.
    """
    row = session.get(Recognition, proposal_id, with_for_update=True)
    if row is None or not scope.includes(row.cell_id):
        raise NotFound(_("Không có đề nghị này."))
    if row.state == state and row.decision_note == (note.strip() or None):
        return
    if row.state != seen or state not in RECOGNITION_STATES or state not in NEXT[row.state]:
        message = _("Đề nghị này vừa được người khác xem xét. Xin xem lại rồi quyết định.")
        raise Conflict(message)
    if state == "declined" and not note.strip():
        raise Invalid(_("Không chấp nhận thì xin ghi lý do, để chi bộ được biết."))
    if len(note) > LONGEST_NOTE:
        raise Invalid(_("Đoạn này dài quá %(n)s chữ cái; xin viết gọn lại.", n=LONGEST_NOTE))
    row.state, row.decision_note = state, note.strip() or None
    row.decided_by, row.decided_at = actor.actor_id, now
    record(session, Action.RECOGNITION_DECIDED, actor, ("recognition", row.id), state=state)


def of_cell(session: Session, campaign_id: int, cell_id: int) -> list[Proposal]:
    """Return the proposals of one cell, newest first."""
    query = _query(campaign_id).where(Recognition.cell_id == cell_id)
    return [_proposal(*row) for row in session.execute(query)]


def of_campaign(
    session: Session, campaign_id: int, now: datetime, *, scope: Scope
) -> list[Proposal]:
    """Return the proposals in sight, newest first, each with its cell's name."""
    query = _query(campaign_id)
    if scope.cells is not None:
        query = query.where(Recognition.cell_id.in_(scope.cells))
    names = load_cells(session, today(now)).names
    return [
        _proposal(row, author, decider, names.get(row.cell_id, ""))
        for row, author, decider in session.execute(query)
    ]


def _query(campaign_id: int) -> Select[Recognition, str | None, str | None]:
    author, decider = aliased(User), aliased(User)
    return (
        select(Recognition, author.name, decider.name)
        .outerjoin(author, author.id == Recognition.entered_by)
        .outerjoin(decider, decider.id == Recognition.decided_by)
        .where(Recognition.campaign_id == campaign_id)
        .order_by(Recognition.created_at.desc(), Recognition.id.desc())
    )


def _proposal(
    row: Recognition, author: str | None, decider: str | None, cell: str = ""
) -> Proposal:
    return Proposal(
        id=row.id,
        cell_id=row.cell_id,
        subject_kind=row.subject_kind,
        subject_name=row.subject_name,
        reason=row.reason,
        state=row.state,
        author=author or "",
        created_at=row.created_at,
        decider=decider or "",
        decided_at=row.decided_at,
        note=row.decision_note or "",
        cell=cell,
    )
