"""What a line below the headings is: a person, a banner, a total, a signature, or nothing."""

import re
from dataclasses import dataclass
from typing import Final

from survey_app.people.roster.fields import read_kind
from survey_app.people.roster.grid import Sheet
from survey_app.people.roster.headers import Headers, repeats_headers
from survey_app.vietnamese import fold_tone, same_text_key, tidy

PERSON: Final = "person"
BANNER: Final = "banner"
TOTAL: Final = "total"
FOOTER: Final = "footer"
REPEATED: Final = "repeated"
STRAY: Final = "stray"  # has values, names nobody, and is nothing we know

_NUMBERED: Final = re.compile(r"^\s*(?:[IVXLC]+|[A-HĐ]|\d{1,2}|[a-hđ])\s*[.)/\-–:]\s*(?=\D)")
_COUNT: Final = re.compile(
    fold_tone(
        r"[\s:;,.\-–(\[]*(?:gồm|có|tổng số|cộng)?[\s:]*(\d{1,5})\s*"
        r"(?:đồng chí|đ/c|người|đảng viên|đv|quần chúng|ccvclđ|nhân viên)[\s.)\]]*$"
    )
)
_CELL: Final = re.compile(fold_tone(r"(?:chi bộ|chi đảng bộ|đảng bộ bộ phận)\b"))
_UNIT: Final = re.compile(
    fold_tone(r"(?:phòng|trung tâm|chi cục|văn phòng|thanh tra|khoa|tổ|đội|ban|đơn vị|khối|trạm)\b")
)
_TOTAL: Final = re.compile(
    fold_tone(
        r"(?:tổng cộng|tổng số|ấn định danh sách|danh sách (?:này )?(?:gồm|có))\b.{0,80}|"
        r"(?:tổng|cộng)[\s:.,]*(?:\d+.{0,40})?"
    )
)
_FOOTER: Final = re.compile(
    fold_tone(
        r"\(?(?:(?:người|cán bộ) lập\b|lập (?:biểu|bảng|danh sách)$|t/m\b|tm[.\s]|k/?t[.\s]|"
        r"tl[.\s]|thủ trưởng\b|xác nhận\b|ký tên|ký,? ghi rõ|ký và ghi rõ|nơi nhận\b|bí thư$|"
        r"giám đốc$|chi ủy$|đảng ủy$|ghi chú\s*:|phê duyệt|duyệt$|.*ngày .{1,12}tháng .{1,12}năm|"
        r"(?:chánh|phó|trưởng) (?:\w+ )?(?:văn phòng|phòng|ban|bí thư|thanh tra|giám đốc)\b)"
    )
)
_ORDINAL: Final = re.compile(r"\d{1,6}\.?")
_BESIDE: Final = re.compile(
    r"[IVXLC]{1,6}\.?|[A-H]\.?|\d{1,6}\.?|\(?\d+ ?(?:đ/c|đồng chí|người|ĐV|đv)?\)?"
)


@dataclass(frozen=True)
class Line:
    """One line; `row` counts from zero, `text` is the banner's or the total's words."""

    row: int
    what: str
    text: str = ""


def classify(sheet: Sheet, headers: Headers) -> list[Line]:
    """Say of every line that holds something what it is."""
    rows = [
        (row, sheet.texts(row))
        for row in range(headers.first_data_row, len(sheet.rows))
        if any(sheet.texts(row))
    ]
    strong = [row for row, texts in rows if _is_strong(headers, texts)]
    last_strong = max(strong, default=-1)
    lines: list[Line] = []
    signed = False
    for row, texts in rows:
        line = _line(headers, row, texts)
        below = row > last_strong and signed and line.what in (PERSON, STRAY)
        lines.append(Line(row, FOOTER, name_in(headers, texts)) if below else line)
        signed = signed or line.what == FOOTER or (line.what == TOTAL and last_strong >= 0)
    return lines


def name_in(headers: Headers, texts: list[str]) -> str:
    """Return the name a line holds, both columns together."""
    columns = [
        *headers.columns_of("full_name")[:1],
        *headers.columns_of("family_name")[:1],
        *headers.columns_of("given_name")[:1],
    ]
    return tidy(" ".join(texts[column] for column in columns if column < len(texts)))


def _line(headers: Headers, row: int, texts: list[str]) -> Line:
    if repeats_headers(headers, texts):
        return Line(row, REPEATED)
    name = name_in(headers, texts)
    first = next((text for text in texts if text and not _BESIDE.fullmatch(text)), "")
    numbered = _has_ordinal(headers, texts)
    evidence = has_evidence(headers, texts)
    if _TOTAL.fullmatch(same_text_key(first)) and not (name and (numbered or evidence)):
        return Line(row, TOTAL, " ".join(filter(None, texts)))
    if not evidence:
        named_apart = name != first and any(map(str.isalpha, name))
        in_name = first == name
        if not named_apart and _is_banner(texts, first, in_name=in_name, numbered=numbered):
            return Line(row, BANNER, first)
        if _is_footer([name] if name else texts) and not (numbered and name):
            return Line(row, FOOTER)
    if name and not re.fullmatch(r"[\d\W_]+", name):
        return Line(row, PERSON)
    return Line(row, STRAY, " · ".join(filter(None, texts))[:80])


def _is_strong(headers: Headers, texts: list[str]) -> bool:
    """A line that is a person beyond doubt: below the last of them the signatures may begin."""
    name = name_in(headers, texts)
    return bool(name) and (has_evidence(headers, texts) or _has_ordinal(headers, texts))


def _has_ordinal(headers: Headers, texts: list[str]) -> bool:
    columns = headers.columns_of("ordinal")
    return any(column < len(texts) and _ORDINAL.fullmatch(texts[column]) for column in columns)


def has_evidence(headers: Headers, texts: list[str]) -> bool:
    """Something only a person's line has: a birth, an address, a telephone number, a code."""
    for column, text in enumerate(texts):
        field = headers.fields.get(column)
        digits = sum(map(str.isdigit, text))
        if (
            (field == "birth_date" and digits >= 4)
            or (field == "email" and "@" in text)
            or (field == "phone" and digits >= 8)
            or (field == "member_code" and text)
        ):
            return True
    return False


def _is_footer(texts: list[str]) -> bool:
    return any(_FOOTER.match(same_text_key(text)) for text in texts if text)


def _is_banner(texts: list[str], first: str, *, in_name: bool, numbered: bool) -> bool:
    """One text, beside it at most an ordinal and counts, that names a cell, an office or a kind.

    In the name column an office or a kind must be numbered like a section or count its people:
    "Ban Thị Hoa" and "Đoàn Viên" are names.
    """
    if not all(_BESIDE.fullmatch(text) for text in texts if text and text != first):
        return False
    if banner_cell(first):
        return True
    roman = any(re.fullmatch(r"[IVX]{1,5}\.?|[A-H]\.?", text) for text in texts)
    marked = roman or bool(_NUMBERED.match(first)) or banner_count(first) is not None
    if in_name and (numbered or not marked):
        return False
    return banner_unit(first) is not None or (read_kind(first) is not None and len(first) <= 60)


def _bare(text: str) -> str:
    return _NUMBERED.sub("", tidy(text)).strip()


def banner_count(text: str) -> int | None:
    """Return the number of people a banner or a total promises."""
    found = _COUNT.search(same_text_key(text))
    return int(found[1]) if found else None


def _without_count(text: str) -> str:
    words = _bare(text)
    found = _COUNT.search(same_text_key(words))
    if not found:
        return words.rstrip(" :;,.-–")
    number = re.escape(found[1])
    return re.sub(rf"[\s:;,.\-–(\[]*(?:gồm|có|tổng số|cộng)?[\s:]*{number}\D*$", "", words)


def banner_cell(text: str) -> str | None:
    """Return the cell a banner names, without its number and its count of people."""
    words = _without_count(text)
    return words if _CELL.match(same_text_key(words)) else None


def banner_unit(text: str) -> str | None:
    """Return the office a banner names."""
    words = _without_count(text)
    return words if _UNIT.match(same_text_key(words)) and len(words.split()) > 1 else None
