"""The sample's forms about study sessions: one counted and partly read over, one half sent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.campaigns import services as rounds
from survey_app.campaigns.models import Campaign, Round, RoundCell
from survey_app.campaigns.settings import RoundSettings
from survey_app.demo import cast, opinions
from survey_app.demo.cast import FormPart
from survey_app.demo.invited import Invited, acting, reached
from survey_app.demo.opinions import Posted
from survey_app.demo.timeline import Timeline, some_moment
from survey_app.feedback import answers, paper, reviewing, sealing, sending
from survey_app.feedback.models import CountedText, Urn
from survey_app.invitations import launch
from survey_app.invitations.models import Invitation
from survey_app.questions import library
from survey_app.questions.schema import QuestionDocument

_OF_ONE_MIND = 7  # the place of the cell whose members all say the same of one thing


@dataclass
class Form:
    """One form, from its launch to where the story stands."""

    timeline: Timeline
    part: FormPart
    _papers: list[Posted] = field(default_factory=list)

    def note(self) -> None:
        """Have it launched, sent, entered from paper, closed, counted, read over."""
        part, timeline = self.part, self.timeline
        timeline.note(part.launched, self._begin)
        if part.papers_entered:
            timeline.note(part.papers_entered, lambda: timeline.stage.change(self._enter_papers))
        timeline.note_closing(part.closes)
        if part.reviewed:
            timeline.note(part.reviewed, lambda: timeline.stage.change(self._read_over))

    def _begin(self) -> None:
        stage = self.timeline.stage
        stage.change(self._create)
        stage.work()  # makes the urn's key
        stage.change(self._launch)
        stage.work()
        self._plan()

    def _create(self, session: Session) -> None:
        part = self.part
        plan = rounds.RoundPlan(
            title=part.title,
            question_set=cast.FORM,
            opens_at=part.launched,
            closes_at=part.closes,
            slug=part.slug,
            settings=RoundSettings(kinds=("party_member",), time_limit_minutes=None),
        )
        campaign = session.scalars(select(Campaign)).one()
        rounds.create_round(session, campaign.id, plan, acting(session, cast.ORGANISER))

    def _launch(self, session: Session) -> None:
        actor = acting(session, cast.ORGANISER)
        launch.launch(session, self._round(session).id, actor, clock.now())

    def _plan(self) -> None:
        """Decide who sends what when, and what will stand on the papers."""
        with self.timeline.stage.looking() as session:
            invited, cells = reached(session, self.part.slug)
        dice = cast.dice(self.part.slug)
        # The first is left for whoever tries the member's part.
        senders = self._senders(dice, invited[1:], cells)
        of_one_mind = cells[_OF_ONE_MIND - 1]
        given = [
            opinions.opinion(self._dice_of(one), of_one_mind=one.cell_id == of_one_mind)
            for one in senders
        ]
        self._papers = [opinions.opinion(dice) for _number in range(self.part.papers)]
        voices = opinions.VOICES[self.part.slug]
        speaking = dice.sample([*given, *self._papers], len(voices))
        for posted, voice in zip(speaking, voices, strict=True):
            opinions.say(posted, *voice)
        last = min(self.part.closes, cast.NOW) - timedelta(minutes=5)
        for one, posted in zip(senders, given, strict=True):
            self._note(some_moment(dice, self.part.launched, last), one, posted)

    def _senders(
        self, dice: Random, invited: Sequence[Invited], cells: Sequence[int]
    ) -> list[Invited]:
        """Return who sends a form by the link of their mail."""
        chosen: list[Invited] = []
        for cell, count in zip(cells, self.part.members, strict=True):
            chosen += dice.sample([one for one in invited if one.cell_id == cell], count)
        return chosen

    def _dice_of(self, one: Invited) -> Random:
        return cast.dice(f"{self.part.slug}-{one.person_id}")

    def _note(self, at: datetime, who: Invited, posted: Posted) -> None:
        self.timeline.note(at, lambda: self.timeline.stage.change(self._send, who, posted))

    def _send(self, session: Session, who: Invited, posted: Posted) -> None:
        """Send somebody's form, as their page does."""
        invitation, urn, group = session.execute(
            select(Invitation.id, Urn, RoundCell.ballot_group)
            .join(Urn, Urn.round_id == Invitation.round_id)
            .join(RoundCell, RoundCell.id == Invitation.round_cell_id)
            .where(Invitation.public_id == who.public_id)
        ).one()
        assert group is not None and urn.ballot_bytes is not None
        given = answers.read(_document(session, urn.round_id), posted)
        ballot = sealing.Ballot(group, given)
        sending.send(
            session,
            round_id=urn.round_id,
            invitation_id=invitation,
            sealed=sealing.seal(urn.public_key, urn.ballot_bytes, ballot),
            received=clock.now(),
        )

    def _enter_papers(self, session: Session) -> None:
        """Enter in one batch what people without a mailbox have put on paper."""
        round_id = self._round(session).id
        document = _document(session, round_id)
        handers = [one.invitation_id for one in paper.without_mail(session, round_id)]
        paper.enter(
            session,
            round_id,
            [answers.read(document, posted) for posted in self._papers],
            handers[: len(self._papers)],
            acting(session, cast.ORGANISER),
            clock.now(),
        )

    def _read_over(self, session: Session) -> None:
        """Decide about some of the texts; the others wait for whoever tries that part."""
        round_id = self._round(session).id
        texts = select(CountedText.key, CountedText.text).where(CountedText.round_id == round_id)
        decisions = {}
        for key, text in session.execute(texts):
            if text in opinions.SHOWN:
                decisions[key] = reviewing.Decision("show")
            elif text in opinions.WITHHELD:
                decisions[key] = reviewing.Decision("withhold")
        reviewing.decide(session, round_id, decisions, acting(session, cast.ORGANISER))

    def _round(self, session: Session) -> Round:
        return session.scalars(select(Round).where(Round.slug == self.part.slug)).one()


def _document(session: Session, round_id: int) -> QuestionDocument:
    version_id = session.get_one(Round, round_id).version_id
    assert version_id is not None
    return library.approved(session, version_id).document
