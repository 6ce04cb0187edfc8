"""What can be said about a roster: where something stands, and the refusal of a whole file."""

from typing import Final

from survey_app.errors import Invalid, Problem
from survey_app.i18n import _

# Codes that only inform. Every other code asks somebody to look at the file.
NOTES: Final = frozenset(
    {
        "banner_count",
        "cell_from_title",
        "column_dropped",
        "column_ignored",
        "column_unknown",
        "encoding_guessed",
        "kind_from_title",
        "name_split_guessed",
        "other_sheets",
        "rows_skipped",
        "same_mailbox",
        "same_name",
        "total_count",
    }
)


def is_note(problem: Problem) -> bool:
    """Return whether the problem only informs; nothing has to be put right."""
    return problem.code in NOTES


class RosterRefused(Invalid):
    """The file is not read at all; the message says why and what to do."""

    def __init__(self, code: str, message: str, where: str | None = None) -> None:
        super().__init__(message, problems=(Problem(code, message, where),))
        self.code = code


def column_letter(column: int) -> str:
    """Return the letters Excel shows above a zero-based column."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def at(row: int, column: int | None = None) -> str:
    """Say where: the row as Excel numbers it, and the column's letter."""
    if column is None:
        return _("dòng %(row)s", row=row)
    return _("dòng %(row)s, cột %(column)s", row=row, column=column_letter(column))


def at_column(column: int) -> str:
    """Say where: a whole column."""
    return _("cột %(column)s", column=column_letter(column))


def at_rows(rows: list[int]) -> str:
    """Say where: several rows, the first ten of them."""
    shown = ", ".join(map(str, rows[:10])) + (", …" if len(rows) > 10 else "")
    return _("dòng %(row)s", row=shown)
