"""The study sessions of the sample: two themes, most cells with attendance, one to be ticked."""

from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.scope import CLI, Scope
from survey_app.audit.services import Actor
from survey_app.campaigns.models import Campaign
from survey_app.cell_reports import attendance, session_services, sessions
from survey_app.cell_reports.attendance import Line, Mark
from survey_app.cell_reports.session_services import Facts
from survey_app.demo import cast
from survey_app.demo.invited import acting
from survey_app.demo.timeline import Timeline
from survey_app.formatting import today
from survey_app.people.models import Cell

_OWN = 7  # the cell whose secretary the newcomer may be: the list of 16/9 is left to be ticked
_SILENT = 4  # has entered nothing of 16/9
_FIRST, _LAST = (begins for begins, _topic in cast.STUDY_SESSIONS)
_AWAY = ("excused", "excused", "on_duty", "absent")


def note(timeline: Timeline) -> None:
    """Have the sessions entered on the evening of their day, and their lists ticked."""
    change = timeline.stage.change
    for number in range(1, 9):
        for begins, topic in cast.STUDY_SESSIONS:
            if number == _SILENT and begins == _LAST:
                continue
            entered = begins + timedelta(hours=2, minutes=3 * number)
            timeline.note(entered, partial(change, _enter, number, begins, topic))
        later = _FIRST + timedelta(days=5, hours=number / 4)
        timeline.note(later, partial(change, _reflect, number))


def _enter(session: Session, number: int, begins: datetime, topic: str) -> None:
    campaign, cell_id = _campaign(session), _cell(session, number)
    facts = Facts(
        held_on=_day(begins),
        begins="14:00",
        place=cast.PLACES[number % 2],
        presenter=cast.PRESENTER,
        topic=topic,
    )
    actor, now = _actor(session, number), clock.now()
    held = session_services.enter(
        session, campaign, cell_id, facts, actor, now, with_others=number % 3 != 0
    )
    if number == _OWN and begins == _LAST:
        return
    dice = cast.dice(f"session-{number}-{begins:%d}")
    lines = attendance.list_of(session, held)
    away = {line.public_id: dice.choice(_AWAY) for line in dice.sample(lines, _absent(dice, lines))}
    marks = {
        line.public_id: Mark(away.get(line.public_id, "present"), False, None, False)
        for line in lines
    }
    attendance.save(session, held, marks, facts.held_on, actor, now)


def _reflect(session: Session, number: int) -> None:
    """Some have handed in their reflection on the first session some days later."""
    scope = Scope(frozenset({_cell(session, number)}))
    (held,) = sessions.list_sessions(session, _campaign(session).id, scope=scope)
    dice = cast.dice(f"reflections-{number}")
    marks = {
        line.public_id: Mark(line.state, True, line.state, False)
        for line in attendance.list_of(session, held)
        if line.is_member and line.state == "present" and dice.random() < 0.6
    }
    now = clock.now()
    attendance.save(session, held, marks, _day(now), _actor(session, number), now)


def _absent(dice: Random, lines: list[Line]) -> int:
    return min(len(lines) - 1, round(len(lines) * dice.uniform(0.05, 0.2)))


def _day(moment: datetime) -> date:
    return today(moment)


def _campaign(session: Session) -> Campaign:
    return session.scalars(select(Campaign)).one()


def _cell(session: Session, number: int) -> int:
    return session.scalars(select(Cell.id).order_by(Cell.position, Cell.id)).all()[number - 1]


def _actor(session: Session, number: int) -> Actor:
    return acting(session, cast.SECRETARY) if number == _OWN else CLI
