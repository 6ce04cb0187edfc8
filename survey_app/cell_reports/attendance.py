"""Ticking who was at a study session, on one page that several people may save at once.

What somebody did not touch on their page is never written: each value is compared with what the
page showed and with what stands there now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.cell_reports.models import ATTENDANCE_STATES, Attendance, StudySession
from survey_app.cell_reports.roster_of_day import Belonging, ever_in, roster_of_day
from survey_app.cell_reports.sessions import keep_totals
from survey_app.errors import Conflict, Invalid, NotFound
from survey_app.formatting import today
from survey_app.i18n import _
from survey_app.people.models import Person
from survey_app.people.queries import by_name

_Value = TypeVar("_Value", str | None, bool)


@dataclass(frozen=True)
class Line:
    """One person on the list of a session; `state` is `None` until ticked.

    `is_extra`: they were not on the roster of that day, and may be taken off.
    """

    person_id: int
    public_id: str
    name: str
    is_member: bool
    state: str | None
    reflection_on: date | None
    is_extra: bool


@dataclass(frozen=True)
class Mark:
    """What a page says of one person, and what it had shown before."""

    state: str | None
    reflection: bool
    seen_state: str | None
    seen_reflection: bool


class TickedMeanwhile(Conflict):
    """Somebody else ticked the same people differently; nothing was stored.

    `people` holds their public ids.
    """

    def __init__(self, people: frozenset[str]) -> None:
        super().__init__(
            _(
                "Trong lúc trang này mở, người khác đã ghi khác về những đồng chí được đánh dấu "
                "dưới đây. Chưa lưu gì của lần này; những gì vừa chọn vẫn còn. Xin xem lại rồi bấm "
                "lưu lần nữa."
            )
        )
        self.people = people


def list_of(session: Session, held: StudySession) -> list[Line]:
    """Return the list of a session: members first, then the others, each by given name."""
    roster = roster_of_day(session, held.cell_id, held.held_on)
    others = {one.person_id for one in roster.others}
    expected = others | {one.person_id for one in roster.members}
    rows = session.execute(
        select(Attendance, Person)
        .join(Person, Person.id == Attendance.person_id)
        .where(Attendance.session_id == held.id)
        .order_by(*by_name(session))
    )
    lines = [
        Line(
            person_id=person.id,
            public_id=person.public_id,
            name=person.full_name,
            is_member=person.id not in others and person.kind == "party_member",
            state=tick.state,
            reflection_on=tick.reflection_on,
            is_extra=person.id not in expected,
        )
        for tick, person in rows
    ]
    return sorted(lines, key=lambda line: not line.is_member)


def missing_from(session: Session, held: StudySession) -> list[Belonging]:
    """Return who belongs to the cell, now or once, and is not on the session's list."""
    listed = set(
        session.scalars(select(Attendance.person_id).where(Attendance.session_id == held.id))
    )
    return [one for one in ever_in(session, held.cell_id) if one.person_id not in listed]


def save(
    session: Session,
    held: StudySession,
    marks: Mapping[str, Mark],
    handed_in_on: date,
    actor: Actor,
    now: datetime,
    *,
    rest_present: bool = False,
) -> int:
    """Store the marks (public id -> mark) of a locked session; return how many people changed.

    With `rest_present`, whoever is ticked by nobody was there. `handed_in_on` is the day of the
    reflections that are ticked now; those ticked before keep theirs.

    Raises:
        TickedMeanwhile: nothing was stored, because others ticked the same people differently.
        Invalid: reflections were handed in before the session or in days to come.
    """
    ticks = _ticks(session, held)
    clashes, changed = set(), 0
    for public_id, mark in marks.items():
        tick = ticks.get(public_id)
        if tick is None:
            continue  # taken off the list, by a merge of two entries of one person
        try:
            changed += _apply(tick, mark, handed_in_on, held, now, rest_present)
        except _Clash:
            clashes.add(public_id)
    if clashes:
        session.expire_all()
        raise TickedMeanwhile(frozenset(clashes))
    if changed:
        held.updated_at = now
        keep_totals(session, held)
        record(
            session,
            Action.ATTENDANCE_ENTERED,
            actor,
            ("study_session", held.id),
            present=held.present,
            expected=held.expected,
        )
    return changed


def add_person(
    session: Session, held: StudySession, public_id: str, actor: Actor, now: datetime
) -> str:
    """Put somebody of the cell who came onto the list of a locked session; return their name.

    Raises:
        NotFound: they never belonged to this cell, or stand on the list.
    """
    one = next((one for one in missing_from(session, held) if one.public_id == public_id), None)
    if one is None:
        raise NotFound(_("Người này đã có trong danh sách, hoặc không thuộc chi bộ."))
    session.add(Attendance(session_id=held.id, person_id=one.person_id, state="present"))
    _changed_list(session, held, actor, now)
    return one.name


def take_off(
    session: Session, held: StudySession, public_id: str, actor: Actor, now: datetime
) -> str:
    """Take somebody who was not expected off the list of a locked session; return their name.

    Who was on the roster of that day stays: a list without the absent would look like full
    attendance.

    Raises:
        NotFound: they do not stand on it.
        Conflict: they were on the roster of that day.
    """
    line = next((one for one in list_of(session, held) if one.public_id == public_id), None)
    if line is None:
        raise NotFound(_("Người này không có trong danh sách của buổi."))
    if not line.is_extra:
        raise Conflict(
            _(
                "%(name)s thuộc chi bộ hôm ấy nên vẫn ở trong danh sách. Ai không dự, xin ghi "
                "“Vắng có lý do”, “Vắng” hoặc “Công tác”.",
                name=line.name,
            )
        )
    session.delete(_ticks(session, held)[public_id])
    _changed_list(session, held, actor, now)
    return line.name


def _changed_list(session: Session, held: StudySession, actor: Actor, now: datetime) -> None:
    held.updated_at = now
    keep_totals(session, held)
    subject = ("study_session", held.id)
    record(session, Action.STUDY_SESSION_CHANGED, actor, subject, fields=["list"])


def _ticks(session: Session, held: StudySession) -> dict[str, Attendance]:
    rows = session.execute(
        select(Person.public_id, Attendance)
        .join(Person, Person.id == Attendance.person_id)
        .where(Attendance.session_id == held.id)
    )
    return {row[0]: row[1] for row in rows}


class _Clash(Exception):
    """Two people said different things of one person."""


def _apply(
    tick: Attendance,
    mark: Mark,
    handed_in_on: date,
    held: StudySession,
    now: datetime,
    rest_present: bool,
) -> bool:
    state = _agreed(mark.seen_state, _known(mark.state), tick.state)
    if rest_present and state is None:
        state = "present"
    has_one = _agreed(mark.seen_reflection, mark.reflection, tick.reflection_on is not None)
    reflection_on = tick.reflection_on if has_one else None
    if has_one and reflection_on is None:
        reflection_on = _day_of_reflection(handed_in_on, held, now)
    if (state, reflection_on) == (tick.state, tick.reflection_on):
        return False
    tick.state, tick.reflection_on = state, reflection_on
    return True


def _agreed(seen: _Value, wanted: _Value, there: _Value) -> _Value:
    if wanted in (seen, there):
        return there
    if seen != there:
        raise _Clash
    return wanted


def _known(state: str | None) -> str | None:
    return state if state in ATTENDANCE_STATES else None


def _day_of_reflection(handed_in_on: date, held: StudySession, now: datetime) -> date:
    if handed_in_on < held.held_on or handed_in_on > today(now):
        raise Invalid(
            _("Ngày nộp bản thu hoạch phải từ ngày của buổi sinh hoạt đến hôm nay."),
        )
    return handed_in_on


def follow_merge(session: Session, kept_id: int, other_id: int) -> None:
    """Let two entries of one person be one on the lists of sessions, after they were merged.

    Where both stand, what was told of either stays; having come goes before anything else.
    """
    mine = select(Attendance).where(Attendance.person_id.in_((kept_id, other_id)))
    rows: dict[int, dict[int, Attendance]] = {}
    for row in session.scalars(mine.order_by(Attendance.session_id).with_for_update()):
        rows.setdefault(row.session_id, {})[row.person_id] = row
    for session_id, both in rows.items():
        other, kept = both.get(other_id), both.get(kept_id)
        if other is None:
            continue
        if kept is None:
            other.person_id = kept_id
            continue
        kept.state = (
            "present" if "present" in (kept.state, other.state) else (kept.state or other.state)
        )
        kept.reflection_on = kept.reflection_on or other.reflection_on
        session.delete(other)
        keep_totals(session, session.get_one(StudySession, session_id, with_for_update=True))
