"""Writing a cell's report: drafts, what is sent, opening again, entering from paper.

Every report that was sent is a revision and stays; at most one draft stands after them. Whoever
writes says what they saw: what somebody else wrote since is never overwritten unseen.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.scope import Scope
from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.campaigns.models import Round, RoundCell
from survey_app.campaigns.queries import CELL_REPORT, LAUNCHED
from survey_app.cell_reports.answers import Values
from survey_app.cell_reports.duties import (
    counted_revision,
    duty_state,
    is_reopened,
    last_moment,
    latest_revision,
    may_write,
)
from survey_app.cell_reports.models import Duty, DutyRevision
from survey_app.errors import Conflict, Invalid, NotFound, Problem
from survey_app.formatting import moment
from survey_app.i18n import _
from survey_app.invitations.duty_board import DutyState
from survey_app.people.models import Cell
from survey_app.questions import library
from survey_app.questions.schema import QuestionDocument

Outcome = Literal["saved", "sent", "unchanged"]


class Overtaken(Conflict):
    """Somebody wrote in this report since the page was opened."""


class TooLate(Conflict):
    """The report takes no more answers."""


@dataclass(frozen=True)
class Owed:
    """One duty with all that its pages need; `latest` is a draft or what counts."""

    duty: Duty
    round: Round
    cell: str
    cell_slug: str
    document: QuestionDocument
    latest: DutyRevision | None
    counted: DutyRevision | None
    now: datetime

    @property
    def state(self) -> DutyState:
        """How the duty stands."""
        return duty_state(self.duty, self.round.closes_at, self.now)

    @property
    def is_reopened(self) -> bool:
        """Whether a closed period is open again for this cell."""
        return is_reopened(self.round, self.duty.reopened_until, self.now)

    @property
    def may_write(self) -> bool:
        """Whether the secretary may write now: the period runs, or is open again for this cell."""
        return may_write(self.round, self.duty.reopened_until, self.now)

    @property
    def closes_at(self) -> datetime:
        """Until when the secretary may write."""
        return last_moment(self.round, self.duty.reopened_until)

    @property
    def draft(self) -> DutyRevision | None:
        """What is written and not sent."""
        return self.latest if self.latest is not None and self.latest.state == "draft" else None


def owed(
    session: Session,
    slug: str,
    cell_slug: str,
    now: datetime,
    *,
    scope: Scope,
    lock: bool = False,
) -> Owed:
    """Return the duty of one cell in one launched period.

    Raises:
        NotFound: there is none, or its cell is out of sight; the answer does not tell which.
    """
    query = (
        select(Duty, Round, RoundCell.name)
        .join(Round, Round.id == Duty.round_id)
        .join(Cell, Cell.id == Duty.cell_id)
        .join(
            RoundCell,
            (RoundCell.round_id == Duty.round_id) & (RoundCell.cell_id == Duty.cell_id),
        )
        .where(Round.slug == slug, Round.kind == CELL_REPORT, Cell.slug == cell_slug)
        .where(Round.state.in_(LAUNCHED))
    )
    if lock:
        query = query.with_for_update(of=Duty)
    row = session.execute(query).one_or_none()
    if row is None or not scope.includes(row[0].cell_id):
        raise NotFound(_("Không có báo cáo nào của chi bộ đồng chí ở địa chỉ này."))
    duty, round_, name = row
    assert round_.version_id is not None  # it is launched
    return Owed(
        duty=duty,
        round=round_,
        cell=name or cell_slug,
        cell_slug=cell_slug,
        document=library.approved(session, round_.version_id).document,
        latest=latest_revision(session, duty.id),
        counted=counted_revision(session, duty.id),
        now=now,
    )


def fingerprint(revision: DutyRevision | None) -> str:
    """Return what a page carries to say which state of a report it showed."""
    if revision is None:
        return "0"
    answers = json.dumps(revision.answers, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(answers.encode()).hexdigest()[:16]
    return f"{revision.number}.{revision.state}.{digest}"


def write(
    session: Session, found: Owed, values: Values, actor: Actor, *, seen: str, send: bool
) -> Outcome:
    """Keep what the secretary wrote as the draft, or send it; `found` is locked.

    The same content sent twice (a double tap, a page sent again) is one revision.

    Raises:
        TooLate: the period is over for this cell.
        Overtaken: somebody else wrote since `seen`.
        Invalid: nothing is answered and it was to be sent.
    """
    if not found.may_write:
        raise TooLate(
            _(
                "Kỳ báo cáo đã đóng lúc %(moment)s nên chưa lưu được những gì vừa ghi. "
                "Xin chép lại và liên hệ ban tổ chức để mở lại cho chi bộ.",
                moment=moment(found.closes_at),
            )
        )
    latest, state = found.latest, "submitted" if send else "draft"
    if latest is not None and latest.answers == values and latest.state in {state, "submitted"}:
        return "unchanged"
    if fingerprint(latest) != seen:
        raise Overtaken(
            _(
                "Báo cáo này vừa được ghi ở nơi khác. Bên dưới có cả hai bản; xin xem chỗ khác "
                "nhau rồi bấm lưu hoặc gửi để giữ bản trên trang này."
            )
        )
    if send and not values:
        _refuse_empty()
    if send and found.draft and found.counted and found.counted.answers == values:
        session.delete(found.draft)  # written back to what was sent: there is nothing new in it
        return "unchanged"
    row = found.draft or _next(session, found)
    row.answers, row.state, row.source = values, state, "secretary"
    row.author_id, row.saved_at = actor.actor_id, found.now
    row.reason = found.duty.reopened_reason if found.is_reopened else None
    session.flush()
    if not send:
        return "saved"
    _count(session, found, row, actor)
    return "sent"


def enter(
    session: Session, found: Owed, values: Values, actor: Actor, *, seen: str, reason: str
) -> Outcome:
    """Enter a report for a cell from what it handed in on paper; `found` is locked.

    It may come after the closing, and then is late like any other. A draft of the secretary stays.

    Raises:
        Overtaken: another report was sent since `seen`.
        Conflict: the period has not begun.
        Invalid: nothing is answered, or no reason is given.
    """
    if found.now < found.round.opens_at:
        raise Conflict(_("Kỳ báo cáo chưa mở nên chưa nhập được."))
    if not reason.strip():
        message = _("Xin ghi vì sao nhập thay, ví dụ: chi bộ nộp bản giấy.")
        raise Invalid(message, problems=[Problem("no_reason", message, "reason")])
    if not values:
        _refuse_empty()
    if found.counted is not None and found.counted.answers == values:
        return "unchanged"
    if fingerprint(found.counted) != seen:
        raise Overtaken(
            _("Chi bộ vừa gửi một báo cáo khác. Bên dưới có cả hai bản; bấm nhập để giữ bản này.")
        )
    draft = found.draft
    number = draft.number if draft else _next_number(found)
    if draft is not None:
        draft.number += 1
        session.flush()
    row = DutyRevision(
        duty_id=found.duty.id,
        number=number,
        state="submitted",
        source="paper",
        answers=values,
        reason=reason.strip(),
        author_id=actor.actor_id,
        saved_at=found.now,
    )
    session.add(row)
    session.flush()
    _count(session, found, row, actor)
    return "sent"


def reopen(session: Session, found: Owed, until: datetime, reason: str, actor: Actor) -> None:
    """Let one cell answer after the closing, until a moment; `found` is locked.

    Raises:
        Conflict: the period has not closed yet.
        Invalid: the moment is over, or no reason is given.
    """
    if found.now < found.round.closes_at:
        raise Conflict(_("Kỳ báo cáo chưa đóng: bí thư vẫn ghi và sửa được."))
    if until <= found.now:
        message = _("Hạn mới phải sau lúc này.")
        raise Invalid(message, problems=[Problem("until", message, "until_day")])
    if not reason.strip():
        message = _("Xin ghi vì sao mở lại.")
        raise Invalid(message, problems=[Problem("no_reason", message, "reason")])
    found.duty.reopened_until, found.duty.reopened_reason = until, reason.strip()
    subject = ("duty", found.duty.id)
    record(session, Action.DUTY_REOPENED, actor, subject, until=until.isoformat())


def _refuse_empty() -> None:
    message = _("Báo cáo chưa có nội dung nào. Xin ghi ít nhất một mục rồi gửi.")
    raise Invalid(message, problems=[Problem("empty", message)])


def _next_number(found: Owed) -> int:
    return 1 + (found.latest.number if found.latest else 0)


def _next(session: Session, found: Owed) -> DutyRevision:
    row = DutyRevision(
        duty_id=found.duty.id,
        number=_next_number(found),
        state="draft",
        answers={},
        saved_at=found.now,
    )
    session.add(row)
    return row


def _count(session: Session, found: Owed, row: DutyRevision, actor: Actor) -> None:
    """From here on this report counts."""
    late = found.now >= found.round.closes_at
    if found.duty.submitted_at is None:
        found.duty.submitted_at = found.now
    record(
        session,
        Action.DUTY_SUBMITTED,
        actor,
        ("duty", found.duty.id),
        revision=row.number,
        source=row.source,
        late=late,
    )
