"""How counts, days and lists of cells are written in a document, in both languages. Pure."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from survey_app import formatting
from survey_app.i18n import _, current_locale
from survey_app.invitations.participation import SMALL
from survey_app.reports.counting import CellLine

MANY = 15  # longer lists of cells are cut; the annex names every one


def count(value: int) -> str:
    """Return `01` to `09` for small counts as Party documents write them, then `12`, `1.234`."""
    if current_locale() == "vi" and 0 < value < 10:
        return f"{value:02d}"
    return formatting.number(value)


def share(part: int, whole: int) -> str:
    """Return `66/120` or `07/08`."""
    return f"{count(part)}/{count(whole)}"


def rate(part: int, whole: int) -> str:
    """Return `85,7%` of the sums themselves, a dash when there is nobody to divide by."""
    return percent(part / whole if whole else None)


def percent(value: float | None) -> str:
    """Return `85,7%`, as documents write it; screens have a space before the sign."""
    return formatting.percent(value).replace("\u00a0", "")


def small_note() -> str:
    """Say why a dash stands for the rate of a small cell, and where nothing applies."""
    return _(
        "Dấu –: không áp dụng; dưới %(n)s người thì chỉ ghi số người, không tính tỷ lệ.",
        n=count(SMALL),
    )


def paper_day(value: date | datetime) -> str:
    """Return `06/3/2024`: a zero before days under 10 and before the months 1 and 2."""
    if isinstance(value, datetime):
        value = formatting.local(value)
    if current_locale() == "en":
        return formatting.day(value)
    return f"{value.day:02d}/{_month(value)}/{value.year}"


def long_day(value: date) -> str:
    """Return `ngày 06 tháng 3 năm 2024`."""
    if current_locale() == "en":
        return formatting.day(value)
    return f"ngày {value.day:02d} tháng {_month(value)} năm {value.year}"


def _month(value: date) -> str:
    return f"{value.month:02d}" if value.month < 3 else str(value.month)


def paper_moment(value: datetime) -> str:
    """Return `09 giờ 00, ngày 18/9/2024`."""
    if current_locale() == "en":
        return f"{formatting.hour(value)}, {formatting.day(value)}"
    return f"{formatting.hour(value)}, ngày {paper_day(value)}"


def joined(items: Sequence[str]) -> str:
    """Return `a, b và c`."""
    if len(items) < 2:
        return "".join(items)
    return _("%(first)s và %(last)s", first=", ".join(items[:-1]), last=items[-1])


def sentence(text: str) -> str:
    """Return `text` with a capital letter in front and a full stop behind."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "…")) else ".")


def some(lines: Sequence[CellLine]) -> str:
    """Return the names of cells; names are data and stay as they are."""
    names = [line.label for line in lines]
    if len(names) <= MANY:
        return "; ".join(names)
    rest = _("và %(n)s chi bộ khác (xem phụ lục)", n=count(len(names) - MANY))
    return "; ".join([*names[:MANY], rest])


def with_missing(text: str, asked: Sequence[CellLine], gave: Sequence[CellLine]) -> list[str]:
    """Return `text`, and who of `asked` does not stand among those that `gave` this figure.

    Who has sent no report at all is named apart from who sent one without this figure.
    """
    given = {line.id for line in gave}
    missing = [line for line in asked if line.id not in given]
    blank = [line for line in missing if line.has_sent]
    silent = [line for line in missing if not line.has_sent]
    parts = []
    if blank:
        parts.append(_("chưa nêu số liệu này: %(cells)s", cells=some(blank)))
    if silent:
        parts.append(_("chưa gửi báo cáo: %(cells)s", cells=some(silent)))
    # Names are joined by semicolons, so each of the two lists is a sentence of its own.
    return [" ".join([text, *(sentence(part) for part in parts)])]


_UNBROKEN = re.compile(
    r"\d+-[^\W\d_]{2,}(?:/[^\W\d_]+)?"  # 422-KH/ĐUS
    r"|\d{1,2}/\d{1,2}/\d{4} [-–] \d{1,2}/\d{1,2}/\d{4}"
    r"|\bngày \d|\b\d+ giờ \d\d"
)
_HARD = str.maketrans({" ": "\u00a0", "-": "\u2011"})


def unbroken(text: str) -> str:
    """Return `text` with numbers of documents, spans of days and hours held on one line."""
    return _UNBROKEN.sub(lambda found: found[0].translate(_HARD), text)
