"""Forms on paper: the sheet to print, the sheet to type them into, and taking a batch."""

from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from sqlalchemy.orm import Session
from wtforms import BooleanField, SelectMultipleField
from wtforms.validators import InputRequired

from survey_app.accounts.doors import signed_in
from survey_app.accounts.forms import StaffForm
from survey_app.campaigns.access import organised_round
from survey_app.campaigns.models import Round
from survey_app.campaigns.queries import campaign_of
from survey_app.campaigns.settings import round_settings
from survey_app.database import reading, writing
from survey_app.errors import DomainError, Invalid, NotFound, Problem
from survey_app.feedback import paper
from survey_app.feedback.paper_sheet import empty_sheet, read_sheet
from survey_app.feedback.sheets import sheet_of
from survey_app.i18n import _, current_locale, lazy
from survey_app.questions.canonical import from_plain
from survey_app.questions.library import approved
from survey_app.questions.schema import QuestionDocument
from survey_app.questions.versions import newest_approved
from survey_app.web.pages import received_at

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPEN = ("scheduled", "open")


class BatchForm(StaffForm):
    """A batch of papers: the filled sheet, and who handed one in."""

    file = FileField(
        lazy("Tệp đã nhập các phiếu giấy"),
        [FileRequired(lazy("Xin chọn tệp."))],
        description=lazy("Mẫu tải ở trang này; mỗi dòng một phiếu, theo thứ tự bất kỳ."),
        render_kw={"accept": ".xlsx,.ods,.xls"},
    )
    people = SelectMultipleField(
        lazy("Ai đã nộp phiếu giấy (người chưa từng được gửi liên kết)"), validate_choice=False
    )
    agreed = BooleanField(
        lazy(
            "Các phiếu đã được xáo trộn, không ghi tên, và tôi không biết phiếu nào của ai "
            "ngoài số lượng."
        ),
        [InputRequired(lazy("Xin xác nhận các phiếu đã được xáo trộn."))],
    )


def sheet(slug: str) -> ResponseReturnValue:
    """The form on paper, to print: the same questions in the same order."""
    with reading() as session:
        round_ = _form_round(session, slug)
        document = _document(session, round_)
        campaign = campaign_of(session, round_)
    return render_template(
        "feedback/paper_print.html",
        round=round_,
        form=sheet_of(document, current_locale()),
        campaign=campaign,
        settings=round_settings(round_.settings),
    )


def template(slug: str) -> ResponseReturnValue:
    """An empty sheet with a column for everything a paper of this form can say."""
    with reading() as session:
        document = _document(session, _form_round(session, slug))
    return send_file(
        BytesIO(empty_sheet(document)),
        mimetype=_XLSX,
        as_attachment=True,
        download_name=f"phieu-giay-{slug}.xlsx",
    )


def batch(slug: str) -> ResponseReturnValue:
    """Take a batch: nothing of it is kept unless all of it is right."""
    with reading() as session:
        round_ = _form_round(session, slug)
        if round_.state not in _OPEN:
            return redirect(url_for("rounds.show", slug=slug), code=303)
        handers = paper.without_mail(session, round_.id)
        document = _document(session, round_)
    form = BatchForm()
    form.people.choices = [
        (str(one.invitation_id), f"{one.name} ({one.cell})" if one.cell else one.name)
        for one in handers
    ]
    problems: list[Problem] = []
    if request.method == "POST" and form.validate():
        try:
            papers = _take(form, round_, document)
        except Invalid as error:
            problems = list(error.problems) or [Problem("refused", error.message)]
        except DomainError as error:
            problems = [Problem("refused", error.message)]
        else:
            # The same words whatever became of them: who had sent one before is nobody's business.
            flash(_("Đã nhận lô %(n)s phiếu giấy.", n=papers))
            return redirect(url_for("rounds.show", slug=slug), code=303)
    wrong = bool(problems or form.errors)
    page = render_template(
        "feedback/paper_batch.html",
        round=round_,
        form=form,
        problems=problems,
        least=round_settings(round_.settings).small_group,
    )
    return page, 422 if wrong else 200


def _take(form: BatchForm, round_: Round, document: QuestionDocument) -> int:
    papers = read_sheet(document, form.file.data.read(), form.file.data.filename or "")
    ticked = [int(one) for one in form.people.data or () if one.isdecimal() and len(one) < 10]
    with writing() as session:
        paper.enter(session, round_.id, papers, ticked, signed_in(), received_at())
    return len(papers)


def _form_round(session: Session, slug: str) -> Round:
    """Return a form that the signed-in user organises.

    Raises:
        NotFound: there is none of this slug.
    """
    round_ = organised_round(session, slug)
    if round_.kind != "feedback":
        raise NotFound(_("Không có phiếu góp ý này."))
    return round_


def _document(session: Session, round_: Round) -> QuestionDocument:
    """Return what the round asks, or would ask if it were launched now.

    Raises:
        NotFound: no version was approved yet.
    """
    if round_.version_id is not None:
        return approved(session, round_.version_id).document
    version = newest_approved(session, round_.question_set_id)
    if version is None:
        raise NotFound(_("Bộ câu hỏi chưa có bản nào được duyệt."))
    return from_plain(version.document)
