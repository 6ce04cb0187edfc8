"""Signing in with a password: who gets in, who has to wait, and who can never be kept out."""

import threading

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from survey_app.accounts import guessing, passwords
from survey_app.accounts.models import StaffSession, User
from survey_app.audit.models import AuditEvent
from survey_app.database import Database
from tests.conftest import TestClock
from tests.factories import make_user, sign_in, submit

PASSWORD = "ba con vịt bơi ngang hồ"
EMAIL = "chi.hoa@so-mau.example"


@pytest.fixture
def organiser(app: Flask, db: Database) -> int:
    return make_user(db, "organiser", email=EMAIL, name="Lý Thị Hoa", password=PASSWORD)


def enter(client: FlaskClient, password: str = PASSWORD, email: str = EMAIL, **more):
    ip = more.pop("ip", "203.0.113.7")
    return submit(
        client,
        "/sign-in",
        {"email": email, "password": password, **more},
        environ_overrides={"REMOTE_ADDR": ip},
    )


def test_the_right_password_opens_the_home_of_the_role(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    response = enter(client, email="  Chi.Hoa@so-mau.example ")
    assert (response.status_code, response.location) == (303, "/organiser/")
    assert client.get("/account").status_code == 200
    with db.reading() as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert (events[-1].action, events[-1].details) == ("user.signed_in", {"means": "password"})


@pytest.mark.parametrize(
    ("roles", "home"),
    [
        (("committee_reviewer",), "/committee/"),
        (("administrator",), "/admin/users"),
        (("administrator", "organiser"), "/organiser/"),
        (("campaign_monitor",), "/committee/"),
    ],
)
def test_every_role_has_its_home(
    client: FlaskClient, db: Database, roles: tuple[str, ...], home: str
) -> None:
    make_user(db, *roles, email=EMAIL, password=PASSWORD)
    assert enter(client).location == home


def test_the_page_asked_for_comes_next_but_never_another_site(
    app: Flask, client: FlaskClient, organiser: int
) -> None:
    assert client.get("/account?x=1").location == "/sign-in?next=/account?x%3D1"
    assert enter(client, next="/account?x=1").location == "/account?x=1"
    for evil in ("https://evil.example/", "//evil.example", "/\\evil.example", "account"):
        assert enter(app.test_client(), next=evil).location == "/organiser/"


def test_wrong_unknown_and_closed_look_the_same(
    app: Flask, client: FlaskClient, organiser: int, db: Database
) -> None:
    make_user(db, "organiser", email="dong@so-mau.example", password=PASSWORD)
    make_user(db, "organiser", email="khong-mat-khau@so-mau.example")
    with db.writing() as session:
        session.execute(
            text("UPDATE user_account SET is_active = false WHERE email = 'dong@so-mau.example'")
        )
    pages = set()
    for email, password in (
        (EMAIL, "không phải mật khẩu này"),
        ("nobody@so-mau.example", PASSWORD),
        ("dong@so-mau.example", PASSWORD),
        ("khong-mat-khau@so-mau.example", PASSWORD),
        ("no address at all", PASSWORD),
    ):
        response = enter(app.test_client(), password, email)
        assert response.status_code == 422
        assert PASSWORD not in response.text
        summary = response.text.split('class="summary"')[1].split("</div>")[0]
        pages.add(summary)
    assert len(pages) == 1


def test_an_unknown_user_costs_as_much_as_a_wrong_password(
    client: FlaskClient, organiser: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes: list[str] = []
    real = passwords._hasher.verify

    class Counting:
        check_needs_rehash = passwords._hasher.check_needs_rehash

        def verify(self, stored: str, password: str) -> bool:
            hashes.append(stored)
            return real(stored, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    enter(client, "sai", "nobody@so-mau.example")
    enter(client, "sai")
    assert len(hashes) == 2
    assert passwords._NOBODY in hashes
    assert "m=65536,t=3,p=4" in passwords._NOBODY


def test_no_password_is_hashed_inside_a_unit_of_work(
    app: Flask, client: FlaskClient, organiser: int, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = passwords.verify
    entered = threading.Event()

    def verify(password: str, stored: str | None) -> passwords.Verdict:
        with db.writing() as session:  # would raise, or wait for ever, inside another one
            session.scalars(select(User.id)).all()
        entered.set()
        return real(password, stored)

    monkeypatch.setattr(passwords, "verify", verify)
    assert enter(client).status_code == 303
    assert entered.is_set()


def test_a_guesser_has_to_wait(client: FlaskClient, organiser: int, time: TestClock) -> None:
    for _ in range(10):
        assert enter(client, "sai").status_code == 422
    response = enter(client)
    assert response.status_code == 429, "even the right one, from where it was guessed"
    assert EMAIL in response.text and "Gửi liên kết đăng nhập" in response.text
    time.move(minutes=15)
    assert enter(client).status_code == 303


def test_throttling_is_in_the_log_once(client: FlaskClient, organiser: int, db: Database) -> None:
    for _ in range(13):
        enter(client, "sai")
    with db.reading() as session:
        found = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "user.sign_in_throttled")
        ).all()
    assert [event.subject_id for event in found] == [organiser]


def test_a_flood_of_strangers_does_not_lock_the_owner_out(
    app: Flask, organiser: int, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "PER_ACCOUNT", 12)
    own = app.test_client()
    assert enter(own).status_code == 303
    submit(own, "/account", to="/sign-out")
    for number in range(12):
        enter(app.test_client(), "sai", ip=f"198.51.100.{number}")
    assert enter(app.test_client(), ip="192.0.2.1").status_code == 429
    assert enter(own).status_code == 303, "a browser that has been here keeps its own tries"
    # and a one-time link always works
    result = app.test_cli_runner().invoke(args=["users", "link", EMAIL])
    path = result.stdout.strip().removeprefix("http://127.0.0.1:8000")
    assert app.test_client().post(path, data={"sure": "yes"}).status_code == 303


def test_colleagues_behind_one_address_do_not_lock_each_other_out(
    app: Flask, organiser: int, db: Database
) -> None:
    make_user(db, "organiser", email="khac@so-mau.example", password=PASSWORD)
    for _ in range(12):
        enter(app.test_client(), "sai", "khac@so-mau.example")
    assert enter(app.test_client()).status_code == 303


def test_a_device_cookie_of_somebody_else_gives_no_more_tries(
    app: Flask, organiser: int, db: Database
) -> None:
    make_user(db, "organiser", email="khac@so-mau.example", password=PASSWORD)
    guesser = app.test_client()
    assert enter(guesser, email="khac@so-mau.example").status_code == 303
    submit(guesser, "/account", to="/sign-out")
    for _ in range(10):
        enter(guesser, "sai")
    assert enter(app.test_client()).status_code == 429, "counted at the address, as a stranger's"


def test_the_owners_own_device_is_throttled_too(client: FlaskClient, organiser: int) -> None:
    enter(client)
    submit(client, "/account", to="/sign-out")
    for _ in range(10):
        assert enter(client, "sai").status_code == 422
    assert enter(client).status_code == 429


@pytest.mark.parametrize(
    "password",
    [
        "ngắn quá 11",
        "matkhau12345",
        "Password1234!",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "qwertyuiop12345",
        "chi.hoa@so-mau.example",
        "LyThiHoa2024!!",
        "x" * 129,
    ],
)
def test_weak_passwords_are_refused_and_say_why(
    client: FlaskClient, password: str, db: Database
) -> None:
    user_id = sign_in(client, email=EMAIL, name="Lý Thị Hoa")
    response = submit(client, "/account/password", {"password": password})
    assert response.status_code == 422
    assert "Cần sửa" in response.text
    assert f'value="{password}"' not in response.text or password == EMAIL
    with db.reading() as session:
        assert session.get_one(User, user_id).password_hash is None


def test_a_new_password_ends_the_other_sessions(
    app: Flask, client: FlaskClient, organiser: int, db: Database
) -> None:
    elsewhere = app.test_client()
    assert enter(elsewhere).status_code == 303
    enter(client)
    wrong = {"current": "sai rồi", "password": "năm con mèo leo cây bưởi"}
    assert submit(client, "/account/password", wrong).status_code == 422
    assert elsewhere.get("/account").status_code == 200
    right = {**wrong, "current": PASSWORD}
    assert submit(client, "/account/password", right).status_code == 303
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303
    assert enter(app.test_client(), PASSWORD).status_code == 422
    assert enter(app.test_client(), right["password"]).status_code == 303


def test_who_came_by_link_sets_a_password_without_the_old_one(
    app: Flask, client: FlaskClient, organiser: int
) -> None:
    result = app.test_cli_runner().invoke(args=["users", "link", EMAIL])
    path = result.stdout.strip().removeprefix("http://127.0.0.1:8000")
    client.post(path, data={"sure": "yes"})
    page = client.get("/account/password").text
    assert 'name="current"' not in page and 'autocomplete="new-password"' in page
    fresh = {"password": "năm con mèo leo cây bưởi"}
    assert submit(client, "/account/password", fresh).status_code == 303


def test_passwords_are_kept_as_argon2id_and_marks_may_be_typed_either_way(
    client: FlaskClient, organiser: int, real_hasher: PasswordHasher
) -> None:
    assert real_hasher.hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    decomposed = "ba con vi\u0323t bơi ngang ho\u0302\u0300"
    assert enter(client, decomposed).status_code == 303


def test_leaving_ends_this_session_and_leaving_everywhere_all(
    app: Flask, client: FlaskClient, organiser: int, db: Database
) -> None:
    other, third = app.test_client(), app.test_client()
    for browser in (client, other, third):
        enter(browser)
    submit(client, "/account", to="/sign-out")
    assert client.get("/account").status_code == 303
    assert other.get("/account").status_code == 200
    stolen = other.get_cookie("session").value
    submit(other, "/account", to="/account/leave")
    third.set_cookie("session", stolen)
    assert third.get("/account").status_code == 303
    with db.reading() as session:
        assert session.scalars(select(StaffSession)).all() == []


def test_leaving_needs_the_token_of_a_page(client: FlaskClient, organiser: int) -> None:
    enter(client)
    assert client.post("/sign-out").status_code == 400
    assert client.get("/sign-out").status_code == 405
    assert client.get("/account").status_code == 200


def test_a_session_ends_after_twelve_hours(
    client: FlaskClient, organiser: int, time: TestClock
) -> None:
    enter(client)
    time.move(hours=12, seconds=-1)
    assert client.get("/account").status_code == 200
    time.move(seconds=1)
    assert client.get("/account").status_code == 303
