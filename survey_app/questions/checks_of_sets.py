"""Findings that need more than one question: twins, telling patterns, gaps in the translation."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from survey_app.errors import Problem
from survey_app.i18n import _, _n
from survey_app.questions.checks_of_forms import form_set_hints
from survey_app.questions.schema import (
    Question,
    QuestionDocument,
    Section,
    SectionTranslation,
    Translation,
)
from survey_app.vietnamese import same_text_key

ALIKE: Final = 0.85
_WORD: Final = re.compile(r"\w+")


def _where(number: int) -> str:
    return _("câu %(n)s", n=number)


def twins(document: QuestionDocument) -> Iterator[Problem]:
    """Yield the questions that stand twice, word for word, with the same choices."""
    first: dict[tuple[str, ...], int] = {}
    for number, question in enumerate(document.questions, start=1):
        parts = (*question.choices, *question.rows)
        texts = sorted(same_text_key(part.text) for part in parts)
        content = (same_text_key(question.text), *texts)
        if question.state == "draft":
            continue
        if content in first:
            message = _("Câu này trùng với câu %(other)s.", other=first[content])
            yield Problem("repeated_question", message, _where(number))
        first.setdefault(content, number)


def set_hints(document: QuestionDocument) -> Iterator[Problem]:
    """Yield what shows only when the questions are seen together."""
    yield from _near_twins(document)
    if document.kind != "quiz":
        yield from form_set_hints(document)
    if document.kind != "quiz":
        return
    keyed = [
        question
        for question in document.ready_questions
        if question.type == "single" and len(question.key) == 1 and question.choice(question.key[0])
    ]
    yield from _telling_positions(keyed)
    longest = sum(map(_key_is_longest, keyed))
    if len(keyed) >= 5 and longest >= 0.7 * len(keyed):
        yield Problem(
            "key_longest",
            _(
                "Ở %(n)s trong %(all)s câu, phương án đúng là phương án dài nhất, dễ đoán.",
                n=longest,
                all=len(keyed),
            ),
        )


def _telling_positions(keyed: list[Question]) -> Iterator[Problem]:
    places = Counter(
        [choice.id for choice in question.choices].index(question.key[0]) for question in keyed
    )
    if not places:
        return
    place, count = places.most_common(1)[0]
    if len(keyed) >= 4 and (count == len(keyed) or (len(keyed) >= 8 and count > 0.6 * len(keyed))):
        yield Problem(
            "key_same_letter",
            _(
                "Ở %(n)s trong %(all)s câu, đáp án là phương án %(letter)s.",
                n=count,
                all=len(keyed),
                letter=chr(65 + place),
            ),
        )


def _key_is_longest(question: Question) -> bool:
    right = question.choice(question.key[0])
    others = [len(choice.text) for choice in question.choices if choice.id != question.key[0]]
    return right is not None and bool(others) and len(right.text) > max(others)


def _near_twins(document: QuestionDocument) -> Iterator[Problem]:
    """Compare only questions that share one of their rarest words: alike ones always do."""
    bags = [_bag(question) for question in document.questions]
    frequency = Counter(word for bag in bags for word in bag)
    index: dict[str, list[int]] = {}
    for number, bag in enumerate(bags):
        rarest = sorted(bag, key=lambda word: (frequency[word], word))
        rarest = rarest[: int(len(bag) * (1 - ALIKE)) + 1]
        candidates = {other for word in rarest for other in index.get(word, ())}
        for other in sorted(candidates):
            share = len(bag & bags[other]) / len(bag | bags[other])
            if share >= ALIKE and not _identical(document, number, other):
                yield Problem(
                    "similar_question",
                    _("Câu này gần giống câu %(other)s.", other=other + 1),
                    _where(number + 1),
                )
        for word in rarest:
            index.setdefault(word, []).append(number)


def _bag(question: Question) -> set[str]:
    # The points of a scale are the same all through a form and make nothing alike.
    parts = question.rows if question.type in {"scale", "matrix", "counts"} else question.choices
    texts = [question.text, *(part.text for part in parts)]
    return set(_WORD.findall(same_text_key(" ".join(texts))))


def _identical(document: QuestionDocument, number: int, other: int) -> bool:
    """Reported by `twins` already."""
    one, two = document.questions[number], document.questions[other]
    return (
        one.state == two.state == "ready"
        and same_text_key(one.text) == same_text_key(two.text)
        and sorted(same_text_key(c.text) for c in one.choices)
        == sorted(same_text_key(c.text) for c in two.choices)
    )


def translation_findings(document: QuestionDocument) -> tuple[list[Problem], list[Problem]]:
    """Return what is wrong in the English translation, and what is missing from it."""
    english = document.translations.en
    if english is None:
        return [], []
    known = {question.id for question in document.questions}
    wrong = [
        Problem("translation_unknown", _("Bản dịch nhắc tới mã không có: %(id)s.", id=name))
        for name in english.questions
        if name not in known
    ]
    missing = sum(not _translated(question, english) for question in document.questions)
    missing += sum(
        not _section_translated(section, english.sections.get(section.id))
        for section in document.sections
    )
    hints = []
    if missing:
        message = _n("%(n)s câu hoặc phần chưa dịch đủ sang tiếng Anh.", missing)
        hints.append(Problem("translation_incomplete", message))
    return wrong, hints


def _translated(question: Question, english: Translation) -> bool:
    given = english.questions.get(question.id)
    if given is None:
        return False
    terms = [term for term in (question.topic, question.level) if term]
    return (
        all(choice.id in given.choices for choice in question.choices)
        and all(row.id in given.rows for row in question.rows)
        and (bool(given.explanation) or not question.explanation)
        and (bool(given.hint) or not question.hint)
        and all(term in english.terms for term in terms)
    )


def _section_translated(section: Section, given: SectionTranslation | None) -> bool:
    return given is not None and bool(given.title) and (bool(given.intro) or not section.intro)
