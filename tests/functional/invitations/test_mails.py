"""Invitations, reminders and tests as they arrive, and when they do not leave any more."""

import re
from datetime import timedelta

import pytest

from survey_app import clock
from survey_app.accounts.scope import CLI
from survey_app.campaigns.services import cancel_round, close_early
from survey_app.invitations import following, reaching, reminding, tally, tokens
from survey_app.invitations.mails import TEST
from survey_app.mailing import outbox, sender
from survey_app.mailing.models import OutboxMessage
from survey_app.people.models import Person
from tests.factories import make_user
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


@pytest.fixture
def send(app, smtp):
    """Send everything that is due; return what arrived, by recipient."""

    def send():
        while sender.run_once(app, "test"):
            pass
        return {mail.recipient: mail for mail in smtp.received}

    return send


def one_person(session, name="Nguyễn Văn An", email="an@so-mau.example", **values):
    return make_person(session, name, make_cell(session, "Chi bộ A"), email=email, **values)


def reasons(db):
    with db.reading() as session:
        return [
            (m.state, m.reason) for m in session.query(OutboxMessage).order_by(OutboxMessage.id)
        ]


def test_the_invitation_says_who_what_until_when_and_whom_to_ask(app, db, send, settings):
    with db.writing() as session:
        one_person(session)
        round_ = make_round(session, title="Vòng 1", attempts_allowed=2)
        launch_round(session, round_)
        (invitation,) = invitations_of(session, round_)
        link = settings.base_url + link_path(session, settings.link_key, invitation)
    mail = send()["an@so-mau.example"]
    assert mail.mail["Subject"] == "[70 năm Đảng bộ Khối] Vòng 1 – mời thi đến 20/9"
    assert mail.mail["X-Survey-Message"] == "invitation"
    for part in (mail.text, mail.html):
        for words in (
            "Kính gửi đồng chí Nguyễn Văn An,",
            "10 câu",
            "30 phút",
            "2 lượt",
            "17 giờ 00, thứ Sáu, ngày 20/9/2024",
            "Lê Thị Mẫu",
            "0912 000 001",
            "dành riêng cho đồng chí",
            link,
        ):
            assert words in part, words
    own = set(re.findall(r"http\S+/i/[\w-]+", mail.text + mail.html))
    assert own == {link}
    stop = tokens.no_reminders_token(settings.link_key, invitation.public_id, 1)
    assert mail.mail["List-Unsubscribe"] == f"<{settings.base_url}/mail/no-reminders/{stop}>"
    assert stop in mail.text and stop in mail.html


def test_each_is_addressed_in_their_own_way(app, db, send):
    with db.writing() as session:
        one_person(session, kind="non_member", email="qc@so-mau.example")
        make_person(session, "Vi Lan", email="lan@so-mau.example", form_of_address="bà")
        make_person(session, "Ma Hoa", email="hoa@so-mau.example", locale="en")
        make_person(session, "Nông Thị Dung", email="chung@so-mau.example")
        make_person(session, "Vi Văn Dũng", email="chung@so-mau.example")
        launch_round(session, make_round(session))
    got = send()
    assert "Kính gửi anh/chị Nguyễn Văn An," in got["qc@so-mau.example"].text
    assert "Kính gửi bà Vi Lan," in got["lan@so-mau.example"].text
    english = got["hoa@so-mau.example"].text
    assert "Dear Ma Hoa," in english
    assert "đồng chí" not in english
    assert "nhiều người dùng chung" in got["chung@so-mau.example"].text


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda s, r, i: tally.set_flags(s, i.id, is_done=True), "answered"),
        (lambda s, r, i: tally.set_flags(s, i.id, is_exempt=True), "exempt"),
        (lambda s, r, i: cancel_round(s, r.id, CLI), "round_cancelled"),
        (lambda s, r, i: close_early(s, r.id, CLI, clock.now()), "closed"),
    ],
)
def test_what_is_no_longer_wanted_does_not_leave(app, db, smtp, send, spoil, reason):
    with db.writing() as session:
        one_person(session)
        round_ = make_round(session)
        launch_round(session, round_)
        (invitation,) = invitations_of(session, round_)
        spoil(session, round_, invitation)
    assert send() == {}
    assert reasons(db) == [("skipped", reason)]


def test_mails_wait_for_the_chosen_hour(app, db, send, time):
    with db.writing() as session:
        one_person(session)
        launch_round(session, make_round(session, mails_leave_at=time() + timedelta(hours=3)))
    assert send() == {}
    time.move(hours=3)
    assert list(send()) == ["an@so-mau.example"]


def test_a_reminder_goes_only_to_whom_it_is_still_true_for(app, db, smtp, send, time):
    with db.writing() as session:
        round_ = launched_round(session, people=4, closes_at=CLOSES + timedelta(days=7))
    send()
    smtp.clear()
    time.move(hours=1)
    with db.writing() as session:
        assert reminding.remind(session, round_.id, CLI, clock.now()) == 4
        first, second, third, _fourth = invitations_of(session, round_)
        tally.set_flags(session, first.id, is_done=True)
        reaching.set_wants_reminders(session, second.public_id, False)
        tally.set_flags(session, third.id, is_started=True)
    got = send()
    assert len(got) == 2
    assert sorted(reasons(db)[4:], key=str) == sorted(
        [("skipped", "answered"), ("skipped", "opted_out"), ("sent", None), ("sent", None)], key=str
    )
    texts = sorted("đang làm dở" in mail.text for mail in got.values())
    assert texts == [False, True]
    subjects = {mail.mail["Subject"] for mail in got.values()}
    assert subjects == {"[70 năm Đảng bộ Khối] Vòng 1 – nhắc: còn 9 ngày"}


def test_a_test_is_marked_and_its_link_is_a_trial(app, db, send, settings, time):
    user_id = make_user(db, "organiser", email="to-chuc@so-mau.example")
    with db.writing() as session:
        person = one_person(session)
        round_ = make_round(session)
        with app.app_context():
            outbox.enqueue(
                session,
                TEST,
                recipient=("user", user_id),
                subject=("round", round_.id),
                dedupe_key="test:1",
                payload={"person": person.id},
            )
    mail = send()["to-chuc@so-mau.example"]
    assert mail.mail["Subject"].startswith("[THỬ] ")
    assert mail.mail["X-Survey-Message"] == "test"
    assert "Kính gửi đồng chí Nguyễn Văn An," in mail.text
    (token,) = set(re.findall(r"/i/([\w-]+)", mail.text))
    assert tokens.read_trial(settings.link_key, token) == (round_.id, user_id)
    assert tokens.read_link(settings.link_key, token) is None
    assert mail.mail["List-Unsubscribe"] is None


def test_a_refused_address_becomes_undeliverable_and_is_reached_again(app, db, smtp, send, time):
    smtp.refuse("an@so-mau.example", "550 5.1.1 No such user")
    with db.writing() as session:
        person = one_person(session)
        round_ = launched_round(session, people=0)
    assert send() == {}
    with db.writing() as session:
        (invitation,) = invitations_of(session, round_)
        assert invitation.is_undeliverable
        now = time.move(hours=1)
        new = "moi@so-mau.example"
        assert reaching.correct_and_resend(session, round_.id, person.id, new, CLI, now)
        session.refresh(invitation)
        assert not invitation.is_undeliverable
    assert list(send()) == ["moi@so-mau.example"]


def test_a_refusal_of_an_address_corrected_since_changes_nothing(app, db, smtp, send):
    smtp.refuse("an@so-mau.example", "451 4.7.1 Try again later")
    with db.writing() as session:
        person = one_person(session)
        round_ = launched_round(session, people=0)
    send()
    with db.writing() as session:
        message = session.query(OutboxMessage).one()
        message.sent_to = "cu@so-mau.example"
        session.flush()
        following.address_refused(session, message)
        (invitation,) = invitations_of(session, round_)
        state = session.get_one(Person, person.id).address_state
        assert (state, invitation.is_undeliverable) == ("ok", False)
