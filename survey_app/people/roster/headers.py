"""Where the headings of a sheet stand, and which field each column holds."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from survey_app.people.roster import vocabulary as words
from survey_app.people.roster.grid import Sheet
from survey_app.people.roster.vocabulary import field_of

SEARCHED_ROWS: Final = 60
_NUMBERING: Final = re.compile(r"\(?\s*(\d{1,2}|[a-hA-H])\s*\)?")
_NAMES: Final = frozenset({words.FULL_NAME, words.FAMILY, words.GIVEN, words.SHORT_NAME})


@dataclass(frozen=True)
class Headers:
    """Rows from zero; `fields` maps columns to fields, `titles` to the words above them."""

    rows: tuple[int, ...]
    fields: dict[int, str]
    titles: dict[int, str]
    first_data_row: int
    split_guessed: bool = False

    def columns_of(self, field: str) -> list[int]:
        """Return the columns of one field, from left to right."""
        return sorted(column for column, name in self.fields.items() if name == field)


def find_headers(sheet: Sheet) -> Headers | None:
    """Return the headings, or nothing when no row names a column of names."""
    best, most = None, 0
    for row in range(min(len(sheet.rows), SEARCHED_ROWS)):
        found = [field_of(text) for text in sheet.texts(row)]
        score = len({field for field in found if field}) if _NAMES & set(found) else 0
        if score > most:
            best, most = row, score
    if best is None or not _heads_something(sheet, best, most):
        return None
    rows = _header_rows(sheet, best)
    return _mapped(sheet, rows)


def _heads_something(sheet: Sheet, row: int, score: int) -> bool:
    """A lone "Họ" or "Tên" amid other words is no heading; "Họ và tên" always is."""
    texts = [text for text in sheet.texts(row) if text]
    return score >= 2 or len(texts) == 1 or words.FULL_NAME in map(field_of, texts)


def _header_rows(sheet: Sheet, main: int) -> list[int]:
    rows = [main]
    if main and _is_upper_half(sheet, main):
        rows.insert(0, main - 1)
    following = main + 1
    while following < len(sheet.rows) and _is_lower_part(sheet, main, following):
        rows.append(following)
        following += 1
    return rows


def _is_upper_half(sheet: Sheet, main: int) -> bool:
    """The row above belongs to the headings when it heads columns that are blank in this one."""
    above, here = sheet.texts(main - 1), sheet.texts(main)
    lonely = [
        column
        for column, text in enumerate(above)
        if field_of(text) and not (here[column] if column < len(here) else "")
    ]
    merged = [m for m in sheet.merges if m[0] == main - 1 and m[2] >= main]
    return bool(lonely) and (len(lonely) > 1 or bool(merged))


def _is_lower_part(sheet: Sheet, main: int, row: int) -> bool:
    """Sub-headings or a line of column numbers: nothing in it can be a person."""
    texts = [(column, text) for column, text in enumerate(sheet.texts(row)) if text]
    if not texts:
        return False
    if len(texts) >= 3 and all(_NUMBERING.fullmatch(text) for _column, text in texts):
        return True
    if any(m[0] <= main and m[2] >= row and m[2] - m[0] < 4 for m in sheet.merges):
        return True
    return all(_is_subheading(sheet, main, column, text) for column, text in texts)


def _is_subheading(sheet: Sheet, main: int, column: int, text: str) -> bool:
    above = sheet.text(main, column)
    if field_of(above) in _NAMES:
        return field_of(text) in _NAMES
    return bool(field_of(text)) and len(text) <= 40


def _title_words(sheet: Sheet, rows: list[int], column: int) -> list[str]:
    """Return the words above a column from top to bottom, merged headings included."""
    texts: list[str] = []
    for row in rows:
        text = sheet.text(row, column)
        for top, left, bottom, right in sheet.merges:
            if not text and top <= row <= bottom and left <= column <= right and row == top:
                text = sheet.text(top, left)
        if text and not _NUMBERING.fullmatch(text) and text not in texts:
            texts.append(text)
    return texts


def _field(texts: list[str]) -> str | None:
    """Return what the words above one column mean together."""
    if not texts:
        return None
    if len(texts) > 1:
        if field_of(texts[0]) == words.BIRTH:
            return words.BIRTH if words.is_sex(texts[-1]) else None
        return field_of(texts[-1]) or field_of(" ".join(texts))
    return field_of(texts[0])


def _mapped(sheet: Sheet, rows: list[int]) -> Headers:
    titles: dict[int, str] = {}
    fields: dict[int, str] = {}
    for column in range(sheet.width):
        texts = _title_words(sheet, rows, column)
        if texts:
            titles[column] = " / ".join(texts)
        field = _field(texts)
        if field:
            fields[column] = field
    first = rows[-1] + 1
    _spread_birth(sheet, rows, fields, titles)
    split = _settle_names(sheet, first, fields, titles)
    return Headers(tuple(rows), fields, titles, first, split)


def _spread_birth(
    sheet: Sheet, rows: list[int], fields: dict[int, str], titles: dict[int, str]
) -> None:
    """CSV loses merges: "Ngày sinh" over "Nam | Nữ" then heads only the first of the two."""
    for column in [c for c, field in fields.items() if field == words.BIRTH]:
        halves = [(sheet.text(row, column), sheet.text(row, column + 1)) for row in rows[1:]]
        if any(words.is_sex(left) and words.is_sex(right) for left, right in halves):
            fields[column + 1] = words.BIRTH
            titles[column + 1] = titles[column]


def _settle_names(sheet: Sheet, first: int, fields: dict[int, str], titles: dict[int, str]) -> bool:
    """Decide what "Tên" means, and whether the full name stands in two columns."""
    by_field = {field: column for column, field in sorted(fields.items(), reverse=True)}
    short = by_field.get(words.SHORT_NAME)
    if short is not None:
        beside = words.FAMILY in by_field
        free = beside or words.FULL_NAME not in by_field
        fields[short] = words.GIVEN if beside else words.FULL_NAME
        if not free:
            fields.pop(short)
    names = [c for c, field in fields.items() if field == words.FULL_NAME]
    if len(names) == 2 and names[1] == names[0] + 1 and titles[names[0]] == titles[names[1]]:
        fields[names[0]], fields[names[1]] = words.FAMILY, words.GIVEN
        return False
    if len(names) == 1 and names[0] + 1 not in titles and _holds_given(sheet, first, names[0]):
        fields[names[0]], fields[names[0] + 1] = words.FAMILY, words.GIVEN
        return True
    return False


def _holds_given(sheet: Sheet, first: int, name: int) -> bool:
    """A nameless column right of the name with one short word in nearly every row."""
    pairs = [
        (sheet.text(row, name), sheet.text(row, name + 1)) for row in range(first, len(sheet.rows))
    ]
    given = [text for family, text in pairs if family and text]
    words_only = [text for text in given if text.replace(" ", "").isalpha() and len(text) <= 12]
    named = sum(1 for family, _text in pairs if family)
    return bool(given) and len(words_only) == len(given) and len(given) * 10 >= named * 6


def repeats_headers(headers: Headers, texts: list[str]) -> bool:
    """Return whether a row below says the headings once more (at the top of a printed page)."""
    same = Counter(
        texts[column].casefold() == headers.titles[column].split(" / ")[0].casefold()
        for column in headers.fields
        if column < len(texts) and column in headers.titles and texts[column]
    )
    return same[True] >= 2 and same[True] > same[False]
