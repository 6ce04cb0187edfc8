"""Where a paper says which choice is right: key lines, and the table of keys at its end."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from survey_app.questions.formats.pasted_lines import Line
from survey_app.vietnamese import same_text_key

_WORD: Final = (
    r"(?:đáp án(?:\s+(?:đúng|chính xác))?|đ/?a\b|d/?a\b|phương án(?:\s+trả lời)?\s+đúng"
    r"|câu trả lời đúng|trả lời đúng|trả lời|chọn(?:\s+(?:đáp án|phương án|câu|ý))?"
    r"|answers?|correct(?:\s+answers?)?|key)(?![^\W_])"
)
_KEY_LINE: Final = re.compile(
    rf"[\s*_(\[]*(?:(?P<arrow>=+>|-+>|[→⇒►])\s*)?(?P<word>{_WORD})?(?P<is>\s+là)?"
    r"\s*(?P<delim>[:=-]+>?|\.(?=\s*[A-Ha-h]\b))?\s*",
    re.IGNORECASE,
)
_LETTER: Final = r"[A-Ha-h](?![^\W_])"
_LETTERS: Final = re.compile(
    r"[(\[*]*(?:(?:câu|ý|phương án|đáp án)\s+)?"
    rf"(?P<letters>[A-H]{{2,8}}(?![^\W_])|{_LETTER}[)\]]?"
    rf"(?:\s*(?:[,;/&+]|và|and|hoặc)\s*[(\[]?{_LETTER}[)\]]?)*)"
    r"[)\]*]*\s*(?P<after>[.:)-]+)?[)\]*]*\s*",
)
_AT_END: Final = re.compile(
    r"(?:(?<=\s)|(?<=[.;]))[(\[]?\s*(?:đáp án(?:\s+đúng)?|đ/?a)(?:\s+là)?\s*:\s*"
    rf"(?P<letters>{_LETTER}(?:\s*[,;]\s*{_LETTER})*)\s*[)\]]?\s*\.?\s*$",
    re.IGNORECASE,
)
_BECAUSE: Final = re.compile(r"(?:vì|do|theo|bởi|because)\b|\(", re.IGNORECASE)
_LOOSE_WORDS: Final = ("chọn", "key", "da", "d/a")


@dataclass(frozen=True)
class KeyStatement:
    """What one key line says: letters, or words, or both; `because` follows the letter."""

    line: int
    letters: tuple[str, ...]
    words: str = ""
    because: str = ""
    needs_match: bool = False


def letters_in(shadow: str) -> tuple[str, ...]:
    """Return the letters of `A, C`, `AC` or `a và c`, in capitals, each once."""
    capitals = re.findall(r"[A-H]", re.sub(r"và|and|hoặc", ",", shadow).upper())
    return tuple(dict.fromkeys(capitals))


def key_statement(line: Line) -> KeyStatement | None:
    """Return what this line says about the key; None when it is no key line.

    With `needs_match` the reading only holds when the words are those of a choice.
    """
    opening = _KEY_LINE.match(line.shadow)
    if opening is None or not (opening["word"] or opening["arrow"]):
        return None
    rest = line.cut(opening.end())
    match = _LETTERS.match(rest.shadow)
    firm = bool(opening["delim"] or opening["is"] or opening["arrow"])
    if match is None:
        loose = not opening["delim"] or (opening["word"] or "").lower() in _LOOSE_WORDS
        words = rest.text.rstrip(".").strip()
        return KeyStatement(line.number, (), words, needs_match=loose) if words else None
    letters, tail = letters_in(match["letters"]), rest.cut(match.end())
    if not tail.text:
        return KeyStatement(line.number, letters)
    if match["after"]:
        return KeyStatement(line.number, letters, tail.text)
    if _BECAUSE.match(tail.shadow) and (firm or match["letters"].isupper()):
        return KeyStatement(line.number, letters, because=tail.text)
    return KeyStatement(line.number, letters, tail.text, needs_match=not opening["delim"])


def is_bare_key_word(line: Line) -> bool:
    """Whether the line is `Đáp án:` with nothing after it."""
    match = _KEY_LINE.match(line.shadow)
    return bool(match and match["word"] and match.end() == len(line.shadow))


def lone_letters(line: Line) -> tuple[str, ...]:
    """Return the letters of a line that holds nothing else."""
    match = _LETTERS.match(line.shadow)
    return letters_in(match["letters"]) if match and match.end() == len(line.shadow) else ()


def key_at_end(line: Line) -> tuple[Line, tuple[str, ...]]:
    """Cut `… Đáp án: B` off the end of a line."""
    match = _AT_END.search(line.shadow)
    if match and match.start() > 0:
        return line.cut(0, match.start()), letters_in(match["letters"])
    return line, ()


def same_words(one: str, two: str) -> bool:
    """Whether two texts are the same to a reader."""
    return _words(one) == _words(two)


def _words(text: str) -> str:
    return same_text_key(text).strip(" .;,:\"'“”()")


# The table of keys

_HEADER: Final = re.compile(
    r"\W*(?:bảng\s+)?(?:đáp án|answer key|keys?)"
    r"(?:\s+(?:và|thang điểm|đề|mã đề|phần|trắc nghiệm|chi tiết|tham khảo|bộ|của)\b.*)?\W*$",
    re.IGNORECASE,
)
_COLUMNS: Final = re.compile(
    r"(?:\W*(?:câu(?:\s+hỏi|\s+số)?|stt|tt)\W+(?:đáp\s+án(?:\s+đúng)?|đ/?a))+\W*$", re.IGNORECASE
)
_TOKEN: Final = re.compile(
    r"(?P<skip>[\s|.:;)(=/\[\]*_-]+|,|(?:câu hỏi|câu|đáp án|đ/?a|phương án|stt|tt|số|key|answer)"
    r"(?![^\W\d_]))"
    r"|(?P<number>\d{1,4})"
    r"|(?P<key>(?:đúng|sai|[A-H](?:\s*,\s*[A-H](?![^\W_]))*|[ĐS])(?![^\W_]))",
    re.IGNORECASE,
)
Token = int | tuple[str, ...]


def is_table_header(line: Line) -> bool:
    """Whether the line may be the heading of a key table."""
    return bool(_HEADER.match(line.shadow) or _COLUMNS.match(line.shadow))


def table_tokens(line: Line) -> list[Token] | None:
    """Return the numbers and letters of a line that holds nothing else; None for other lines."""
    tokens: list[Token] = []
    position = 0
    while position < len(line.shadow):
        match = _TOKEN.match(line.shadow, position)
        if match is None or match.end() == position:
            return None
        position = match.end()
        if match["number"]:
            tokens.append(int(match["number"]))
        elif match["key"]:
            tokens.append(_key_token(match["key"]))
    return tokens


def _key_token(written: str) -> tuple[str, ...]:
    if (whole := written.casefold()) in {"đúng", "đ", "sai", "s"}:
        return ("Đúng" if whole[0] == "đ" else "Sai",)
    return letters_in(written)


def is_pairs(tokens: Sequence[Token] | None) -> bool:
    """Whether the tokens go number, letter, number, letter … from the first to the last."""
    return (
        bool(tokens)
        and len(tokens or ()) % 2 == 0
        and all(isinstance(token, int) == (i % 2 == 0) for i, token in enumerate(tokens or ()))
    )


def pairs_of(tokens: Sequence[Token]) -> list[tuple[int, tuple[str, ...]]] | None:
    """Pair numbers with letters, in `1-A 2-C` as in rows; None when they do not fit."""
    pairs: list[tuple[int, tuple[str, ...]]] = []
    for numbers, keys in _runs(tokens):
        spread = [(letter,) for key in keys for letter in key]
        if len(keys) == len(numbers):
            pairs.extend(zip(numbers, keys, strict=True))
        elif len(spread) == len(numbers):
            pairs.extend(zip(numbers, spread, strict=True))
        else:
            return None
    return pairs


def _runs(tokens: Sequence[Token]) -> Iterator[tuple[list[int], list[tuple[str, ...]]]]:
    numbers: list[int] = []
    keys: list[tuple[str, ...]] = []
    for token in tokens:
        if isinstance(token, int):
            if keys:
                yield numbers, keys
                numbers, keys = [], []
            numbers.append(token)
        else:
            keys.append(token)
    if numbers or keys:
        yield numbers, keys
