"""Merging what a page sends into an attempt's answers. Pure.

An answer is stored as {"value": [choice ids], "writer", "sequence", "revision"}. The newest write
of the same writer (one page in one browser) wins, in whatever order the writes arrive. Another
writer's answer is taken when it had seen the stored one; else both are kept: the newcomer stands
apart under "other" until the person chooses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from survey_app.questions.schema import QuestionDocument
from survey_app.quizzes.drawing import PaperLine

FORM_WRITER = "form"
Answers = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Write:
    """One page's statement: what it holds, who it is, and the last revision it has seen.

    `whole_paper` says that the page held every question, so that a several-choice question without
    a value was emptied on purpose.
    """

    values: Mapping[str, Sequence[str]]
    writer: str = FORM_WRITER
    sequence: int = 0
    seen_revision: int = 0
    whole_paper: bool = False


@dataclass(frozen=True)
class Merged:
    """The answers after a write; `revision` grew only when something changed."""

    answers: Answers
    revision: int
    changed: bool
    conflicts: tuple[str, ...] = ()


@dataclass
class _Draft:
    answers: Answers
    revision: int
    changed: bool = False
    conflicts: list[str] = field(default_factory=list)


def allowed_values(
    document: QuestionDocument, paper: Sequence[PaperLine], write: Write
) -> dict[str, list[str]]:
    """Keep what this paper can be answered with: its own questions, their own choices.

    A question with a choice made up by somebody, or with several where one is asked, is left out.
    """
    values = write.values
    types = {question.id: question.type for question in document.questions}
    kept: dict[str, list[str]] = {}
    for question_id, order in paper:
        name = str(question_id)
        if name not in values:
            if write.whole_paper and types.get(name) == "multiple":
                kept[name] = []
            continue
        sent = set(values[name])
        chosen = [choice for choice in order if choice in sent]
        if sent - set(order) or (types.get(name) != "multiple" and len(chosen) > 1):
            continue
        kept[name] = chosen
    return kept


def merge(stored: Answers, revision: int, write: Write) -> Merged:
    """Return the answers after `write`; idempotent, and blind to the order of arrival."""
    draft = _Draft(dict(stored), revision)
    next_revision = revision + 1
    for question_id, value in write.values.items():
        _merge_one(draft, question_id, list(value), write, next_revision)
    return Merged(
        answers=draft.answers,
        revision=next_revision if draft.changed else revision,
        changed=draft.changed,
        conflicts=tuple(draft.conflicts),
    )


def _merge_one(
    draft: _Draft, question_id: str, value: list[str], write: Write, next_revision: int
) -> None:
    held = draft.answers.get(question_id)
    fresh = {
        "value": value,
        "writer": write.writer,
        "sequence": write.sequence,
        "revision": next_revision,
    }
    if held is None:
        if value:
            draft.answers[question_id] = fresh
            draft.changed = True
        return
    same_writer = held["writer"] == write.writer and write.writer != FORM_WRITER
    if same_writer and write.sequence <= held["sequence"]:
        return
    if held["value"] == value and not same_writer and "other" not in held:
        return
    if same_writer or write.seen_revision >= held["revision"]:
        draft.answers[question_id] = fresh
        draft.changed = True
        return
    if held["value"] != value and held.get("other", {}).get("value") != value:
        draft.answers[question_id] = {**held, "other": fresh}
        draft.changed = True
    draft.conflicts.append(question_id)


def chosen(answers: Answers) -> dict[str, list[str]]:
    """Return question id -> choice ids, the empty ones left out."""
    return {name: list(held["value"]) for name, held in answers.items() if held["value"]}


def is_seen_whole(paper: Sequence[PaperLine], write: Write, answers: Answers) -> bool:
    """Whether `answers` tell one thing at every question, and the page that wrote showed just that.

    What another device said is not handed in unseen, also where this page held nothing.
    """
    kept = chosen(answers)
    return not differing(answers) and all(
        name in kept and set(kept[name]) == set(write.values.get(name, ()))
        for name in (str(question_id) for question_id, _order in paper)
    )


def differing(answers: Answers) -> list[str]:
    """Return the questions for which two devices said different things."""
    return [name for name, held in answers.items() if "other" in held]
