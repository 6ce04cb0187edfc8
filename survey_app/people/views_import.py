"""Importing a roster in the browser: upload, look at the differences, confirm."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app.database import reading, writing
from survey_app.errors import Conflict, Problem
from survey_app.i18n import _
from survey_app.people import planning, uploads, wording
from survey_app.people.address_changes import addresses_changed
from survey_app.people.forms import UploadForm
from survey_app.people.models import RosterUpload
from survey_app.people.planning import Choice, ImportPlan
from survey_app.people.roster import RosterRefused, is_note, read_roster
from survey_app.people.services import apply_import, lock_roster, plan_import
from survey_app.people.views_organiser import organiser, today
from survey_app.web.refusing import number_of

SHOWN = 200  # lines of one outcome on the page; the numbers are always whole


@dataclass(frozen=True)
class Preview:
    """What the page of differences shows. Nothing of it is stored but the reading itself."""

    upload_id: int
    filename: str
    sheet: str
    plan: ImportPlan
    notes: tuple[Problem, ...]
    problems: tuple[Problem, ...]
    left: int


def upload() -> ResponseReturnValue:
    """Choose a file; it is read, and nothing but the reading is kept until somebody confirms."""
    actor, form = organiser(), UploadForm()
    if request.method == "GET":
        return render_template("people/upload.html", form=form)
    if not form.validate():
        return render_template("people/upload.html", form=form), 422
    file, kind = form.file.data, form.kind.data or None
    try:
        found = read_roster(
            file.read(), file.filename or "", sheet=form.sheet.data or None, kind=kind
        )
    except RosterRefused as error:
        form.file.errors = [error.message]
        return render_template("people/upload.html", form=form), 422
    with writing() as session:
        upload_id = uploads.store_upload(session, found, file.filename or "", kind, actor.user_id)
    return redirect(url_for("roster.preview", upload_id=upload_id), code=303)


def preview(upload_id: int) -> ResponseReturnValue:
    """What importing this file would do."""
    return _page(upload_id)


def _page(upload_id: int, problem: str = "") -> str:
    with reading() as session:
        found = uploads.find_upload(session, upload_id, organiser().user_id)
        shown = _preview(session, found)
    return render_template(
        "people/preview.html",
        preview=shown,
        plan=shown.plan,
        problem=problem,
        limit=SHOWN,
        outcomes=planning,
        typed=request.form,
        kind_words=wording.kind_words,
        change_words=wording.change_words,
    )


def _preview(session: Session, found: RosterUpload) -> Preview:
    roster = uploads.roster_of(found.document)
    plan = plan_import(session, roster, found.kind, today())
    of_rows = [problem for row in plan.rows for problem in row.problems]
    everything = [*roster.problems, *of_rows]
    asked = {row.row for row in plan.of(planning.ASK)}
    return Preview(
        upload_id=found.id,
        filename=found.filename,
        sheet=roster.sheet,
        plan=plan,
        notes=tuple(one for one in everything if is_note(one)),
        problems=tuple(
            one for one in everything if not is_note(one) and one.code != "person_unsure"
        ),
        left=len(asked),
    )


def confirm(upload_id: int) -> ResponseReturnValue:
    """Carry out what the page showed, or show it again when something has changed since."""
    actor = organiser()
    try:
        with writing() as session:
            roster, kind = uploads.take_upload(session, upload_id, actor.user_id)
            lock_roster(session)
            seen = plan_import(session, roster, kind, today())
            if seen.digest() != request.form.get("digest"):
                raise Conflict(
                    _(
                        "Danh sách đang có vừa thay đổi sau khi mở trang này. Chưa nhập gì. Xin "
                        "xem lại các khác biệt dưới đây."
                    )
                )
            plan = plan_import(session, roster, kind, today(), _choices(seen))
            result = apply_import(session, plan, actor, today())
            addresses_changed(session, result.new_addresses())
    except Conflict as error:
        return _page(upload_id, error.message), 409
    flash(_("Đã nhập danh sách. %(what)s", what=wording.count_words(plan.counts())), "good")
    return redirect(url_for("roster.imported"), code=303)


def _choices(plan: ImportPlan) -> dict[int, Choice]:
    """What was chosen for the lines that had to be asked about."""
    chosen: dict[int, Choice] = {}
    for row in plan.of(planning.ASK):
        answer = request.form.get(f"row-{row.row}", planning.SKIP)
        chosen[row.row] = number_of(answer) or answer
    return chosen


def discard(upload_id: int) -> ResponseReturnValue:
    """Forget the file."""
    with writing() as session:
        uploads.throw_away_upload(session, upload_id, organiser().user_id)
    flash(_("Đã bỏ tệp vừa tải lên. Danh sách đang có không thay đổi."))
    return redirect(url_for("roster.upload"), code=303)
