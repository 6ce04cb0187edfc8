"""What happened before the newcomer came: three weeks of a campaign, told by the real services.

Questions, campaign, roster and accounts are loaded; round 1 is launched, answered, reminded of,
closed and finalised; round 2 is launched and half answered. Every mail goes through the outbox over
SMTP. The dice are seeded: the same people do the same things at the same minutes every time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts import services as accounts
from survey_app.accounts.models import User
from survey_app.accounts.scope import CLI, Actor
from survey_app.campaigns import campaign_services as campaigns
from survey_app.campaigns import services as rounds
from survey_app.campaigns.models import Campaign, Round, RoundCell
from survey_app.campaigns.settings import RoundSettings
from survey_app.demo import cast
from survey_app.demo.answering import Answering
from survey_app.demo.cast import Account, Part
from survey_app.demo.stage import Stage
from survey_app.formatting import local, today
from survey_app.invitations import launch, reminding
from survey_app.invitations.models import Invitation
from survey_app.people import services as people
from survey_app.people.models import Cell, Person
from survey_app.people.roster import read_roster
from survey_app.questions import services as questions

_SEED = 422
_PART = timedelta(minutes=1)
# Shares of the day's answers by hour; people answer at work, and some in the evening.
_HOURS = {7: 2, 8: 6, 9: 8, 10: 6, 11: 2, 13: 2, 14: 6, 15: 6, 16: 4, 19: 2, 20: 3, 21: 1}
_CLOSING = (timedelta(0), timedelta(seconds=20), timedelta(seconds=80))


def tell(stage: Stage) -> None:
    """Let all of it happen."""
    prepare(stage)
    for part in (cast.FIRST, cast.SECOND):
        _Telling(stage, part).tell()
    stage.until(cast.NOW)
    stage.work()


def prepare(stage: Stage) -> None:
    """Load questions, campaign, roster and accounts."""
    for act in (_questions, _campaign, _roster, _accounts):
        stage.change(act)


def _questions(session: Session) -> None:
    for path in sorted(cast.QUIZZES.glob("*.yaml")):
        questions.ship(session, path, actor=CLI)


def _campaign(session: Session) -> None:
    campaign = campaigns.import_campaign(session, cast.CAMPAIGN, CLI)
    campaign.is_sample = True
    campaigns.change_campaign(session, campaign.id, dict(cast.CONTACT), CLI)


def _roster(session: Session) -> None:
    day = today(clock.now())
    for path, kind in cast.ROSTERS:
        roster = read_roster(path.read_bytes(), path.name, kind=kind)
        plan = people.plan_import(session, roster, kind, today=day)
        people.apply_import(session, plan, CLI, day, is_sample=True)


def _accounts(session: Session) -> None:
    cells = list(session.scalars(select(Cell.id).order_by(Cell.position, Cell.id)))
    for account in cast.ACCOUNTS:
        user = accounts.create_user(
            session, account.email, account.name, actor=CLI, source="demo", is_sample=True
        )
        for role in account.roles:
            cell_id = cells[account.cell - 1] if account.cell else None
            accounts.grant_role(session, user.id, role, actor=CLI, cell_id=cell_id)


def acting(session: Session, account: Account) -> Actor:
    """Return the sample's account as the one who acts."""
    user = session.scalars(select(User).where(User.email == account.email)).one()
    return Actor(user_id=user.id, name=user.name, email=user.email, locale=user.locale)


class _Invited(NamedTuple):
    """Somebody whom the invitation has reached."""

    public_id: str
    person_id: int
    kind: str
    cell_id: int | None


class _Event(NamedTuple):
    """Something somebody does; `order` keeps those of one moment apart."""

    at: datetime
    order: int
    who: Answering
    step: str
    attempt_id: str = ""


class _Telling:
    """One round, from its launch to where the story stands."""

    def __init__(self, stage: Stage, part: Part) -> None:
        self._stage, self._part = stage, part
        self._dice = Random(f"{_SEED}-{part.slug}")  # noqa: S311 (a story, no secret)
        self._events: list[_Event] = []
        self._count = 0
        self._again: set[str] = set()

    def tell(self) -> None:
        """Launch, answer, remind, close."""
        part, stage = self._part, self._stage
        stage.until(part.launched)
        stage.change(self._launch)
        stage.work()
        self._plan()
        reminded = part.reminded or cast.NOW
        self._play(until=reminded)
        if part.reminded:
            stage.until(part.reminded)
            stage.change(self._remind)
            stage.work()
        self._play(until=cast.NOW)
        if part.closes < cast.NOW:
            for later in _CLOSING:
                stage.until(part.closes + later)
                stage.work()

    def _launch(self, session: Session) -> None:
        part, actor = self._part, acting(session, cast.ORGANISER)
        campaign = session.scalars(select(Campaign)).one()
        plan = rounds.RoundPlan(
            title=part.title,
            question_set=part.question_set,
            opens_at=part.launched,
            closes_at=part.closes,
            slug=part.slug,
            settings=RoundSettings(time_limit_minutes=part.minutes, attempts_allowed=part.attempts),
        )
        made = rounds.create_round(session, campaign.id, plan, actor)
        launch.launch(session, made.id, actor, clock.now())

    def _remind(self, session: Session) -> None:
        round_id = session.scalars(select(Round.id).where(Round.slug == self._part.slug)).one()
        reminding.remind(session, round_id, acting(session, cast.ORGANISER), clock.now())

    def _plan(self) -> None:
        """Decide who comes when; only those come whom the invitation has reached."""
        with self._stage.looking() as session:
            invited, cells = _reached(session, self._part.slug)
        chosen: list[_Invited] = []
        for cell, count in zip(cells, self._part.members, strict=True):
            own = [one for one in invited if (one.cell_id, one.kind) == (cell, "party_member")]
            chosen += self._dice.sample(own, count)
        others = [one for one in invited if one.kind == "non_member"]
        chosen += self._dice.sample(others, self._part.others)
        for one in chosen:
            self._note(self._moment(), self._person(one), "begin")
        left = [one for one in invited if one not in chosen]
        for number, one in enumerate(self._dice.sample(left, self._part.begun), 1):
            self._note(cast.NOW - number * timedelta(minutes=13), self._person(one), "try")

    def _person(self, one: _Invited) -> Answering:
        """Return how this person answers: what they know stays the same from round to round."""
        own = Random(f"{_SEED}-{one.person_id}")  # noqa: S311 (a story, no secret)
        skill = min(0.98, max(0.35, own.gauss(0.8, 0.14)))
        return Answering(one.public_id, skill, own)

    def _moment(self) -> datetime:
        """Return when somebody begins: most on the first days, never so late as not to finish."""
        last = min(self._part.closes, cast.NOW) - timedelta(minutes=40)
        days = [day for day in _days(self._part.launched, last) if day.weekday() < 5]
        weights = [3 if day == days[0] else 2 if day == days[-1] else 1 for day in days]
        while True:
            day = self._dice.choices(days, weights)[0]
            hour = self._dice.choices(list(_HOURS), list(_HOURS.values()))[0]
            minute, second = self._dice.randrange(60), self._dice.randrange(60)
            moment = day.replace(hour=hour, minute=minute, second=second)
            if self._part.launched + timedelta(minutes=3) < moment < last:
                return moment

    def _note(self, at: datetime, who: Answering, step: str, attempt_id: str = "") -> None:
        self._count += 1
        heappush(self._events, _Event(at, self._count, who, step, attempt_id))

    def _play(self, *, until: datetime) -> None:
        while self._events and self._events[0].at < until:
            event = heappop(self._events)
            self._stage.until(event.at)
            self._stage.change(self._do, event)
            if event.step == "hand_in":
                self._stage.until(event.at + timedelta(seconds=self._dice.randint(2, 9)))
                self._stage.work()

    def _do(self, session: Session, event: _Event) -> None:
        """Take one step of somebody's attempt and note the next."""
        who, step = event.who, event.step
        length = self._dice.uniform(2, 7) * _PART
        if step in {"begin", "try"}:
            attempt_id = who.begin(session)
            who.save(session, attempt_id, first=0, last=0.45)
            if step == "begin":
                self._note(event.at + length, who, "finish", attempt_id)
        elif step == "finish":
            who.save(session, event.attempt_id, first=0.45, last=1)
            self._note(event.at + length / 2, who, "hand_in", event.attempt_id)
        else:
            who.hand_in(session, event.attempt_id)
            self._try_again(event)

    def _try_again(self, event: _Event) -> None:
        """Some use their second attempt, and know more by then."""
        who, next_day = event.who, event.at + timedelta(days=1)
        allowed = self._part.attempts > 1 and who.public_id not in self._again
        in_time = next_day + timedelta(minutes=30) < min(self._part.closes, cast.NOW)
        if allowed and in_time and who.skill < 0.75 and self._dice.random() < 0.5:
            self._again.add(who.public_id)
            self._note(next_day, replace(who, skill=who.skill + 0.2), "begin")


def _days(first: datetime, last: datetime) -> Iterator[datetime]:
    day = local(first).replace(hour=0, minute=0, second=0)
    while day <= local(last):
        yield day
        day += timedelta(days=1)


def _reached(session: Session, slug: str) -> tuple[list[_Invited], Sequence[int]]:
    """Return whom the round's invitation has reached, and the cells in the committee's order."""
    rows = session.execute(
        select(Invitation.public_id, Person.id, Person.kind, RoundCell.cell_id)
        .join(Person, Person.id == Invitation.person_id)
        .join(RoundCell, RoundCell.id == Invitation.round_cell_id)
        .join(Round, Round.id == Invitation.round_id)
        .where(Round.slug == slug, Person.address_state == "ok", Person.email.is_not(None))
        .order_by(Person.id)
    )
    cells = session.scalars(select(Cell.id).order_by(Cell.position, Cell.id)).all()
    return [_Invited._make(row) for row in rows], cells
