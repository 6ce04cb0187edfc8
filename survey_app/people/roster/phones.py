"""Vietnamese telephone numbers as people type them, stored as E.164."""

import re
from dataclasses import dataclass
from typing import Final

from survey_app.i18n import _
from survey_app.people.roster.grid import Value, as_text

# Eleven-digit mobile prefixes until 15 September 2018, and what became of them.
_OLD: Final = {
    **{f"016{n}": f"03{n}" for n in range(2, 10)},
    **{"0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078"},
    **{"0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082"},
    **{"0186": "056", "0188": "058", "0199": "059"},
}
_MOBILE: Final = re.compile(r"0[35789]\d{8}")
_LANDLINE: Final = re.compile(r"02\d{8,9}")
_FOREIGN: Final = re.compile(r"\+[1-9]\d{7,14}")
_BETWEEN: Final = re.compile(r"[;,/|\n]|\s+-\s+|\bhoặc\b|\s{2,}")


@dataclass(frozen=True)
class Phone:
    """The number in E.164, and what must be said about it (a code and a sentence)."""

    number: str | None = None
    trouble: tuple[str, str] | None = None


def read_phone(value: Value) -> Phone:
    """Read one cell; of two numbers the first, of an old number its new form, both reported."""
    text = value if isinstance(value, str) else as_text(value)
    whole = _one(text)
    if whole.number:
        return whole
    pieces = [piece for piece in _BETWEEN.split(text) if re.search(r"\d", piece)]
    numbers = [found for piece in pieces if (found := _one(piece)).number]
    if len(pieces) < 2 or len(numbers) < 2:
        return _several_or_bad(text, numbers)
    return _first_of(numbers)


def _several_or_bad(text: str, numbers: list[Phone]) -> Phone:
    digits = re.sub(r"\D", "", text)
    halves = [_one(digits[:10]), _one(digits[10:])] if len(digits) == 20 else []
    if halves and all(half.number for half in halves):
        return _first_of(halves)
    if numbers:
        message = _(
            "Ô điện thoại «%(text)s» có phần không đọc được; đã lấy số %(number)s. "
            "Xin kiểm tra lại.",
            text=as_text(text)[:40],
            number=numbers[0].number,
        )
        return Phone(numbers[0].number, ("phone_partly", message))
    message = _(
        "Số điện thoại «%(text)s» không đúng. Xin ghi đủ 10 chữ số, ví dụ 0912345678; định dạng ô "
        "là chữ (Text) để giữ số 0 ở đầu.",
        text=as_text(text)[:40],
    )
    return Phone(trouble=("phone_bad", message))


def _first_of(numbers: list[Phone]) -> Phone:
    if numbers[0].number == numbers[1].number:
        return numbers[0]
    message = _(
        "Ô có hai số điện thoại; đã lấy số thứ nhất %(first)s, không lấy %(second)s. Xin chỉ để "
        "một số.",
        first=numbers[0].number,
        second=numbers[1].number,
    )
    return Phone(numbers[0].number, ("phone_two", message))


def _one(text: str) -> Phone:
    """Read a text that holds one number and nothing else."""
    text = re.sub(r"\(\s*\+?84\s*\)", "+84", text.strip(" '"))
    text = re.sub(r"^(?:đt|sđt|dt|tel|zalo)\s*[:.]?\s*", "", text, flags=re.IGNORECASE)
    if not re.fullmatch(r"\+?[\d\s().\-]+", text):
        return Phone()
    digits = re.sub(r"\D", "", text)
    plus = text.startswith("+")
    digits = digits.removeprefix("00") if digits.startswith("0084") else digits
    if digits.startswith("84") and len(digits) >= 11:
        digits = "0" + digits[2:].removeprefix("0")
    elif plus:
        return Phone(f"+{digits}") if _FOREIGN.fullmatch(f"+{digits}") else Phone()
    elif len(digits) in (9, 10) and not digits.startswith("0"):
        digits = "0" + digits
    return _national(digits)


def _national(digits: str) -> Phone:
    if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits):
        return Phone(f"+84{digits[1:]}")
    new = _OLD.get(digits[:4])
    if new and len(digits) == 11:
        now = new + digits[4:]
        message = _(
            "Số %(old)s là số 11 chữ số đã đổi từ năm 2018; đã chuyển thành %(new)s. Xin hỏi lại "
            "người dùng số này.",
            old=digits,
            new=now,
        )
        return Phone(f"+84{now[1:]}", ("phone_old", message))
    return Phone()
