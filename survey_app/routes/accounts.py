"""The pages of administrators, and of everybody with an account."""

from survey_app.accounts import views_account as account
from survey_app.accounts import views_admin as admin
from survey_app.accounts.doors import (
    ADMIN,
    STAFF,
)
from survey_app.web.doors import Route, route


def all_pages() -> list[Route]:
    """Return the routes of this module."""
    return [*_admin(), *_account()]


def _admin() -> list[Route]:
    one = "/admin/users/<id:user_id>"
    return [
        route("/admin/users", "admin.users", admin.users, ADMIN, "GET POST"),
        route(one, "admin.user", admin.user, ADMIN),
        route(f"{one}/roles", "admin.grant", admin.grant, ADMIN, "POST"),
        route(f"{one}/roles/<id:grant_id>/revoke", "admin.revoke", admin.revoke, ADMIN, "POST"),
        route(f"{one}/link", "admin.make_link", admin.make_link, ADMIN, "POST"),
        route(f"{one}/send-link", "admin.send_link", admin.send_link, ADMIN, "POST"),
        route(f"{one}/close", "admin.close", admin.close, ADMIN, "POST"),
        route(f"{one}/reopen", "admin.reopen", admin.reopen, ADMIN, "POST"),
    ]


def _account() -> list[Route]:
    return [
        route("/account", "account.show", account.show, STAFF),
        route("/account/language", "account.choose_locale", account.choose_locale, STAFF, "POST"),
        route("/account/password", "account.password", account.password, STAFF, "GET POST"),
        route("/account/leave", "account.leave", account.sign_out_everywhere, STAFF, "POST"),
    ]
