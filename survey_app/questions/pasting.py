"""From what an organiser pasted or uploaded to a question document, nothing stored in between."""

from dataclasses import dataclass, field

from flask import request
from pydantic import ValidationError

from survey_app.errors import Invalid, Problem
from survey_app.i18n import _
from survey_app.questions import editing, formats
from survey_app.questions.formats import ReadPaper, decoding
from survey_app.questions.question_types import Kind
from survey_app.questions.schema import QuestionDocument, Source
from survey_app.vietnamese import tidy

HEADER_TEXTS = ("title", "intro", "description", "note")


def kind_of(name: str | None) -> Kind:
    """Return the kind of set that a page's `kind` names; what is not known means a quiz."""
    return "feedback" if name == "feedback" else "quiz"


@dataclass(frozen=True)
class Given:
    """What the form of a new set holds: the text itself travels along until it is saved."""

    text: str
    title: str = ""
    source: str = ""
    keys: dict[int, list[int]] = field(default_factory=dict)
    kind: Kind = "quiz"

    @classmethod
    def posted(cls) -> "Given":
        """Read the present request's form; an uploaded file takes the place of the text.

        Raises:
            Invalid: the file is no text, or in an old encoding.
        """
        text = request.form.get("text", "")
        file = request.files.get("file")
        if file is not None and file.filename:
            text, old = decoding.decode(file.read())
            if old is not None:
                raise Invalid(old.message)
        keys: dict[int, list[int]] = {}
        for name, values in request.form.lists():
            number = name.removeprefix("key_")
            if number != name and number.isdecimal():
                keys[int(number)] = [int(value) for value in values if value.isdecimal()]
        title, source = tidy(request.form.get("title", "")), request.form.get("source", "")
        return cls(text, title, source, keys, kind_of(request.form.get("kind")))


def read(given: Given) -> ReadPaper:
    """Read the paper, with the keys chosen so far.

    Raises:
        Invalid: there is nothing to read.
    """
    if not given.text.strip():
        if given.kind == "feedback":
            raise Invalid(_("Xin dán phiếu vào ô, hoặc chọn một tệp."))
        raise Invalid(_("Xin dán đề vào ô, hoặc chọn một tệp."))
    paper = formats.read_text(given.text, given.kind)
    if not paper.questions and not paper.document:
        raise Invalid(_("Chưa đọc được câu hỏi nào."), problems=paper.problems)
    if paper.kind != "quiz":
        return paper
    known = {question.number for question in paper.questions}
    return paper.with_keys({n: key for n, key in given.keys.items() if n in known and key})


def document_of(given: Given, paper: ReadPaper) -> QuestionDocument:
    """Return the document to store; the common source goes to the questions without one.

    Raises:
        Invalid: the paper cannot become a question set as it is.
    """
    document = paper.to_document(given.title or None)
    return with_source(document, given.source) if document.kind == "quiz" else document


def with_source(document: QuestionDocument, name: str) -> QuestionDocument:
    """Return the document with the source `name` at every question without; "" changes nothing.

    Raises:
        Invalid: the name is too long.
    """
    if not name.strip():
        return document
    try:
        source = Source(document=name)
    except ValidationError:
        raise Invalid(_("Nguồn chung quá dài.")) from None
    questions = tuple(
        question if question.source else question.model_copy(update={"source": source})
        for question in document.questions
    )
    return document.model_copy(update={"questions": questions})


def with_header(document: QuestionDocument, typed: dict[str, str]) -> QuestionDocument:
    """Return the document with other words around its questions.

    Raises:
        Invalid: the title is missing, or something is too long.
    """
    if not typed["title"].strip():
        raise Invalid(_("Xin đặt tên cho bộ câu hỏi."))
    content = document.model_dump(by_alias=True) | typed
    try:
        return QuestionDocument.model_validate(content)
    except ValidationError:
        problem = Problem("too_long", _("Tên dài nhất 500 ký tự, các đoạn khác 10.000."))
        raise Invalid(problem.message, problems=[problem]) from None


def typed_sections() -> list[tuple[str, str, str]]:
    """Return the sections the present request's form gives words to: id, title, introduction."""
    names = ("section_id", "section_title", "section_intro")
    return list(zip(*(request.form.getlist(name) for name in names), strict=False))


def with_sections(
    document: QuestionDocument, sections: list[tuple[str, str, str]]
) -> QuestionDocument:
    """Return the document with other words at its sections; see `editing.with_sections`.

    Raises:
        Invalid: something is too long, or a new section has no title.
    """
    if any(intro.strip() and not (name or title.strip()) for name, title, intro in sections):
        raise Invalid(_("Phần mới có lời dẫn mà chưa có tên; xin ghi tên phần."))
    try:
        return editing.with_sections(document, sections) if sections else document
    except ValidationError:
        message = _("Tên phần dài nhất 500 ký tự, lời dẫn của phần dài nhất 10.000.")
        raise Invalid(message, problems=[Problem("too_long", message)]) from None
