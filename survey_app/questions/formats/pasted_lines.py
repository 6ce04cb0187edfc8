"""What a line of a pasted paper can be: a label, a choice, a key, a heading, a page number.

Every pattern looks at the line's *shadow*: the same line, letter for letter, in which Cyrillic and
Greek look-alikes and full-width signs are the plain Latin ones they are mistaken for. What is kept
is cut from the line itself, so nobody's text is changed.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from survey_app.vietnamese import nfc

_LOOK_ALIKES: Final = str.maketrans(
    "АВЕКМНОРСТХаеорсхАΑΒΕΖΗΙΚΜΝΟΡΤΥΧ：．）（／，；－–—。∶＊［］＝＞",
    "ABEKMHOPCTXaeopcxAABEZHIKMNOPTYX:.)(/,;---.:*[]=>",
)
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SHADOW: Final = {**_FULL_WIDTH, **_LOOK_ALIKES}
_SPACES: Final = dict.fromkeys(map(ord, "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009"))
_TO_SPACE: Final = {**dict.fromkeys(_SPACES, " "), 0x200A: " ", 0x3000: " ", 0x00AD: None}
_BREAKS: Final = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")


@dataclass(frozen=True)
class Line:
    """One line of the paper."""

    number: int
    text: str
    shadow: str

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it."""
        return not self.text

    def cut(self, start: int, end: int | None = None) -> "Line":
        """Return a part of this line."""
        text, shadow = self.text[start:end], self.shadow[start:end]
        left = len(text) - len(text.lstrip())
        stripped = text.strip()
        return Line(self.number, stripped, shadow[left : left + len(stripped)])


def split_lines(text: str) -> list[Line]:
    """Clean a paper and cut it into lines."""
    cleaned = nfc(text).translate(_TO_SPACE)
    lines = []
    for number, raw in enumerate(_BREAKS.split(cleaned), start=1):
        kept = "".join(c for c in raw if c == "\t" or unicodedata.category(c) not in {"Cc", "Cs"})
        kept = kept.strip()
        lines.append(Line(number, kept, kept.translate(_SHADOW)))
    return lines


# Marks that say "this one is right", before or after a choice

MARK: Final = r"(?:\*{1,2}|\[[xX]\]|\([xX*]\)|[✓✔☑✅☒√►]|=+>|-+>|[→⇒])"
BOX: Final = r"(?:\[ ?\]|[☐□○⬜◯])"
_SUFFIX: Final = re.compile(
    r"\s*(?:(?<=\s)(?:\([xX]\)|\[[xX]\])|\(\*\)|\*{1,2}|[✓✔☑✅]|(?<=\s)√"
    r"|\((?:đáp án(?: đúng)?|đúng|correct)\)|(?:<[-=]+|[←⇐])(?:\s*(?:đúng|đáp án))?)\s*$",
    re.IGNORECASE,
)


def without_mark(line: Line) -> tuple[Line, bool]:
    """Cut the mark off the end of a choice, and say whether there was one."""
    match = _SUFFIX.search(line.shadow)
    if match and match.start() > 0:
        return line.cut(0, match.start()), True
    return line, False


# Choices

_CHOICE: Final = re.compile(
    rf"(?:[•●▪◦-]\s+)?(?P<mark>{MARK}\s*|{BOX}\s*)?(?P<open>[(\[])?(?P<letter>[A-Ha-h])"
    rf"(?:(?P<delim>\s?[.)/:\]]|\s?-(?=\s|[^\W\d_])|\t)|(?<=\] .)(?=\s))"
    rf"\s*(?P<inner>{MARK}\s*)?"
)
_BOXED_CHOICE: Final = re.compile(
    r"(?P<mark>\[[xX ]?\]\s*|[✓✔☑✅☐□]\s*)(?P<open>\()?(?P<letter>[A-H])(?P<delim>\s)(?P<inner>)"
)


@dataclass(frozen=True)
class ChoiceStart:
    """A choice's letter at a place of a line: where its words begin, and whether it is marked."""

    letter: str
    delimiter: str
    start: int
    end: int
    marked: bool


def _start(match: re.Match[str]) -> ChoiceStart:
    mark = (match["mark"] or "") + (match["inner"] or "")
    marked = bool(re.search(MARK, mark))
    return ChoiceStart(
        match["letter"], (match["delim"] or "").strip(), match.start(), match.end(), marked
    )


def choice_start(line: Line) -> ChoiceStart | None:
    """Return the choice that begins with this line."""
    match = _CHOICE.match(line.shadow) or _BOXED_CHOICE.match(line.shadow)
    return _start(match) if match else None


def choice_inside(line: Line, letter: str, after: int, *, wide: bool = False) -> ChoiceStart | None:
    """Return the choice `letter` that begins inside the line; `wide`: after a tab or two spaces."""
    gap = r"(?<=\t)|(?<=\s\s)" if wide else r"(?<=\s)"
    pattern = re.compile(
        rf"(?:{gap})(?P<mark>{MARK}\s*|{BOX}\s*)?(?P<open>\()?(?P<letter>{letter})"
        rf"(?P<delim>[.)/:])\s*(?P<inner>{MARK}\s*)?"
    )
    match = pattern.search(line.shadow, after)
    return _start(match) if match else None


# Labels of questions

_STRONG: Final = re.compile(
    r"[*#_\s]*(?P<word>câu hỏi|câu|bài|question|cau hoi|cau)\s*(?:số\s*|thứ\s*)?"
    r"(?P<number>\d{1,4})(?!\d)\s*(?P<note>\([^()]*\)|\[[^\[\]]*\])?\s*(?P<delim>[.:)/|-]+)?\s*",
    re.IGNORECASE,
)
_WEAK: Final = re.compile(r"[*#_\s]*\(?(?P<number>\d{1,3})\s*[.)/:\]](?!\d)\s*")
_NOT_A_LABEL: Final = re.compile(r"\d+\s*[:.)]|(?:đến|và)\s", re.IGNORECASE)


@dataclass(frozen=True)
class Label:
    """`Câu 5 (NB):` or `5.`, and the rest of its line."""

    number: int
    note: str
    rest: Line


def strong_label(line: Line) -> Label | None:
    """Return the label of a line like `Câu 1: …`, if it is one."""
    match = _STRONG.match(line.shadow)
    if match is None:
        return None
    rest = line.cut(match.end())
    named = bool(match["delim"] or match["note"])
    if not named and match["word"].lower() == "bài":
        return None
    if not named and rest.text and not (rest.text[0].isupper() or rest.text[0] in "“\"'(…_«"):
        return None
    if match["delim"] and _NOT_A_LABEL.match(rest.shadow):
        return None
    return Label(int(match["number"]), (match["note"] or "")[1:-1].strip(), _bare(rest))


def weak_label(line: Line) -> Label | None:
    """Return the label of a line like `1. …` or `1) …`, which may be something else as well."""
    match = _WEAK.match(line.shadow)
    return Label(int(match["number"]), "", _bare(line.cut(match.end()))) if match else None


def _bare(line: Line) -> Line:
    """Without the end of `**bold**` that began before the label."""
    if line.text.startswith("** "):
        return line.cut(2)
    return line.cut(0, -2) if line.text.endswith("**") and line.text.count("**") == 1 else line


# Headings, ends, noise

_PART: Final = re.compile(
    r"\W*(?:(?:[IVX]+|\d+|[A-D])\s*[.)-]\s*)?(?:phần|chương|part|đề(?: số| thi)?|mục)\s+(?:thứ\s+)?"
    r"(?:[IVXLC]+|\d{1,3}|[A-E]|nhất|nhì|một|hai|ba|bốn|tư|năm|chung|riêng)\b(?P<rest>.{0,300})$",
    re.IGNORECASE,
)
_ROMAN: Final = re.compile(r"[IVX]{1,5}\s*[.)-]\s*\S")
_END: Final = re.compile(r"\W*(?:hết|the end)\W*$|\W+hết\W+.*$", re.IGNORECASE)
_NOISE: Final = re.compile(
    r"\W*\d{1,4}\W*$|\W*(?:trang|page)\s*\d+(?:\s*(?:/|of|trên)\s*\d+)?\W*$|lOMoARcPSD.*"
    r"|downloaded by .*|[-_=*~.]{3,}$",
    re.IGNORECASE,
)


def is_part(line: Line) -> bool:
    """Whether the line is the heading of a part: `PHẦN I`, `Đề 1 (DONE)`, `II. TỰ LUẬN`."""
    match = _PART.match(line.shadow)
    if match:
        rest = match["rest"]
        if line.text.endswith("?"):
            return False
        following = rest.lstrip()
        return not following or rest[0] in ".:()-" or following[0] in "(-" or following[0].isupper()
    return bool(_ROMAN.match(line.shadow)) and line.text == line.text.upper() and len(line.text) > 6


def is_end(line: Line) -> bool:
    """Whether the paper says here that it is over."""
    return bool(_END.match(line.shadow))


def is_noise(line: Line) -> bool:
    """Whether the line looks like a page number or a running head."""
    return bool(_NOISE.match(line.shadow))
