"""The pages of the committee and of cell secretaries."""

from survey_app.accounts.doors import (
    COMMITTEE,
    ROUNDS,
    SECRETARY,
)
from survey_app.desks import views_secretary as secretary
from survey_app.invitations import views_committee as committee
from survey_app.reports import views_home, views_snapshots
from survey_app.reports import views_reports as reports
from survey_app.web.doors import Route, route


def all_pages() -> list[Route]:
    """Return the routes of this module."""
    return [*_committee(), *_snapshots(), *_reports(), *_secretary()]


def _committee() -> list[Route]:
    one = "/committee/rounds/<slug>"
    return [
        route("/committee/", "committee.home", views_home.home, COMMITTEE),
        route("/committee/print", "committee.whole", views_home.whole, COMMITTEE),
        route(one, "committee.round", committee.board, COMMITTEE),
        route(f"{one}/live", "committee.live", committee.live, COMMITTEE),
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
        route("/committee/reports/quick", "reports.quick", reports.quick, ROUNDS, "POST"),
        route(one, "reports.show", reports.show, COMMITTEE),
        route(f"{one}/save", "reports.save", reports.save, ROUNDS, "POST"),
        route(f"{one}/issue", "reports.issue", reports.issue, ROUNDS, "GET POST"),
        route(f"{one}/print", "reports.print", reports.print_view, COMMITTEE),
        route(f"{one}/docx", "reports.docx", reports.docx, COMMITTEE, "POST"),
        route(f"{one}/xlsx", "reports.xlsx", reports.xlsx, COMMITTEE, "POST"),
    ]


def _snapshots() -> list[Route]:
    every, one = "/committee/figures", "/committee/figures/<int:number>"
    return [
        route(every, "snapshots.list", views_snapshots.index, COMMITTEE),
        route(every, "snapshots.take", views_snapshots.take, COMMITTEE, "POST"),
        route(one, "snapshots.show", views_snapshots.show, COMMITTEE),
        route(f"{one}/print", "snapshots.print", views_snapshots.print_view, COMMITTEE),
        route(f"{one}/correct", "snapshots.correct", views_snapshots.correct, COMMITTEE, "POST"),
    ]


def _secretary() -> list[Route]:
    return [
        route("/secretary/", "secretary.home", secretary.home, SECRETARY),
    ]
