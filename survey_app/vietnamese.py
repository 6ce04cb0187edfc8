"""Vietnamese text: one normal form, searching without accents, comparing, and sorting.

Everything here is pure. The sort keys are ASCII strings, so a database column in binary order
sorts them as people expect: CLDR's Vietnamese order, given name first for people.
"""

import re
import unicodedata
from typing import Final

# The soft hyphen stays on purpose: in TCVN3 text read as Latin-1 it is the letter "ư".
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
# They turn the direction of what follows, or do nothing a reader sees. White space is none of them;
# C1 (0x80-0x9f) stays: in Vietnamese text of old encodings read as Latin-1 it holds letters.
_BIDI: Final = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_CONTROL: Final = dict.fromkeys(code for code in (*range(0x20), 0x7F) if not chr(code).isspace())
_ODD_SPACES: Final = dict.fromkeys(map(ord, "\u00a0\u2007\u202f"), " ")
_CLEAN: Final = {**_CONTROL, **_INVISIBLE, **_BIDI, **_ODD_SPACES}
_UNCLEAN: Final = re.compile("[" + "".join(map(chr, _CLEAN)) + "]")

# Tone marks in the order ngang (0) < huyền < hỏi < ngã < sắc < nặng.
_TONES: Final = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_OTHER_MARK: Final = 6
_LETTER_MARKS: Final = frozenset("\u0306\u0302\u031b")  # breve, circumflex, horn: they make letters
_LETTERS: Final = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANKS: Final = dict(zip(_LETTERS, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg", strict=True))
_ETH: Final = str.maketrans({"ð": "đ", "ɖ": "đ", "Ð": "Đ", "Ɖ": "Đ"})
_END_OF_SYLLABLE: Final = "!"  # sorts before every rank, so "An" stands before "Anh"


def nfc(text: str) -> str:
    """Compose (NFC), drop zero-width, control and direction characters, make odd spaces plain."""
    if _UNCLEAN.search(text):
        text = text.translate(_CLEAN)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def tidy(text: str) -> str:
    """The same with every run of white space made one space, and none at the ends."""
    return " ".join(nfc(text).split())


def _bare(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text.translate(_ETH))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return letters.replace("đ", "d").replace("Đ", "D")


def search_key(text: str) -> str:
    """Lower case without any accent: what people type without a Vietnamese keyboard."""
    return _bare(tidy(text)).casefold()


def slugify(text: str) -> str:
    """Lower-case words joined by hyphens, ASCII only; empty when nothing is left."""
    return re.sub(r"[^a-z0-9]+", "-", search_key(text)).strip("-")


def with_kind(kind: str, title: str) -> str:
    """`Thi tìm hiểu: Vòng 1`; a title whose first two words say its kind stands alone."""
    known, words = search_key(kind).split(), search_key(title).split()[:2]
    told = len(words) == 2 and words in [known[n : n + 2] for n in range(len(known))]
    return title if told else f"{kind}: {title}"


def _split_tone(syllable: str) -> tuple[str, int]:
    """The letters without their tone, and the tone: ("hoa", 1) for both hòa and hoà."""
    tone, kept = 0, ""
    for mark in unicodedata.normalize("NFD", syllable):
        if mark in _TONES:
            tone = _TONES[mark]
        else:
            kept += mark
    return unicodedata.normalize("NFC", kept), tone


def fold_tone(text: str) -> str:
    """Spell each syllable as letters + tone number, so the place of the mark no longer matters."""

    def folded(match: re.Match[str]) -> str:
        letters, tone = _split_tone(match[0])
        return f"{letters}{tone or ''}"

    return re.sub(r"[^\W\d_]+", folded, nfc(text))


def same_text_key(text: str) -> str:
    """Equal for texts a reader calls the same: hòa = hoà, quý = qúy, but Thúy ≠ Thùy."""
    return fold_tone(tidy(text).translate(_ETH).casefold())


def _rank(letter: str) -> tuple[str, bool]:
    """Sort rank of one toneless letter, and whether it carries a mark Vietnamese does not know."""
    if letter in _RANKS:
        return _RANKS[letter], False
    if letter.isascii() and letter.isdigit():
        return letter, False
    marks = unicodedata.normalize("NFD", letter)
    known = unicodedata.normalize("NFC", "".join(c for c in marks if c in _LETTER_MARKS))
    base = marks[:1]
    if base != letter and base in _RANKS:
        return _RANKS.get(unicodedata.normalize("NFC", base + known), _RANKS[base]), True
    low = unicodedata.category(base)[0] in "PSZCM"
    return f"{'#' if low else '~'}{ord(base):06x}", False


def _syllable_key(syllable: str) -> str:
    letters, tone = _split_tone(syllable.translate(_ETH).casefold())
    ranks = [_rank(letter) for letter in letters]
    if not tone and any(odd for _letter, odd in ranks):
        tone = _OTHER_MARK
    return "".join(rank for rank, _odd in ranks) + f"{_END_OF_SYLLABLE}{tone}"


def text_sort_key(text: str) -> str:
    """ASCII key: words in Vietnamese order, numbers by value ("Chi bộ 2" before "Chi bộ 10")."""
    words = re.sub(r"[0-9]+", lambda m: m[0].lstrip("0").zfill(10), tidy(text)).split()
    return "".join(map(_syllable_key, words))


def name_sort_key(full_name: str) -> str:
    """ASCII key that sorts people by given name, then family name, then middle names.

    Names that differ only in capitals or in the place of the tone mark have equal keys.
    """
    words = tidy(full_name).split()
    return "".join(map(_syllable_key, words[-1:] + words[:-1]))
