"""A staff form sent too late comes back with what was typed, and goes through when sent again."""

import html
import re

from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.accounts.models import User
from survey_app.database import Database
from tests.conftest import TestClock
from tests.factories import csrf_of, sign_in, sign_in_as
from tests.page import assert_page

GIVEN = {
    "name": "Vy <Văn> Bí\nhai dòng",
    "email": "b@so-mau.example",
    "role": "organiser",
    "cell": "",
}


def carried(page) -> dict[str, str]:
    fields = re.findall(r'<textarea hidden name="([^"]+)">\n(.*?)</textarea>', page.text, re.S)
    return {html.unescape(name): html.unescape(value) for name, value in fields}


def test_a_form_whose_session_ended_is_sent_again_after_signing_in(
    client: FlaskClient, time: TestClock, db: Database
) -> None:
    user_id = sign_in(client, "administrator")
    token = csrf_of(client.get("/admin/users"))
    time.move(hours=11)
    client.get("/admin/users")
    time.move(hours=2)
    page = client.post("/admin/users", data=GIVEN | {"csrf_token": token})
    assert page.status_code in (400, 401)
    for _ in range(3):  # session over, then a token of the new session
        assert_page(page.text, page.headers)
        assert carried(page) == GIVEN
        sign_in_as(client, user_id)
        page = client.post("/admin/users", data=carried(page) | {"csrf_token": csrf_of(page)})
        if page.status_code == 303:
            break
    assert page.status_code == 303
    with db.reading() as session:
        assert "b@so-mau.example" in session.scalars(select(User.email)).all()


def test_a_lost_cookie_loses_nothing_either(client: FlaskClient, db: Database) -> None:
    user_id = sign_in(client, "administrator")
    token = csrf_of(client.get("/admin/users"))
    client.delete_cookie("session")
    page = client.post("/admin/users", data=GIVEN | {"csrf_token": token})
    assert page.status_code == 400 and carried(page) == GIVEN
    page = client.post("/admin/users", data=carried(page) | {"csrf_token": csrf_of(page)})
    assert page.status_code == 401 and carried(page) == GIVEN
    assert "/sign-in?next=/account" in page.text
    sign_in_as(client, user_id)
    page = client.post("/admin/users", data=carried(page) | {"csrf_token": csrf_of(page)})
    assert page.status_code == 303


def test_another_site_gets_no_button(client: FlaskClient) -> None:
    sign_in(client, "administrator")
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        page = client.post("/admin/users", data=GIVEN, headers=headers)
        assert page.status_code == 400
        assert carried(page) == {} and "Bí" not in page.text


def test_passwords_are_never_carried(client: FlaskClient) -> None:
    page = client.post("/sign-in", data={"email": "a@b.vn", "password": "rất bí mật đây"})
    assert page.status_code == 400
    assert carried(page) == {"email": "a@b.vn"}
    assert "bí mật" not in page.text
