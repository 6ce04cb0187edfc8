"""What one answers in a form, piece by piece. Pure.

An item is the smallest thing that is counted by itself: a question, a row of a matrix, or the words
beside "other". Its key names its answer on the page (`q_<key>`), in a ballot and in the results.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from survey_app.questions.schema import Choice, Question, QuestionDocument

Kind = Literal["ordered", "unordered", "several", "number", "text"]
# Beside "other" there is room for a few words; a free text may be longer (see `longest_of`).
LONGEST_OTHER: Final = 200
LONGEST_TEXT: Final = 1000
# A number without a range is taken up to this many digits on either side of the point.
LONGEST_NUMBER: Final = 12

_KINDS: Final[dict[str, Kind]] = {
    "single": "unordered",
    "true_false": "unordered",
    "multiple": "several",
    "numeric": "number",
    "long_text": "text",
    "scale": "ordered",
    "matrix": "ordered",
}


@dataclass(frozen=True)
class Item:
    """One thing to answer; `choices` is empty for numbers and texts."""

    key: str
    kind: Kind
    question: Question
    choices: tuple[Choice, ...] = ()
    row: Choice | None = None

    @property
    def longest(self) -> int:
        """How many characters a text may have."""
        return LONGEST_OTHER if self.is_other else (self.question.longest or LONGEST_TEXT)

    @property
    def is_other(self) -> bool:
        """Whether this is the text beside the choice "other"."""
        return self.kind == "text" and bool(self.question.choices)

    @property
    def choice_ids(self) -> tuple[str, ...]:
        """What a ballot may hold for it, in the order of the form."""
        return tuple(choice.id for choice in self.choices)


def items_of(document: QuestionDocument) -> tuple[Item, ...]:
    """Return all items of a form in its order; questions of other kinds of set are left out."""
    return tuple(
        item for question in document.ready_questions for item in items_of_question(question)
    )


def items_of_question(question: Question) -> Iterator[Item]:
    """Yield the items of one question."""
    kind = _KINDS.get(question.type)
    if kind is None:
        return
    if question.type == "matrix":
        for row in question.rows:
            yield Item(f"{question.id}.{row.id}", kind, question, question.choices, row)
        return
    yield Item(question.id, kind, question, question.choices)
    if any(choice.other for choice in question.choices):
        yield Item(f"{question.id}.other", "text", question)
