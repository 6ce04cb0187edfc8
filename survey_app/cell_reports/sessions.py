"""Study sessions of cells: which there are, and what they add up to.

The totals stand in the session's row and are written with each tick (`attendance`); `recount` comes
to them a second time, from the ticks themselves. No form about a session is known here, nor ever
asked: attendance has names, opinion has none.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from survey_app.accounts.scope import Scope
from survey_app.cell_reports.models import ATTENDANCE_STATES, Attendance, StudySession
from survey_app.errors import NotFound
from survey_app.i18n import _

TICKS = (*ATTENDANCE_STATES, "reflections")


@dataclass(frozen=True)
class SessionTotals:
    """What the sessions of one cell add up to.

    `expected` and the four states are those of sessions whose attendance has been ticked at least
    in part: the others have not been reported, which is not the same as nobody having come.
    """

    sessions: int = 0
    expected: int = 0
    present: int = 0
    excused: int = 0
    absent: int = 0
    on_duty: int = 0
    reflections: int = 0
    not_ticked: int = 0  # sessions without any attendance

    @property
    def rate(self) -> float | None:
        """Present ÷ expected; `None` when no attendance has been ticked."""
        return self.present / self.expected if self.expected else None


def totals(session: Session, campaign_id: int, *, scope: Scope) -> dict[int, SessionTotals]:
    """Return cell id -> its totals, of the cells of `scope` that have entered a session."""
    row = StudySession
    ticked = row.present + row.excused + row.absent + row.on_duty > 0
    expected = case((ticked, row.expected), else_=0)
    query = (
        select(
            row.cell_id,
            func.count().label("sessions"),
            func.sum(expected).label("expected"),
            *(func.sum(getattr(row, name)).label(name) for name in TICKS),
            func.sum(case((ticked, 0), else_=1)).label("not_ticked"),
        )
        .where(row.campaign_id == campaign_id, *_in_scope(scope))
        .group_by(row.cell_id)
    )
    found = session.execute(query).mappings()
    return {
        one["cell_id"]: SessionTotals(
            **{name: int(one[name]) for name in SessionTotals.__annotations__}
        )
        for one in found
    }


def recount(
    session: Session, session_ids: Iterable[int] | None = None
) -> dict[int, dict[str, int]]:
    """Count sessions again from their ticks: session id -> expected, the states, reflections.

    A session without a list is left out: its names are gone by their time, and its totals stay.
    """
    counted = (
        select(
            Attendance.session_id,
            func.count().label("expected"),
            *(
                func.sum(case((Attendance.state == state, 1), else_=0)).label(state)
                for state in ATTENDANCE_STATES
            ),
            func.count(Attendance.reflection_on).label("reflections"),
        )
        .group_by(Attendance.session_id)
        .order_by(Attendance.session_id)
    )
    if session_ids is not None:
        counted = counted.where(Attendance.session_id.in_(list(session_ids)))
    return {
        one["session_id"]: {name: int(one[name]) for name in ("expected", *TICKS)}
        for one in session.execute(counted).mappings()
    }


def keep_totals(session: Session, held: StudySession) -> None:
    """Write what the ticks add up to into the session's row, in the same unit of work."""
    session.flush()
    nothing = dict.fromkeys(("expected", *TICKS), 0)
    for name, value in recount(session, [held.id]).get(held.id, nothing).items():
        setattr(held, name, value)
    session.flush()


def list_sessions(session: Session, campaign_id: int, *, scope: Scope) -> list[StudySession]:
    """Return the sessions of `scope`, the newest first."""
    query = select(StudySession).where(StudySession.campaign_id == campaign_id, *_in_scope(scope))
    newest = query.order_by(StudySession.held_on.desc(), StudySession.id.desc())
    return list(session.scalars(newest))


def find_session(
    session: Session, campaign_id: int, session_id: int, *, scope: Scope, lock: bool = False
) -> StudySession:
    """Return a session of `scope`; with `lock`, nobody else changes it or its list meanwhile.

    Raises:
        NotFound: there is none, or it is another cell's or campaign's.
    """
    query = select(StudySession).where(
        StudySession.id == session_id, StudySession.campaign_id == campaign_id, *_in_scope(scope)
    )
    held = session.scalar(query.with_for_update() if lock else query)
    if held is None:
        raise NotFound(_("Không có buổi sinh hoạt này trong chi bộ của đồng chí."))
    return held


def is_ticked(held: StudySession) -> bool:
    """Whether anything stands on the list yet."""
    return any(getattr(held, name) for name in TICKS)


def _in_scope(scope: Scope) -> list[ColumnElement[bool]]:
    return [] if scope.cells is None else [StudySession.cell_id.in_(scope.cells)]
