"""Changes to a question document: put in, move, take out. Pure; every result is valid."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from survey_app.questions.ids import new_id
from survey_app.questions.schema import (
    Condition,
    Question,
    QuestionDocument,
    QuestionTranslation,
    Section,
    Translation,
)


def position_of(document: QuestionDocument, question_id: str) -> int | None:
    """Return where the question stands, counted from zero."""
    ids = [question.id for question in document.questions]
    return ids.index(question_id) if question_id in ids else None


def english_of(document: QuestionDocument, question_id: str) -> QuestionTranslation | None:
    """Return the English words of a question, if there are any."""
    english = document.translations.en
    return english.questions.get(question_id) if english else None


def put(
    document: QuestionDocument,
    question: Question,
    english: QuestionTranslation | None,
    position: int | None = None,
) -> QuestionDocument:
    """Replace the question of this id, or insert it at `position` (`None`: at the end)."""
    questions = list(document.questions)
    at = position_of(document, question.id)
    if at is not None:
        questions[at] = question
    else:
        questions.insert(len(questions) if position is None else position, question)
    return _with(document, questions, question.id, english)


def move(document: QuestionDocument, question_id: str, position: int) -> QuestionDocument:
    """Let the question stand at `position`; an absolute place, so that twice is once."""
    at = position_of(document, question_id)
    if at is None:
        return document
    questions = list(document.questions)
    question = questions.pop(at)
    questions.insert(max(0, min(position, len(questions))), question)
    return document.model_copy(update={"questions": tuple(questions)})


def take_out(document: QuestionDocument, question_id: str) -> QuestionDocument:
    """Remove a question, its translation, and conditions that named it (`parcel` keeps them)."""
    kept = []
    for question in document.questions:
        if question.id == question_id:
            continue
        if question.condition is not None and question.condition.question == question_id:
            question = question.model_copy(update={"condition": None})
        kept.append(question)
    return _with(document, kept, question_id, None)


def _with(
    document: QuestionDocument,
    questions: list[Question],
    question_id: str,
    english: QuestionTranslation | None,
) -> QuestionDocument:
    known = document.translations.en or Translation()
    words = {key: value for key, value in known.questions.items() if key != question_id}
    if english is not None:
        words[question_id] = english
    translation: Translation | None = known.model_copy(update={"questions": words})
    if translation == Translation():
        translation = None
    content = document.model_dump(by_alias=True, exclude={"questions", "translations"})
    content["questions"] = [question.model_dump() for question in questions]
    content["translations"] = {"en": translation.model_dump() if translation else None}
    return QuestionDocument.model_validate(content)


def with_section(document: QuestionDocument, section: Section) -> QuestionDocument:
    """Add a section behind the others, unless one of this id is there."""
    if any(known.id == section.id for known in document.sections):
        return document
    return document.model_copy(update={"sections": (*document.sections, section)})


def with_sections(
    document: QuestionDocument, typed: Sequence[tuple[str, str, str]]
) -> QuestionDocument:
    """Give sections other words: (id, title, intro); "" is a new one, and one without a title goes.

    Questions of a section that goes stay, outside of any. Sections that `typed` leaves out stay.

    Raises:
        ValidationError: a title or an introduction is too long.
    """
    words = {name: (title, intro) for name, title, intro in typed if name}
    kept = [
        {"id": known.id, "title": title, "intro": intro}
        for known in document.sections
        for title, intro in [words.get(known.id, (known.title, known.intro))]
        if title.strip()
    ]
    kept += [
        {"id": new_id(), "title": title, "intro": intro}
        for name, title, intro in typed
        if not name and title.strip()
    ]
    content = document.model_dump(by_alias=True)
    content["sections"] = kept
    names = {section["id"] for section in kept}
    for question in content["questions"]:
        if question["section"] not in names:
            question["section"] = None
    return QuestionDocument.model_validate(content)


def fingerprint(question: Question | None, english: QuestionTranslation | None) -> str:
    """Return what tells whether a question has changed since a page showed it."""
    if question is None:
        return ""
    content: dict[str, Any] = question.model_dump(mode="json")
    content["english"] = english.model_dump(mode="json") if english else None
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def parcel(document: QuestionDocument, question_id: str) -> str:
    """Return all that is needed to put a question back where it stands now."""
    question = document.question(question_id)
    if question is None:
        return ""
    english = english_of(document, question_id)
    content = {
        "position": position_of(document, question_id),
        "question": question.model_dump(mode="json", exclude_defaults=True),
        "english": english.model_dump(mode="json", exclude_defaults=True) if english else None,
        "asked_after": {
            item.id: list(item.condition.any_of)
            for item in document.questions
            if item.condition is not None and item.condition.question == question_id
        },
    }
    return json.dumps(content, ensure_ascii=False)


def put_back(document: QuestionDocument, text: str) -> QuestionDocument:
    """Undo the removal of a question from its `parcel`.

    Raises:
        ValueError: that is no parcel.
    """
    content = json.loads(text)
    if not isinstance(content, dict) or not isinstance(content.get("position"), int):
        raise ValueError("no parcel")
    question = Question.model_validate(content["question"])
    words = content.get("english")
    english = QuestionTranslation.model_validate(words) if words else None
    document = put(document, question, english, content["position"])
    for name, choices in dict(content.get("asked_after", {})).items():
        document = _asked_after(document, name, question.id, choices)
    return document


def _asked_after(
    document: QuestionDocument, name: str, question_id: str, choices: list[str]
) -> QuestionDocument:
    """Give a question its condition back, unless it has another one by now."""
    question = document.question(name)
    if question is None or question.condition is not None:
        return document
    condition = Condition(question=question_id, any_of=tuple(choices))
    changed = question.model_copy(update={"condition": condition})
    return put(document, changed, english_of(document, name))
