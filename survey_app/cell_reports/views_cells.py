"""One cell of a period for its organiser: its report, history, opening again, paper; the sheet."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeVar

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.doors import signed_in
from survey_app.audit import Action, record
from survey_app.campaigns import when
from survey_app.campaigns.access import organised_round, organisers_scope
from survey_app.campaigns.queries import CELL_REPORT, LAUNCHED
from survey_app.cell_reports import answers, figures, sheet_xlsx
from survey_app.cell_reports.duties import board_of_duties, secretaries_of
from survey_app.cell_reports.history import versions
from survey_app.cell_reports.notices import tell_secretaries
from survey_app.cell_reports.pages import (
    Sheet,
    answer_words,
    overtaken_sheet,
    posted,
    stored_sheet,
    typed_sheet,
)
from survey_app.cell_reports.reporting import Overtaken, Owed, enter, owed, reopen
from survey_app.cell_reports.wording import in_own_language
from survey_app.database import reading, writing
from survey_app.errors import DomainError, Invalid, NotFound, Problem
from survey_app.formatting import moment
from survey_app.i18n import _
from survey_app.questions import library
from survey_app.web.error_pages import status_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_T = TypeVar("_T")


def _owed(session: Session, slug: str, cell_slug: str, *, lock: bool = False) -> Owed:
    scope = organisers_scope(organised_round(session, slug))
    return owed(session, slug, cell_slug, clock.now(), scope=scope, lock=lock)


def cell(slug: str, cell_slug: str) -> ResponseReturnValue:
    """What the cell sent, when, and what can be done for it."""
    with reading() as session:
        return _cell_page(session, _owed(session, slug, cell_slug))


def _cell_page(session: Session, found: Owed, error: Invalid | None = None) -> str:
    document = in_own_language(found.document)
    known = secretaries_of(session, found.round.campaign_id, [found.duty.cell_id])
    typed: dict[str, Any] = {
        name: request.form.get(name, "") for name in ("until_day", "until_hour", "reason")
    }
    if error is None:
        typed = {"until_day": "", "until_hour": "17:00", "reason": ""}
    return render_template(
        "cell_reports/cell.html",
        found=found,
        document=document,
        words=answer_words(document, found.counted.answers if found.counted else {}),
        versions=versions(session, found.duty.id, document, drafts=False),
        secretaries=known.get(found.duty.cell_id, []),
        typed=typed,
        problems=[(item.message, f"#{item.where}") for item in error.problems] if error else [],
    )


def reopen_cell(slug: str, cell_slug: str) -> ResponseReturnValue:
    """Let the cell answer after the closing; its secretary is told by mail."""
    try:
        with writing() as session:
            found = _owed(session, slug, cell_slug, lock=True)
            until = when.at(
                _typed("until_day", when.parse_day), _typed("until_hour", when.parse_hour)
            )
            reopen(session, found, until, request.form.get("reason", ""), signed_in())
            again = until.isoformat()
            mails = tell_secretaries(
                session, found.round, [found.duty.cell_id], found.now, f"again:{again}"
            )
    except Invalid as error:
        with reading() as session:
            page = _cell_page(session, _owed(session, slug, cell_slug), error)
        return page, status_of(error)
    done = _("Đã mở lại cho %(cell)s đến %(when)s.", cell=found.cell, when=moment(until))
    told = _("Thư báo đang đi tới bí thư.") if mails else _("Xin báo cho chi bộ được biết.")
    flash(f"{done} {told}", "good")
    return redirect(url_for("duties.cell", slug=slug, cell_slug=cell_slug), code=303)


def _typed(name: str, parse: Callable[[str], _T]) -> _T:
    """Read a field; what is wrong with it names it."""
    try:
        return parse(request.form.get(name, ""))
    except Invalid as error:
        problem = Problem("bad_moment", error.message, name)
        raise Invalid(error.message, problems=[problem]) from None


def enter_cell(slug: str, cell_slug: str) -> ResponseReturnValue:
    """Type in what a cell handed in on paper, with the reason."""
    with reading() as session:
        found = _owed(session, slug, cell_slug)
        if request.method == "GET":
            return _entry_page(found, stored_sheet(found, found.counted))
    read = answers.read(found.document, posted())
    if read.problems:
        return _entry_page(found, typed_sheet(found, read.problems)), 422
    seen, reason = request.form.get("seen", ""), request.form.get("reason", "")
    try:
        with writing() as session:
            found = _owed(session, slug, cell_slug, lock=True)
            enter(session, found, read.values, signed_in(), seen=seen, reason=reason)
    except Overtaken as error:
        with reading() as session:
            found = _owed(session, slug, cell_slug)
            sheet = overtaken_sheet(session, found, found.counted, error.message)
            return _entry_page(found, sheet), status_of(error)
    except DomainError as error:
        return _entry_page(found, typed_sheet(found, _told(error))), status_of(error)
    flash(_("Đã nhập báo cáo của %(cell)s từ bản giấy.", cell=found.cell), "good")
    return redirect(url_for("duties.cell", slug=slug, cell_slug=cell_slug), code=303)


def _told(error: DomainError) -> tuple[Problem, ...]:
    return error.problems or (Problem("refused", error.message),)


def _entry_page(found: Owed, sheet: Sheet) -> str:
    reason = request.form.get("reason", "")
    return render_template("cell_reports/enter.html", found=found, sheet=sheet, reason=reason)


def download(slug: str) -> ResponseReturnValue:
    """The figures and texts of all cells as `.xlsx`; a post, because every export is logged."""
    now = clock.now()
    with writing() as session:
        round_ = organised_round(session, slug)
        if round_.kind != CELL_REPORT or round_.state not in LAUNCHED:
            raise NotFound(_("Kỳ báo cáo này chưa mở nên chưa có số liệu."))
        assert round_.version_id is not None  # it is launched
        scope = organisers_scope(round_)
        document = in_own_language(library.approved(session, round_.version_id).document)
        board = board_of_duties(session, round_, now, scope=scope)
        table = figures.table_of(session, board, document, scope=scope)
        subject = ("round", round_.id)
        record(session, Action.PARTICIPATION_EXPORTED, signed_in(), subject, format="xlsx")
    return send_file(
        BytesIO(sheet_xlsx.workbook(board, table, document)),
        mimetype=XLSX,
        as_attachment=True,
        download_name=sheet_xlsx.file_name(board),
    )
