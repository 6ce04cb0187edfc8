"""Personal data goes when the promised months are over; totals stay, and so do other campaigns."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from survey_app import clock, jobs, retention
from survey_app.accounts.models import User
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Campaign, Round, RoundCell
from survey_app.feedback.models import Ballot, BallotGroup, CountedAnswer, CountedText, Urn
from survey_app.invitations.models import EntryMeans, Invitation, LedgerEntry, Receipt
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.mailing.outbox import enqueue, envelope
from survey_app.people.models import Membership, Person
from survey_app.quizzes.models import Attempt, Grading
from tests.factories_forms import invitation_ids, launched_form, send_form
from tests.factories_rounds import (
    CLOSES,
    invitations_of,
    launch_round,
    launched_round,
    make_campaign,
    make_people,
    make_round,
)

PERSONAL = (
    Grading,
    Attempt,
    EntryMeans,
    LedgerEntry,
    Invitation,
    OutboxItem,
    OutboxMessage,
    Membership,
    Person,
)


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


def held(db):
    with db.reading() as session:
        return {
            table.__name__: session.scalar(select(func.count()).select_from(table))
            for table in PERSONAL
        }


def tallies(db):
    columns = RoundCell.__table__.columns
    with db.reading() as session:
        return session.execute(select(*columns).order_by(RoundCell.id)).all()


def answer(session, round_):
    """One attempt with its grading for everybody, a ledger entry and a formed mail."""
    now = clock.now()
    for invitation in invitations_of(session, round_):
        attempt = Attempt(
            public_id=f"a{invitation.id}",
            invitation_id=invitation.id,
            attempt_no=1,
            state="submitted",
            version_id=round_.version_id,
            paper=[],
            answers={"q1": {"value": "c1-a"}},
            started_at=now,
            deadline=now,
        )
        session.add(attempt)
        session.flush()
        session.add(
            Grading(
                attempt_id=attempt.id,
                version_id=round_.version_id,
                score=1,
                max_score=1,
                right_count=1,
                question_count=1,
                graded_at=now,
            )
        )
    session.add(
        LedgerEntry(
            round_id=round_.id,
            invitation_id=invitation.id,
            kind="exemption",
            reason="ốm",
            entered_at=now,
        )
    )
    enqueue(
        session,
        "result",
        recipient=("person", invitation.person_id),
        subject=("round", round_.id),
        dedupe_key=f"result/{round_.id}",
    )
    envelope(session, 10)


def finished(session, **campaign):
    """A round of its own campaign that is over on 20/9/2024, with everything that holds people."""
    people = make_people(session, 5, 2)
    round_ = make_round(session, campaign=make_campaign(session, **campaign))
    launch_round(session, round_)
    answer(session, round_)
    round_.state = "finalised"
    session.add(
        User(
            email=f"{round_.slug}@so-mau.example",
            name="A",
            person_id=people[0].id,
            created_at=clock.now(),
        )
    )
    return round_


def run(app):
    jobs.JOBS["retention"](app, clock.now())


def test_totals_stay_and_people_and_answers_go(app, db, time, monkeypatch):
    monkeypatch.setattr(retention, "CHUNK", 2)
    with db.writing() as session:
        finished(session, retention_months=12)
    before, counted = held(db), tallies(db)
    assert all(before.values()), before
    time.set(datetime(2025, 9, 20, 12, 0, tzinfo=UTC))
    run(app)
    assert held(db) == before
    time.move(days=1)
    run(app)
    assert not any(held(db).values()), held(db)
    assert tallies(db) == counted and counted[0].invited > 0
    run(app)
    with db.reading() as session:
        assert session.scalars(select(Round.state)).one() == "archived"
        assert session.scalars(select(User.person_id)).one() is None
        said = session.scalars(select(AuditEvent.action))
        assert list(said).count("round.purged") == 1


def test_the_people_of_another_campaign_stay_with_their_answers(app, db, time):
    with db.writing() as session:
        first = finished(session, retention_months=1)
        first_id = first.id
        both = invitations_of(session, first)[0].person_id
    time.move(days=20)
    with db.writing() as session:
        later = launched_round(session, people=0, closes_at=clock.now() + timedelta(days=3))
        session.flush()
        answer(session, later)
        later.state, later_id = "finalised", later.id
    time.move(days=40)
    run(app)
    with db.reading() as session:
        left = select(Invitation.round_id).distinct()
        assert session.scalars(left).all() == [later_id] != [first_id]
        assert session.get(Person, both) is not None
        assert session.scalar(select(func.count()).select_from(Person)) == 5
        assert session.scalar(select(func.count()).select_from(Attempt)) == 5
        subjects = session.scalars(select(OutboxItem.subject_id)).all()
        assert set(subjects) == {later_id}


def test_a_roster_that_waits_for_a_round_to_come_stays(app, db, time):
    with db.writing() as session:
        finished(session, retention_months=1)
        coming = make_round(session, closes_at=clock.now() + timedelta(days=400)).id
    time.move(days=60)
    run(app)
    assert (held(db)["Person"], held(db)["Invitation"]) == (5, 0)
    with db.writing() as session:
        session.get_one(Round, coming).state = "cancelled"
        session.get_one(Round, coming).closes_at = clock.now() - timedelta(days=50)
    run(app)
    assert held(db)["Person"] == 0


def test_a_round_nobody_finalised_is_waited_for(app, db, time):
    with db.writing() as session:
        finished(session).state = "closed"
    before = held(db)
    time.move(days=1000)
    run(app)
    assert held(db) == before


def test_the_campaigns_own_last_day_counts_when_it_is_the_later_one(app, db, time):
    with db.writing() as session:
        finished(session, retention_months=1, ends_on=date(2024, 12, 31))
    before = held(db)
    time.set(datetime(2025, 1, 30, 12, 0, tzinfo=UTC))
    run(app)
    assert held(db) == before
    time.set(datetime(2025, 2, 1, 12, 0, tzinfo=UTC))
    run(app)
    assert held(db)["Person"] == 0
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Campaign)) == 1


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 9, 20), 12, date(2025, 9, 20)),
        (date(2024, 12, 31), 2, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 11, 30), 1, date(2024, 12, 30)),
    ],
)
def test_months_are_calendar_months(day, months, later):
    assert retention.months_later(day, months) == later


def test_receipts_and_texts_of_a_form_go_and_its_totals_stay(app, db, time):
    round_id = launched_form(app)
    with db.reading() as session:
        people = invitation_ids(session, round_id)
    for person in people[:20]:
        send_form(app, person, {"q1": "tot", "q7": "Nên họp ngắn hơn"})
    time.set(CLOSES + timedelta(seconds=20))
    jobs.work(app, clock.now())
    with db.writing() as session:
        one = session.scalars(select(CountedText)).first()
        one.state, one.shown = "shown", "Nên họp ngắn"

    def kept(*tables):
        with db.reading() as session:
            return [session.scalar(select(func.count()).select_from(table)) for table in tables]

    goes, stays = (Receipt, Invitation, CountedText, Ballot), (Urn, BallotGroup, CountedAnswer)
    assert kept(*goes) == [40, 40, 20, 0]
    before = kept(*stays)
    time.set(datetime(2025, 9, 22, 12, 0, tzinfo=UTC))
    run(app)
    assert kept(*goes) == [0, 0, 0, 0], "texts that were shown, too"
    assert kept(*stays) == before
    with db.reading() as session:
        assert session.get_one(Urn, round_id).sent == 20
        assert session.get_one(Round, round_id).state == "archived"
        said = list(session.scalars(select(AuditEvent.action)))
        assert said.count("round.purged") == 1
