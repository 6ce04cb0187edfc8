"""The figures of all cells of one period side by side; a silent cell has none, never 0."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from survey_app import formatting
from survey_app.accounts.scope import Scope
from survey_app.cell_reports.duties import counted_of_round
from survey_app.cell_reports.wording import words_of
from survey_app.invitations.duty_board import DutyBoard, DutyLine
from survey_app.questions.schema import Question, QuestionDocument

SIDE_BY_SIDE = 12
_FIGURES = frozenset({"date", "numeric", "single", "multiple", "short_text"})


@dataclass(frozen=True)
class Column:
    """One figure of the table: its question, and for counts the row and choice in it."""

    question: Question
    label: str
    row_id: str = ""
    choice_id: str = ""

    @property
    def is_number(self) -> bool:
        """Whether its cells are whole numbers."""
        return self.question.type in {"numeric", "counts"}

    def value(self, answers: dict[str, Any]) -> Any:
        """Return what a report says here; `None` when it says nothing."""
        given = answers.get(self.question.id)
        if self.question.type != "counts":
            return given
        return (given or {}).get(self.row_id, {}).get(self.choice_id)

    def words(self, answers: dict[str, Any]) -> str:
        """Return the same for people; empty for nothing."""
        value = self.value(answers)
        if self.question.type == "counts":
            return "" if value is None else formatting.number(value)
        return words_of(self.question, value)


@dataclass(frozen=True)
class Row:
    """One cell: `answers` is `None` while it has not reported."""

    line: DutyLine
    answers: dict[str, Any] | None


@dataclass(frozen=True)
class Table:
    """All cells of a period, in the committee's order."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def is_wide(self) -> bool:
        """Whether there are too many cells to stand side by side on a page."""
        return len(self.rows) > SIDE_BY_SIDE

    def total(self, column: Column) -> int | None:
        """Return the sum over the cells that told a number; `None` when none did."""
        values = [column.value(row.answers) for row in self.rows if row.answers is not None]
        told = [value for value in values if isinstance(value, int)]
        return sum(told) if column.is_number and told else None

    def told(self, column: Column) -> int:
        """Return how many cells told something here."""
        return sum(
            column.value(row.answers) is not None for row in self.rows if row.answers is not None
        )


def table_of(
    session: Session, board: DutyBoard, document: QuestionDocument, *, scope: Scope
) -> Table:
    """Return the figures of the reports that count; `document` speaks the reader's language."""
    counted = counted_of_round(session, board.round_id, scope=scope)
    return Table(
        columns=tuple(columns_of(document)),
        rows=tuple(
            Row(line, counted[line.cell_id].answers if line.cell_id in counted else None)
            for line in board.lines
        ),
    )


def columns_of(document: QuestionDocument) -> list[Column]:
    """Return what stands in a table; long texts are read cell by cell."""
    columns: list[Column] = []
    for question in document.ready_questions:
        if question.type in _FIGURES:
            columns.append(Column(question, question.text))
        elif question.type == "counts":
            columns += [
                Column(question, f"{row.text}: {choice.text.lower()}", row.id, choice.id)
                for row in question.rows
                for choice in question.choices
            ]
    return columns
