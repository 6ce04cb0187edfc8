"""A form as a page shows it: in the reader's language, numbered, in sections. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from survey_app.feedback.items import LONGEST_TEXT
from survey_app.i18n import _
from survey_app.questions.schema import (
    Question,
    QuestionDocument,
    QuestionTranslation,
    SectionTranslation,
    Translation,
)


@dataclass(frozen=True)
class Option:
    """Something to choose; `other` has room for words beside it."""

    id: str
    text: str
    other: bool
    no_opinion: bool


@dataclass(frozen=True)
class Row:
    """One row of a matrix, answered by itself under `key`."""

    key: str
    text: str


@dataclass(frozen=True)
class Asked:
    """One question. `condition` says in words when it is asked, `asked_by` and `asked_if` by id.

    `asked_only` stands before the first of a run of questions that are asked together: it tells
    whoever does not see them why the numbers jump, so that the numbers are the same for everybody.
    """

    number: int
    id: str
    type: str
    text: str
    hint: str
    options: tuple[Option, ...]
    rows: tuple[Row, ...]
    longest: int
    most: int
    other_key: str
    condition: str
    asked_by: str
    asked_if: tuple[str, ...]
    asked_only: str = ""


@dataclass(frozen=True)
class Part:
    """Questions under one heading; the heading may be empty."""

    title: str
    intro: str
    questions: tuple[Asked, ...]


@dataclass(frozen=True)
class Sheet:
    """A whole form."""

    title: str
    intro: str
    parts: tuple[Part, ...]

    @property
    def questions(self) -> Iterator[Asked]:
        """All questions in order."""
        for part in self.parts:
            yield from part.questions


def sheet_of(document: QuestionDocument, locale: str) -> Sheet:
    """Return a form in `locale` where it is translated, else as it was written.

    Its own words beside those of the document come in the language that is being spoken.
    """
    other = (document.translations.en if locale == "en" else None) or Translation()
    numbers = {question.id: at for at, question in enumerate(document.ready_questions, 1)}
    sections = {section.id: section for section in document.sections}
    parts = []
    for name, questions in groupby(document.ready_questions, key=lambda one: one.section):
        told = other.sections.get(name or "", SectionTranslation())
        section = sections.get(name or "")
        parts.append(
            Part(
                title=told.title or (section.title if section else ""),
                intro=told.intro or (section.intro if section else ""),
                questions=tuple(_asked(document, one, numbers, other) for one in questions),
            )
        )
    title, intro = other.title or document.title, other.intro or document.intro
    return Sheet(title, intro, tuple(parts))


def _asked(
    document: QuestionDocument, question: Question, numbers: dict[str, int], other: Translation
) -> Asked:
    told = other.questions.get(question.id) or QuestionTranslation(text=question.text)
    condition = question.condition
    return Asked(
        number=numbers[question.id],
        id=question.id,
        type=question.type,
        text=told.text,
        hint=_hint(question),
        options=tuple(
            Option(one.id, told.choices.get(one.id, one.text), one.other, one.no_opinion)
            for one in question.choices
        ),
        rows=tuple(
            Row(f"{question.id}.{row.id}", told.rows.get(row.id, row.text)) for row in question.rows
        ),
        longest=(question.longest or LONGEST_TEXT) if question.type == "long_text" else 0,
        most=(question.max_choices or 0) if question.type == "multiple" else 0,
        other_key=f"{question.id}.other" if any(one.other for one in question.choices) else "",
        condition=_condition(document, question, numbers, other),
        asked_by=condition.question if condition else "",
        asked_if=condition.any_of if condition else (),
        asked_only=_asked_only(document, question, numbers, other),
    )


def _hint(question: Question) -> str:
    if question.type == "multiple" and question.max_choices:
        return _("Chọn nhiều nhất %(n)s ý.", n=question.max_choices)
    if question.type == "multiple":
        return _("Có thể chọn nhiều ý.")
    if question.type == "long_text":
        return _("Xin không ghi tên mình hoặc tên người khác.")
    low = _number(question.range.min if question.range else None)
    high = _number(question.range.max if question.range else None)
    if low and high:
        return _("Một số từ %(low)s đến %(high)s.", low=low, high=high)
    if low:
        return _("Một số từ %(low)s trở lên.", low=low)
    return _("Một số không quá %(high)s.", high=high) if high else ""


def _number(written: str | None) -> str:
    return format(Decimal(written), "f") if written is not None else ""


def _condition(
    document: QuestionDocument, question: Question, numbers: dict[str, int], other: Translation
) -> str:
    asks = _asks(document, question, numbers, other)
    if asks is None:
        return ""
    return _("Nếu câu %(number)s là %(choices)s, xin trả lời:", number=asks[0], choices=asks[1])


def _asked_only(
    document: QuestionDocument, question: Question, numbers: dict[str, int], other: Translation
) -> str:
    asks = _asks(document, question, numbers, other)
    together = _asked_together(document, question)
    if asks is None or together[0] != question:
        return ""
    first, last = numbers[together[0].id], numbers[together[-1].id]
    words = {"number": asks[0], "choices": asks[1]}
    if first == last:
        return _("Câu %(first)s chỉ hỏi khi câu %(number)s là %(choices)s.", first=first, **words)
    return _(
        "Câu %(first)s đến câu %(last)s chỉ hỏi khi câu %(number)s là %(choices)s.",
        first=first,
        last=last,
        **words,
    )


def _asked_together(document: QuestionDocument, question: Question) -> list[Question]:
    """Return the questions beside this one, in its section, that have the same condition."""
    runs = groupby(document.ready_questions, key=lambda one: (one.section, one.condition))
    return next(run for _key, ones in runs if question in (run := list(ones)))


def _asks(
    document: QuestionDocument, question: Question, numbers: dict[str, int], other: Translation
) -> tuple[int, str] | None:
    """Return the number of the question that decides, and in words the answers it takes."""
    condition = question.condition
    asks = document.question(condition.question) if condition else None
    if condition is None or asks is None or asks.id not in numbers:
        return None
    told = other.questions.get(asks.id) or QuestionTranslation(text=asks.text)
    words = [
        f"“{told.choices.get(c.id, c.text)}”" for c in asks.choices if c.id in condition.any_of
    ]
    return numbers[asks.id], f" {_('hoặc')} ".join(words)
