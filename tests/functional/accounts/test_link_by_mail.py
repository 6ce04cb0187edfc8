"""A sign-in link by mail: the same answer for everybody, one mail for those who have an account."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from survey_app.database import Database
from survey_app.mailing.models import OutboxItem
from tests.conftest import TestClock
from tests.factories import make_user, submit
from tests.sending import send_all
from tests.smtp_sink import SmtpSink

EMAIL = "chi.hoa@so-mau.example"


def ask(client: FlaskClient, email: str, ip: str = "203.0.113.7"):
    return submit(
        client, "/sign-in/by-mail", {"email": email}, environ_overrides={"REMOTE_ADDR": ip}
    )


def test_the_mail_holds_a_link_that_works_once(
    smtp: SmtpSink, app: Flask, client: FlaskClient, db: Database
) -> None:
    make_user(db, "organiser", email=EMAIL, name="Lý Thị Hoa")
    assert ask(client, " Chi.Hoa@so-mau.example").status_code == 200
    with db.reading() as session:
        payload = session.scalars(select(OutboxItem.payload)).one()
    send_all(app)
    (mail,) = smtp.received
    assert mail.recipient == EMAIL
    assert mail.mail["X-Survey-Message"] == "security"
    link = next(line for line in mail.text.split() if "/sign-in/" in line)
    assert link in mail.html
    assert client.get(f"/sign-in/{payload['link']}").status_code == 410, "stored, but opens nothing"
    path = link.removeprefix("http://127.0.0.1:8000")
    assert client.get(path).status_code == 200
    assert client.post(path, data={"sure": "yes"}).status_code == 303
    assert app.test_client().post(path, data={"sure": "yes"}).status_code == 410


def test_nobody_learns_who_has_an_account(client: FlaskClient, db: Database) -> None:
    make_user(db, "organiser", email=EMAIL)
    known, unknown = ask(client, EMAIL), ask(client, "nobody@so-mau.example")
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace(EMAIL, "X") == unknown.text.replace("nobody@so-mau.example", "X")
    with db.reading() as session:
        assert len(session.scalars(select(OutboxItem)).all()) == 1


def test_asking_again_and_again_is_throttled_alike(
    client: FlaskClient, db: Database, time: TestClock
) -> None:
    make_user(db, "organiser", email=EMAIL)
    for email in (EMAIL, "nobody@so-mau.example"):
        codes = [ask(client, email, ip=f"192.0.2.{n}").status_code for n in range(7)]
        assert codes == [200] * 5 + [429] * 2
    time.move(hours=1)
    assert ask(client, EMAIL).status_code == 200


def test_a_link_used_or_an_account_closed_meanwhile_is_not_sent(
    smtp: SmtpSink, app: Flask, client: FlaskClient, db: Database, time: TestClock
) -> None:
    make_user(db, "organiser", email=EMAIL)
    ask(client, EMAIL)
    with db.writing() as session:
        session.execute(text("UPDATE user_account SET is_active = false"))
    send_all(app)
    with db.writing() as session:
        session.execute(text("UPDATE user_account SET is_active = true"))
    ask(client, EMAIL)
    time.move(hours=25)
    send_all(app)
    assert smtp.received == []
