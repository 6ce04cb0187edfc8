"""One person's answers, read from what a page posted: checked and cleaned. Pure.

Answers are item key -> value: a choice id, a list of choice ids ("several"), a decimal number as
text, or a text. What was skipped is not there.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from survey_app.errors import Invalid, Problem
from survey_app.feedback.items import LONGEST_NUMBER, Item, items_of
from survey_app.i18n import _
from survey_app.questions.fields import clean_text
from survey_app.questions.schema import Question, QuestionDocument

Answer = str | list[str]
Answers = dict[str, Answer]

_PREFIX = "q_"


def field_name(key: str) -> str:
    """Return the name of an item's field on the page."""
    return _PREFIX + key


def read(document: QuestionDocument, posted: Mapping[str, Sequence[str]]) -> Answers:
    """Return the answers of a posted form; `posted` is field name -> values.

    A question whose condition was answered otherwise does not count, whatever was left in it.

    Raises:
        Invalid: nothing was answered, a text is too long, a number is none, or a value is not of
            this form. `problems` names each with the item's key in `where`.
    """
    items = items_of(document)
    known = {field_name(item.key) for item in items}
    if any(name.startswith(_PREFIX) and name not in known for name in posted):
        strange = Problem("unknown_field", _("Câu này không có trong phiếu."), None)
        raise Invalid(_("Phiếu có câu trả lời không thuộc phiếu này."), problems=[strange])
    answers: Answers = {}
    problems: list[Problem] = []
    for item in items:
        try:
            answer = _read_item(item, posted.get(field_name(item.key), ()))
        except Invalid as error:
            problems.append(Problem("bad_answer", error.message, item.key))
            continue
        if answer:
            answers[item.key] = answer
    if problems:
        raise Invalid(_("Có câu trả lời cần sửa. Chưa có gì được gửi."), problems=problems)
    answers = _without_idle(document, items, answers)
    if not answers:
        raise Invalid(
            _("Phiếu chưa có câu trả lời nào. Xin trả lời ít nhất một câu rồi gửi."),
            problems=[Problem("empty", _("Xin trả lời ít nhất một câu."), None)],
        )
    return answers


def applies(question: Question, answers: Mapping[str, Answer]) -> bool:
    """Whether a question is to be answered; one whose condition was skipped is."""
    if question.condition is None:
        return True
    given = answers.get(question.condition.question)
    if given is None:
        return True
    chosen = {given} if isinstance(given, str) else set(given)
    return bool(chosen & set(question.condition.any_of))


def _without_idle(document: QuestionDocument, items: Sequence[Item], answers: Answers) -> Answers:
    """Leave out questions that do not apply, and words beside an "other" that was not chosen."""
    kept: Answers = {}
    for item in items:
        if item.key not in answers or not applies(item.question, answers):
            continue
        if item.is_other and not _chose_other(item.question, answers):
            continue
        kept[item.key] = answers[item.key]
    return kept


def _chose_other(question: Question, answers: Answers) -> bool:
    given = answers.get(question.id, [])
    chosen = {given} if isinstance(given, str) else set(given)
    return any(choice.other and choice.id in chosen for choice in question.choices)


def _read_item(item: Item, values: Sequence[str]) -> Answer | None:
    if item.kind == "several":
        return _several(item, values)
    if len(values) > 1:
        raise Invalid(_("Câu này chỉ nhận một câu trả lời."))
    value = values[0] if values else ""
    if item.kind == "text":
        return _text(item, value)
    if item.kind == "number":
        return _number(item, value.strip())
    if value and value not in item.choice_ids:
        raise Invalid(_("Lựa chọn này không có trong phiếu."))
    return value


def _several(item: Item, values: Sequence[str]) -> list[str]:
    chosen = set(values) - {""}
    if chosen - set(item.choice_ids):
        raise Invalid(_("Lựa chọn này không có trong phiếu."))
    most = item.question.max_choices
    if most is not None and len(chosen) > most:
        raise Invalid(_("Câu này chọn nhiều nhất %(n)s ý.", n=most))
    return [name for name in item.choice_ids if name in chosen]


def _text(item: Item, value: str) -> str:
    # Before cleaning, which is dear for a text of a million characters.
    if len(value) > 4 * item.longest:
        raise Invalid(_too_long(item))
    printable = "".join(c for c in value if c in "\n\r\t" or unicodedata.category(c)[0] != "C")
    text = clean_text(printable)
    if len(text) > item.longest:
        raise Invalid(_too_long(item))
    return text


def _too_long(item: Item) -> str:
    return _("Câu trả lời dài quá %(n)s chữ cái; xin viết gọn lại.", n=item.longest)


def _number(item: Item, value: str) -> str | None:
    if not value:
        return None
    number = _decimal(value)
    limits = item.question.range
    low = Decimal(limits.min) if limits and limits.min is not None else None
    high = Decimal(limits.max) if limits and limits.max is not None else None
    if (low is not None and number < low) or (high is not None and number > high):
        if low is None:
            raise Invalid(_("Số này phải không quá %(high)s.", high=high))
        if high is None:
            raise Invalid(_("Số này phải từ %(low)s trở lên.", low=low))
        raise Invalid(_("Số này phải từ %(low)s đến %(high)s.", low=low, high=high))
    plain = format(number, "f")
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) or "0"


def _decimal(value: str) -> Decimal:
    """Read a number as Vietnamese and English people write it, one sign between the two parts."""
    written = value.replace(" ", "").replace(",", ".")
    try:
        if len(written) > LONGEST_NUMBER or not written.isascii():
            raise InvalidOperation
        number = Decimal(written)
    except InvalidOperation:
        raise Invalid(_("Xin ghi một số, ví dụ 90.")) from None
    if not number.is_finite() or "e" in written.lower() or "_" in written:
        raise Invalid(_("Xin ghi một số, ví dụ 90."))
    return abs(number) if number == 0 else number
