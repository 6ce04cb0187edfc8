"""After the launch: reminders within their limits, addresses put right, links revoked, wishes."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from survey_app import clock
from survey_app.accounts.scope import CLI
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import RoundCell
from survey_app.errors import Conflict, Invalid, NotFound
from survey_app.invitations import reaching, reminding, tally, tokens
from survey_app.invitations.models import EntryMeans, Invitation
from survey_app.mailing.models import OutboxItem
from survey_app.people.models import Person
from tests.factories_rounds import (
    CLOSES,
    invitations_of,
    launch_round,
    launched_round,
    link_path,
    make_cell,
    make_person,
    make_round,
)
from tests.page import problems_of

LONG = {"closes_at": CLOSES + timedelta(days=20)}


def items(session, kind):
    return session.scalar(select(func.count(OutboxItem.id)).where(OutboxItem.kind == kind))


def remind(db, round_):
    with db.writing() as session:
        return reminding.remind(session, round_.id, CLI, clock.now())


def test_only_those_who_have_not_handed_in_and_want_it(db):
    with db.writing() as session:
        round_ = launched_round(session, people=6, **LONG)
        done, exempt, bad, unwilling, started, plain = invitations_of(session, round_)
        expected = {f"reminder:{round_.id}:{one.person_id}:1" for one in (started, plain)}
        tally.set_flags(session, done.id, is_done=True)
        tally.set_flags(session, exempt.id, is_exempt=True)
        session.get_one(Person, bad.person_id).address_state = "bad"
        session.get_one(Person, unwilling.person_id).wants_reminders = False
        tally.set_flags(session, started.id, is_started=True)
    assert remind(db, round_) == 2
    with db.reading() as session:
        keys = set(
            session.scalars(select(OutboxItem.dedupe_key).where(OutboxItem.kind == "reminder"))
        )
        assert keys == expected


def test_at_most_two_and_two_days_apart(db, time):
    with db.writing() as session:
        round_ = launched_round(session, people=2, **LONG)
    assert remind(db, round_) == 2
    time.move(days=2, microseconds=-1)
    with pytest.raises(Conflict, match="09 giờ 00, thứ Sáu, ngày 20/9/2024"):
        remind(db, round_)
    time.move(microseconds=1)
    assert remind(db, round_) == 2
    time.move(days=5)
    with pytest.raises(Conflict, match="đủ hai lần"):
        remind(db, round_)
    with db.reading() as session:
        assert items(session, "reminder") == 4


@pytest.mark.parametrize("days", [-1, 30])
def test_no_reminder_before_opening_or_after_closing(db, time, days):
    opens = clock.now() + timedelta(hours=1)
    with db.writing() as session:
        round_ = launched_round(session, opens_at=opens, **LONG)
    if days > 0:
        time.move(days=days)
    with pytest.raises(Conflict, match="đang mở"):
        remind(db, round_)


def one_lost(session, **values):
    cell = make_cell(session, "Chi bộ A")
    person = make_person(session, "Vi Lan", cell, **{"email": None, **values})
    round_ = make_round(session)
    launch_round(session, round_)
    return person, round_


def test_a_found_address_is_invited_and_counted_as_reachable(db):
    with db.writing() as session:
        person, round_ = one_lost(session)
        (cell,) = session.scalars(select(RoundCell))
        assert (cell.undeliverable, items(session, "invitation")) == (1, 0)
        queued = reaching.correct_and_resend(
            session, round_.id, person.id, " Lan@So-Mau.example ", CLI, clock.now()
        )
        session.refresh(cell)
        assert (queued, person.email, cell.undeliverable) == (True, "lan@so-mau.example", 0)
        assert items(session, "invitation") == 1


def test_taking_an_address_away_makes_undeliverable(db):
    with db.writing() as session:
        person, round_ = one_lost(session, email="lan@so-mau.example")
        assert not reaching.correct_and_resend(session, round_.id, person.id, "", CLI, clock.now())
        (cell,) = session.scalars(select(RoundCell))
        assert cell.undeliverable == 1


def test_a_wrong_address_changes_nothing(db):
    with db.writing() as session:
        person, round_ = one_lost(session)
    with pytest.raises(Invalid), db.writing() as session:
        reaching.correct_and_resend(session, round_.id, person.id, "lan@", CLI, clock.now())
    with db.reading() as session:
        assert session.scalars(select(Invitation)).one().is_undeliverable


def test_addresses_of_a_new_roster_are_invited_by_one_button(db):
    with db.writing() as session:
        person, round_ = one_lost(session)
        person.email, person.address_state = "lan@so-mau.example", "ok"
        session.flush()
        assert reaching.newly_reachable(session, round_.id) == 1
        assert reaching.invite_newly_reachable(session, round_.id, CLI, clock.now()) == 1
        assert reaching.invite_newly_reachable(session, round_.id, CLI, clock.now()) == 0
        assert items(session, "invitation") == 1


def test_a_mail_that_waits_is_not_sent_twice(db):
    with db.writing() as session:
        round_ = launched_round(session, people=1)
        (invitation,) = invitations_of(session, round_)
    with pytest.raises(Conflict, match="đang chờ gửi"), db.writing() as session:
        reaching.resend(session, round_.id, invitation.person_id, CLI, clock.now())


def test_revoking_makes_old_links_useless_and_is_logged(db, client, settings):
    with db.writing() as session:
        round_ = launched_round(session, people=1)
        (invitation,) = invitations_of(session, round_)
        old = link_path(session, settings.link_key, invitation)
    assert "Ai đang mở trang này?" in client.get(old).text
    with db.writing() as session:
        assert reaching.revoke_link(session, round_.id, invitation.person_id, CLI) == 2
        new = link_path(session, settings.link_key, invitation)
        assert session.scalars(select(EntryMeans.version)).one() == 2
        events = session.scalars(select(AuditEvent.action)).all()
    assert "invitation.link_revoked" in events
    assert "Ai đang mở trang này?" not in client.get(old).text
    assert "Ai đang mở trang này?" in client.get(new).text


def test_strangers_to_the_round_are_not_found(db):
    with db.writing() as session:
        round_ = launched_round(session, people=1)
        other = make_person(session, "Ma Hoa")
    with pytest.raises(NotFound), db.writing() as session:
        reaching.revoke_link(session, round_.id, other.id, CLI)


@pytest.fixture
def wish(db, settings):
    """The address of "Không nhận thư nhắc" of one person, and how to ask what they wish."""
    with db.writing() as session:
        round_ = launched_round(session, people=1)
        (invitation,) = invitations_of(session, round_)
        person_id = invitation.person_id
    token = tokens.no_reminders_token(settings.link_key, invitation.public_id, 1)

    def wanted():
        with db.reading() as session:
            return session.get_one(Person, person_id).wants_reminders

    return f"/mail/no-reminders/{token}", wanted


def test_looking_and_robots_change_no_wish(client, wish):
    path, wanted = wish
    for _time in range(2):
        page = client.get(path)
        assert problems_of(page.text, page.headers, content=["70 năm Đảng bộ Khối"]) == []
        assert client.head(path).status_code == 200
    assert "checked" not in page.text
    assert "Set-Cookie" not in page.headers
    assert client.post(path).status_code == 422  # a robot that submits the form as it stands
    foreign = client.post(path, data={"wish": "off"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert wanted()


def test_the_wish_is_kept_and_can_be_taken_back(client, wish):
    path, wanted = wish
    assert "không gửi thư nhắc nữa" in client.post(path, data={"wish": "off"}).text
    assert not wanted()
    assert client.post(path, data={"wish": "on"}).status_code == 200
    assert wanted()


def test_a_damaged_or_foreign_token_is_no_wish(client, wish, settings, db):
    path, wanted = wish
    assert client.post(path[:-1] + "x", data={"wish": "off"}).status_code == 404
    with db.reading() as session:
        (invitation,) = session.scalars(select(Invitation))
        personal = link_path(session, settings.link_key, invitation).removeprefix("/i/")
    assert client.get(f"/mail/no-reminders/{personal}").status_code == 404
    assert wanted()
