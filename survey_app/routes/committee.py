"""The pages of the committee and of cell secretaries."""

from survey_app.accounts.doors import (
    COMMITTEE,
    SECRETARY,
)
from survey_app.desks import views_secretary as secretary
from survey_app.invitations import views_committee as committee
from survey_app.invitations import views_explained as explained
from survey_app.web.doors import Route, route


def all_pages() -> list[Route]:
    """Return the routes of this module."""
    return [*_committee(), *_secretary()]


def _committee() -> list[Route]:
    one = "/committee/rounds/<slug>"
    return [
        route("/committee/", "committee.home", committee.home, COMMITTEE),
        route(one, "committee.round", committee.board, COMMITTEE),
        route(f"{one}/live", "committee.live", committee.live, COMMITTEE),
        route(f"{one}/print", "committee.print", committee.print_view, COMMITTEE),
        route(f"{one}/projection", "committee.project", committee.project, COMMITTEE),
        route(f"{one}/ledger", "committee.ledger", explained.page, COMMITTEE),
        route(f"{one}/ledger/print", "committee.ledger_print", explained.print_view, COMMITTEE),
        route(f"{one}/xlsx", "committee.download", committee.download, COMMITTEE, "POST"),
    ]


def _secretary() -> list[Route]:
    return [
        route("/secretary/", "secretary.home", secretary.home, SECRETARY),
    ]
