"""What a cell answers in its report: read from a posted page, shown again, what is missing. Pure.

Values are question id -> value: a date as "2024-09-03", a number as int, a choice as its id,
several choices as a list of ids, a text as str, counts as {row id: {choice id: int}}. What was left
empty is not there: nothing reported is never 0.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from survey_app.campaigns.when import parse_day
from survey_app.errors import Invalid, Problem
from survey_app.i18n import _
from survey_app.questions.fields import clean_text
from survey_app.questions.schema import Question, QuestionDocument

Value = str | int | list[str] | dict[str, dict[str, int]]
Values = dict[str, Value]
Posted = Mapping[str, Sequence[str]]  # field name -> what stands in it

LONGEST_SHORT: Final = 200
LONGEST_LONG: Final = 2000
_MOST_DIGITS: Final = 9
_YEARS: Final = range(1990, 2100)
_PREFIX: Final = "q_"
_PLAIN: Final = re.compile(r"[0-9]+")
_GROUPED: Final = re.compile(r"[1-9][0-9]{0,2}(?:([., \u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*")


@dataclass(frozen=True)
class Read:
    """What was understood, and what was not: `where` of a problem is the name of its field."""

    values: Values
    problems: tuple[Problem, ...]


def field_name(question_id: str, row_id: str = "", choice_id: str = "") -> str:
    """Return the name of a field on the page; counts have one for each row and choice.

    Ids have no underscore, so that no two fields share a name.
    """
    return "_".join([f"{_PREFIX}{question_id}", *filter(None, (row_id, choice_id))])


def field_names(question: Question) -> tuple[str, ...]:
    """Return the fields of one question."""
    if question.type != "counts":
        return (field_name(question.id),)
    return tuple(
        field_name(question.id, row.id, choice.id)
        for row in question.rows
        for choice in question.choices
    )


def read(document: QuestionDocument, posted: Posted) -> Read:
    """Return the values of a posted report; fields that cannot be read are told and left out."""
    values: Values = {}
    problems: list[Problem] = []
    asked = document.ready_questions
    known = {name for question in asked for name in field_names(question)}
    if any(name.startswith(_PREFIX) and name not in known for name in posted):
        message = _("Trang này thuộc một mẫu báo cáo khác. Xin tải lại trang rồi ghi lại.")
        problems.append(Problem("unknown_field", message))
    for question in asked:
        if question.type == "counts":
            found: Value | None = _counts(question, posted, problems)
        else:
            found = _read_field(
                _READERS[question.type], question, posted, field_name(question.id), problems
            )
        if found is not None and found not in ("", [], {}):
            values[question.id] = found
    return Read(values, tuple(problems))


def show(document: QuestionDocument, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what stands in the fields of a page for these values: field name -> texts."""
    shown: dict[str, list[str]] = {}
    for question in document.ready_questions:
        value = values.get(question.id)
        if value is None:
            continue
        if isinstance(value, dict):
            for row_id, cells in value.items():
                for choice_id, count in cells.items():
                    shown[field_name(question.id, row_id, choice_id)] = [str(count)]
        elif isinstance(value, list):
            shown[field_name(question.id)] = list(value)
        elif question.type == "date":
            shown[field_name(question.id)] = [typed_date(str(value))]
        else:
            shown[field_name(question.id)] = [str(value)]
    return shown


def typed_date(value: str) -> str:
    """Return a stored date as people type it: 3/9/2024."""
    there = date.fromisoformat(value)
    return f"{there.day}/{there.month}/{there.year}"


def missing(document: QuestionDocument, values: Mapping[str, Any]) -> tuple[Question, ...]:
    """Return the questions that nothing was reported to."""
    return tuple(item for item in document.ready_questions if item.id not in values)


_Reader = Callable[[Question, Sequence[str]], Value | None]


def _read_field(
    reader: _Reader, question: Question, posted: Posted, name: str, problems: list[Problem]
) -> Value | None:
    try:
        return reader(question, posted.get(name, ()))
    except Invalid as error:
        problems.append(Problem("bad_answer", error.message, name))
        return None


def _counts(
    question: Question, posted: Posted, problems: list[Problem]
) -> dict[str, dict[str, int]]:
    rows: dict[str, dict[str, int]] = {}
    for row in question.rows:
        for choice in question.choices:
            name = field_name(question.id, row.id, choice.id)
            count = _read_field(_number, question, posted, name, problems)
            if isinstance(count, int):
                rows.setdefault(row.id, {})[choice.id] = count
    return rows


def _only(given: Sequence[str]) -> str:
    if len(given) > 1:
        raise Invalid(_("Mục này chỉ nhận một câu trả lời."))
    return given[0] if given else ""


def _date(question: Question, given: Sequence[str]) -> str | None:
    del question
    typed = " ".join(unicodedata.normalize("NFC", _only(given)).split())
    if not typed:
        return None
    day = parse_day(typed)
    if day.year not in _YEARS:
        raise Invalid(_("Năm chưa đúng. Xin ghi ngày/tháng/năm, ví dụ 20/9/2024."))
    return day.isoformat()


def _number(question: Question, given: Sequence[str]) -> int | None:
    typed = _only(given).strip()
    if not typed:
        return None
    grouped = _GROUPED.fullmatch(typed)
    digits = re.sub(r"[^0-9]", "", typed) if grouped else typed
    if not _PLAIN.fullmatch(digits):
        raise Invalid(_("Xin ghi một số nguyên từ 0 trở lên, ví dụ 15. Chưa có thì để trống."))
    digits = digits.lstrip("0") or "0"
    if len(digits) > _MOST_DIGITS:
        raise Invalid(_("Số này quá lớn; xin xem lại."))
    count = int(digits)
    limits = question.range
    low = int(limits.min) if limits and limits.min is not None else 0
    high = int(limits.max) if limits and limits.max is not None else None
    if high is not None and not low <= count <= high:
        raise Invalid(_("Số này phải từ %(low)s đến %(high)s.", low=low, high=high))
    if count < low:
        raise Invalid(_("Số này phải từ %(low)s trở lên.", low=low))
    return count


def _choice(question: Question, given: Sequence[str]) -> str:
    chosen = _only(given).strip()
    if chosen and question.choice(chosen) is None:
        raise Invalid(_("Lựa chọn này không có trong mẫu báo cáo."))
    return chosen


def _choices(question: Question, given: Sequence[str]) -> list[str]:
    chosen = {value.strip() for value in given} - {""}
    if chosen - {choice.id for choice in question.choices}:
        raise Invalid(_("Lựa chọn này không có trong mẫu báo cáo."))
    most = question.max_choices
    if most is not None and len(chosen) > most:
        raise Invalid(_("Mục này chọn nhiều nhất %(n)s ý.", n=most))
    return [choice.id for choice in question.choices if choice.id in chosen]


def longest(question: Question) -> int:
    """Return how many characters a text may have."""
    return LONGEST_SHORT if question.type == "short_text" else question.longest or LONGEST_LONG


def _text(question: Question, given: Sequence[str]) -> str:
    most, typed = longest(question), _only(given)
    # Before cleaning, which is dear for a text of a million characters.
    text = clean_text("".join(_printable(typed))) if len(typed) <= 4 * most else typed
    if len(text) > most:
        raise Invalid(_("Đoạn này dài quá %(n)s chữ cái; xin viết gọn lại.", n=most))
    return " ".join(text.split()) if question.type == "short_text" else text


def _printable(text: str) -> Iterator[str]:
    return (c for c in text if c in "\n\r\t" or unicodedata.category(c)[0] != "C")


_READERS: Final[Mapping[str, _Reader]] = {
    "date": _date,
    "numeric": _number,
    "single": _choice,
    "multiple": _choices,
    "short_text": _text,
    "long_text": _text,
}
