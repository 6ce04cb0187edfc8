"""The page of one report, as its secretary fills it in and as an organiser enters it from paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from survey_app.cell_reports import answers
from survey_app.cell_reports.history import author_of
from survey_app.cell_reports.models import DutyRevision
from survey_app.cell_reports.reporting import Owed, fingerprint
from survey_app.cell_reports.wording import Change, changes, in_own_language, words_of
from survey_app.errors import Problem
from survey_app.formatting import short_moment
from survey_app.i18n import _
from survey_app.questions.schema import QuestionDocument

PREFIX = "q_"
PROPOSAL = ("subject_name", "subject_reason")


@dataclass(frozen=True)
class Sheet:
    """What stands in the fields, what is wrong with it, and what somebody else wrote meanwhile."""

    document: QuestionDocument  # in the reader's language
    fields: Mapping[str, Sequence[str]]
    seen: str
    problems: tuple[tuple[str, str | None], ...] = ()  # sentence, link to its field
    errors: Mapping[str, str] = field(default_factory=dict)
    other: str = ""  # who wrote meanwhile, and when
    differences: tuple[Change, ...] = ()  # "before" is theirs, "after" is on this page

    def text(self, *parts: str) -> str:
        """Return what stands in a field of one text."""
        given = self.fields.get(answers.field_name(*parts), ())
        return given[0] if given else ""

    def has(self, question_id: str, choice_id: str) -> bool:
        """Whether a choice is marked."""
        return choice_id in self.fields.get(answers.field_name(question_id), ())

    def name(self, *parts: str) -> str:
        """Return the name of a field."""
        return answers.field_name(*parts)

    def error(self, *parts: str) -> str:
        """Return what is wrong with a field."""
        return self.errors.get(answers.field_name(*parts), "")

    @property
    def longest(self) -> dict[str, int]:
        """How long the texts may be, by question id."""
        return {item.id: answers.longest(item) for item in self.document.ready_questions}


def posted() -> dict[str, list[str]]:
    """Return the fields of a report in this request: name -> texts."""
    return {name: request.form.getlist(name) for name in request.form if name.startswith(PREFIX)}


def stored_sheet(found: Owed, revision: DutyRevision | None) -> Sheet:
    """Return the page of what is stored."""
    stored = revision.answers if revision is not None else {}
    return Sheet(
        in_own_language(found.document),
        answers.show(found.document, stored),
        fingerprint(revision),
    )


def typed_sheet(found: Owed, problems: Sequence[Problem]) -> Sheet:
    """Return the page as it was posted, with what has to be put right."""
    errors = {item.where: item.message for item in problems if item.where}
    labels = _labels(in_own_language(found.document))
    told = tuple(
        (
            f"{labels[item.where]}: {item.message}" if item.where in labels else item.message,
            f"#{item.where}" if item.where else None,
        )
        for item in problems
    )
    return Sheet(
        in_own_language(found.document), posted(), request.form.get("seen", ""), told, errors
    )


def overtaken_sheet(
    session: Session, found: Owed, newest: DutyRevision | None, message: str
) -> Sheet:
    """Return the page as it was posted beside what stands there now; saving again replaces it."""
    document = in_own_language(found.document)
    mine = answers.read(found.document, posted()).values
    theirs: dict[str, Any] = newest.answers if newest is not None else {}
    who = ""
    if newest is not None:
        who = _(
            "%(name)s ghi lúc %(when)s",
            name=author_of(session, newest),
            when=short_moment(newest.saved_at),
        )
    return Sheet(
        document,
        posted(),
        fingerprint(newest),
        ((message, None),),
        other=who,
        differences=changes(document, theirs, mine),
    )


def answer_words(document: QuestionDocument, values: Mapping[str, Any]) -> dict[str, str]:
    """Return every answer in words: question id -> words, empty for nothing."""
    return {item.id: words_of(item, values.get(item.id)) for item in document.ready_questions}


def typed_text(found: Owed) -> str:
    """Return all that was typed as lines to copy, for a report that is not taken any more."""
    given = posted()
    lines: list[str] = []
    for name, label in _labels(in_own_language(found.document)).items():
        texts = [text for text in given.get(name, ()) if text.strip()]
        if texts:
            lines.append(f"{label}\n→ {', '.join(texts)}")
    lines += [text for name in PROPOSAL if (text := request.form.get(name, "").strip())]
    return "\n\n".join(lines)


def _labels(document: QuestionDocument) -> dict[str, str]:
    labels: dict[str, str] = {}
    for question in document.ready_questions:
        if question.type != "counts":
            labels[answers.field_name(question.id)] = question.text
            continue
        for row in question.rows:
            for choice in question.choices:
                name = answers.field_name(question.id, row.id, choice.id)
                labels[name] = f"{row.text}, {choice.text.lower()}"
    return labels
