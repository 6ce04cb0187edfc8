"""Entering, changing and removing the study sessions of a cell."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.campaigns.models import Campaign
from survey_app.cell_reports.models import Attendance, StudySession
from survey_app.cell_reports.roster_of_day import roster_of_day
from survey_app.cell_reports.sessions import is_ticked, keep_totals
from survey_app.errors import Conflict, Invalid, Problem
from survey_app.formatting import day as written_day
from survey_app.formatting import today
from survey_app.i18n import _
from survey_app.people.models import Cell
from survey_app.vietnamese import tidy

_LONGEST_TOPIC = 120


@dataclass(frozen=True)
class Facts:
    """What is said of a session; `begins` is `14:00` or `None`, place, presenter may be empty."""

    held_on: date
    begins: str | None
    place: str
    presenter: str
    topic: str


def default_topic(campaign: Campaign) -> str:
    """Return the campaign's theme up to its first comma: a topic to start from."""
    theme = tidy(campaign.theme).strip("“”\"'*")
    first = theme.partition(",")[0].strip()
    if len(first) <= _LONGEST_TOPIC:
        return first
    return first[:_LONGEST_TOPIC].rpartition(" ")[0]


def facts_of(held: StudySession) -> Facts:
    """Return what is said of a session."""
    return Facts(held.held_on, held.begins, held.place, held.presenter, held.topic)


def enter(
    session: Session,
    campaign: Campaign,
    cell_id: int,
    facts: Facts,
    actor: Actor,
    now: datetime,
    *,
    with_others: bool = True,
) -> StudySession:
    """Enter a session that was held, with the roster of its day as list to tick.

    `with_others`: the non-members attached to the cell were expected too.

    Raises:
        Invalid: the day is to come or before the plan, or a text is missing.
        Conflict: this cell has entered a session of that day and hour already.
    """
    _check(campaign, facts, now)
    _refuse_twin(session, campaign.id, cell_id, facts)
    held = StudySession(
        campaign_id=campaign.id,
        cell_id=cell_id,
        entered_by=actor.actor_id,
        created_at=now,
        updated_at=now,
        **vars(facts),
    )
    session.add(held)
    session.flush()
    _draw_list(session, held, with_others=with_others)
    record(session, Action.STUDY_SESSION_ENTERED, actor, ("study_session", held.id))
    return held


def change(
    session: Session,
    campaign: Campaign,
    held: StudySession,
    facts: Facts,
    actor: Actor,
    now: datetime,
    *,
    with_others: bool,
) -> bool:
    """Store what is said of a locked session; return whether its list was drawn anew.

    Another day, or other people expected, draws the list anew as long as nobody is ticked; a list
    with ticks stays as it is.

    Raises:
        Invalid: as `enter`.
        Conflict: as `enter`.
    """
    _check(campaign, facts, now)
    changed = sorted(name for name, value in vars(facts).items() if getattr(held, name) != value)
    if {"held_on", "begins"} & set(changed):
        _refuse_twin(session, held.campaign_id, held.cell_id, facts, but=held.id)
    redrawn = not is_ticked(held) and (
        "held_on" in changed or with_others != expects_others(session, held)
    )
    if not changed and not redrawn:
        return False
    for name, value in vars(facts).items():
        setattr(held, name, value)
    held.updated_at = now
    if redrawn:
        session.execute(delete(Attendance).where(Attendance.session_id == held.id))
        _draw_list(session, held, with_others=with_others)
    fields = changed + (["list"] if redrawn else [])
    subject = ("study_session", held.id)
    record(session, Action.STUDY_SESSION_CHANGED, actor, subject, fields=fields)
    session.flush()
    return redrawn


def remove(session: Session, held: StudySession, actor: Actor) -> None:
    """Remove a locked session with its list; the log keeps that it was."""
    session.execute(delete(Attendance).where(Attendance.session_id == held.id))
    record(session, Action.STUDY_SESSION_REMOVED, actor, ("study_session", held.id))
    session.delete(held)
    session.flush()


def expects_others(session: Session, held: StudySession) -> bool:
    """Whether non-members of the cell are on the list; true where there are none to be on it."""
    others = [one.person_id for one in roster_of_day(session, held.cell_id, held.held_on).others]
    found = select(func.count()).where(
        Attendance.session_id == held.id, Attendance.person_id.in_(others)
    )
    return not others or bool(session.scalar(found))


def _draw_list(session: Session, held: StudySession, *, with_others: bool) -> None:
    roster = roster_of_day(session, held.cell_id, held.held_on)
    people = [*roster.members, *(roster.others if with_others else ())]
    session.add_all(Attendance(session_id=held.id, person_id=one.person_id) for one in people)
    keep_totals(session, held)


def _check(campaign: Campaign, facts: Facts, now: datetime) -> None:
    problems = []
    if facts.held_on > today(now):
        text = _("Ngày này chưa tới. Buổi sinh hoạt chỉ ghi sau khi đã diễn ra.")
        problems.append(Problem("not_yet", text, "held_on"))
    elif campaign.plan_date and facts.held_on < campaign.plan_date:
        text = _("Ngày này trước ngày của kế hoạch (%(day)s).", day=written_day(campaign.plan_date))
        problems.append(Problem("before_plan", text, "held_on"))
    if not facts.topic:
        problems.append(Problem("no_topic", _("Xin ghi chuyên đề."), "topic"))
    if problems:
        raise Invalid(_("Buổi sinh hoạt chưa lưu được."), problems=problems)


def _refuse_twin(
    session: Session, campaign_id: int, cell_id: int, facts: Facts, *, but: int | None = None
) -> None:
    """A form that was sent twice, or two people entering the same session, make one session."""
    session.execute(select(Cell.id).where(Cell.id == cell_id).with_for_update())
    twin = session.scalar(
        select(StudySession.id).where(
            StudySession.campaign_id == campaign_id,
            StudySession.cell_id == cell_id,
            StudySession.held_on == facts.held_on,
            StudySession.begins.is_not_distinct_from(facts.begins),
            StudySession.id != (but or 0),
        )
    )
    if twin is not None:
        raise Conflict(
            _(
                "Chi bộ đã ghi một buổi vào ngày và giờ này. Nếu là buổi khác, xin ghi giờ khác; "
                "nếu là buổi ấy, xin mở nó trong danh sách."
            )
        )
