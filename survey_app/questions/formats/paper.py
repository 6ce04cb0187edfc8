"""What reading a file gives: every question with its state and its problems, nothing saved yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import ValidationError

from survey_app.errors import Invalid, Problem
from survey_app.i18n import _
from survey_app.questions.ids import derived_id
from survey_app.questions.question_types import Kind, TypeName
from survey_app.questions.references import names_letters, refers_to_others
from survey_app.questions.schema import Choice, Question, QuestionDocument, Section, Source
from survey_app.vietnamese import tidy

State = Literal["ok", "needs_choice", "error"]
READER_MARK = "[⚙]"  # stands before a reason that the reader gave, not a person


@dataclass(frozen=True)
class ReadQuestion:
    """One question as the file has it. `correct` holds positions in `choices`, from zero."""

    number: int
    type: TypeName
    text: str
    choices: tuple[str, ...] = ()
    correct: tuple[int, ...] = ()
    accepted: tuple[tuple[str, str], ...] = ()
    range: tuple[str | None, str | None] | None = None
    weights: tuple[str, ...] | None = None
    pairs: tuple[tuple[str, str], ...] = ()
    rows: tuple[str, ...] = ()
    shuffle: bool = True
    explanation: str | None = None
    source: str | None = None
    topic: str | None = None
    level: str | None = None
    section: str | None = None
    state: State = "ok"
    where: str | None = None
    problems: tuple[Problem, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON shape of `questions check`."""
        shape: dict[str, Any] = {
            "number": self.number,
            "type": self.type,
            "text": self.text,
            "choices": list(self.choices),
            "correct": list(self.correct),
        }
        if self.accepted or self.type in {"numeric", "short_text"}:
            shape["accepted"] = [
                {"text": text, "weight": _share(weight)} for text, weight in self.accepted
            ]
        if self.range is not None:
            low, high = self.range
            shape["range"] = {"min": _number(low), "max": _number(high)}
        if self.weights is not None:
            shape["weights"] = [_share(weight) for weight in self.weights]
        if self.pairs or self.type == "matching":
            shape["pairs"] = [list(pair) for pair in self.pairs]
        if self.type == "matrix":
            shape["rows"] = list(self.rows)
        return shape | {
            "shuffle": self.shuffle,
            "explanation": self.explanation,
            "source": self.source,
            "topic": self.topic,
            "level": self.level,
            "state": self.state,
            "where": self.where,
            "problems": [problem.as_dict() for problem in self.problems],
        }


@dataclass(frozen=True)
class ReadPaper:
    """A whole file as it was understood.

    `document` is there when the file already is one; a `refused` file cannot become one, however
    much of it can be shown.
    """

    format: str
    kind: Kind
    title: str | None
    questions: tuple[ReadQuestion, ...] = ()
    problems: tuple[Problem, ...] = ()
    document: QuestionDocument | None = None
    refused: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON shape of `questions check`."""
        return {
            "format": self.format,
            "kind": self.kind,
            "title": self.title,
            "questions": [question.as_dict() for question in self.questions],
            "problems": [problem.as_dict() for problem in self.problems],
        }

    @property
    def all_problems(self) -> tuple[Problem, ...]:
        """Return the problems of the file and of every question."""
        return self.problems + tuple(
            problem for question in self.questions for problem in question.problems
        )

    def with_keys(self, keys: Mapping[int, Sequence[int]]) -> "ReadPaper":
        """Return the paper with the keys a person chose in the preview: number -> positions."""
        questions = tuple(
            _answered(question, keys[question.number]) if question.number in keys else question
            for question in self.questions
        )
        document = self.document
        if document is not None:
            chosen = {number - 1: positions for number, positions in keys.items()}
            parts = [
                _keyed(question, chosen[index]) if index in chosen else question
                for index, question in enumerate(document.questions)
            ]
            document = document.model_copy(update={"questions": tuple(parts)})
        return replace(self, questions=questions, document=document)

    def to_document(self, title: str | None = None) -> QuestionDocument:
        """Return the question document; refuse when the file could not be understood.

        A question that is not `ok` becomes a draft: it is kept, and no round asks it.
        """
        title = tidy(title)[:500] if title else None
        if self.document is not None and not self.refused:
            return self.document.model_copy(update={"title": title} if title else {})
        if self.refused or not self.questions:
            raise Invalid(
                _("Không thể tạo bộ câu hỏi từ tệp này. Xin xem các vấn đề được liệt kê."),
                problems=self.all_problems,
            )
        try:
            return self._assembled(title)
        except ValidationError:
            raise Invalid(
                _("Có câu quá dài hoặc có quá nhiều phương án; hãy sửa tệp rồi nhập lại."),
                problems=self.all_problems,
            ) from None

    def _assembled(self, title: str | None) -> QuestionDocument:
        sections, taken = _sections(self.questions), set[str]()
        questions = []
        for question in self.questions:
            made = _question(question, sections, taken)
            taken.add(made.id)
            questions.append(made)
        return QuestionDocument(
            kind=self.kind,
            title=title or self.title or _("Bộ câu hỏi chưa đặt tên"),
            sections=tuple(sections.values()),
            questions=tuple(questions),
        )


def _answered(question: ReadQuestion, correct: Sequence[int]) -> ReadQuestion:
    positions = tuple(sorted(set(correct)))
    if any(position not in range(len(question.choices)) for position in positions):
        raise Invalid(_("Câu %(n)s không có phương án này.", n=question.number))
    kind: TypeName = question.type
    if kind in {"single", "multiple"}:
        kind = "multiple" if len(positions) > 1 else "single"
    state: State = question.state
    if state != "error":
        state = "ok" if positions else "needs_choice"
    return replace(question, correct=positions, type=kind, state=state)


def _keyed(question: Question, correct: Sequence[int]) -> Question:
    positions = sorted(set(correct))
    if any(position not in range(len(question.choices)) for position in positions):
        raise Invalid(_("Câu hỏi không có phương án này."))
    kind: TypeName = question.type
    if kind in {"single", "multiple"}:
        kind = "multiple" if len(positions) > 1 else "single"
    key = tuple(question.choices[position].id for position in positions)
    return question.model_copy(update={"key": key, "type": kind})


def _sections(questions: Sequence[ReadQuestion]) -> dict[str, Section]:
    sections: dict[str, Section] = {}
    taken: set[str] = set()
    for question in questions:
        if question.section and question.section not in sections:
            name = derived_id("section", question.section, taken=taken)
            taken.add(name)
            sections[question.section] = Section(id=name, title=question.section)
    return sections


def _choices(texts: Sequence[str]) -> tuple[Choice, ...]:
    taken: set[str] = set()
    choices = []
    for text in texts:
        name = derived_id("choice", text, taken=taken)
        taken.add(name)
        choices.append(Choice(id=name, text=text, pinned=refers_to_others(text)))
    return tuple(choices)


def _question(question: ReadQuestion, sections: Mapping[str, Section], taken: set[str]) -> Question:
    choices = _choices([text for text in question.choices if text])
    kept = [index for index, text in enumerate(question.choices) if text]
    key = tuple(choices[kept.index(i)].id for i in question.correct if i in kept)
    return Question.model_validate(
        {
            "id": derived_id("question", question.text, *question.choices, taken=taken),
            "type": question.type,
            "text": question.text or _("(Chưa có lời của câu hỏi)"),
            "choices": choices,
            "key": key,
            "accepted": [
                {"text": text, "weight": weight or "100"} for text, weight in question.accepted
            ],
            "shuffle": question.shuffle and not any(map(names_letters, question.choices)),
            "explanation": question.explanation or "",
            "source": Source(document=question.source) if question.source else None,
            "topic": question.topic or "",
            "level": question.level or "",
            "section": sections[question.section].id if question.section else None,
            "state": "ready" if question.state == "ok" else "draft",
            "draft_reason": "" if question.state == "ok" else _draft_reason(question),
        }
    )


def _draft_reason(question: ReadQuestion) -> str:
    words = " ".join(problem.message for problem in question.problems)
    return f"{READER_MARK} {words[:1900] or _('Chưa có đáp án.')}"


def _number(amount: str | None) -> int | float | None:
    if amount is None:
        return None
    return float(amount) if "." in amount else int(amount)


def _share(per_cent: str) -> int | float:
    share = float(per_cent) / 100
    return int(share) if share == int(share) else round(share, 6)
