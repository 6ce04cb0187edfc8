"""The words of a report in the reader's language: its document, its values, what changed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from survey_app import formatting
from survey_app.i18n import _, current_locale
from survey_app.questions.schema import Choice, Question, QuestionDocument, QuestionTranslation


@dataclass(frozen=True)
class Change:
    """One thing that two reports say differently, each in words; empty where nothing was said."""

    label: str
    before: str
    after: str


def not_reported() -> str:
    """What stands where a cell has said nothing: never a number."""
    return _("chưa báo cáo")


def in_own_language(document: QuestionDocument) -> QuestionDocument:
    """Return the document with the words of the reader's language, where it has them."""
    english = document.translations.en
    if english is None or current_locale() != "en" or document.language == "en":
        return document
    sections = tuple(
        section.model_copy(
            update={"title": given.title or section.title, "intro": given.intro or section.intro}
        )
        if (given := english.sections.get(section.id))
        else section
        for section in document.sections
    )
    questions = tuple(
        _translated(question, english.questions.get(question.id)) for question in document.questions
    )
    return document.model_copy(
        update={
            "title": english.title or document.title,
            "intro": english.intro or document.intro,
            "sections": sections,
            "questions": questions,
        }
    )


def _translated(question: Question, words: QuestionTranslation | None) -> Question:
    if words is None:
        return question
    return question.model_copy(
        update={
            "text": words.text,
            "hint": words.hint or question.hint,
            "choices": _parts(question.choices, words.choices),
            "rows": _parts(question.rows, words.rows),
        }
    )


def _parts(parts: tuple[Choice, ...], words: Mapping[str, str]) -> tuple[Choice, ...]:
    return tuple(part.model_copy(update={"text": words.get(part.id, part.text)}) for part in parts)


def words_of(question: Question, value: Any) -> str:
    """Return a value for people, on one or several lines; empty for nothing."""
    if value is None:
        return ""
    if question.type == "counts":
        return "\n".join(_counts(question, value))
    if question.type == "date":
        return formatting.day(date.fromisoformat(value))
    if question.type == "numeric":
        return formatting.number(value)
    if question.type in {"single", "multiple"}:
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(item.text for item in question.choices if item.id in chosen)
    return str(value)


def _counts(question: Question, value: Mapping[str, Mapping[str, int]]) -> list[str]:
    lines = []
    for row in question.rows:
        cells = value.get(row.id, {})
        told = [
            f"{choice.text.lower()} {formatting.number(cells[choice.id])}"
            for choice in question.choices
            if choice.id in cells
        ]
        if told:
            lines.append(f"{row.text}: {', '.join(told)}")
    return lines


def changes(
    document: QuestionDocument, before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[Change, ...]:
    """Return what differs, in the order of the page; counts row by row."""
    found: list[Change] = []
    for question in document.ready_questions:
        old, new = before.get(question.id), after.get(question.id)
        if old == new:
            continue
        if question.type != "counts":
            found.append(Change(question.text, words_of(question, old), words_of(question, new)))
            continue
        for row in question.rows:
            was, now = (old or {}).get(row.id, {}), (new or {}).get(row.id, {})
            if was != now:
                one = question.model_copy(update={"rows": (row,)})
                texts = (words_of(one, {row.id: cells}) for cells in (was, now))
                found.append(Change(f"{question.text} – {row.text}", *map(_after_colon, texts)))
    return tuple(found)


def _after_colon(line: str) -> str:
    """The row's name stands in the label already."""
    return line.partition(": ")[2]
