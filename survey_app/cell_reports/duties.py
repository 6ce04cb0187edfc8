"""What cells owe and have sent: the states of duties, and the report of each that counts."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from survey_app import clock
from survey_app.accounts.models import RoleGrant, User
from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Round, RoundCell
from survey_app.campaigns.queries import is_open
from survey_app.cell_reports.models import Duty, DutyRevision
from survey_app.invitations.duty_board import DutyBoard, DutyLine, DutyState
from survey_app.people.models import Cell

__all__ = ["DutyBoard", "DutyLine", "DutyState"]


def duty_state(duty: Duty, closes_at: datetime, now: datetime) -> DutyState:
    """Return how a duty stands: the first report decides whether it came in time.

    Nothing sent is `not_due` while the period runs and `missing` afterwards, also while the cell
    may still answer because it was opened again.
    """
    if duty.submitted_at is not None:
        return "on_time" if duty.submitted_at < closes_at else "late"
    return "not_due" if now < closes_at else "missing"


def is_reopened(round_: Round, reopened_until: datetime | None, now: datetime) -> bool:
    """Whether a period that is over is open again for a cell."""
    over = round_.state in ("closed", "finalised", "archived") or now >= round_.closes_at
    return over and reopened_until is not None and now < reopened_until


def may_write(round_: Round, reopened_until: datetime | None, now: datetime) -> bool:
    """Whether a cell may answer now: the period runs, or is open again for it."""
    return is_open(round_, now) or is_reopened(round_, reopened_until, now)


def last_moment(round_: Round, reopened_until: datetime | None) -> datetime:
    """Return until when a cell may answer, or might."""
    return max(round_.closes_at, reopened_until or round_.closes_at)


def duties_of_round(
    session: Session, round_id: int, *, scope: Scope, now: datetime | None = None
) -> tuple[DutyLine, ...]:
    """Return the duties of a launched period in the committee's own order of cells."""
    now = now or clock.now()
    counted = (
        select(DutyRevision.duty_id, func.max(DutyRevision.number).label("number"))
        .where(DutyRevision.state == "submitted")
        .group_by(DutyRevision.duty_id)
        .subquery()
    )
    sent, draft = aliased(DutyRevision), aliased(DutyRevision)
    query = (
        select(Duty, Round.closes_at, Cell.slug, RoundCell.name, sent.number, sent.source, draft.id)
        .join(Round, Round.id == Duty.round_id)
        .join(Cell, Cell.id == Duty.cell_id)
        .join(
            RoundCell,
            (RoundCell.round_id == Duty.round_id) & (RoundCell.cell_id == Duty.cell_id),
        )
        .outerjoin(counted, counted.c.duty_id == Duty.id)
        .outerjoin(sent, (sent.duty_id == Duty.id) & (sent.number == counted.c.number))
        .outerjoin(draft, (draft.duty_id == Duty.id) & (draft.state == "draft"))
        .where(Duty.round_id == round_id)
        .order_by(RoundCell.position, Duty.id)
    )
    if scope.cells is not None:
        query = query.where(Duty.cell_id.in_(scope.cells))
    return tuple(
        DutyLine(
            duty_id=duty.id,
            cell_id=duty.cell_id,
            cell_slug=slug,
            cell=name or slug,
            state=duty_state(duty, closes_at, now),
            submitted_at=duty.submitted_at,
            number=number,
            source=source,
            reopened_until=duty.reopened_until,
            has_draft=draft_id is not None,
        )
        for duty, closes_at, slug, name, number, source, draft_id in session.execute(query)
    )


def board_of_duties(session: Session, round_: Round, now: datetime, *, scope: Scope) -> DutyBoard:
    """Return the cells of a launched period and how they stand."""
    return DutyBoard(
        round_id=round_.id,
        slug=round_.slug,
        title=round_.title,
        state=round_.state,
        closes_at=round_.closes_at,
        as_of=now,
        lines=duties_of_round(session, round_.id, scope=scope, now=now),
    )


def counted_revision(session: Session, duty_id: int) -> DutyRevision | None:
    """Return the report that counts: the newest one that was sent."""
    return session.scalar(_newest(duty_id).where(DutyRevision.state == "submitted"))


def latest_revision(session: Session, duty_id: int) -> DutyRevision | None:
    """Return the newest state of a report: the draft that is being written, else what counts."""
    return session.scalar(_newest(duty_id))


def _newest(duty_id: int) -> Select[DutyRevision]:
    revisions = select(DutyRevision).where(DutyRevision.duty_id == duty_id)
    return revisions.order_by(DutyRevision.number.desc()).limit(1)


def counted_of_round(session: Session, round_id: int, *, scope: Scope) -> dict[int, DutyRevision]:
    """Return the reports that count in a period: cell id -> report; silent cells are not there."""
    query = (
        select(Duty.cell_id, DutyRevision)
        .join(DutyRevision, DutyRevision.duty_id == Duty.id)
        .where(Duty.round_id == round_id, DutyRevision.state == "submitted")
        .order_by(DutyRevision.number)
    )
    if scope.cells is not None:
        query = query.where(Duty.cell_id.in_(scope.cells))
    return {row.cell_id: row.DutyRevision for row in session.execute(query)}


def secretaries_of(
    session: Session, campaign_id: int, cell_ids: Iterable[int]
) -> dict[int, list[User]]:
    """Return the secretaries who can sign in: cell id -> users; cells without are not there."""
    wanted = set(cell_ids)
    rows = session.execute(
        select(RoleGrant.cell_id, User)
        .join(User, User.id == RoleGrant.user_id)
        .where(
            RoleGrant.role == "cell_secretary",
            User.is_active.is_(True),
            RoleGrant.campaign_id.is_(None) | (RoleGrant.campaign_id == campaign_id),
        )
        .order_by(User.id)
    )
    found: dict[int, list[User]] = {}
    for cell_id, user in rows:
        if cell_id in wanted and user not in found.get(cell_id, []):
            found.setdefault(cell_id, []).append(user)
    return found
