"""A report as it is read away from its page: printed, in Word, in Excel."""

from io import BytesIO

from flask import render_template, send_file
from flask.typing import ResponseReturnValue

from survey_app import audit, formatting
from survey_app.accounts.doors import signed_in
from survey_app.database import reading, writing
from survey_app.reports import annex_xlsx, docx_report, drafting, snapshots
from survey_app.reports.access import report_here
from survey_app.reports.composing import compose
from survey_app.reports.models import Report, Snapshot


def print_view(report_id: int) -> ResponseReturnValue:
    """The report as it will stand on paper, in the browser."""
    with reading() as session:
        _at, report, snapshot = report_here(session, report_id)
        composed = compose(snapshots.figures_of(snapshot), drafting.terms_of(session, report))
    return render_template("reports/print.html", report=report, composed=composed)


def docx(report_id: int) -> ResponseReturnValue:
    """The report as a Word file; a post, because every export is logged."""
    return file_of(report_id, "docx")


def xlsx(report_id: int) -> ResponseReturnValue:
    """The annex as an Excel file; a post, because every export is logged."""
    return file_of(report_id, "xlsx")


def file_of(report_id: int, kind: str) -> ResponseReturnValue:
    """Send a report as a file of `kind` (docx, xlsx), and note who took it."""
    with writing() as session:
        _at, report, snapshot = report_here(session, report_id)
        figures = snapshots.figures_of(snapshot)
        terms = drafting.terms_of(session, report)
        audit.record(
            session,
            audit.Action.REPORT_EXPORTED,
            signed_in(),
            ("report", report.id),
            format=kind,
            snapshot_id=snapshot.id,
        )
    make = docx_report.docx_of if kind == "docx" else annex_xlsx.xlsx_of
    return send_file(
        BytesIO(make(figures, terms)),
        mimetype=docx_report.MIME if kind == "docx" else annex_xlsx.MIME,
        as_attachment=True,
        download_name=_file_name(report, snapshot, kind),
    )


def _file_name(report: Report, snapshot: Snapshot, ending: str) -> str:
    word = "tong-ket" if report.kind == "final" else "so-ket"
    state = "" if report.state == "issued" else "du-thao-"
    stamp = formatting.local(snapshot.as_of)
    return f"bao-cao-{word}-{state}{stamp:%Y%m%d}-{report.id}.{ending}"
