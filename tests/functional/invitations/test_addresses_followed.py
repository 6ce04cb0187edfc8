"""Addresses change in many places; every live round counts and invites by what stands there now."""

import threading
import time as real_time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from survey_app import clock
from survey_app.accounts.scope import CLI
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import RoundCell
from survey_app.invitations import reaching, tally
from survey_app.invitations.models import Invitation
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.people.models import Person
from tests.factories import sign_in, submit
from tests.factories_rounds import (
    CLOSES,
    invitations_of,
    launch_round,
    launched_round,
    make_cell,
    make_person,
    make_round,
)
from tests.functional.people.test_roster_pages import HEAD, confirm, preview_of
from tests.sending import send_all


def invitations_sent(session):
    return session.scalar(select(func.count(OutboxItem.id)).where(OutboxItem.kind == "invitation"))


def lost_in(db):
    with db.reading() as session:
        return session.scalar(select(func.sum(RoundCell.undeliverable)))


def give_addresses(session, people):
    for person in people:
        person.email, person.address_state = f"p{person.id}@so-mau.example", "ok"
    session.flush()


@pytest.fixture
def lan(db):
    """Vi Lan, with an address, in a round that is open; her id and the round's slug."""
    with db.writing() as session:
        person = make_person(session, "Vi Lan", make_cell(session, "Chi bộ A"), email="cu@so.vn")
        round_ = make_round(session, closes_at=CLOSES)
        launch_round(session, round_)
        return person.id, person.public_id, round_.id


def test_inviting_the_newly_reachable_while_they_answer_is_no_deadlock(db):
    with db.writing() as session:
        cell = make_cell(session, "Chi bộ A")
        people = [make_person(session, f"Vi Lan {i}", cell, email=None) for i in range(2)]
        round_ = make_round(session)
        launch_round(session, round_)
        give_addresses(session, people)
        _first, last = invitations_of(session, round_)
    holds = threading.Event()

    def answer():
        """What a submit does: the invitation first, then the cell."""
        with db.writing() as session:
            tally.lock(session, [last.id])
            holds.set()
            real_time.sleep(0.5)
            tally.set_flags(session, last.id, is_done=True)

    def invite():
        holds.wait(10)
        with db.writing() as session:
            return reaching.invite_newly_reachable(session, round_.id, CLI, clock.now())

    with ThreadPoolExecutor(2) as pool:
        answering, inviting = pool.submit(answer), pool.submit(invite)
        answering.result()
        assert inviting.result() == 1  # the other one is done meanwhile
    assert lost_in(db) == 0


def test_done_and_exempt_people_are_not_invited_but_counted_right(db):
    with db.writing() as session:
        cell = make_cell(session, "Chi bộ A")
        people = [make_person(session, f"Vi Lan {i}", cell, email=None) for i in range(3)]
        round_ = make_round(session)
        launch_round(session, round_)
        done, exempt, _plain = invitations_of(session, round_)
        tally.set_flags(session, done.id, is_done=True)
        tally.set_flags(session, exempt.id, is_exempt=True)
        give_addresses(session, people)
        assert reaching.newly_reachable(session, round_.id) == 1
        assert reaching.invite_newly_reachable(session, round_.id, CLI, clock.now()) == 1
        assert invitations_sent(session) == 1
    with db.reading() as session:
        assert not any(session.scalars(select(Invitation.is_undeliverable)))


def test_correcting_while_the_first_invitation_waits_sends_one(app, db, smtp, lan):
    person_id, _public_id, round_id = lan
    with db.writing() as session:
        assert reaching.correct_and_resend(
            session, round_id, person_id, "moi@so.vn", CLI, clock.now()
        )
    send_all(app)
    assert [one.recipient for one in smtp.received] == ["moi@so.vn"]


def test_a_mail_put_off_leaves_at_once_when_the_address_is_corrected(app, db, smtp, time, lan):
    person_id, _public_id, round_id = lan
    smtp.refuse("cu@so.vn", "451 4.7.1 Try again later")
    send_all(app)
    with db.writing() as session:
        assert session.scalars(select(OutboxMessage.not_before)).one() > clock.now()
        now = clock.now()
        assert reaching.correct_and_resend(session, round_id, person_id, "moi@so.vn", CLI, now)
    send_all(app)
    assert [one.recipient for one in smtp.received] == ["moi@so.vn"]
    time.move(hours=3)
    send_all(app)
    assert len(smtp.received) == 1


def test_the_roster_page_keeps_the_tally_right(client, db, lan):
    _person_id, public_id, _round_id = lan
    sign_in(client)
    page = f"/organiser/roster/people/{public_id}"
    for address, lost in (("", 1), ("moi@so.vn", 0)):
        assert submit(client, page, {"email": address}, to=f"{page}/address").status_code == 303
        assert lost_in(db) == lost


def test_an_address_from_a_new_roster_is_counted_and_offered(client, db):
    with db.writing() as session:
        cell = make_cell(session, "Chi bộ Một")
        make_person(session, "Vi Lan", cell, email=None, birth_date=None)
        round_ = make_round(session)
        launch_round(session, round_)
    assert lost_in(db) == 1
    sign_in(client)
    text = HEAD + "1,Vi Lan,,Chi bộ Một,lan@so.example,Đảng viên\n"
    assert confirm(client, preview_of(client, text)).status_code == 303
    assert lost_in(db) == 0
    with db.writing() as session:
        assert session.scalars(select(Person.email)).one() == "lan@so.example"
        assert reaching.newly_reachable(session, round_.id) == 1


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        ("550 5.1.1 No such user", "bad"),
        ("551 User not local", "bad"),
        ("550 5.4.4 Host not found", "bad"),
        ("550 5.2.0 Mailbox trouble", "ok"),
        ("550 5.1.8 Bad sender", "ok"),
        ("550 5.7.1 Policy", "ok"),
        ("552 5.2.2 Full", "ok"),
    ],
)
def test_the_sender_alone_says_whether_an_address_is_dead(app, db, smtp, lan, reply, state):
    smtp.refuse("cu@so.vn", reply)
    send_all(app)
    with db.reading() as session:
        assert session.scalars(select(Person.address_state)).one() == state
        reason = session.scalars(select(OutboxMessage.reason)).one()
    assert (lost_in(db), reason) == ((1, "refused_address") if state == "bad" else (0, "refused"))


def test_an_unusable_address_counts_as_undeliverable(app, db, smtp, lan):
    person_id, _public_id, _round_id = lan
    with db.writing() as session:
        session.get_one(Person, person_id).email = "vi lan@so.vn"
    send_all(app)
    with db.reading() as session:
        assert session.scalars(select(OutboxMessage.reason)).one() == "bad_address"
        assert session.scalars(select(Person.address_state)).one() == "bad"
    assert lost_in(db) == 1


def lose_link(client, email="cu@so.vn", ip="10.0.0.1"):
    return client.post("/lost-link", data={"email": email}, environ_base={"REMOTE_ADDR": ip})


def test_a_lost_link_is_logged_and_sent_once_while_one_waits(app, client, db, smtp, lan):
    assert lose_link(client).status_code == 200
    send_all(app)
    assert len(smtp.received) == 1
    assert lose_link(client).status_code == 200
    send_all(app)
    assert len(smtp.received) == 2
    with db.reading() as session:
        actions = session.scalars(select(AuditEvent.action)).all()
    assert actions.count("invitation.resent") == 2


def test_a_lost_link_does_not_overtake_the_announced_hour(client, db, time):
    leave = clock.now().replace(hour=8)
    with db.writing() as session:
        launched_round(session, people=1, mails_leave_at=leave)
        email = session.scalars(select(Person.email)).one()
    lose_link(client, email)
    with db.reading() as session:
        assert set(session.scalars(select(OutboxItem.not_before))) == {leave}


def test_one_network_address_asks_for_sixty_links_an_hour(client, lan):
    for number in range(60):
        assert lose_link(client, f"ai{number}@so.vn").status_code == 200
    assert lose_link(client).status_code == 429
    assert lose_link(client, ip="10.0.0.2").status_code == 200
