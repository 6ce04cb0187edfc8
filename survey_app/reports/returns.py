"""What the cells have returned, as figures: reports over all periods, study sessions, praise."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, get_args

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from survey_app.accounts.scope import ALL_CELLS
from survey_app.campaigns.models import Round
from survey_app.cell_reports import sessions
from survey_app.cell_reports.duties import duty_state
from survey_app.cell_reports.models import Duty, DutyRevision, Recognition
from survey_app.reports.document import (
    Activity,
    ActivityKind,
    CellRecognitions,
    CellReturn,
    CellSessions,
    Period,
    ReportState,
    total,
)

# The questions of the shipped set that carry figures; a set without one gives none.
ROLLED_OUT_ON: Final = "trien-khai-ngay"
ROLLED_OUT_PEOPLE: Final = "trien-khai-so-nguoi"
ACTIVITIES: Final = "hoat-dong"
ONLINE_ITEMS: Final = "tin-bai"
VISUAL: Final = "truc-quan"
CANDIDATES: Final = "quan-chung-uu-tu"
EXAMPLES: Final = "guong-dien-hinh"
_ROWS: Final[Mapping[str, ActivityKind]] = {
    "giao-luu": "exchange",
    "toa-dam": "seminar",
    "gap-mat": "meeting",
    "sinh-hoat-chi-bo": "cell_meeting",
    "doan-the": "mass_organisation",
    "van-hoa-the-thao": "culture_sport",
    "thi-dua": "emulation",
    "khac": "other",
}
# The worst of a cell's periods is its state.
_WORST: Final[tuple[ReportState, ...]] = ("missing", "late", "on_time", "not_due")


@dataclass(frozen=True)
class Told:
    """What cells have reported: the periods in their order, and one row per cell asked."""

    periods: tuple[Period, ...]
    cells: tuple[CellReturn, ...]


@dataclass(frozen=True)
class _Due:
    """One duty with the revision that counts (`None`: nothing was submitted)."""

    slug: str
    state: ReportState
    revision: DutyRevision | None


def of_cells(session: Session, periods: Sequence[Round], now: datetime) -> Told:
    """Return what the cells have reported in `periods` (rounds that ask cells), oldest first."""
    ids = [round_.id for round_ in periods]
    duties = session.scalars(select(Duty).where(Duty.round_id.in_(ids)).order_by(Duty.id)).all()
    counted = _counted(session, ids)
    by_cell: dict[int, list[_Due]] = {}
    by_round: dict[int, list[tuple[int, ReportState]]] = {}
    for round_ in periods:
        for duty in duties:
            if duty.round_id == round_.id:
                revision = counted.get(duty.id)
                state = duty_state(duty, round_.closes_at, now)
                by_round.setdefault(round_.id, []).append((duty.cell_id, state))
                by_cell.setdefault(duty.cell_id, []).append(_Due(round_.slug, state, revision))
    return Told(
        tuple(_period(round_, by_round.get(round_.id, [])) for round_ in periods),
        tuple(_return(cell_id, dues) for cell_id, dues in by_cell.items()),
    )


def _counted(session: Session, round_ids: Sequence[int]) -> dict[int, DutyRevision]:
    """The newest submitted revision of each duty."""
    newest = (
        select(DutyRevision.duty_id, func.max(DutyRevision.number).label("number"))
        .join(Duty, Duty.id == DutyRevision.duty_id)
        .where(Duty.round_id.in_(round_ids), DutyRevision.state == "submitted")
        .group_by(DutyRevision.duty_id)
        .subquery()
    )
    found = session.scalars(
        select(DutyRevision).join(
            newest,
            and_(newest.c.duty_id == DutyRevision.duty_id, newest.c.number == DutyRevision.number),
        )
    )
    return {revision.duty_id: revision for revision in found}


def _period(round_: Round, owed: Sequence[tuple[int, ReportState]]) -> Period:
    states = [state for _cell, state in owed]
    return Period(
        id=round_.id,
        slug=round_.slug,
        title=round_.title,
        state=round_.state,
        opens_at=round_.opens_at,
        closes_at=round_.closes_at,
        due=len(states),
        on_time=states.count("on_time"),
        late=states.count("late"),
        silent=tuple(cell for cell, state in owed if state in ("missing", "not_due")),
        tardy=tuple(cell for cell, state in owed if state == "late"),
    )


def _return(cell_id: int, dues: Sequence[_Due]) -> CellReturn:
    states = {due.state for due in dues}
    told = [(due.slug, due.revision) for due in dues if due.revision is not None]
    answers = [revision.answers for _slug, revision in told]
    # Day and headcount of one and the same meeting: the first that a report dates.
    rolled_out = next((one for one in answers if _day(one.get(ROLLED_OUT_ON))), None)
    if rolled_out is None:
        told_of = [one for one in answers if _number(one.get(ROLLED_OUT_PEOPLE)) is not None]
        rolled_out = told_of[0] if told_of else {}
    seen = {one[VISUAL] for one in answers if one.get(VISUAL)}
    return CellReturn(
        cell_id=cell_id,
        state=next(state for state in _WORST if state in states),
        rolled_out_on=_day(rolled_out.get(ROLLED_OUT_ON)),
        rolled_out_people=_number(rolled_out.get(ROLLED_OUT_PEOPLE)),
        activities=_activities(answers),
        online_items=_sum(answers, ONLINE_ITEMS),
        visual_publicity="da" in seen if seen else None,
        candidates=_sum(answers, CANDIDATES),
        good_examples=True if any(_text(one.get(EXAMPLES)) for one in answers) else None,
        revisions=tuple((slug, revision.number, revision.source) for slug, revision in told),
    )


def _activities(answers: Sequence[Mapping[str, Any]]) -> tuple[Activity, ...]:
    """One row for each kind that some report gives a number of, in the plan's order."""
    found = []
    for row, kind in _ROWS.items():
        told = [table[row] for one in answers if row in (table := one.get(ACTIVITIES) or {})]
        events = _sum(told, "so-cuoc")
        people = _sum(told, "so-nguoi")
        if events is not None or people is not None:
            found.append(Activity(kind=kind, events=events, people=people))
    return tuple(found)


def _sum(parts: Iterable[Mapping[str, Any]], name: str) -> int | None:
    return total(_number(part.get(name)) for part in parts)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def study_sessions(session: Session, campaign_id: int) -> tuple[CellSessions, ...]:
    """Return the totals of the study sessions of each cell that recorded any.

    A session that nobody has ticked counts as held, but not in what is expected: that nobody has
    told who came does not mean that nobody came.
    """
    names = [name for name in CellSessions.model_fields if name != "cell_id"]
    return tuple(
        CellSessions.model_validate(
            {"cell_id": cell_id, **{name: getattr(found, name) for name in names}}
        )
        for cell_id, found in sessions.totals(session, campaign_id, scope=ALL_CELLS).items()
    )


def recognitions(session: Session, campaign_id: int) -> tuple[CellRecognitions, ...]:
    """Return how many proposals of each cell stand in which state."""
    rows = session.execute(
        select(Recognition.cell_id, Recognition.state, func.count())
        .where(Recognition.campaign_id == campaign_id)
        .group_by(Recognition.cell_id, Recognition.state)
    )
    found: dict[int, dict[str, int]] = {}
    for cell_id, state, number in rows:
        found.setdefault(cell_id, {})[state] = number
    states = [name for name in CellRecognitions.model_fields if name != "cell_id"]
    return tuple(
        CellRecognitions.model_validate(
            {"cell_id": cell_id, **{state: told.get(state, 0) for state in states}}
        )
        for cell_id, told in found.items()
    )


assert set(_ROWS.values()) == set(get_args(ActivityKind))
