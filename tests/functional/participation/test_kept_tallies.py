"""Whatever happens in a round, each tally is what its raw rows say, by two ways of counting."""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from survey_app import clock, jobs
from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Round, RoundCell
from survey_app.database import Database
from survey_app.invitations import mailed, reaching, tally
from survey_app.invitations.models import Invitation, RoundDay
from survey_app.invitations.recount import kept_days
from survey_app.mailing.models import OutboxMessage
from survey_app.people.models import Membership, Person
from survey_app.people.services import mark_address_bad
from survey_app.quizzes import deadlines, distribution, queries, services
from survey_app.quizzes.models import Attempt, Grading
from survey_app.quizzes.recount import differences
from survey_app.quizzes.saving import Write
from tests.conftest import START, TestClock
from tests.factories_rounds import invitations_of, launched_round
from tests.sending import send_all
from tests.smtp_sink import SmtpSink

PEOPLE = 5
_addresses = itertools.count(1)


@pytest.fixture
def installed(smtp: SmtpSink, app: Flask):
    with app.app_context():
        yield app


class Story:
    """One round and what people, organisers and the clock do in it, by the product's services."""

    def __init__(self, app: Flask, db: Database, time: TestClock) -> None:
        self.app, self.db, self.time = app, db, time
        time.set(START)
        with db.writing() as session:
            # Nobody of an earlier story on the same database is asked again.
            session.execute(update(Membership).values(ends_on=Membership.starts_on))
            session.execute(update(Round).where(Round.state == "open").values(state="cancelled"))
            round_ = launched_round(
                session, people=PEOPLE, attempts_allowed=3, closes_at=START + timedelta(days=2)
            )
            self.round_id = round_.id
            self.links = [(one.id, one.public_id) for one in invitations_of(session, round_)]

    def mail(self, _place: int) -> None:
        send_all(self.app)

    def begin(self, place: int) -> None:
        with self.db.writing() as session:
            entry = self._entry(session, place)
            if clock.now() < entry.closes_at:
                tries = queries.tries(session, entry.invitation_id)
                if len(tries) < 3:
                    services.begin(session, entry, tries, now=clock.now())

    def save(self, place: int) -> None:
        self._answer(place, lambda *found, write, at: services.save(*found, write, received=at))

    def submit(self, place: int) -> None:
        self._answer(place, lambda *found, write, at: services.submit(*found, write, received=at))

    def exempt(self, place: int) -> None:
        with self.db.writing() as session:
            held = session.get_one(Invitation, self.links[place][0]).is_exempt
            tally.set_flags(session, self.links[place][0], is_exempt=not held)

    def lose_address(self, place: int) -> None:
        with self.db.writing() as session:
            person = self._person(session, place)
            mark_address_bad(session, person.id)

    def new_address(self, place: int) -> None:
        with self.db.writing() as session:
            person, now = self._person(session, place), clock.now()
            # Never the one that was refused: that is no correction.
            email = f"moi{next(_addresses)}@so-mau.example"
            reaching.correct_and_resend(session, self.round_id, person.id, email, CLI, now)

    def undo(self, place: int) -> None:
        """Take back that somebody is done, as a correction would."""
        with self.db.writing() as session:
            tally.set_flags(session, self.links[place][0], is_done=False)
            session.execute(
                update(Attempt)
                .where(Attempt.invitation_id == self.links[place][0], Attempt.state == "submitted")
                .values(state="void")
            )
            self._recount_attempts(session)

    def wait(self, place: int) -> None:
        """Let hours pass, beyond a deadline and at times beyond midnight; the clock's jobs run."""
        self.time.move(hours=3 + 4 * place)
        self.tick(place)

    def tick(self, _place: int) -> None:
        now = clock.now()
        jobs.turn_rounds(self.app, now)
        jobs.finalise(self.app, now)

    def close(self, _place: int) -> None:
        self.time.move(days=3)
        self.tick(0)
        self.tick(0)

    def _answer(self, place: int, do: Callable[..., object]) -> None:
        with self.db.writing() as session:
            entry = self._entry(session, place)
            tries = queries.tries(session, entry.invitation_id)
            running = [one for one in tries if deadlines.is_running(one, entry, clock.now())]
            if running:
                write = Write({"q1": ["c1-a"], "q2": ["c2-b"]}, sequence=1)
                do(session, running[0], entry, write=write, at=clock.now())

    def _entry(self, session, place: int):
        found = queries.entry(session, self.links[place][1], lock=True)
        assert found is not None
        return found

    def _person(self, session, place: int) -> Person:
        return session.get_one(Person, session.get_one(Invitation, self.links[place][0]).person_id)

    def _recount_attempts(self, session) -> None:
        counted = select(func.count(Attempt.id)).where(
            Attempt.round_cell_id == RoundCell.id, Attempt.state == "submitted"
        )
        session.execute(
            update(RoundCell)
            .where(RoundCell.round_id == self.round_id)
            .values(attempts=counted.scalar_subquery())
        )


HAPPENINGS = (
    "mail begin begin save submit submit exempt lose_address new_address undo wait close"
).split()
STEPS = st.lists(
    st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, PEOPLE - 1)),
    max_size=30,
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_every_tally_is_what_a_recount_finds(
    installed: Flask, db: Database, time: TestClock, steps: list[tuple[str, int]]
) -> None:
    story = Story(installed, db, time)
    final = False
    for name, place in steps:
        if final and name == "undo":
            continue  # results are kept as they were when the round became final
        getattr(story, name)(place)
        with db.reading() as session:
            assert differences(session, story.round_id) == (), (name, place)
            final = session.get_one(Round, story.round_id).state == "finalised"


def test_the_day_is_that_of_the_moment_that_counts(
    installed: Flask, db: Database, time: TestClock
) -> None:
    """A paper that runs out before midnight counts for that day, whenever the clock gets to it."""
    story = Story(installed, db, time)
    time.set(START.replace(hour=16, minute=20))  # 23:20 in Lạng Sơn, on the 18th
    story.begin(0)
    story.save(0)
    time.move(hours=5)
    story.begin(1)
    story.submit(1)
    story.tick(0)
    with db.reading() as session:
        days = {day: done for (_cell, day), done in kept_days(session, story.round_id).items()}
        kept = session.scalars(select(Invitation.done_on).order_by(Invitation.id)).all()
    assert days == {date(2024, 9, 18): 1, date(2024, 9, 19): 1}
    assert kept[:2] == [date(2024, 9, 18), date(2024, 9, 19)]


def test_an_invitation_taken_twice_counts_once(
    installed: Flask, db: Database, time: TestClock
) -> None:
    story = Story(installed, db, time)
    story.mail(0)
    with db.writing() as session:
        first = session.scalars(
            select(OutboxMessage).where(OutboxMessage.kind == "invitation").limit(1)
        ).one()
        assert first.state == "sent"
        mailed.invitations_sent(session, [first, first])
    story.new_address(0)
    story.mail(0)
    with db.reading() as session:
        total = session.scalar(
            select(func.sum(RoundCell.mailed)).where(RoundCell.round_id == story.round_id)
        )
        assert total == PEOPLE
        assert differences(session, story.round_id) == ()


def test_a_refused_invitation_is_not_counted_as_taken(
    smtp: SmtpSink, installed: Flask, db: Database, time: TestClock
) -> None:
    story = Story(installed, db, time)
    smtp.script("rcpt", "550 5.1.1 No such user")
    story.mail(0)
    with db.reading() as session:
        total = session.scalar(
            select(func.sum(RoundCell.mailed)).where(RoundCell.round_id == story.round_id)
        )
    assert total == PEOPLE - 1


def test_two_workers_and_an_import_do_not_wait_in_a_circle(
    installed: Flask, db: Database, time: TestClock
) -> None:
    """Mails of the same cells are settled in opposite orders while all their people are changed."""
    story = Story(installed, db, time)
    with db.reading() as session:
        told = [_invitation_mail(session, story, number) for number, _public in story.links]
    for again in range(6):
        with db.writing() as session:
            session.execute(update(Invitation).values(is_mailed=False))
            session.execute(update(RoundCell).values(mailed=0))
        changed = {number: {"is_exempt": again % 2 == 0} for number, _public in story.links}
        ready = threading.Barrier(3)
        works = [
            partial(mailed.invitations_sent, messages=told),
            partial(mailed.invitations_sent, messages=told[::-1]),
            partial(tally.set_each, wanted=changed),
        ]
        with ThreadPoolExecutor(3) as threads:
            done = [threads.submit(_at_once, db, ready, work) for work in works]
        assert [one.exception() for one in done] == [None, None, None]
        with db.reading() as session:
            assert differences(session, story.round_id) == ()
            assert session.scalar(select(func.sum(RoundCell.mailed))) == PEOPLE


def _at_once(db: Database, ready: threading.Barrier, work: Callable[[Session], object]) -> None:
    ready.wait(20)
    with db.writing() as session:
        work(session)


def _invitation_mail(session: Session, story: Story, invitation_id: int) -> OutboxMessage:
    return OutboxMessage(
        kind="invitation",
        recipient_kind="person",
        recipient_id=session.get_one(Invitation, invitation_id).person_id,
        subject_kind="round",
        subject_id=story.round_id,
    )


def test_a_wrong_tally_is_found_and_named(installed: Flask, db: Database, time: TestClock) -> None:
    story = Story(installed, db, time)
    story.begin(0)
    story.submit(0)
    story.close(0)
    with db.writing() as session:
        session.execute(update(RoundDay).values(done=RoundDay.done + 1))
        session.execute(update(RoundCell).values(mailed=RoundCell.mailed + 1, attempts=7))
        found = {one.tally for one in differences(session, story.round_id)}
        session.rollback()
    assert found == {"attempts", "mailed", "days", "done_on"}


def test_results_are_kept_when_the_round_ends_and_again_after_a_new_grading(
    installed: Flask, db: Database, time: TestClock
) -> None:
    story = Story(installed, db, time)
    for place in range(PEOPLE):
        story.begin(place)
        story.submit(place)
    story.begin(0)
    story.save(0)
    with db.reading() as session:
        assert distribution.kept_scores(session, story.round_id) == {}
        assert distribution.score_bands(session, story.round_id) == ()
    story.close(0)
    with db.writing() as session:
        assert distribution.kept_scores(session, story.round_id) == {(1, 10): PEOPLE}
        assert sum(people for *_band, people in distribution.score_bands(session, story.round_id))
        attempt = session.scalars(select(Attempt).order_by(Attempt.id)).first()
        assert attempt is not None
        session.add(
            Grading(
                attempt_id=attempt.id,
                version_id=attempt.version_id,
                score=3,
                max_score=10,
                right_count=3,
                question_count=10,
                reason="regraded",
                graded_at=clock.now(),
            )
        )
        session.flush()
        assert {one.tally for one in differences(session, story.round_id)} == {"scores"}
        assert distribution.keep_scores(session, story.round_id) == PEOPLE
        assert distribution.kept_scores(session, story.round_id) == {(1, 10): 4, (3, 10): 1}
        assert differences(session, story.round_id) == ()
