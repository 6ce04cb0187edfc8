""" "Gửi lại liên kết" for someone who has handed in: nobody is invited to what they have done."""

from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.accounts.scope import CLI
from survey_app.database import Database
from survey_app.invitations import queries, reaching
from survey_app.invitations.models import Invitation
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.mailing.queries import of_recipient
from survey_app.people.models import Person
from tests.conftest import TestClock
from tests.functional.quizzes.conftest import Member, right
from tests.sending import send_all
from tests.smtp_sink import Received, SmtpSink


@pytest.fixture
def sent(app: Flask, members: list[Member], smtp: SmtpSink) -> SmtpSink:
    """What is sent from here on; the round's invitations have left already."""
    send_all(app)
    smtp.clear()
    return smtp


def hand_in(app: Flask, member: Member, smtp: SmtpSink) -> None:
    """Hand in, and let the result's mail go by."""
    assert member.begin().status_code == 303
    member.post("submit", right(1, 2, 3))
    send_all(app)
    smtp.clear()


def address_of(member: Member) -> str:
    with member.db.reading() as session:
        query = select(Person.email).join(Invitation, Invitation.person_id == Person.id)
        email = session.scalars(query.where(Invitation.id == member.invitation_id)).one()
    assert email
    return email


def ask_for_link(app: Flask, member: Member, smtp: SmtpSink) -> Received:
    page = app.test_client().post("/lost-link", data={"email": address_of(member)})
    assert page.status_code == 200
    send_all(app)
    (mail,) = smtp.received
    return mail


def kind_and_subject(mail: EmailMessage) -> tuple[str, str]:
    return str(mail["X-Survey-Message"]), str(mail["Subject"])


def test_who_has_handed_in_is_told_so(app: Flask, member: Member, sent: SmtpSink) -> None:
    hand_in(app, member, sent)
    mail = ask_for_link(app, member, sent)
    assert kind_and_subject(mail.mail) == (
        "notice",
        "[70 năm Đảng bộ Khối] Vòng 1 – đồng chí đã nộp bài",
    )
    for part in (mail.text, mail.html):
        assert "đã được nộp và ghi nhận" in part
        assert "09 giờ 00, thứ Tư, ngày 18/9/2024" in part
        assert str(member.attempts()[0].receipt) in part
        assert member.link in part
        assert "0912 000 001" in part
        assert "3/10" not in part
        assert "mời đồng chí" not in part and "lượt" not in part
    assert mail.mail["List-Unsubscribe"] is None


def test_who_has_not_is_invited(app: Flask, member: Member, sent: SmtpSink) -> None:
    member.begin()
    member.post("save", right(1))
    mail = ask_for_link(app, member, sent)
    assert kind_and_subject(mail.mail) == (
        "invitation",
        "[70 năm Đảng bộ Khối] Vòng 1 – mời thi đến 20/9",
    )


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"attempts_allowed": 2}, "đồng chí còn 1 lượt, đến 17 giờ 00"),
        ({"attempts_allowed": None}, "đồng chí làm lại được đến 17 giờ 00"),
        (
            {"attempts_allowed": 2, "show_score": "after_close"},
            "Điểm và đáp án xem được ở liên kết",
        ),
    ],
    indirect=["members"],
)
def test_what_one_may_still_do_is_said(
    app: Flask, member: Member, sent: SmtpSink, said: str
) -> None:
    hand_in(app, member, sent)
    assert said in ask_for_link(app, member, sent).text


@pytest.mark.parametrize("members", [{"attempts_allowed": 2}], indirect=True)
def test_the_newest_paper_is_the_one_told_of(
    app: Flask, member: Member, sent: SmtpSink, time: TestClock
) -> None:
    hand_in(app, member, sent)
    time.move(hours=1)
    hand_in(app, member, sent)
    first, second = (attempt.receipt for attempt in member.attempts())
    text = ask_for_link(app, member, sent).text
    assert str(second) in text and str(first) not in text
    assert "10 giờ 00" in text and "lượt" not in text


def test_the_organisers_button_does_the_same(app: Flask, member: Member, sent: SmtpSink) -> None:
    hand_in(app, member, sent)
    with app.app_context(), member.db.writing() as session:
        invitation = session.get_one(Invitation, member.invitation_id)
        now = invitation.created_at
        reaching.resend(session, invitation.round_id, invitation.person_id, CLI, now)
    send_all(app)
    assert [str(mail.mail["X-Survey-Message"]) for mail in sent.received] == ["notice"]


def test_asking_again_and_again_is_answered_each_time(
    app: Flask, member: Member, sent: SmtpSink
) -> None:
    hand_in(app, member, sent)
    for _time in range(3):
        assert kind_and_subject(ask_for_link(app, member, sent).mail)[0] == "notice"
        sent.clear()


def test_one_who_was_never_mailed_before(app: Flask, db: Database, member: Member, sent: SmtpSink):
    """Whose link came on paper and whose address was found later has no first invitation."""
    hand_in(app, member, sent)
    with db.writing() as session:
        person = session.get_one(Invitation, member.invitation_id).person_id
        item = session.scalars(
            select(OutboxItem).where(
                OutboxItem.kind == "invitation", OutboxItem.recipient_id == person
            )
        ).one()
        session.delete(item)
    for _time in range(2):
        assert kind_and_subject(ask_for_link(app, member, sent).mail)[0] == "notice"
        sent.clear()


def test_who_handed_in_before_the_mails_left_and_asks_for_nothing_gets_the_result_only(
    app: Flask, member: Member, smtp: SmtpSink
) -> None:
    member.begin()
    member.post("submit", right(1))
    send_all(app)
    own = [mail.mail for mail in smtp.received if mail.recipient == address_of(member)]
    assert [kind_and_subject(mail)[0] for mail in own] == ["result"]


def test_an_invitation_that_still_waits_is_not_what_comes(
    app: Flask, member: Member, smtp: SmtpSink
) -> None:
    """Handed in by the link of a card before the mails left."""
    member.begin()
    member.post("submit", right(1))
    app.test_client().post("/lost-link", data={"email": address_of(member)})
    send_all(app)
    own = [mail.mail for mail in smtp.received if mail.recipient == address_of(member)]
    assert sorted(kind_and_subject(mail)[0] for mail in own) == ["notice", "result"]


def test_the_list_of_mails_does_not_tell_who_is_done(
    app: Flask, db: Database, member: Member, sent: SmtpSink
) -> None:
    hand_in(app, member, sent)
    ask_for_link(app, member, sent)
    with db.reading() as session:
        message = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
        assert message and (message.kind, message.state) == ("invitation", "sent")
        (newest, *_rest) = of_recipient(
            session, ("person", message.recipient_id), subject=("round", message.subject_id)
        )
        assert not queries.tells_who_is_done(newest)
