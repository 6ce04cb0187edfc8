"""The administrator's pages, and who may not open them."""

import threading
from time import sleep

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.accounts import services
from survey_app.accounts.models import RoleGrant, User
from survey_app.accounts.scope import CLI
from survey_app.audit.models import AuditEvent
from survey_app.clock import now
from survey_app.database import Database
from survey_app.errors import Conflict
from survey_app.people.models import Cell, CellName
from tests.factories import make_user, sign_in, sign_in_as, submit


@pytest.fixture
def cell_id(app: Flask, db: Database) -> int:
    with db.writing() as session:
        cell = Cell(slug="chi-bo-1", position=1, created_at=now())
        session.add(cell)
        session.flush()
        session.add(CellName(cell_id=cell.id, name="Chi bộ Văn phòng"))
        return cell.id


@pytest.mark.parametrize(
    "role", ["organiser", "question_approver", "committee_reviewer", "campaign_monitor"]
)
def test_only_administrators_come_in(client: FlaskClient, role: str) -> None:
    user_id = sign_in(client, role)
    assert client.get("/admin/users").status_code == 403
    assert client.get(f"/admin/users/{user_id}").status_code == 403
    assert submit(client, "/account", to=f"/admin/users/{user_id}/link").status_code == 403


def test_a_stranger_is_sent_to_the_sign_in_page(client: FlaskClient) -> None:
    assert client.get("/admin/users").location == "/sign-in?next=/admin/users"


def test_an_account_is_opened_with_a_role_and_a_link(
    app: Flask, client: FlaskClient, cell_id: int, db: Database
) -> None:
    admin = sign_in(client, "administrator")
    given = {
        "name": "Vy Văn Bí",
        "email": "Bi.Thu@so-mau.example",
        "role": "cell_secretary",
        "cell": str(cell_id),
    }
    response = submit(client, "/admin/users", given)
    assert response.status_code == 303
    page = client.get(response.location)
    assert "Bí thư chi bộ: Chi bộ Văn phòng" in page.text
    assert "bi.thu@so-mau.example" in page.text
    shown = submit(client, response.location, to=f"{response.location}/link")
    path = shown.text.split("<code>http://127.0.0.1:8000")[1].split("</code>")[0]
    assert app.test_client().post(path, data={"sure": "yes"}).status_code == 303
    assert path not in client.get(response.location).text, "shown once"
    with db.reading() as session:
        actors = session.scalars(
            select(AuditEvent.actor_id).where(AuditEvent.action.like("user.%"))
        ).all()
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).all()
    assert admin in actors
    assert "Vy Văn Bí" not in str([event.details for event in events])


def test_what_was_typed_comes_back_with_the_problem(
    client: FlaskClient, cell_id: int, db: Database
) -> None:
    sign_in(client, "administrator", email="co@so-mau.example")
    for given, words in (
        (
            {"name": "Vy Văn Bí", "email": "không phải", "role": "organiser"},
            "không phải là địa chỉ",
        ),
        (
            {"name": "Vy Văn Bí", "email": "co@so-mau.example", "role": "organiser"},
            "đã có tài khoản",
        ),
        ({"name": "Vy Văn Bí", "email": "b@so-mau.example", "role": "cell_secretary"}, "cần kèm"),
        ({"name": "", "email": "b@so-mau.example", "role": "organiser"}, "Xin ghi họ tên"),
    ):
        response = submit(client, "/admin/users", {"cell": "", **given})
        assert response.status_code in (409, 422)
        assert words in response.text
        assert given["email"] in response.text
    with db.reading() as session:
        assert len(session.scalars(select(User)).all()) == 1


def test_a_closed_account_is_out_at_once_everywhere(
    app: Flask, client: FlaskClient, db: Database
) -> None:
    sign_in(client, "administrator")
    other = app.test_client()
    user_id = sign_in(other, "organiser")
    assert other.get("/account").status_code == 200
    page = f"/admin/users/{user_id}"
    assert submit(client, page, to=f"{page}/close").status_code == 303
    assert other.get("/account").status_code == 303
    assert submit(client, page, to=f"{page}/link").status_code == 409
    assert submit(client, page, to=f"{page}/reopen").status_code == 303
    assert other.get("/account").status_code == 303, "the old session stays ended"
    sign_in_as(other, user_id)
    assert other.get("/account").status_code == 200


def test_a_role_taken_away_closes_its_door_at_once(
    app: Flask, client: FlaskClient, db: Database
) -> None:
    sign_in(client, "administrator")
    other = app.test_client()
    user_id = sign_in(other, "organiser")
    assert other.get("/organiser/questions").status_code == 200
    with db.reading() as session:
        grant = session.scalars(select(RoleGrant).filter_by(user_id=user_id)).one()
    page = f"/admin/users/{user_id}"
    assert submit(client, page, to=f"{page}/roles/{grant.id}/revoke").status_code == 303
    assert other.get("/organiser/questions").status_code == 403


def test_the_last_administrator_stays(client: FlaskClient, db: Database) -> None:
    user_id = sign_in(client, "administrator")
    page = f"/admin/users/{user_id}"
    with db.reading() as session:
        grant = session.scalars(select(RoleGrant)).one()
    for path in (f"{page}/close", f"{page}/roles/{grant.id}/revoke"):
        response = submit(client, page, to=path)
        assert response.status_code == 409
        assert "quản trị viên cuối cùng" in response.text
    assert client.get(page).status_code == 200


def test_a_closed_second_administrator_does_not_count(client: FlaskClient, db: Database) -> None:
    first = sign_in(client, "administrator")
    second = make_user(db, "administrator", email="hai@so-mau.example")
    with db.writing() as session:
        services.close_user(session, second, actor=CLI)
    with pytest.raises(Conflict), db.writing() as session:
        services.close_user(session, first, actor=CLI)


def test_two_administrators_cannot_remove_each_other(app: Flask, db: Database) -> None:
    first, second = (make_user(db, "administrator", email=f"{n}@so-mau.example") for n in (1, 2))
    begun, refused = threading.Event(), []

    def close_slowly() -> None:
        with db.writing() as session:
            services.close_user(session, first, actor=CLI)
            session.flush()
            begun.set()
            sleep(0.4)

    def close_meanwhile() -> None:
        begun.wait()
        try:
            with db.writing() as session:
                services.close_user(session, second, actor=CLI)
        except Conflict:
            refused.append(second)

    threads = [threading.Thread(target=work) for work in (close_slowly, close_meanwhile)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading() as session:
        active = session.scalars(select(User.id).where(User.is_active.is_(True))).all()
    assert (active, refused) == ([second], [second])


def test_giving_a_role_twice_changes_nothing(client: FlaskClient, db: Database) -> None:
    user_id = sign_in(client, "administrator")
    page = f"/admin/users/{user_id}"
    for _ in range(2):
        submit(client, page, {"role": "organiser", "cell": ""}, to=f"{page}/roles")
    with db.reading() as session:
        assert len(session.scalars(select(RoleGrant)).all()) == 2


def test_the_language_is_kept_with_the_account(client: FlaskClient, db: Database) -> None:
    user_id = sign_in(client, "organiser")
    response = submit(client, "/account", {"locale": "en"}, to="/account/language")
    assert response.status_code == 303
    assert client.get_cookie("lang").value == "en"
    with db.reading() as session:
        assert session.get_one(User, user_id).locale == "en"
    assert submit(client, "/account", {"locale": "xx"}, to="/account/language").status_code == 422


def test_no_role_is_chosen_beforehand(client: FlaskClient, db: Database) -> None:
    admin = sign_in(client, "administrator")
    for page in ("/admin/users", f"/admin/users/{admin}"):
        assert '<option value="">(chọn vai trò)</option>' in client.get(page).text.replace(
            " selected", ""
        )
    nobody = {"name": "Vy Văn Bí", "email": "bi@so-mau.example", "role": "", "cell": ""}
    refused = submit(client, "/admin/users", nobody)
    assert (refused.status_code, "Xin chọn vai trò." in refused.text) == (422, True)
    grant = submit(
        client, f"/admin/users/{admin}", {"role": "", "cell": ""}, to=f"/admin/users/{admin}/roles"
    )
    assert grant.status_code == 422
