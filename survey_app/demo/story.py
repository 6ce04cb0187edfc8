"""What happened before the newcomer came: three weeks of a campaign, told by the real services.

Questions, campaign, roster and accounts are loaded; round 1 is launched, answered, reminded of,
closed and finalised; round 2 is launched and half answered; beside them run two forms (`forms`) and
two periods of cell reports (`duties`); at last a few people change (`changes`).
Every mail goes through the outbox over SMTP. The dice are seeded: the same people do the same
things at the same minutes every time. Only what is in an urn comes out mixed.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts import services as accounts
from survey_app.accounts.scope import CLI
from survey_app.campaigns import campaign_services as campaigns
from survey_app.campaigns import services as rounds
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.settings import RoundSettings
from survey_app.demo import cast, changes, duties, figures, reports, sessions
from survey_app.demo.answering import Answering
from survey_app.demo.cast import Part
from survey_app.demo.forms import Form
from survey_app.demo.invited import Invited, acting, reached
from survey_app.demo.stage import Stage
from survey_app.demo.timeline import Timeline, some_moment
from survey_app.formatting import today
from survey_app.invitations import launch, reminding
from survey_app.people import services as people
from survey_app.people.models import Cell
from survey_app.people.roster import read_roster
from survey_app.questions import services as questions

_PART = timedelta(minutes=1)


def tell(stage: Stage) -> None:
    """Let all of it happen."""
    prepare(stage)
    timeline = Timeline(stage)
    for part in (cast.FIRST, cast.SECOND):
        _Quiz(timeline, part).note()
    for form in cast.FORMS:
        Form(timeline, form).note()
    sessions.note(timeline)
    duties.note(timeline)
    figures.note(timeline)
    reports.note(timeline)
    changes.note(timeline)
    timeline.play(until=cast.NOW)


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


class _Quiz:
    """One round, from its launch to where the story stands."""

    def __init__(self, timeline: Timeline, part: Part) -> None:
        self._timeline, self._part, self._stage = timeline, part, timeline.stage
        self._dice = cast.dice(part.slug)
        self._again: set[str] = set()

    def note(self) -> None:
        """Have it launched, answered, reminded of, closed."""
        part, timeline = self._part, self._timeline
        timeline.note(part.launched, self._begin)
        if part.reminded:
            timeline.note(part.reminded, self._remind)
        timeline.note_closing(part.closes)

    def _begin(self) -> None:
        self._stage.change(self._launch)
        self._stage.work()
        self._plan()

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

    def _remind(self) -> None:
        self._stage.change(self._ask_again)
        self._stage.work()

    def _ask_again(self, session: Session) -> None:
        round_id = session.scalars(select(Round.id).where(Round.slug == self._part.slug)).one()
        reminding.remind(session, round_id, acting(session, cast.ORGANISER), clock.now())

    def _plan(self) -> None:
        """Decide who comes when; only those come whom the invitation has reached."""
        with self._stage.looking() as session:
            invited, cells = reached(session, self._part.slug)
        chosen: list[Invited] = []
        for cell, count in zip(cells, self._part.members, strict=True):
            own = [one for one in invited if (one.cell_id, one.kind) == (cell, "party_member")]
            chosen += self._dice.sample(own, count)
        others = [one for one in invited if one.kind == "non_member"]
        chosen += self._dice.sample(others, self._part.others)
        last = min(self._part.closes, cast.NOW) - timedelta(minutes=40)  # time to finish
        for one in chosen:
            self._note(some_moment(self._dice, self._part.launched, last), self._person(one))
        left = [one for one in invited if one not in chosen]
        for number, one in enumerate(self._dice.sample(left, self._part.begun), 1):
            self._note(cast.NOW - number * timedelta(minutes=13), self._person(one), "try")

    def _person(self, one: Invited) -> Answering:
        """Return how this person answers: what they know stays the same from round to round."""
        own = cast.dice(one.person_id)
        skill = min(0.98, max(0.35, own.gauss(0.8, 0.14)))
        return Answering(one.public_id, skill, own)

    def _note(
        self, at: datetime, who: Answering, step: str = "begin", attempt_id: str = ""
    ) -> None:
        self._timeline.note(at, lambda: self._happen(at, who, step, attempt_id))

    def _happen(self, at: datetime, who: Answering, step: str, attempt_id: str) -> None:
        self._stage.change(self._do, at, who, step, attempt_id)
        if step == "hand_in":
            self._stage.until(at + timedelta(seconds=self._dice.randint(2, 9)))
            self._stage.work()

    def _do(
        self, session: Session, at: datetime, who: Answering, step: str, attempt_id: str
    ) -> None:
        """Take one step of somebody's attempt and note the next."""
        length = self._dice.uniform(2, 7) * _PART
        if step in {"begin", "try"}:
            attempt_id = who.begin(session)
            who.save(session, attempt_id, first=0, last=0.45)
            if step == "begin":
                self._note(at + length, who, "finish", attempt_id)
        elif step == "finish":
            who.save(session, attempt_id, first=0.45, last=1)
            self._note(at + length / 2, who, "hand_in", attempt_id)
        else:
            who.hand_in(session, attempt_id)
            self._try_again(at, who)

    def _try_again(self, at: datetime, who: Answering) -> None:
        """Some use their second attempt, and know more by then."""
        next_day = at + timedelta(days=1)
        allowed = self._part.attempts > 1 and who.public_id not in self._again
        in_time = next_day + timedelta(minutes=30) < min(self._part.closes, cast.NOW)
        if allowed and in_time and who.skill < 0.75 and self._dice.random() < 0.5:
            self._again.add(who.public_id)
            self._note(next_day, replace(who, skill=who.skill + 0.2))
