"""The whole URL map. A page exists when it stands here, with the door of its audience."""

from typing import Any

from flask import Flask

from survey_app.accounts import views as sign_in
from survey_app.accounts.doors import current_actor
from survey_app.web import health, language
from survey_app.web.doors import PUBLIC, Route, route


def all_routes() -> list[Route]:
    """Return every route of the product."""
    return [*_public(), *_organiser(), *_committee(), *_admin()]


def _public() -> list[Route]:
    return [
        route("/healthz", "health.check", health.check, PUBLIC),
        route("/language", "language.choose", language.choose, PUBLIC, "POST", csrf=False),
        route("/sign-in", "sign_in.password", sign_in.password, PUBLIC, "GET POST"),
        route("/sign-in/<token>", "sign_in.link", sign_in.link, PUBLIC, "GET POST"),
        route("/sign-out", "sign_in.leave", sign_in.leave, PUBLIC, "POST"),
    ]


def _organiser() -> list[Route]:
    return []


def _committee() -> list[Route]:
    return []


def _admin() -> list[Route]:
    return []


def install_page_context(app: Flask) -> None:
    """Tell every template who is looking."""

    @app.context_processor
    def context() -> dict[str, Any]:
        return {"current_actor": current_actor()}
