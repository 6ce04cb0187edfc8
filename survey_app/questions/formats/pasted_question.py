"""Read one block of a pasted paper: its words, its choices, what it says about itself."""

import re
from dataclasses import dataclass, field
from typing import Final

from survey_app.questions.formats.pasted_keys import (
    KeyStatement,
    is_bare_key_word,
    key_at_end,
    key_statement,
    lone_letters,
    same_words,
)
from survey_app.questions.formats.pasted_lines import (
    ChoiceStart,
    Line,
    choice_inside,
    choice_start,
    without_mark,
)
from survey_app.questions.formats.pasted_meta import meta_of, without_editors_note
from survey_app.questions.formats.pasted_pieces import Block

_WRAPPED: Final = 60
_SENTENCE_ENDS: Final = (".", "?", "!", ":", ";", "…", "”", '"')
_PICK_SEVERAL: Final = re.compile(
    r"(?:chọn|có)\s+(?:các|những|nhiều|hai|ba|bốn|[2-9])\s+(?:đáp án|phương án|câu|ý|lựa chọn)"
    r"|chọn nhiều|nhiều lựa chọn|select all|choose (?:two|three|all)",
    re.IGNORECASE,
)


@dataclass
class Option:
    """One choice as typed."""

    letter: str
    text: str
    marked: bool
    line: int


@dataclass
class Content:
    """What stands in a block, before anything is decided about its key."""

    stem: str = ""
    options: list[Option] = field(default_factory=list)
    keys: list[KeyStatement] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    unread: list[Line] = field(default_factory=list)
    editors_note: str = ""

    @property
    def several_asked(self) -> bool:
        """Whether the question says that more than one choice may be right."""
        return bool(_PICK_SEVERAL.search(self.stem))


def join_lines(before: str, after: str) -> str:
    """Put a line to the text before it: on the same line when it was only wrapped."""
    if not before or not after:
        return before or after
    if after[0].islower() or (len(before.split("\n")[-1]) >= _WRAPPED and not _ends(before)):
        return f"{before} {after}"
    return f"{before}\n{after}"


def _ends(text: str) -> bool:
    return text.endswith(_SENTENCE_ENDS)


def content_of(block: Block) -> Content:
    """Read the lines of a block."""
    return _Reader(block).run()


class _Reader:
    def __init__(self, block: Block) -> None:
        self.lines = block.lines
        self.content = Content()
        self.target = "stem"
        self.after_blank = False
        starts = [choice_start(line) for line in block.lines]
        letters = [start.letter for start in starts if start]
        self.upper = "A" in letters
        self.line_letters = [start.letter.upper() if start else "" for start in starts]

    def run(self) -> Content:
        for index, line in enumerate(self.lines):
            if line.blank:
                self.after_blank = True
                continue
            self._take(index, line)
            self.after_blank = False
        self.content.stem, self.content.editors_note = without_editors_note(self.content.stem)
        return self.content

    def _take(self, index: int, line: Line) -> None:
        content = self.content
        meta = meta_of(line)
        if meta and (content.options or content.keys or meta[0] in {"topic", "level"}):
            self._meta(*meta)
        elif (start := choice_start(line)) and self._accepts(start):
            self._choices(index, line, start)
        elif not self._key(index, line):
            self._words(index, line)

    # Choices

    def _accepts(self, start: ChoiceStart) -> bool:
        """Whether a letter can be a choice here: `C. Mác` inside a text is none."""
        letter = start.letter.upper()
        used = [option.letter for option in self.content.options]
        if self.target in {"explanation", "source"} or (self.upper and start.letter.islower()):
            return False
        if not used:
            return letter == "A"
        if letter in used:
            return letter == used[-1] and start.letter.isupper() == self.upper
        return abs(ord(letter) - ord(max(used))) <= 2

    def _choices(self, index: int, line: Line, start: ChoiceStart) -> None:
        """Take the choice that begins here, and those that follow on the same line."""
        later = set(self.line_letters[index + 1 :])
        while True:
            following = self._next_inside(line, start, later)
            words = line.cut(start.end, following.start if following else None)
            self._option(start, words)
            if following is None:
                return
            start = following

    def _next_inside(self, line: Line, start: ChoiceStart, later: set[str]) -> ChoiceStart | None:
        """A letter that has a line of its own further down does not begin here."""
        upper = start.letter.isupper()
        first = ord(start.letter.upper()) + 1
        for code in range(first, ord("H") + 1):
            letter = chr(code)
            if letter in later:
                continue
            typed = letter if upper else letter.lower()
            wide = choice_inside(line, typed, start.end, wide=True)
            if wide and (code == first or wide.delimiter == start.delimiter):
                return wide
            near = choice_inside(line, typed, start.end) if code == first else None
            if near and near.delimiter == start.delimiter:
                return near
        return None

    def _option(self, start: ChoiceStart, words: Line) -> None:
        self.target = "choice"
        words, letters = key_at_end(words)
        if letters:
            self.content.keys.append(KeyStatement(words.number, letters))
        words, marked = without_mark(words)
        text = words.text.rstrip("|").rstrip()
        option = Option(start.letter.upper(), text, start.marked or marked, words.number)
        self.content.options.append(option)

    # Keys and what is told about the question

    def _key(self, index: int, line: Line) -> bool:
        content = self.content
        if not content.options and self._choices_below(index):
            return False
        if is_bare_key_word(line):
            return bool(self._letters_below(index))
        statement = self._letters_after_bare_word(index, line) or key_statement(line)
        if statement is None:
            return False
        if statement.needs_match and not any(
            same_words(option.text, statement.words) for option in content.options
        ):
            return False
        content.keys.append(statement)
        if statement.because:
            content.meta["explanation"] = statement.because
        self.target = "explanation" if statement.because else "key"
        return True

    def _choices_below(self, index: int) -> bool:
        return "A" in self.line_letters[index + 1 :] or bool(self._stem_choices(self.lines[index]))

    def _letters_below(self, index: int) -> tuple[str, ...]:
        below = next((line for line in self.lines[index + 1 :] if not line.blank), None)
        return lone_letters(below) if below else ()

    def _letters_after_bare_word(self, index: int, line: Line) -> KeyStatement | None:
        before = next((item for item in reversed(self.lines[:index]) if not item.blank), None)
        letters = lone_letters(line)
        if letters and before and is_bare_key_word(before):
            return KeyStatement(line.number, letters)
        return None

    def _meta(self, name: str, words: Line) -> None:
        self.target = name
        text = join_lines(self.content.meta.get(name, ""), words.text)
        self.content.meta[name] = text

    # Plain words

    def _words(self, index: int, line: Line) -> None:
        content = self.content
        if self.target == "stem":
            self._stem(index, line)
        elif self.target in {"explanation", "source"}:
            content.meta[self.target] = join_lines(content.meta.get(self.target, ""), line.text)
        elif self.target == "choice" and self._continues_choice(line):
            words, letters = key_at_end(line)
            if letters:
                content.keys.append(KeyStatement(line.number, letters))
            words, marked = without_mark(words)
            last = content.options[-1]
            last.text = join_lines(last.text, words.text)
            last.marked = last.marked or marked
        else:
            content.unread.append(line)

    def _continues_choice(self, line: Line) -> bool:
        last = self.content.options[-1]
        return not last.text or not self.after_blank or line.text[0].islower()

    def _stem(self, index: int, line: Line) -> None:
        start = self._stem_choices(line)
        if start is None:
            words, letters = key_at_end(line)
            if letters:
                self.content.keys.append(KeyStatement(line.number, letters))
            self.content.stem = join_lines(self.content.stem, words.text)
            return
        self.content.stem = join_lines(self.content.stem, line.cut(0, start.start).text)
        self._choices(index, line, start)

    def _stem_choices(self, line: Line) -> ChoiceStart | None:
        """Return where `… A. … B. …` begins inside the question's own line."""
        for first, second in (("A", "B"), ("a", "b")):
            start = choice_inside(line, first, 0)
            while start:
                found = choice_inside(line, second, start.end)
                if found and found.delimiter == start.delimiter:
                    return start
                start = choice_inside(line, first, start.end)
        return None
