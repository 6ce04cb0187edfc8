"""What the cells of the sample report: one period that is over, one that runs, two proposals.

Six more cells have a secretary of their own; the eighth hands in on paper. In the first period
cell 3 was late: it was let in again, and answered two days after the others.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts import services as accounts
from survey_app.accounts.scope import ALL_CELLS, CLI
from survey_app.campaigns import services as rounds
from survey_app.campaigns.models import Campaign
from survey_app.campaigns.settings import RoundSettings
from survey_app.cell_reports import recognition
from survey_app.cell_reports.answers import Values
from survey_app.cell_reports.reporting import Owed, enter, fingerprint, owed, reopen, write
from survey_app.demo import cast, reported
from survey_app.demo.invited import acting
from survey_app.demo.reported import Part
from survey_app.demo.timeline import Timeline
from survey_app.invitations import launch
from survey_app.people.models import Cell


def note(timeline: Timeline) -> None:
    """Have the periods launched, answered, closed, and what is proposed considered."""
    stage = timeline.stage

    def then(moment: datetime, part: Callable[..., None], *values: object) -> None:
        timeline.note(moment, lambda: stage.change(part, *values))

    then(cast.BEGINS, _accounts)
    for part in (reported.FIRST, reported.SECOND):
        then(part.launched, _launch, part)
        timeline.note(part.launched, stage.work)
        for number, moment, values in part.sent:
            then(moment, _send, part, number, values)
        for number, moment, values in part.drafts:
            then(moment, _keep, part, number, values)
        for number, moment, until, reason in part.reopened:
            then(moment, _reopen, part, number, until, reason)
        timeline.note_closing(part.closes)
    for number, moment, given in reported.PROPOSED:
        then(moment, _propose, number, given)
    then(reported.SUPPORTED, _support)


def _accounts(session: Session) -> None:
    cells = _cells(session)
    for number, account in reported.SECRETARIES.items():
        if account is cast.SECRETARY:
            continue  # has one already
        user = accounts.create_user(
            session, account.email, account.name, actor=CLI, source="demo", is_sample=True
        )
        cell_id = cells[number - 1].id
        accounts.grant_role(session, user.id, "cell_secretary", actor=CLI, cell_id=cell_id)


def _cells(session: Session) -> list[Cell]:
    return list(session.scalars(select(Cell).order_by(Cell.position, Cell.id)))


def _launch(session: Session, part: Part) -> None:
    actor = acting(session, cast.ORGANISER)
    plan = rounds.RoundPlan(
        title=part.title,
        question_set=reported.SET,
        opens_at=part.launched,
        closes_at=part.closes,
        slug=part.slug,
        settings=RoundSettings(),
    )
    made = rounds.create_round(session, session.scalars(select(Campaign)).one().id, plan, actor)
    launch.launch(session, made.id, actor, clock.now())


def _owed(session: Session, part: Part, number: int) -> Owed:
    slug = _cells(session)[number - 1].slug
    return owed(session, part.slug, slug, clock.now(), scope=ALL_CELLS, lock=True)


def _send(session: Session, part: Part, number: int, values: Values) -> None:
    """The secretary sends it; where there is none, the organiser enters what came on paper."""
    found = _owed(session, part, number)
    account = reported.SECRETARIES.get(number)
    if account is not None:
        seen = fingerprint(found.latest)
        write(session, found, values, acting(session, account), seen=seen, send=True)
        return
    seen, organiser = fingerprint(found.counted), acting(session, cast.ORGANISER)
    enter(session, found, values, organiser, seen=seen, reason=reported.ON_PAPER)


def _keep(session: Session, part: Part, number: int, values: Values) -> None:
    found, actor = _owed(session, part, number), acting(session, reported.SECRETARIES[number])
    write(session, found, values, actor, seen=fingerprint(found.latest), send=False)


def _reopen(session: Session, part: Part, number: int, until: datetime, reason: str) -> None:
    reopen(session, _owed(session, part, number), until, reason, acting(session, cast.ORGANISER))


def _propose(session: Session, number: int, given: dict[str, str]) -> None:
    found = _owed(session, reported.SECOND, number)
    recognition.propose(session, found, given, acting(session, reported.SECRETARIES[number]))


def _support(session: Session) -> None:
    campaign, now = session.scalars(select(Campaign)).one(), clock.now()
    found = recognition.of_campaign(session, campaign.id, now, scope=ALL_CELLS)
    (team,) = [one for one in found if one.subject_kind == "collective"]
    monitor = acting(session, cast.COMMITTEE)
    recognition.decide(
        session,
        team.id,
        "supported",
        reported.REMARK,
        monitor,
        now,
        seen=team.state,
        scope=ALL_CELLS,
    )
