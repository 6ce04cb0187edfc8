"""What is wrong with an urn is noticed, said, and given up by nobody but a person."""

import base64
from datetime import timedelta

import pytest
from nacl.public import PublicKey, SealedBox
from sqlalchemy import delete, func, select, text, update

from survey_app import clock, jobs, signing
from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Round
from survey_app.errors import Conflict, Expired
from survey_app.feedback import sealing, urns
from survey_app.feedback.models import Ballot, BallotGroup, CountedAnswer, CountedText, Urn
from survey_app.invitations.models import Receipt
from tests.factories_forms import cabinet_of, invitation_ids, launched_form, send_form
from tests.factories_rounds import CLOSES


@pytest.fixture
def round_id(app, db, time):
    """A form that ten people have sent, in an order that is not theirs in the list."""
    round_id = launched_form(app)
    with db.reading() as session:
        people = invitation_ids(session, round_id)
    for place in (7, 2, 9, 0, 5, 1, 8, 3, 6, 4):
        send_form(app, people[place], {"q1": "tot", "q7": f"Ý kiến {place}"})
    return round_id


def _tend(app, time):
    time.set(CLOSES + timedelta(seconds=20))
    jobs.work(app, clock.now())


def _urn(db, round_id):
    with db.reading() as session:
        return session.get_one(Urn, round_id)


def _nothing_was_counted(app, db, round_id):
    urn = _urn(db, round_id)
    with db.reading() as session:
        counted = [session.scalar(select(func.count()).select_from(table)) for table in _COUNTED]
        state = session.get_one(Round, round_id).state
    return (urn.state, state, counted, bool(cabinet_of(app).find(urn.public_key))) == (
        "open",
        "closed",
        [0, 0],
        True,
    )


_COUNTED = (CountedAnswer, CountedText)


def test_a_ballot_too_many_is_not_counted_with_the_others(app, db, time, round_id):
    """Whoever can write into the database can drop ballots; then there are more than people."""
    urn = _urn(db, round_id)
    with db.writing() as session:
        group = session.scalars(select(BallotGroup.number).where(BallotGroup.parent == 0)).first()
        ballot = sealing.Ballot(group, {"q1": "tot"})
        sealed = sealing.seal(urn.public_key, urn.ballot_bytes, ballot)
        session.add(Ballot(round_id=round_id, key=signing.new_public_id(), sealed=sealed))
    _tend(app, time)
    assert _urn(db, round_id).problem == "counts_differ"
    assert _nothing_was_counted(app, db, round_id)


def test_a_ballot_too_few_is_noticed(app, db, time, round_id):
    with db.writing() as session:
        key = session.scalars(select(Ballot.key).limit(1)).one()
        session.execute(delete(Ballot).where(Ballot.key == key))
    _tend(app, time)
    assert _urn(db, round_id).problem == "counts_differ"
    assert _nothing_was_counted(app, db, round_id)


@pytest.mark.parametrize(
    "ballot",
    [
        sealing.Ballot(1, {"q1": "không có"}),
        sealing.Ballot(1, {"q99": "tot"}),
        sealing.Ballot(1, {"q4": "c1"}),
        sealing.Ballot(1, {"q1": []}),
        sealing.Ballot(99, {"q1": "tot"}),
        sealing.Ballot(1, {"q7": "a\0b"}),
        sealing.Ballot(1, {"q7": "x" * 1001}),
        None,
    ],
    ids=["choice", "item", "one for several", "list", "group", "NUL", "too long", "other key"],
)
def test_what_no_page_can_have_sent_is_damage(app, db, time, round_id, ballot):
    urn = _urn(db, round_id)
    key = urn.public_key if ballot else sealing.public_half(sealing.new_key())
    sealed = sealing.seal(key, urn.ballot_bytes, ballot or sealing.Ballot(1, {"q1": "tot"}))
    with db.writing() as session:
        one = session.scalars(select(Ballot.key).limit(1)).one()
        session.execute(update(Ballot).where(Ballot.key == one).values(sealed=sealed))
    _tend(app, time)
    assert _urn(db, round_id).problem == "damaged"
    assert _nothing_was_counted(app, db, round_id)


@pytest.mark.parametrize(
    "content",
    [b"[" * 5000, rb'{"group":1,"answers":{"q7":"\ud800"}}', b'{"group":1}', b"\xff"],
    ids=["deep", "half a character", "no answers", "no text"],
)
def test_sealed_nonsense_is_damage_and_does_not_stop_the_worker(app, db, time, round_id, content):
    urn = _urn(db, round_id)
    packed = (len(content).to_bytes(4, "big") + content).ljust(urn.ballot_bytes, b"\0")
    box = SealedBox(PublicKey(base64.b64decode(urn.public_key)))
    with db.writing() as session:
        one = session.scalars(select(Ballot.key).limit(1)).one()
        sealed = base64.b64encode(box.encrypt(packed)).decode()
        session.execute(update(Ballot).where(Ballot.key == one).values(sealed=sealed))
    _tend(app, time)
    assert _urn(db, round_id).problem == "damaged"
    assert _nothing_was_counted(app, db, round_id)


def test_one_box_twice_was_copied(app, db, time, round_id):
    """Sealing the same answers twice gives two boxes; whoever copies one adds a vote unread."""
    with db.writing() as session:
        first, second = session.scalars(select(Ballot).limit(2))
        second.sealed = first.sealed
    _tend(app, time)
    assert _urn(db, round_id).problem == "damaged"
    assert _nothing_was_counted(app, db, round_id)


def test_the_key_waits_until_nobody_looks_at_what_was_there_before(app, db, time, round_id):
    """A long look (a dump, an open transaction) keeps deleted rows in the files."""
    public_key = _urn(db, round_id).public_key
    with db.reading() as session:
        session.scalar(select(func.count()).select_from(Ballot))
        _tend(app, time)
        assert _urn(db, round_id).state == "counted" and cabinet_of(app).find(public_key)
    jobs.work(app, clock.now())
    assert _urn(db, round_id).state == "sealed" and cabinet_of(app).find(public_key) is None


def test_a_cancelled_form_is_swept_until_it_is_clean(app, db, time, round_id):
    with db.writing() as session:
        session.get_one(Round, round_id).state = "cancelled"
    with db.reading() as session:
        session.scalar(select(func.count()).select_from(Ballot))
        jobs.work(app, clock.now())
        assert _urn(db, round_id).state == "open"
    jobs.work(app, clock.now())
    assert _urn(db, round_id).state == "discarded"


def test_without_its_key_it_takes_no_ballots_and_goes_on_when_the_key_is_back(
    app, db, time, round_id
):
    folder = app.extensions["survey.settings"].keys_path
    folder.rename(folder.with_name("away"))
    jobs.work(app, clock.now())
    assert _urn(db, round_id).problem == "key_missing"
    with db.reading() as session:
        person = invitation_ids(session, round_id)[20]
    with pytest.raises(Expired):
        send_form(app, person, {"q1": "tot"})
    folder.with_name("away").rename(folder)
    jobs.work(app, clock.now())
    assert not send_form(app, person, {"q1": "tot"}).before
    _tend(app, time)
    urn = _urn(db, round_id)
    assert (urn.state, urn.problem, urn.sent) == ("sealed", None, 11)


def test_a_lost_urn_is_given_up_by_hand_and_only_when_something_is_wrong(app, db, time, round_id):
    with db.writing() as session, pytest.raises(Conflict):
        urns.declare_lost(session, round_id, CLI, clock.now())
    cabinet_of(app).destroy(_urn(db, round_id).public_key)
    _tend(app, time)
    with db.writing() as session:
        urns.declare_lost(session, round_id, CLI, clock.now())
    urn = _urn(db, round_id)
    assert (urn.state, urn.problem, urn.invited, urn.sent) == ("lost", "key_missing", 40, 10)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ballot)) == 0
        assert session.get_one(Round, round_id).state == "finalised"
        assert session.scalar(select(func.count()).where(Receipt.is_sent)) == 10


def test_a_cancelled_forms_key_goes_even_when_it_turns_up_later(app, db, time, round_id):
    public_key = _urn(db, round_id).public_key
    folder = app.extensions["survey.settings"].keys_path
    with db.writing() as session:
        session.get_one(Round, round_id).state = "cancelled"
    folder.rename(folder.with_name("away"))
    jobs.work(app, clock.now())
    assert _urn(db, round_id).state == "discarded"
    folder.with_name("away").rename(folder)
    jobs.work(app, clock.now())
    assert cabinet_of(app).find(public_key) is None
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ballot)) == 0


def test_after_counting_the_rows_themselves_tell_no_order(app, db, time, round_id):
    """PostgreSQL keeps with each row who wrote it and where; SQLite keeps no number of its own."""
    _tend(app, time)
    assert _urn(db, round_id).state == "sealed"
    with db.reading() as session:
        if db.is_sqlite:
            with pytest.raises(Exception, match="no such column"):
                session.execute(text("SELECT rowid FROM receipt"))
            return
        writers = session.execute(text("SELECT DISTINCT xmin::text FROM receipt")).all()
        placed = session.scalars(text("SELECT invitation_id FROM receipt ORDER BY ctid")).all()
        texts = session.scalars(text("SELECT key FROM counted_text ORDER BY ctid")).all()
    assert len(writers) == 1
    assert placed == sorted(placed)
    assert texts == sorted(texts), "by their random keys, not as they were found"
