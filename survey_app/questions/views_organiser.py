"""Question sets for the organiser: the list, a new set from a pasted paper, one set, approval."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_app.accounts.doors import signed_in
from survey_app.database import reading, writing
from survey_app.errors import DomainError, Invalid, NotFound, Problem
from survey_app.i18n import _
from survey_app.questions import formats, pasting, queries, second_reader, services, versions
from survey_app.questions.outline import outline
from survey_app.questions.question_types import TYPES
from survey_app.questions.schema import QuestionDocument
from survey_app.vietnamese import tidy
from survey_app.web.error_pages import status_of
from survey_app.web.refusing import form_number


def index() -> ResponseReturnValue:
    """All question sets; while there are none, the paste box."""
    with reading() as unit:
        sets = queries.question_sets(unit)
    return render_template("questions/index.html", sets=sets)


def new() -> ResponseReturnValue:
    """A new set: paste or upload, look at what was read, settle it, save. Saved only at the end."""
    if request.method == "GET":
        kind = pasting.kind_of(request.args.get("kind"))
        return render_template("questions/new.html", text="", title="", kind=kind)
    kind = pasting.kind_of(request.form.get("kind"))
    given = pasting.Given(request.form.get("text", ""), request.form.get("title", ""), kind=kind)
    try:
        given = pasting.Given.posted()
        paper = pasting.read(given)
        saving = request.form.get("step") == "save"
        unnamed = not (given.title or paper.title)
        if unnamed or not saving:
            page = render_template(
                "questions/read.html",
                given=given,
                paper=paper,
                unnamed=saving and unnamed,
                types=TYPES,
            )
            return page, 422 if saving else 200
        document = pasting.document_of(given, paper)
    except Invalid as error:
        page = render_template(
            "questions/new.html",
            text=given.text,
            title=given.title,
            kind=kind,
            problems=[Problem("", error.message), *error.problems],
        )
        return page, 422
    slug = _store(document)
    flash(_("Đã lưu bản nháp. Chưa ai thấy cho đến khi duyệt và mở vòng."), "good")
    return redirect(url_for("questions.show", slug=slug), code=303)


def blank() -> ResponseReturnValue:
    """An empty set, to be written question by question."""
    kind = pasting.kind_of(request.form.get("kind"))
    title = tidy(request.form.get("title", ""))
    if not title or len(title) > 500:
        problem = Problem("", _("Xin đặt tên cho bộ câu hỏi, dài nhất 500 ký tự."))
        page = render_template(
            "questions/new.html", text="", title=title, kind=kind, problems=[problem]
        )
        return page, 422
    slug = _store(QuestionDocument(kind=kind, title=title))
    return redirect(url_for("questions.edit", slug=slug, q="new"), code=303)


def _store(document: QuestionDocument) -> str:
    with writing() as unit:
        slug = versions.free_slug(unit, document.title)
        services.import_document(unit, document, slug, actor=signed_in(), source="pasted")
    return slug


def show(slug: str) -> ResponseReturnValue:
    """One set: its draft, its versions, and the next step."""
    with reading() as unit:
        line = queries.question_set(unit, slug)
        draft = queries.draft_of(unit, slug)
    return render_template(
        "questions/show.html",
        set=line,
        draft=draft,
        outline=outline(draft.document) if draft else None,
    )


def header(slug: str) -> ResponseReturnValue:
    """The words around the questions: title, introduction, description, note."""
    with reading() as unit:
        draft = queries.draft_of(unit, slug)
    if draft is None:
        raise NotFound(_("Bộ câu hỏi này không có bản nháp."))
    if request.method == "GET":
        stored = {name: getattr(draft.document, name) for name in pasting.HEADER_TEXTS}
        stored["source"] = ""
        shown = [(item.id, item.title, item.intro) for item in draft.document.sections]
        shown.append(("", "", ""))  # room for a new one
        return render_template(
            "questions/header.html", slug=slug, draft=draft, typed=stored, sections=shown
        )
    typed = {name: request.form.get(name, "") for name in pasting.HEADER_TEXTS}
    source = request.form.get("source", "")
    sections = pasting.typed_sections()
    try:
        changed = pasting.with_source(pasting.with_header(draft.document, typed), source)
        changed = pasting.with_sections(changed, sections)
        with writing() as unit:
            services.save_draft(
                unit,
                draft.version_id,
                changed,
                revision=form_number("revision"),
                actor=signed_in(),
            )
    except DomainError as error:
        page = render_template(
            "questions/header.html",
            slug=slug,
            draft=draft,
            typed={**typed, "source": source},
            sections=sections,
            error=error,
        )
        return page, status_of(error)
    flash(_("Đã lưu."), "good")
    return redirect(url_for("questions.show", slug=slug), code=303)


def approve(slug: str) -> ResponseReturnValue:
    """What stands in the way of approval, and the button when nothing does."""
    if request.method == "GET":
        return _approval_page(slug)
    revision = form_number("revision")
    version_id = form_number("version")
    try:
        with writing() as unit:
            services.approve(
                unit,
                version_id,
                actor=signed_in(),
                second_reader_required=second_reader.required(unit),
                slug=slug,
                revision=revision,
                seen=request.form.get("seen", ""),
            )
    except services.StaleDraft as error:
        message = _("Bản nháp vừa được sửa. Đây là nội dung mới; xin xem lại rồi duyệt.")
        return _approval_page(slug, message, status_of(error))
    except DomainError as error:
        return _approval_page(slug, error.message, status_of(error))
    flash(_("Đã duyệt. Giờ có thể mở vòng với bộ câu hỏi này."), "good")
    return redirect(url_for("questions.show", slug=slug), code=303)


def _approval_page(slug: str, problem: str = "", status: int = 200) -> ResponseReturnValue:
    with reading() as unit:
        line = queries.question_set(unit, slug)
        draft = queries.draft_of(unit, slug)
        second = second_reader.required(unit)
    if draft is None:
        return redirect(url_for("questions.show", slug=slug), code=303)
    page = render_template(
        "questions/approve.html",
        set=line,
        draft=draft,
        outline=outline(draft.document),
        second=second,
        problem=problem,
    )
    return page, status


def new_draft(slug: str) -> ResponseReturnValue:
    """Start the next draft from the newest version."""
    with writing() as unit:
        newest = queries.question_set(unit, slug).versions[0]
        services.new_draft_from(unit, newest.id, actor=signed_in())
    return redirect(url_for("questions.edit", slug=slug), code=303)


def discard(slug: str) -> ResponseReturnValue:
    """Throw the draft away, after saying what goes."""
    with reading() as unit:
        line = queries.question_set(unit, slug)
        draft = queries.draft_of(unit, slug)
    if draft is None:
        return redirect(url_for("questions.show", slug=slug), code=303)
    if request.method == "GET":
        return render_template("questions/discard.html", set=line, draft=draft)
    with writing() as unit:
        services.discard_draft(unit, draft.version_id, actor=signed_in())
    flash(_("Đã bỏ bản nháp. Các bản đã duyệt vẫn còn nguyên."), "good")
    return redirect(url_for("questions.index"), code=303)


def retire(slug: str, version_id: int) -> ResponseReturnValue:
    """Take an approved version out of use for new rounds."""
    with writing() as unit:
        line = queries.question_set(unit, slug)
        if version_id not in {version.id for version in line.versions}:
            raise NotFound(_("Bộ câu hỏi này không có bản ấy."))
        services.retire(unit, version_id, actor=signed_in())
    flash(_("Bản này không dùng cho vòng mới nữa. Các vòng đã có vẫn giữ nguyên."), "good")
    return redirect(url_for("questions.show", slug=slug), code=303)


def export(slug: str, to: str) -> ResponseReturnValue:
    """Download the newest version as YAML, or as a paper in words."""
    with reading() as unit:
        line = queries.question_set(unit, slug)
        document = services.load_version(unit, line.versions[0].id)
    content = formats.write(document, to)
    suffix = {"yaml": "yaml", "text": "txt"}[to]
    response = Response(content, mimetype="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}.{suffix}"'
    return response
