"""How far each question of a draft has come, and what was found about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from survey_app.errors import Problem
from survey_app.questions.checks import Findings, check, question_words
from survey_app.questions.schema import Question, QuestionDocument

NEEDS_CHOICE = "no_key"


@dataclass(frozen=True)
class OutlineLine:
    """A question in the outline: its state (`ok needs_choice error draft`) and its findings."""

    number: int
    question: Question
    state: str
    errors: tuple[Problem, ...]
    hints: tuple[Problem, ...]


@dataclass(frozen=True)
class Outline:
    """All questions of a document, and what concerns no single one of them."""

    lines: tuple[OutlineLine, ...]
    errors: tuple[Problem, ...]
    hints: tuple[Problem, ...]
    findings: Findings

    @property
    def by_id(self) -> Mapping[str, OutlineLine]:
        """The lines by the id of their question."""
        return {line.question.id: line for line in self.lines}

    def count(self, state: str) -> int:
        """How many questions are in this state."""
        return sum(line.state == state for line in self.lines)


def outline(document: QuestionDocument) -> Outline:
    """Check a document and sort the findings to their questions."""
    findings = check(document)
    places = {question_words(n): n for n in range(1, len(document.questions) + 1)}
    errors, hints = _sorted(findings.errors, places), _sorted(findings.hints, places)
    lines = tuple(
        OutlineLine(
            number,
            question,
            _state(question, errors.get(number, ())),
            errors.get(number, ()),
            tuple(item for item in hints.get(number, ()) if item.code != "draft"),
        )
        for number, question in enumerate(document.questions, start=1)
    )
    return Outline(lines, errors.get(0, ()), hints.get(0, ()), findings)


def _sorted(
    problems: tuple[Problem, ...], places: Mapping[str, int]
) -> dict[int, tuple[Problem, ...]]:
    found: dict[int, tuple[Problem, ...]] = {}
    for problem in problems:
        number = places.get(problem.where or "", 0)
        found[number] = (*found.get(number, ()), problem)
    return found


def _state(question: Question, errors: tuple[Problem, ...]) -> str:
    if question.state == "draft":
        return "draft"
    codes = {problem.code for problem in errors}
    if not codes:
        return "ok"
    return "needs_choice" if codes == {NEEDS_CHOICE} else "error"
