"""Question sets in YAML: the form they are kept in, reviewed and shipped.

The file has the fields of the document itself. A person who writes one by hand may leave out the
ids, give choices as plain texts and the key as letters; all mistakes are told at once, with lines.
"""

import re
from typing import Any, Final

from pydantic import ValidationError

from survey_app.errors import Problem
from survey_app.i18n import _
from survey_app.questions.checks import broken_reasons
from survey_app.questions.checks_of_forms import document_errors, form_errors
from survey_app.questions.checks_of_reports import report_errors
from survey_app.questions.formats.paper import ReadPaper, ReadQuestion, State
from survey_app.questions.formats.yaml_messages import sentence
from survey_app.questions.formats.yaml_nodes import Loaded, Path, load
from survey_app.questions.ids import derived_id
from survey_app.questions.question_types import TYPES, TypeName
from survey_app.questions.references import refers_to_others
from survey_app.questions.schema import Question, QuestionDocument, Source

FORMAT: Final = "yaml"
MOST_CHARACTERS: Final = 1_000_000  # the parser takes six seconds for so much
_FIELDS: Final = re.compile(
    r"^(?:schema|kind|title|language|description|intro|note|sections|stems|questions|translations)"
    r"[ \t]*:(?:[ \t]|$)",
    re.MULTILINE,
)
_LETTER: Final = re.compile(r"[A-Z]")


def looks_like(text: str) -> bool:
    """Whether at least two lines at the margin are fields of a question document."""
    return len({match[0].split(":")[0].strip() for match in _FIELDS.finditer(text)}) >= 2


def read(text: str) -> ReadPaper:
    """Read a YAML question set."""
    if len(text) > MOST_CHARACTERS:
        problem = Problem("too_big", _("Tệp YAML quá dài; hãy chia thành nhiều bộ câu hỏi."))
        return ReadPaper(FORMAT, "quiz", None, problems=(problem,), refused=True)
    loaded = load(text)
    if not isinstance(loaded.data, dict):
        if not loaded.problems:
            loaded.problems.append(Problem("yaml_shape", _("Tệp không chứa bộ câu hỏi nào.")))
        return ReadPaper(FORMAT, "quiz", None, problems=tuple(loaded.problems), refused=True)
    _complete(loaded.data)
    try:
        document = QuestionDocument.model_validate(loaded.data)
    except ValidationError as error:
        return _refused(loaded, error)
    known = document_errors(document)
    questions = tuple(
        _read_question(number, question, document, loaded, known.get(number, ()))
        for number, question in enumerate(document.questions, start=1)
    )
    problems = tuple(loaded.problems)
    return ReadPaper(
        FORMAT, document.kind, document.title, questions, problems, document, bool(problems)
    )


# What a hand-written file may leave out


def _complete(data: dict[str, Any]) -> None:
    if isinstance(data.get("schema"), str) and data["schema"].isdecimal():
        data["schema"] = int(data["schema"])
    questions = data.get("questions")
    if not isinstance(questions, list):
        return
    taken = {item["id"] for item in questions if isinstance(item, dict) and _is_text(item, "id")}
    for item in questions:
        if isinstance(item, dict):
            _complete_question(item, taken)


def _is_text(item: dict[str, Any], field: str) -> bool:
    return isinstance(item.get(field), str)


def _complete_question(item: dict[str, Any], taken: set[str]) -> None:
    for field in ("choices", "rows"):
        if isinstance(item.get(field), list):
            _complete_choices(item[field])
    texts = [choice["text"] for choice in _choices(item) if _is_text(choice, "text")]
    if not item.get("id"):
        words = item["text"] if _is_text(item, "text") else ""
        item["id"] = derived_id("question", words, *texts, taken=taken)
        taken.add(item["id"])
    if _is_text(item, "key"):
        item["key"] = [item["key"]]
    if isinstance(item.get("key"), list):
        item["key"] = [_choice_id(name, _choices(item)) for name in item["key"]]


def _choices(item: dict[str, Any]) -> list[dict[str, Any]]:
    choices = item.get("choices")
    return [c for c in choices if isinstance(c, dict)] if isinstance(choices, list) else []


def _complete_choices(choices: list[Any]) -> None:
    taken = {item["id"] for item in choices if isinstance(item, dict) and _is_text(item, "id")}
    for index, given in enumerate(choices):
        choice = {"text": given} if isinstance(given, str) else given
        if isinstance(choice, dict) and not choice.get("id") and _is_text(choice, "text"):
            pin = {"pinned": True} if refers_to_others(choice["text"]) else {}
            choice = {"id": derived_id("choice", choice["text"], taken=taken), **pin, **choice}
            taken.add(choice["id"])
        choices[index] = choice


def _choice_id(name: Any, choices: list[dict[str, Any]]) -> Any:
    """A capital letter means the choice at that place (ids have no capitals)."""
    if isinstance(name, str) and _LETTER.fullmatch(name) and ord(name) - 65 < len(choices):
        return choices[ord(name) - 65].get("id", name)
    return name


# What was refused


def _refused(loaded: Loaded, error: ValidationError) -> ReadPaper:
    own: dict[int, list[Problem]] = {}
    for item in error.errors(include_url=False):
        path: Path = tuple(part for part in item["loc"] if part != "[key]")
        message = sentence(item["type"], path, item.get("ctx", {}))
        problem = Problem(f"yaml_{item['type']}", message, loaded.where(path))
        if len(path) > 1 and path[0] == "questions" and isinstance(path[1], int):
            own.setdefault(path[1], []).append(problem)
        else:
            loaded.problems.append(problem)
    given = loaded.data.get("questions")
    questions = tuple(
        _raw_question(index, item, tuple(own.pop(index, ())), loaded)
        for index, item in enumerate(given if isinstance(given, list) else ())
    )
    title = loaded.data.get("title")
    kind = loaded.data.get("kind")
    return ReadPaper(
        FORMAT,
        kind if kind in ("quiz", "feedback", "cell_report") else "quiz",
        title if isinstance(title, str) else None,
        questions,
        tuple(loaded.problems),
        refused=True,
    )


def _raw_question(
    index: int, item: Any, problems: tuple[Problem, ...], loaded: Loaded
) -> ReadQuestion:
    """A question of a file that is refused as a whole: what can be shown of it."""
    where = loaded.where(("questions", index))
    try:
        question = Question.model_validate(item)
    except ValidationError:
        fields = item if isinstance(item, dict) else {}
        kind: TypeName = fields["type"] if fields.get("type") in list(TYPES) else "single"
        return ReadQuestion(
            index + 1,
            kind,
            fields["text"] if _is_text(fields, "text") else "",
            tuple(choice["text"] for choice in _choices(fields) if _is_text(choice, "text")),
            state="error",
            where=where,
            problems=problems,
        )
    read_question = shown_question(index + 1, question, where)
    return _with_state(read_question, question, problems)


# What was understood


def _read_question(
    number: int,
    question: Question,
    document: QuestionDocument,
    loaded: Loaded,
    more: tuple[Problem, ...],
) -> ReadQuestion:
    shown = shown_question(number, question, loaded.where(("questions", number - 1)))
    scored = document.kind == "quiz" and question.kind_of_question.scored
    if document.kind == "quiz" or question.state == "draft":
        return _with_state(shown, question, (), scored=scored)
    # Whatever is wrong with a question that has no key is wrong for good: no key can mend it.
    reasons = form_errors if document.kind == "feedback" else report_errors
    unfit = tuple(
        Problem(reason.code, reason.message, shown.where) for reason in (*reasons(question), *more)
    )
    return _with_state(shown, question, unfit, scored=scored)


def _with_state(
    shown: ReadQuestion, question: Question, problems: tuple[Problem, ...], *, scored: bool = True
) -> ReadQuestion:
    broken = tuple(
        Problem(reason.code, reason.message, shown.where) for reason in broken_reasons(question)
    )
    state: State = "error" if broken or problems else "ok"
    if state == "ok" and scored and question.kind_of_question.has_choices and not question.key:
        state = "needs_choice"
    content = {name: getattr(shown, name) for name in ReadQuestion.__dataclass_fields__}
    return ReadQuestion(**content | {"state": state, "problems": problems + broken})


def shown_question(number: int, question: Question, where: str | None) -> ReadQuestion:
    """Return a question of a document as the preview of a file shows it."""
    positions = {choice.id: index for index, choice in enumerate(question.choices)}
    limits = question.range
    weights = question.weights
    return ReadQuestion(
        number,
        question.type,
        question.text,
        choices=tuple(choice.text for choice in question.choices),
        correct=tuple(sorted(positions[name] for name in question.key if name in positions)),
        accepted=tuple((item.text, item.weight) for item in question.accepted),
        range=(limits.min, limits.max) if limits else None,
        weights=tuple(weights.get(c.id, "0") for c in question.choices) if weights else None,
        pairs=tuple((pair.left, pair.right) for pair in question.pairs),
        rows=tuple(row.text for row in question.rows),
        shuffle=question.shuffle,
        explanation=question.explanation or None,
        source="; ".join(source_line(item) for item in question.sources) or None,
        topic=question.topic or None,
        level=question.level or None,
        section=question.section,
        where=where,
    )


def source_line(source: Source) -> str:
    """Return a source as one line of words."""
    parts = [source.document, source.section, source.date, source.url]
    words = ", ".join(part for part in parts if part)
    return f"{words}: “{source.quotation}”" if source.quotation else words
