"""Ready-made people and things for tests, and the few steps every page test takes."""

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey_app.accounts import passwords, services, sessions
from survey_app.accounts.doors import SESSION_KEY
from survey_app.accounts.scope import CLI
from survey_app.database import Database

_CSRF = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


def database_of(app: Flask) -> Database:
    database: Database = app.extensions["survey.database"]
    return database


def make_user(
    db: Database,
    *roles: str,
    email: str = "",
    name: str = "Trần Thị Mẫu",
    password: str | None = None,
    cell_id: int | None = None,
    locale: str = "vi",
) -> int:
    """Open a staff account with `roles` (a cell secretary needs `cell_id`); return its id."""
    hashed = passwords.make_hash(password) if password else None
    with db.writing() as session:
        address = email or f"{'-'.join(roles).replace('_', '-') or 'ai-do'}@so-mau.example"
        user = services.create_user(session, address, name, actor=CLI, source="test", locale=locale)
        user.password_hash = hashed
        for role in roles:
            cell = cell_id if role == "cell_secretary" else None
            services.grant_role(session, user.id, role, actor=CLI, cell_id=cell)
        return user.id


def sign_in(client: FlaskClient, role: str = "organiser", **user: Any) -> int:
    """Sign `client` in as a fresh user with `role`; return the user's id."""
    user_id = make_user(database_of(client.application), role, **user)
    sign_in_as(client, user_id)
    return user_id


def sign_in_as(client: FlaskClient, user_id: int) -> None:
    """Sign `client` in as an existing user, without the sign-in page."""
    with database_of(client.application).writing() as session:
        token = sessions.start(session, user_id)
    with client.session_transaction() as cookie:
        cookie[SESSION_KEY] = token


def csrf_of(page: TestResponse) -> str:
    """Return the CSRF token of the forms of a page."""
    found = _CSRF.search(page.text)
    assert found, f"no form with a CSRF token on {page.request.path}"
    return found[1]


def submit(
    client: FlaskClient,
    page: str,
    data: dict[str, Any] | None = None,
    *,
    to: str = "",
    **options: Any,
) -> TestResponse:
    """Open `page` and post `data` to it (or to another path) with the page's CSRF token."""
    token = csrf_of(client.get(page))
    return client.post(to or page, data={"csrf_token": token, **(data or {})}, **options)
