"""The pages of the committee and of cell secretaries."""

from survey_app.accounts.doors import (
    COMMITTEE,
    ROUNDS,
    SECRETARY,
)
from survey_app.cell_reports import views_owing as owing
from survey_app.cell_reports import views_secretary as duties
from survey_app.cell_reports import views_sessions as study_sessions
from survey_app.desks import views_secretary as secretary
from survey_app.invitations import views_addresses as addresses
from survey_app.invitations import views_committee as committee
from survey_app.invitations import views_explained as explained
from survey_app.invitations import views_not_yet as not_yet
from survey_app.reports import views_files as report_files
from survey_app.reports import views_home, views_snapshots
from survey_app.reports import views_reports as reports
from survey_app.reports import views_timeline as timeline
from survey_app.web.doors import Route, route


def all_pages() -> list[Route]:
    """Return the routes of this module."""
    return [
        *_committee(),
        *_not_yet(),
        *_owing(),
        *_reports(),
        *_secretary(),
        *_study_sessions(),
        *_snapshots(),
    ]


def _committee() -> list[Route]:
    one = "/committee/rounds/<slug>"
    return [
        route("/committee/", "committee.home", views_home.home, COMMITTEE),
        route("/committee/print", "committee.whole", views_home.whole, COMMITTEE),
        route(one, "committee.round", committee.board, COMMITTEE),
        route(f"{one}/live", "committee.live", committee.live, COMMITTEE),
        route(f"{one}/print", "committee.print", committee.print_view, COMMITTEE),
        route(f"{one}/projection", "committee.project", committee.project, COMMITTEE),
        route(f"{one}/ledger", "committee.ledger", explained.page, COMMITTEE),
        route(f"{one}/ledger/print", "committee.ledger_print", explained.print_view, COMMITTEE),
        route(f"{one}/xlsx", "committee.download", committee.download, COMMITTEE, "POST"),
    ]


def _owing() -> list[Route]:
    one = "/committee/cells/<cell_slug>/remind"
    return [
        route("/committee/timeline", "timeline.show", timeline.show, COMMITTEE),
        route("/committee/cells", "duties.board", owing.board, COMMITTEE),
        route(one, "duties.preview", owing.preview, COMMITTEE),
        route(one, "duties.remind", owing.remind, COMMITTEE, "POST"),
        route(f"{one}/preview.html", "duties.mail", owing.mail, COMMITTEE),
    ]


def _reports() -> list[Route]:
    """The committee reads reports; who may invite people may write and issue them."""
    one = "/committee/reports/<id:report_id>"
    new = "/committee/reports/new"
    return [
        route("/committee/reports", "reports.list", reports.index, COMMITTEE),
        route("/committee/reports/quick", "reports.quick", reports.quick, ROUNDS, "POST"),
        route(new, "reports.new", reports.new, ROUNDS, "GET POST"),
        route(one, "reports.show", reports.show, COMMITTEE),
        route(f"{one}/save", "reports.save", reports.save, ROUNDS, "POST"),
        route(f"{one}/issue", "reports.issue", reports.issue, ROUNDS, "GET POST"),
        route(f"{one}/print", "reports.print", report_files.print_view, COMMITTEE),
        route(f"{one}/docx", "reports.docx", report_files.docx, COMMITTEE, "POST"),
        route(f"{one}/xlsx", "reports.xlsx", report_files.xlsx, COMMITTEE, "POST"),
    ]


def _snapshots() -> list[Route]:
    every, one = "/committee/figures", "/committee/figures/<id:number>"
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
        route("/secretary/addresses", "secretary.addresses", addresses.addresses, SECRETARY),
        route(
            "/secretary/addresses/<public_id>",
            "secretary.address",
            addresses.address,
            SECRETARY,
            "GET POST",
        ),
        *_secretary_duties(),
    ]


def _secretary_duties() -> list[Route]:
    every = "/secretary/reports"
    one = f"{every}/<slug>/<cell_slug>"
    return [
        route(every, "secretary_duties.list", duties.list_, SECRETARY),
        route(one, "secretary_duties.show", duties.show, SECRETARY),
        route(one, "secretary_duties.save", duties.save, SECRETARY, "POST"),
        route(f"{one}/history", "secretary_duties.history", duties.history, SECRETARY),
    ]


def _not_yet() -> list[Route]:
    own, every = "/secretary/rounds/<slug>/people", "/committee/rounds/<slug>/people"
    pages = not_yet
    return [
        route(own, "secretary.people", pages.of_own_cell, SECRETARY),
        route(own, "secretary.open_people", pages.open_own_cell, SECRETARY, "POST"),
        route(every, "committee.people", pages.of_any_cell, COMMITTEE),
        route(every, "committee.open_people", pages.open_any_cell, COMMITTEE, "POST"),
    ]


def _study_sessions() -> list[Route]:
    every, one = "/secretary/sessions", "/secretary/sessions/<id:session_id>"
    pages = study_sessions
    return [
        route(every, "study_sessions.list", pages.list_sessions, SECRETARY),
        route(f"{every}/new", "study_sessions.new", pages.new, SECRETARY, "GET POST"),
        route(one, "study_sessions.show", pages.show, SECRETARY),
        route(f"{one}/edit", "study_sessions.edit", pages.edit, SECRETARY, "GET POST"),
        route(f"{one}/remove", "study_sessions.remove", pages.remove, SECRETARY, "GET POST"),
        route(f"{one}/list", "study_sessions.change_list", pages.change_list, SECRETARY, "POST"),
        route(
            f"{one}/attendance",
            "study_sessions.attendance",
            pages.save_attendance,
            SECRETARY,
            "POST",
        ),
    ]
