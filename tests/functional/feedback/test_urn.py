"""The life of an urn: key, ballots, count, and no key any more."""

from datetime import timedelta

from sqlalchemy import func, select

from survey_app import clock, jobs
from survey_app.campaigns.models import Round
from survey_app.feedback.models import Ballot, BallotGroup, CountedAnswer, CountedText, Urn
from survey_app.invitations.models import Receipt
from tests.conftest import TestClock
from tests.factories_forms import (
    LEVELS,
    cabinet_of,
    invitation_ids,
    launched_form,
    make_form_round,
    send_form,
)
from tests.factories_rounds import CLOSES


def _close(app, time: TestClock) -> None:
    time.set(CLOSES + timedelta(seconds=20))
    jobs.work(app, clock.now())


def test_a_form_is_counted_once_its_round_is_closed_and_then_the_key_is_gone(app, db, time):
    round_id = launched_form(app)
    with db.reading() as session:
        people = invitation_ids(session, round_id)
        public_key = session.get_one(Urn, round_id).public_key
    for place, person in enumerate(people[:20]):
        said = {"q1": LEVELS[place % 2], "q4": ["c1", "c3"], "q4.other": "Sách", "q7": f"Ý {place}"}
        assert not send_form(app, person, said).before
    assert cabinet_of(app).find(public_key)
    _close(app, time)
    with db.reading() as session:
        urn = session.get_one(Urn, round_id)
        assert (urn.state, urn.problem, urn.invited, urn.sent) == ("sealed", None, 40, 20)
        assert session.get_one(Round, round_id).state == "finalised"
        assert session.scalar(select(func.count()).select_from(Ballot)) == 0
        counted = {
            (row.group_number, row.item, row.value): row.ballots
            for row in session.scalars(select(CountedAnswer))
        }
        assert counted[1, "q1", "rat-tot"] == 8 and counted[1, "q1", "tot"] == 8
        assert counted[2, "q1", ""] == 4 and counted[2, "q4", "c3"] == 4
        texts = session.execute(select(CountedText.item, CountedText.text)).all()
        assert sorted(texts) == sorted(
            [("q4.other", "Sách")] * 20 + [("q7", f"Ý {place}") for place in range(20)]
        )
        sent = select(Receipt.invitation_id).where(Receipt.is_sent)
        assert sorted(session.scalars(sent)) == people[:20]
        groups = select(BallotGroup.number, BallotGroup.eligible, BallotGroup.sent)
        assert sorted(session.execute(groups).all()) == [
            (-1, 0, 0),
            (0, 40, 20),
            (1, 16, 16),
            (2, 12, 4),
            (3, 12, 0),
        ]
    assert cabinet_of(app).find(public_key) is None
    jobs.work(app, clock.now())  # nothing more happens


def test_a_second_form_of_the_same_person_is_not_taken(app, db):
    round_id = launched_form(app)
    with db.reading() as session:
        person = invitation_ids(session, round_id)[0]
    assert not send_form(app, person, {"q1": "tot"}).before
    assert send_form(app, person, {"q1": "kha"}).before
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ballot)) == 1


def test_the_worker_gives_a_draft_its_key(app, db):
    with db.writing() as session:
        round_id = make_form_round(session).id
    jobs.work(app, clock.now())
    with db.reading() as session:
        urn = session.get_one(Urn, round_id)
        assert urn.state == "ready" and cabinet_of(app).find(urn.public_key)
