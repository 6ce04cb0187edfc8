"""The pages of the committee and of cell secretaries."""

from survey_app.accounts.doors import (
    COMMITTEE,
    ROUNDS,
    SECRETARY,
)
from survey_app.desks import views_secretary as secretary
from survey_app.invitations import views_committee as committee
from survey_app.reports import views_reports as reports
from survey_app.web.doors import Route, route


def all_pages() -> list[Route]:
    """Return the routes of this module."""
    return [*_committee(), *_reports(), *_secretary()]


def _committee() -> list[Route]:
    one = "/committee/rounds/<slug>"
    return [
        route("/committee/", "committee.home", committee.home, COMMITTEE),
        route(one, "committee.round", committee.board, COMMITTEE),
        route(f"{one}/print", "committee.print", committee.print_view, COMMITTEE),
        route(f"{one}/projection", "committee.project", committee.project, COMMITTEE),
        route(f"{one}/xlsx", "committee.download", committee.download, COMMITTEE, "POST"),
    ]


def _reports() -> list[Route]:
    """The committee reads reports; who may invite people may write and issue them."""
    one = "/committee/reports/<int:report_id>"
    new = "/committee/reports/new"
    return [
        route("/committee/reports", "reports.list", reports.index, COMMITTEE),
        route(new, "reports.new", reports.new, ROUNDS, "GET POST"),
        route(one, "reports.show", reports.show, COMMITTEE),
        route(f"{one}/save", "reports.save", reports.save, ROUNDS, "POST"),
        route(f"{one}/issue", "reports.issue", reports.issue, ROUNDS, "GET POST"),
        route(f"{one}/print", "reports.print", reports.print_view, COMMITTEE),
        route(f"{one}/docx", "reports.docx", reports.docx, COMMITTEE, "POST"),
        route(f"{one}/xlsx", "reports.xlsx", reports.xlsx, COMMITTEE, "POST"),
    ]


def _secretary() -> list[Route]:
    return [
        route("/secretary/", "secretary.home", secretary.home, SECRETARY),
    ]
