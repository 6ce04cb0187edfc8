"""Cut a pasted paper into questions, parts and key tables.

A block is one question: its label and every line up to the next one. Weak labels (`1.`) count only
where a question can begin, so numbered statements inside a question stay in it.
"""

from collections.abc import Callable, Sequence
from typing import Final

from survey_app.questions.formats.pasted_keys import (
    Token,
    is_pairs,
    is_table_header,
    table_tokens,
)
from survey_app.questions.formats.pasted_lines import (
    Label,
    Line,
    choice_start,
    is_end,
    is_noise,
    is_part,
    strong_label,
    weak_label,
)
from survey_app.questions.formats.pasted_meta import meta_of
from survey_app.questions.formats.pasted_pieces import Block, Cut, Table, begins_choices

_FAR: Final = 60


class Cutter:
    """Walks once through the lines of a paper."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.cut = Cut()
        self.block: Block | None = None
        self.table: Table | None = None
        self.ended = False
        self.part = 0
        self.section: str | None = None
        self.pending: list[Line] = []  # lines that stand before a question without a label
        self.strong = any(strong_label(line) for line in lines)
        self.next_choices = self._distances()

    def run(self) -> Cut:
        """Return the pieces."""
        steps: tuple[Callable[[int, Line], bool], ...] = (
            self._end_or_table,
            self._noise,
            self._part,
            self._label,
            self._unlabelled,
        )
        for index, line in enumerate(self.lines):
            if line.blank or not any(step(index, line) for step in steps):
                self._keep(line)
        self._drop_pending()
        return self.cut

    def _distances(self) -> list[int | None]:
        """For each line, how far below it a choice A begins, with no label in between."""
        found: list[int | None] = [None] * (len(self.lines) + 1)
        for index in range(len(self.lines) - 1, -1, -1):
            line, below = self.lines[index], found[index + 1]
            start = choice_start(line)
            if begins_choices(line):
                found[index] = 0
            elif start or strong_label(line) or is_end(line) or below is None or below > _FAR:
                found[index] = None
            else:
                found[index] = below + 1
        return found

    # The end of the paper, and tables of keys

    def _end_or_table(self, index: int, line: Line) -> bool:
        if is_end(line):
            self.ended, self.block = True, None
            return True
        if is_table_header(line) and self._table_follows(index):
            self._open_table(line)
            return True
        tokens = table_tokens(line)
        if self.table is not None or self.ended:
            return self._in_table(index, line, tokens)
        if self.cut.blocks and tokens and self._is_table_line(index, tokens):
            self._open_table(line).tokens.extend(tokens)
            return True
        return False

    def _open_table(self, line: Line) -> Table:
        self.table = Table(line.number, len(self.cut.blocks), part=self.part)
        self.cut.tables.append(self.table)
        self.block = None
        return self.table

    def _in_table(self, index: int, line: Line, tokens: list[Token] | None) -> bool:
        if tokens is not None:
            if tokens:
                (self.table or self._open_table(line)).tokens.extend(tokens)
            return True
        if not self.ended and (is_part(line) or self._is_question(index, line)):
            self.table = None
            return False
        if is_part(line) or is_table_header(line):
            self.part += 1
            self._open_table(line)
        elif self.ended and self._is_question(index, line) and not self.cut.after_end:
            self.cut.after_end = line
        else:
            self.cut.left_out.append(line)
        return True

    def _is_question(self, index: int, line: Line) -> bool:
        label = strong_label(line) or weak_label(line)
        return label is not None and (
            self.next_choices[index + 1] is not None or begins_choices(label.rest)
        )

    def _table_follows(self, index: int) -> bool:
        for line in self.lines[index + 1 : index + 6]:
            if line.blank:
                continue
            tokens = table_tokens(line)
            if not tokens and (tokens is not None or is_part(line)):
                continue
            return bool(tokens) and (len(tokens or ()) > 1 or isinstance((tokens or [0])[0], int))
        return False

    def _is_table_line(self, index: int, tokens: list[Token]) -> bool:
        """Without a heading: `1-A 2-C …`, or pairs on two lines, or a row of numbers over keys."""
        below = next((line for line in self.lines[index + 1 :] if not line.blank), None)
        following = table_tokens(below) if below else None
        if is_pairs(tokens):
            return len(tokens) > 2 or is_pairs(following)
        numbers = len(tokens) > 1 and all(isinstance(token, int) for token in tokens)
        keys = bool(following) and all(isinstance(token, tuple) for token in following or ())
        return numbers and keys and len(following or ()) == len(tokens)

    # Page numbers and headings

    def _noise(self, index: int, line: Line) -> bool:
        if not is_noise(line):
            return False
        if self.block is not None and self._wants_words(self.block):
            return False
        if any(c.isalnum() for c in line.text):
            self.cut.left_out.append(line)
        return True

    def _wants_words(self, block: Block) -> bool:
        """Whether the line before was `Câu 1:` or `A.` with nothing after it."""
        if not block.lines:
            return True
        start = choice_start(block.lines[-1])
        return start is not None and start.end >= len(block.lines[-1].text)

    def _part(self, index: int, line: Line) -> bool:
        if not is_part(line) or (self.block and self.block.choices_seen < 2 and self.block.lines):
            return False
        self._drop_pending()
        self.part += 1
        self.section = line.text[:300]
        self.block = None
        return True

    # Questions

    def _label(self, index: int, line: Line) -> bool:
        label = strong_label(line)
        if label is None:
            label = weak_label(line)
            if label is None or not self._weak_counts(index, label):
                return False
        self._drop_pending()
        self._open(line.number, label)
        return True

    def _open(self, line_number: int, label: Label | None) -> Block:
        self.block = Block(line_number, self.part, self.section)
        self.cut.blocks.append(self.block)
        if label is not None:
            self.block.number, self.block.note = label.number, label.note
            if not label.rest.blank:
                self.block.add(label.rest)
        return self.block

    def _weak_counts(self, index: int, label: Label) -> bool:
        """Whether `3.` begins a question here, not a statement inside one."""
        block = self.block
        choices_follow = begins_choices(label.rest) or self.next_choices[index + 1] is not None
        if block is None:
            return not self.strong or choices_follow
        next_one = block.number is not None and label.number == block.number + 1
        if self.strong or block.in_explanation:
            return next_one and block.choices_seen >= 2 and choices_follow
        if block.choices_seen:
            return True
        if block.statement + 1 == label.number and block.lines:
            block.statement = label.number
            return False
        return next_one

    def _unlabelled(self, index: int, line: Line) -> bool:
        """A question without a number: words between one question's choices and the next A."""
        block = self.block
        start = choice_start(line)
        if block is None:
            if begins_choices(line) and (start or self.pending):
                self._open_pending(line)
                return True
            return False
        if block.choices_seen < 2 or start or meta_of(line):
            return False
        after_blank = index > 0 and self.lines[index - 1].blank
        if (self.strong or block.in_explanation) and not after_blank:
            return False
        if self.next_choices[index] is None or table_tokens(line):
            return False
        self._open(line.number, None).add(line)
        return True

    def _open_pending(self, line: Line) -> None:
        """The last paragraph before a choice A is its question."""
        stem: list[Line] = []
        while self.pending and not (self.pending[-1].blank and stem):
            last = self.pending.pop()
            if not last.blank:
                stem.insert(0, last)
        if len(stem) > 1 and stem[0].text == stem[0].text.upper():
            self.pending.append(stem.pop(0))
        self._drop_pending()
        block = self._open(stem[0].number if stem else line.number, None)
        for item in [*stem, line]:
            block.add(item)

    def _keep(self, line: Line) -> None:
        if self.block is not None:
            self.block.add(line)
        elif self.table is None and not self.ended:
            self.pending.append(line)

    def _drop_pending(self) -> None:
        kept = [line for line in self.pending if not line.blank]
        (self.cut.left_out if self.cut.blocks else self.cut.preamble).extend(kept)
        self.pending = []
