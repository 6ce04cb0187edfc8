"""One-time sign-in links: made on the command line, spent by a person and not by a robot."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey_app.accounts.models import SignInLink, User
from survey_app.audit.models import AuditEvent
from survey_app.database import Database
from tests.conftest import TestClock
from tests.factories import make_user
from tests.page import assert_page


def run(app: Flask, *args: str):
    return app.test_cli_runner().invoke(args=["users", *args])


def link_path(app: Flask, email: str = "chi.hoa@so-mau.example") -> str:
    result = run(app, "link", email)
    assert result.exit_code == 0, result.output
    return result.stdout.strip().removeprefix("http://127.0.0.1:8000")


def enter(client: FlaskClient, path: str, **options: Any) -> TestResponse:
    """Tick the box and press the button, as the owner does."""
    return client.post(path, data={"sure": "yes"}, **options)


@pytest.fixture
def organiser(db: Database) -> int:
    return make_user(db, "organiser", email="chi.hoa@so-mau.example", name="Lý Thị Hoa")


def test_the_command_line_makes_an_administrator_who_gets_in(
    app: Flask, client: FlaskClient, db: Database
) -> None:
    result = run(app, "create-admin", "Quan.Tri@so-mau.example", "--name", "Hoàng Văn Trị")
    assert result.exit_code == 0
    path = result.stdout.strip().removeprefix("http://127.0.0.1:8000")
    assert path.startswith("/sign-in/")
    response = enter(client, path)
    assert response.status_code == 303
    assert client.get("/admin/users").status_code == 200
    with db.reading() as session:
        user = session.scalars(select(User)).one()
        actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert (user.email, user.name) == ("quan.tri@so-mau.example", "Hoàng Văn Trị")
    assert actions == ["user.created", "role.granted", "user.sign_in_link_made", "user.signed_in"]


def test_create_admin_twice_gives_a_fresh_link_for_the_same_account(
    app: Flask, db: Database
) -> None:
    first = run(app, "create-admin", "a@so-mau.example")
    second = run(app, "create-admin", "A@so-mau.example")
    assert first.exit_code == second.exit_code == 0
    assert first.stdout != second.stdout
    with db.reading() as session:
        assert len(session.scalars(select(User)).all()) == 1


def test_a_robot_that_looks_at_the_link_spends_nothing(
    app: Flask, client: FlaskClient, organiser: int
) -> None:
    path = link_path(app)
    for _ in range(20):
        assert client.head(path).status_code == 200
        page = client.get(path)
        assert page.status_code == 200
        assert "Set-Cookie" not in page.headers
        assert "Hoa" not in page.text
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert enter(client, path).location == "/account/password?first=1"


@pytest.mark.parametrize("data", [{}, {"sure": ""}, {"sure": "no"}, {"lang": "en"}])
def test_a_robot_that_submits_the_form_as_it_came_spends_nothing(
    app: Flask, client: FlaskClient, db: Database, organiser: int, data: dict[str, str]
) -> None:
    path = link_path(app)
    page = client.post(path, data=data)
    assert page.status_code == 422
    assert "Set-Cookie" not in page.headers
    assert "Xin đánh dấu" in page.text
    assert_page(page.text, page.headers)
    with db.reading() as session:
        assert session.scalars(select(SignInLink.used_at)).one() is None
    assert enter(client, path).location == "/account/password?first=1"


def test_nothing_is_ticked_beforehand(app: Flask, client: FlaskClient, organiser: int) -> None:
    page = client.get(link_path(app))
    assert page.text.count('name="sure"') == 1
    assert " checked" not in page.text


def test_a_link_works_once(app: Flask, client: FlaskClient, organiser: int) -> None:
    path = link_path(app)
    assert enter(client, path).status_code == 303
    other = app.test_client()
    assert enter(other, path).status_code == 410
    assert other.get(path).status_code == 410
    assert "mới" in other.get(path).text
    assert other.get("/account").status_code == 303


def test_a_link_ends_after_24_hours(
    app: Flask, client: FlaskClient, organiser: int, time: TestClock
) -> None:
    path = link_path(app)
    time.move(hours=24)
    assert enter(client, path).status_code == 410
    path = link_path(app)
    time.move(hours=24, seconds=-1)
    assert enter(client, path).status_code == 303


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}]
)
def test_another_site_cannot_sign_somebody_in(
    app: Flask, client: FlaskClient, organiser: int, headers: dict[str, str]
) -> None:
    path = link_path(app)
    assert enter(client, path, headers=headers).status_code == 403
    assert enter(client, path).status_code == 303


def test_a_made_up_or_damaged_link_is_a_kind_page(client: FlaskClient) -> None:
    for token in ("x", "a" * 46, "by mail"):
        assert client.get(f"/sign-in/{token}").status_code == 410


def test_the_database_holds_no_usable_token(app: Flask, db: Database, organiser: int) -> None:
    token = link_path(app).removeprefix("/sign-in/")
    with db.reading() as session:
        stored = session.scalars(select(SignInLink.token_hash)).one()
    assert token not in stored and stored not in token


def test_the_session_cookie_starts_afresh(app: Flask, client: FlaskClient, organiser: int) -> None:
    client.set_cookie("lang", "en")
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
        cookie["csrf_token"] = "known to somebody else"
    enter(client, link_path(app))
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie.get("csrf_token") != "known to somebody else"
    assert client.get_cookie("lang").value == "en"


def test_the_language_of_the_account_holds_after_signing_in(app: Flask, db: Database) -> None:
    make_user(db, "organiser", email="english@so-mau.example", locale="en")
    client = app.test_client()
    enter(client, link_path(app, "english@so-mau.example"))
    assert "My account" in client.get("/account").text


def test_the_password_is_asked_for_once_and_can_wait(
    app: Flask, client: FlaskClient, organiser: int
) -> None:
    assert enter(client, link_path(app)).location == "/account/password?first=1"
    assert "Để sau" in client.get("/account/password?first=1").text
    assert enter(client, link_path(app)).location == "/organiser/"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("link", "nobody@so-mau.example"), "Không có tài khoản nào"),
        (("role", "nobody@so-mau.example", "organiser"), "Không có tài khoản nào"),
        (("role", "chi.hoa@so-mau.example", "king"), "Không có vai trò “king”"),
        (("role", "chi.hoa@so-mau.example", "cell_secretary"), "cần kèm một chi bộ"),
        (("role", "chi.hoa@so-mau.example", "cell_secretary", "--cell", "x"), "Không có chi bộ"),
        (("create-admin", "no address"), "không phải là địa chỉ thư"),
        (("create-admin", "đồng.chí@so-mau.example"), "không phải là địa chỉ thư"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    app: Flask, organiser: int, args: tuple[str, ...], words: str
) -> None:
    result = run(app, *args)
    assert result.exit_code == 1
    assert words in result.stderr
    assert result.stdout == ""


def test_a_role_given_on_the_command_line_shows_in_the_list(app: Flask, organiser: int) -> None:
    assert run(app, "role", "chi.hoa@so-mau.example", "question_approver").exit_code == 0
    assert "organiser, question_approver" in run(app, "list").stdout
