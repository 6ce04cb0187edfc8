"""What in a text may tell who wrote it or whom it is about: names, cells, numbers, addresses. Pure.

It errs on the side of marking: a person reads what is marked. Names are found without accents; a
part of a name only where it stands as a name does, so that "văn hóa" is no "Văn Hòa".
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal

from survey_app.vietnamese import same_text_key, search_key

Kind = Literal["name", "cell", "phone", "address"]
GAP: Final = "[…]"
_WORD: Final = re.compile(r"[^\W_]+")
_PHONE: Final = re.compile(r"(?<!\d)(?:\+?84|0)(?:[ .\-]?\d){8,10}(?!\d)")
_ADDRESS: Final = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
# Forms of address after which a given name alone is a name.
_TITLES: Final = "anh chị ông bà cô chú bác cậu em thầy đc chí thư đốc trưởng phòng ban".split()
_TITLES_AS_TYPED: Final = frozenset(map(same_text_key, _TITLES))
_TITLES_BARE: Final = frozenset(map(search_key, _TITLES))
_BEFORE_A_CELL: Final = re.compile(r"^chi bo ")
_SENTENCE: Final = re.compile(r"(?:^|[.!?…:;\n])[\s\"“«(–-]*$")


@dataclass(frozen=True)
class Flag:
    """A place in a text: characters `start` to `end`."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class _Word:
    text: str
    key: str
    start: int
    end: int


@dataclass
class NameBook:
    """Names of people and cells, ready to be found; the same book serves many texts."""

    runs: dict[tuple[str, ...], set[tuple[tuple[str, ...], Kind]]] = field(default_factory=dict)
    parts: dict[tuple[str, ...], set[str]] = field(default_factory=dict)
    given: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, people: Iterable[str], cells: Iterable[str]) -> "NameBook":
        """Return a book of full names and of cells' names."""
        book = cls()
        for name in set(people):
            book._add_person(name)
        for name in set(cells):
            book._add_cell(name)
        return book

    def _add_person(self, name: str) -> None:
        words = [word.text for word in _words(name)]
        if len(words) < 2:
            return
        self._add_run(tuple(map(search_key, words)), "name")
        self.given.setdefault(search_key(words[-1]), set()).add(same_text_key(words[-1]))
        for part in ((words[-2], words[-1]), (words[0], words[-1])):
            key = tuple(map(search_key, part))
            self.parts.setdefault(key, set()).add(same_text_key(" ".join(part)))

    def _add_cell(self, name: str) -> None:
        key = " ".join(word.key for word in _words(name))
        core = _BEFORE_A_CELL.sub("", key)
        for words in (("chi", "bo", *core.split()), tuple(core.split())):
            if len(words) > 1:
                self._add_run(words, "cell")

    def _add_run(self, words: tuple[str, ...], kind: Kind) -> None:
        self.runs.setdefault(words[:2], set()).add((words, kind))

    def flags(self, text: str) -> tuple[Flag, ...]:
        """Return what is to be looked at in `text`, in its order; nothing overlaps."""
        found = [Flag(*match.span(), "address") for match in _ADDRESS.finditer(text)]
        found += [Flag(*match.span(), "phone") for match in _PHONE.finditer(text)]
        words = _words(text)
        for place in range(len(words)):
            found.extend(self._at(text, words, place))
        return _apart(found)

    def _at(self, text: str, words: list[_Word], place: int) -> Iterable[Flag]:
        pair = words[place : place + 2]
        pair_key = tuple(word.key for word in pair)
        for name, kind in self.runs.get(pair_key, ()):
            run = words[place : place + len(name)]
            if tuple(word.key for word in run) == name:
                yield Flag(run[0].start, run[-1].end, kind)
        spelt = self.parts.get(pair_key)
        if spelt and _stands_as_name(pair, spelt):
            yield Flag(pair[0].start, pair[-1].end, "name")
        word = words[place]
        spelt = self.given.get(word.key)
        if spelt and self._is_given_name(text, words, place, spelt):
            yield Flag(word.start, word.end, "name")

    def _is_given_name(self, text: str, words: list[_Word], place: int, spelt: set[str]) -> bool:
        """Whether one word is somebody: after a form of address, or a capital amid a sentence."""
        word = words[place]
        before = words[place - 1] if place else None
        if before and (_is_title(before) or text[: word.start].endswith(("/c ", "/c. "))):
            return _stands_as_name([word], spelt)
        if not word.text[:1].isupper() or same_text_key(word.text) not in spelt:
            return False
        after = words[place + 1] if place + 1 < len(words) else None
        # A capital beside a capital is a place or a title: "Lạng Sơn" is not Sơn.
        beside = [one for one in (before, after) if one and one.text[:1].isupper()]
        return not beside and not _SENTENCE.search(text[: word.start])


def blanked(text: str, flags: Iterable[Flag]) -> str:
    """Return `text` with every flagged place replaced by "[…]"."""
    for flag in sorted(flags, key=lambda one: one.start, reverse=True):
        text = f"{text[: flag.start]}{GAP}{text[flag.end :]}"
    return text


def pieces(text: str, flags: Iterable[Flag]) -> list[tuple[str, Kind | None]]:
    """Return `text` cut at its flags, each piece with what it is flagged as."""
    cut: list[tuple[str, Kind | None]] = []
    at = 0
    for flag in sorted(flags, key=lambda one: one.start):
        cut += [(text[at : flag.start], None), (text[flag.start : flag.end], flag.kind)]
        at = flag.end
    return [(piece, kind) for piece, kind in (*cut, (text[at:], None)) if piece]


@lru_cache(maxsize=20_000)
def _key(word: str) -> str:
    return search_key(word)


def _words(text: str) -> list[_Word]:
    return [_Word(match[0], _key(match[0]), *match.span()) for match in _WORD.finditer(text)]


def _is_title(word: _Word) -> bool:
    if word.text.isascii():
        return word.key in _TITLES_BARE
    return same_text_key(word.text) in _TITLES_AS_TYPED


def _stands_as_name(run: list[_Word], spelt: set[str]) -> bool:
    """Whether words that read like a name without accents stand as one.

    They are written with capitals, exactly as the name, or without any accent at all.
    """
    text = " ".join(word.text for word in run)
    if all(word.text[:1].isupper() for word in run) or text.isascii():
        return True
    return same_text_key(text) in spelt


def _apart(found: list[Flag]) -> tuple[Flag, ...]:
    """Return the longest of flags that overlap, in the order of the text."""
    kept: list[Flag] = []
    for flag in sorted(found, key=lambda one: (one.start - one.end, one.start)):
        if all(flag.end <= other.start or other.end <= flag.start for other in kept):
            kept.append(flag)
    return tuple(sorted(kept, key=lambda one: one.start))
