"""What a result page shows, and when it may: score, key, explanation, source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from string import ascii_uppercase
from typing import NamedTuple

from survey_app import formatting, i18n
from survey_app.i18n import _
from survey_app.questions.schema import Question, QuestionDocument, Source
from survey_app.quizzes.deadlines import FINALISING_DELAY
from survey_app.quizzes.drawing import PaperLine
from survey_app.quizzes.papers import ShownQuestion, shown
from survey_app.quizzes.queries import Entry
from survey_app.quizzes.scoring import is_right


@dataclass(frozen=True)
class ShownSource:
    """A source as the page prints it."""

    document: str
    section: str
    date: str
    quote: str
    url: str


class Lettered(NamedTuple):
    """A choice as the reader's own paper shows it."""

    letter: str
    text: str


class Given(NamedTuple):
    """One question of a paper with what is chosen at it, if anything is."""

    number: int
    text: str
    chosen: list[Lettered]


@dataclass(frozen=True)
class Marked:
    """One question with what was chosen, what was right and why."""

    number: int
    text: str
    right: bool
    chosen: list[Lettered]
    key: list[Lettered]
    explanation: str
    source: ShownSource | None


@dataclass(frozen=True)
class Policy:
    """What may be shown of a result at a moment, and the sentence on what comes later."""

    shows_score: bool
    shows_key: bool
    note: str | None = field(default=None)


def policy(entry: Entry, now: datetime, *, place: str) -> Policy:
    """Return what the round's settings allow at `now`; the key waits for the last late answer.

    `place` says in the reader's words where the rest will show: "liên kết này".
    """
    settings = entry.rules
    last_answer = entry.closes_at + timedelta(seconds=settings.grace_seconds) + FINALISING_DELAY
    over = now >= last_answer or entry.round_state in {"finalised", "archived"}
    score = settings.show_score == "at_once" or (settings.show_score == "after_close" and over)
    key = settings.show_key == "at_once" or (settings.show_key == "after_close" and over)
    if over or key:
        return Policy(score, key)
    closes = formatting.moment(entry.closes_at)
    if not score and settings.show_score == "after_close":
        return Policy(
            score,
            key,
            _(
                "Điểm và đáp án xem được ở %(place)s, sau %(closes)s.",
                place=place,
                closes=closes,
            ),
        )
    if settings.show_key == "after_close":
        return Policy(
            score,
            key,
            _(
                "Đáp án, giải thích và nguồn xem được ở %(place)s, sau %(closes)s.",
                place=place,
                closes=closes,
            ),
        )
    return Policy(score, key)


def given(
    document: QuestionDocument, paper: Sequence[PaperLine], chosen: Mapping[str, Sequence[str]]
) -> list[Given]:
    """Return every question of the paper with its answer, in the reader's language."""
    texts = shown(document, i18n.current_locale())
    lines = [(texts[str(name)], order) for name, order in paper]
    return [
        Given(number, text.text, _lettered(text, order, chosen.get(text.id, ())))
        for number, (text, order) in enumerate(lines, 1)
    ]


def _lettered(text: ShownQuestion, order: Sequence[str], wanted: Sequence[str]) -> list[Lettered]:
    """Return the `wanted` choices with the letters this paper gave them, in that order."""
    words = {choice.id: choice.text for choice in text.choices}
    lettered = zip(ascii_uppercase, order, strict=False)
    return [Lettered(letter, words[choice]) for letter, choice in lettered if choice in wanted]


def marked(
    document: QuestionDocument, paper: Sequence[PaperLine], chosen: Mapping[str, Sequence[str]]
) -> list[Marked]:
    """Return every question of the paper, marked, in the reader's language."""
    questions = {question.id: question for question in document.questions}
    texts = shown(document, i18n.current_locale())
    return [
        _marked((number, order), questions[str(name)], texts[str(name)], chosen.get(str(name), ()))
        for number, (name, order) in enumerate(paper, 1)
    ]


def _marked(
    place: tuple[int, Sequence[str]],
    question: Question,
    text: ShownQuestion,
    chosen: Sequence[str],
) -> Marked:
    number, order = place
    return Marked(
        number=number,
        text=text.text,
        right=is_right(question, chosen),
        chosen=_lettered(text, order, chosen),
        key=_lettered(text, order, question.key),
        explanation=text.explanation,
        source=_source(question.source) if question.source else None,
    )


def _source(source: Source) -> ShownSource:
    return ShownSource(
        document=source.document,
        section=source.section,
        date=source.date,
        quote=source.quotation,
        url=source.url,
    )


def reading_list(questions: Sequence[Marked]) -> list[tuple[str, str, list[int]]]:
    """Return the sources of what was not right: (document, section, question numbers)."""
    wanted: dict[tuple[str, str], list[int]] = {}
    for item in questions:
        if not item.right and item.source:
            wanted.setdefault((item.source.document, item.source.section), []).append(item.number)
    return [(document, section, numbers) for (document, section), numbers in wanted.items()]
