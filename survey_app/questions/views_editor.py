"""The editor: one question at a time, saved by its button, undone by the next.

A page carries the fingerprint of the question it showed. Two people who work on different questions
do not meet; two who change the same one are shown both versions, and nothing typed is lost.
"""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from sqlalchemy.orm import Session

from survey_app.accounts.doors import signed_in
from survey_app.database import reading, writing
from survey_app.errors import Conflict, DomainError, Invalid, NotFound
from survey_app.i18n import _
from survey_app.questions import editing, queries, services
from survey_app.questions.canonical import from_plain
from survey_app.questions.checks import check_question
from survey_app.questions.checks_of_forms import deciding_questions
from survey_app.questions.form_inputs import OFFERED, OFFERED_IN_REPORTS, FormQuestionInput
from survey_app.questions.formats.paper import READER_MARK
from survey_app.questions.forms import QuestionInput
from survey_app.questions.outline import outline
from survey_app.questions.question_types import TYPES, Kind
from survey_app.questions.scales import SCALES
from survey_app.questions.schema import Question, QuestionDocument
from survey_app.web.error_pages import status_of
from survey_app.web.refusing import number_of

NEW = "new"
AnyInput = QuestionInput | FormQuestionInput


class Overtaken(Conflict):
    """The same question was changed by somebody else since this page was opened."""


@dataclass(frozen=True)
class Page:
    """What an editing page shows beside the form: messages, an undo, another version."""

    problem: str = ""
    base: str | None = None
    other: Question | None = None
    undo: str = ""
    undo_words: str = ""


def edit(slug: str) -> ResponseReturnValue:
    """Show a question of the draft, or do what one of its buttons says."""
    with reading() as unit:
        draft = queries.draft_of(unit, slug)
    if draft is None:
        return _without_draft(slug)
    wanted = request.args.get("q", "")
    if request.method == "POST":
        return _posted(slug, draft, wanted)
    question = draft.document.question(wanted)
    if question is None and wanted != NEW:
        first = draft.document.questions[0].id if draft.document.questions else NEW
        return redirect(url_for("questions.edit", slug=slug, q=first), code=303)
    english = editing.english_of(draft.document, wanted)
    return _page(slug, draft, wanted, _inputs(draft.document.kind).of(question, english), Page())


def _inputs(kind: str) -> type[QuestionInput] | type[FormQuestionInput]:
    """Return what reads and shows one question of a set of this kind."""
    return QuestionInput if kind == "quiz" else FormQuestionInput


def _without_draft(slug: str) -> ResponseReturnValue:
    """Approved meanwhile, perhaps while somebody was typing: what was typed is still shown."""
    if request.method == "GET":
        return redirect(url_for("questions.show", slug=slug), code=303)
    with reading() as unit:
        line = queries.question_set(unit, slug)
    typed = _inputs(line.kind).typed(request.form)
    return render_template("questions/too_late.html", slug=slug, typed=typed), 409


def _page(slug: str, draft: queries.Draft, wanted: str, typed: AnyInput, page: Page) -> str:
    question = draft.document.question(wanted)
    english = editing.english_of(draft.document, wanted)
    whole = outline(draft.document)
    form = draft.document.kind != "quiz"
    return render_template(
        "questions/edit_form.html" if form else "questions/edit.html",
        slug=slug,
        draft=draft,
        outline=whole,
        line=whole.by_id.get(wanted),
        repaired=_repaired(question, draft.document.kind),
        question=question,
        wanted=wanted,
        after=request.args.get("after", ""),
        typed=typed,
        page=page,
        base=editing.fingerprint(question, english) if page.base is None else page.base,
        **(_form_extras(draft.document, wanted) if form else {}),
    )


def _form_extras(document: QuestionDocument, wanted: str) -> dict[str, Any]:
    """What only the page of a form needs: the types, and the questions a condition may name."""
    after = editing.position_of(document, wanted)
    if after is None:
        before = _position_after(document, request.args.get("after", ""))
        after = len(document.questions) if before is None else before
    kept = document.question(wanted)
    offered = OFFERED if document.kind == "feedback" else OFFERED_IN_REPORTS
    own = {kept.type} - set(offered) if kept else set()
    return {
        "types": [TYPES[name] for name in (*offered, *sorted(own))],
        "deciding": deciding_questions(document, after),
        "places": {item.id: place for place, item in enumerate(document.questions, start=1)},
        "scales": SCALES,
    }


def _repaired(question: Question | None, kind: Kind) -> bool:
    """Whether nothing but its mark keeps a question a draft."""
    if question is None or question.state != "draft":
        return False
    return not check_question(question, kind).errors


def _posted(slug: str, draft: queries.Draft, wanted: str) -> ResponseReturnValue:
    typed = _inputs(draft.document.kind).typed(request.form)
    action = request.form.get("action", "save")
    base = request.form.get("base", "")
    if typed.act(action):
        return _page(slug, draft, wanted, typed, Page(base=base))
    if action == "delete":
        return _delete(slug, draft, wanted)
    if action == "ready":
        typed.draft, typed.texts["draft_reason"] = False, ""
    try:
        saved_id = _save(draft, wanted, typed, action)
    except Invalid as error:
        return _page(slug, draft, wanted, typed, Page(error.message, base)), 422
    except DomainError as error:
        return _conflict(slug, wanted, typed, error)
    return redirect(_next_page(slug, saved_id, action), code=303)


def _conflict(slug: str, wanted: str, typed: AnyInput, error: DomainError) -> ResponseReturnValue:
    """Show what was typed beside what stands there now; saving again then replaces it."""
    with reading() as unit:
        draft = queries.draft_of(unit, slug)
    if draft is None:
        return _without_draft(slug)
    other = draft.document.question(wanted)
    return _page(slug, draft, wanted, typed, Page(error.message, other=other)), status_of(error)


def _save(draft: queries.Draft, wanted: str, typed: AnyInput, action: str) -> str:
    """Store what was typed; return the question's id."""
    original = draft.document.question(wanted)
    built = typed.build(original, editing.english_of(draft.document, wanted))
    if built is None:
        raise Invalid(_("Chưa lưu được: xin xem các chỗ cần sửa."))
    question, english = built
    lifted = _lifted(original, question, draft.document.kind)
    question = lifted or question
    with writing() as unit:
        document = _current(unit, draft)
        there = document.question(question.id)
        now = editing.fingerprint(there, editing.english_of(document, question.id))
        if now not in {request.form.get("base", ""), editing.fingerprint(question, english)}:
            raise Overtaken(
                _("Người khác vừa sửa câu này. Bên dưới có cả hai; bấm “Lưu” để giữ bản của tôi.")
            )
        position = _position_after(document, request.args.get("after", ""))
        try:
            document = editing.put(typed.prepared(document), question, english, position)
        except ValidationError:  # what it names was taken away since the page was opened
            message = _("Phần hoặc câu làm điều kiện không còn nữa. Xin chọn lại rồi lưu.")
            raise Invalid(message) from None
        document = _moved(document, question.id, action)
        _store(unit, draft, document)
    if lifted is not None:
        flash(_("Câu không còn lỗi nên đã bỏ dấu nháp."), "good")
    return question.id


def _lifted(original: Question | None, question: Question, kind: Kind) -> Question | None:
    """The question without the draft mark, when only the reader set it and nothing is wrong now."""
    if original is None or question.state != "draft":
        return None
    by_reader = original.state == "draft" and original.draft_reason.startswith(READER_MARK)
    if not by_reader or question.draft_reason != original.draft_reason:
        return None
    if not check_question(original, kind).errors or check_question(question, kind).errors:
        return None
    return question.model_copy(update={"state": "ready", "draft_reason": ""})


def _current(unit: Session, draft: queries.Draft) -> QuestionDocument:
    """The draft as it stands now, held until the end of the unit of work."""
    return from_plain(services.draft_for_change(unit, draft.version_id).document)


def _store(unit: Session, draft: queries.Draft, document: QuestionDocument) -> None:
    version = services.draft_for_change(unit, draft.version_id)
    services.save_draft(unit, version.id, document, revision=version.revision, actor=signed_in())


def _position_after(document: QuestionDocument, question_id: str) -> int | None:
    at = editing.position_of(document, question_id)
    return None if at is None else at + 1


def _moved(document: QuestionDocument, question_id: str, action: str) -> QuestionDocument:
    at = editing.position_of(document, question_id)
    if at is None or action not in {"up", "down"}:
        return document
    return editing.move(document, question_id, max(0, at + (1 if action == "down" else -1)))


def _next_page(slug: str, saved_id: str, action: str) -> str:
    if action == "save_new":
        return url_for("questions.edit", slug=slug, q=NEW, after=saved_id)
    flash(_("Đã lưu và chuyển chỗ.") if action in {"up", "down"} else _("Đã lưu câu này."), "good")
    return url_for("questions.edit", slug=slug, q=saved_id)


def _delete(slug: str, draft: queries.Draft, wanted: str) -> ResponseReturnValue:
    """Take the question out at once, and offer to put it back."""
    at = editing.position_of(draft.document, wanted)
    if at is None:
        return redirect(url_for("questions.edit", slug=slug), code=303)
    with writing() as unit:
        document = _current(unit, draft)
        parcel = editing.parcel(document, wanted)
        _store(unit, draft, editing.take_out(document, wanted))
    with reading() as unit:
        after = queries.draft_of(unit, slug)
    if after is None:
        raise NotFound(_("Bộ câu hỏi này không có bản nháp."))
    rest = after.document.questions
    neighbour = rest[min(at, len(rest) - 1)] if rest else None
    english = editing.english_of(after.document, neighbour.id) if neighbour else None
    words = _("Đã xóa câu %(n)s.", n=at + 1)
    return _page(
        slug,
        after,
        neighbour.id if neighbour else NEW,
        _inputs(after.document.kind).of(neighbour, english),
        Page(undo=parcel, undo_words=words),
    )


def undo(slug: str) -> ResponseReturnValue:
    """Put a deleted question back where it stood."""
    parcel = request.form.get("parcel", "")
    with reading() as unit:
        draft = queries.draft_of(unit, slug)
    if draft is None:
        raise NotFound(_("Bộ câu hỏi này không có bản nháp."))
    try:
        with writing() as unit:
            document = editing.put_back(_current(unit, draft), parcel)
            _store(unit, draft, document)
    except (ValidationError, ValueError, TypeError, KeyError):
        raise Invalid(_("Không hoàn tác được: nội dung gửi lên không đọc được.")) from None
    flash(_("Đã khôi phục câu vừa xóa."), "good")
    back = [item.id for item in document.questions if draft.document.question(item.id) is None]
    return redirect(url_for("questions.edit", slug=slug, q=back[0] if back else None), code=303)


def preview(slug: str) -> ResponseReturnValue:
    """The set as a member sees it: the draft, else the newest version."""
    with reading() as unit:
        line = queries.question_set(unit, slug)
        wanted = number_of(request.args.get("v"), line.versions[0].number)
        version = next((item for item in line.versions if item.number == wanted), None)
        if version is None:
            raise NotFound(_("Bộ câu hỏi này không có bản ấy."))
        document = services.load_version(unit, version.id)
    page = "questions/preview.html" if document.kind == "quiz" else "questions/preview_form.html"
    return render_template(page, set=line, version=version, document=document)
