"""The whole URL map, one module per audience. A page exists when it stands here, with its door."""

from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from survey_app.accounts.doors import current_actor
from survey_app.accounts.scope import Actor
from survey_app.desks.contact import CurrentContact
from survey_app.desks.navigation import nav_items
from survey_app.routes import accounts, committee, member, organiser
from survey_app.web.doors import Route


def all_routes() -> list[Route]:
    """Return every route of the product."""
    audiences = (member, organiser, committee, accounts)
    return [route for audience in audiences for route in audience.all_pages()]


def _who_looks() -> Actor | None:
    """Return who is signed in. Error pages ask too: for a database in trouble nobody is."""
    try:
        return current_actor()
    except SQLAlchemyError:
        return None


def install_page_context(app: Flask) -> None:
    """Tell every template who is looking, and visitors whom they may call."""

    @app.context_processor
    def context() -> dict[str, Any]:
        actor = _who_looks()
        contact = None if actor else CurrentContact()
        return {"current_actor": actor, "nav_items": nav_items(actor), "contact": contact}
