"""What meets at the urn: a ballot still on its way when counting begins, two that seal at once."""

import threading
import time as real_time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from survey_app import clock, jobs
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import RoundCell
from survey_app.errors import Expired
from survey_app.feedback import sealing, sending, urns
from survey_app.feedback.models import CountedText, Urn
from survey_app.feedback.opening import make_urn
from survey_app.invitations.models import Invitation
from tests.factories_forms import (
    cabinet_of,
    invitation_ids,
    launched_form,
    make_form_round,
    send_form,
)
from tests.factories_rounds import CLOSES

PATIENCE = 20.0


def _told_nobody(*_what):
    return None


def _wait_until_somebody_waits(db):
    """On PostgreSQL for a lock; on SQLite, for the turn to write, nothing tells."""
    end = real_time.monotonic() + PATIENCE
    if db.is_sqlite:
        real_time.sleep(0.5)
        return
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    while real_time.monotonic() < end:
        with db.reading() as session:
            if session.scalar(waiting):
                return
        real_time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_a_ballot_that_comes_while_others_are_opened_is_counted_too(app, db, time):
    """It was received in time and acknowledged; that it came late is no trouble of the urn's."""
    round_id = launched_form(app)
    with db.reading() as session:
        people = invitation_ids(session, round_id)
        urn = session.get_one(Urn, round_id)
        cell = session.get_one(RoundCell, session.get_one(Invitation, people[1]).round_cell_id)
        ballot = sealing.Ballot(cell.ballot_group, {"q7": "Đến muộn"})
        sealed = sealing.seal(urn.public_key, urn.ballot_bytes, ballot)
    send_form(app, people[0], {"q7": "Đến sớm"})
    received = clock.now()
    time.set(CLOSES + timedelta(seconds=20))
    jobs.turn_rounds(app, clock.now())
    counted = []

    def count():
        counted.append(urns.count_due(db, cabinet_of(app), clock.now(), tell=_told_nobody))

    counting = threading.Thread(target=count)
    with db.writing() as session:
        sent = sending.send(
            session, round_id=round_id, invitation_id=people[1], sealed=sealed, received=received
        )
        counting.start()
        _wait_until_somebody_waits(db)
    counting.join(PATIENCE)
    assert not sent.before
    jobs.work(app, clock.now())
    with db.reading() as session:
        urn = session.get_one(Urn, round_id)
        assert (urn.state, urn.problem, urn.sent) == ("sealed", None, 2)
        assert set(session.scalars(select(CountedText.text))) == {"Đến sớm", "Đến muộn"}
        trouble = select(func.count()).where(AuditEvent.action == "urn.trouble")
        assert session.scalar(trouble) == 0


def test_what_is_received_at_the_closing_is_too_late_even_before_anybody_closed(app, db, time):
    round_id = launched_form(app)
    with db.reading() as session:
        people = invitation_ids(session, round_id)
    time.set(CLOSES - timedelta(microseconds=1))
    assert not send_form(app, people[0], {"q1": "tot"}).before
    for late in (0, 5):
        time.set(CLOSES + timedelta(seconds=late))
        with pytest.raises(Expired):
            send_form(app, people[1], {"q1": "tot"})
    assert send_form(app, people[0], {"q1": "tot"}).before, "what is recorded stays said"
    time.set(CLOSES + timedelta(seconds=20))
    jobs.work(app, clock.now())
    with pytest.raises(Expired):
        send_form(app, people[1], {"q1": "tot"})
    with db.reading() as session:
        assert session.get_one(Urn, round_id).sent == 1


def test_two_that_put_away_at_once_record_it_once(app, db, time):
    round_id = launched_form(app)
    with db.reading() as session:
        people = invitation_ids(session, round_id)
    send_form(app, people[0], {"q1": "tot"})
    time.set(CLOSES + timedelta(seconds=20))
    jobs.turn_rounds(app, clock.now())
    urns.count_due(db, cabinet_of(app), clock.now(), tell=_told_nobody)
    together = threading.Barrier(6)

    def put_away(_n):
        together.wait()
        return urns.put_away(db, cabinet_of(app))

    with ThreadPoolExecutor(6) as pool:
        done = [one for found in pool.map(put_away, range(6)) for one in found]
    assert done == [round_id]
    with db.reading() as session:
        sealed = select(func.count()).where(AuditEvent.action == "urn.sealed")
        assert session.scalar(sealed) == 1
        assert session.get_one(Urn, round_id).state == "sealed"


def test_a_command_and_the_worker_that_make_a_key_at_once_make_one(app, db):
    """`survey round launch` right after the draft was made meets the worker at its next tick."""
    with app.app_context(), db.writing() as session:
        round_id = make_form_round(session).id
    with ThreadPoolExecutor(1) as pool:
        with db.writing() as session:
            make_urn(session, round_id, cabinet_of(app))
            worker = pool.submit(urns.make_missing, db, cabinet_of(app))
            _wait_until_somebody_waits(db)
        worker.result(PATIENCE)
    with db.reading() as session:
        urn = session.get_one(Urn, round_id)
        assert cabinet_of(app).find(urn.public_key)
