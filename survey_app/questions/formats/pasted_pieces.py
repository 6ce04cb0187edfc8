"""The pieces a pasted paper is cut into."""

from dataclasses import dataclass, field
from typing import Final

from survey_app.questions.formats.pasted_keys import Token
from survey_app.questions.formats.pasted_lines import Line, choice_inside, choice_start
from survey_app.questions.formats.pasted_meta import meta_of

MOST_LINES: Final = 400  # no question is that long; reading one takes time in the square of it


@dataclass
class Block:
    """The lines of one question. `number` is what the paper calls it, if anything."""

    first_line: int
    part: int
    section: str | None
    number: int | None = None
    note: str = ""
    lines: list[Line] = field(default_factory=list)
    choices_seen: int = 0
    in_explanation: bool = False
    statement: int = 0
    overfull: bool = False

    def add(self, line: Line) -> None:
        """Take a line in, and keep track of where in a question it stands."""
        if len(self.lines) >= MOST_LINES:
            self.overfull = True
            return
        self.lines.append(line)
        start = choice_start(line)
        if start and (self.choices_seen or start.letter in "Aa"):
            self.choices_seen += 2 if choice_inside(line, "[B-Hb-h]", start.end) else 1
        elif begins_choices(line):
            self.choices_seen += 2
        meta = meta_of(line)
        if meta is not None:
            self.in_explanation = meta[0] in {"explanation", "source"}


@dataclass
class Table:
    """A key table, and how many questions stood before it."""

    first_line: int
    after: int
    tokens: list[Token] = field(default_factory=list)
    part: int = 0


@dataclass
class Cut:
    """A paper cut into pieces."""

    preamble: list[Line] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    left_out: list[Line] = field(default_factory=list)
    after_end: Line | None = None


def begins_choices(line: Line) -> bool:
    """Whether choices A and B both begin inside this line."""
    start = choice_start(line)
    if start and start.letter in "Aa":
        return True
    for first, second in (("A", "B"), ("a", "b")):
        found = choice_inside(line, first, 0)
        if found and choice_inside(line, second, found.end):
            return True
    return False
