"""Names, addresses and the marks that say who somebody is."""

import re
from dataclasses import dataclass
from typing import Final

from email_validator import EmailNotValidError, validate_email

from survey_app.i18n import _
from survey_app.people.roster.model import NON_MEMBER, PARTY_MEMBER
from survey_app.vietnamese import fold_tone, same_text_key, search_key, tidy

_TITLES: Final = re.compile(
    r"(?:(?:đồng chí|ông|bà)[\s.:]+|(?:đ/c|đc\.)[\s.:]*|"
    r"(?:gs|pgs|ts|ths|th\.s|ks|bs|ds|cn)\.\s*)(?=\S)",
    re.IGNORECASE,
)
# Without a dot only as it is written: "TS Nguyễn Văn An", never the syllable of a name.
_BARE_TITLES: Final = re.compile(r"(?:GS|PGS|TS|ThS|Ths|KS|BS|ĐC)\s+(?=\S)")
_NOT_IN_NAMES: Final = re.compile(r"[^\w\s'’.\-]|[\d_]")
_LOST_LETTER: Final = re.compile(r"\w\?|\?\w|\ufffd")
# TCVN3 letters read as Latin-1: signs that stand inside no real word.
_TCVN3: Final = re.compile(r"[A-Za-z][µ¶·¸¹¨©ª«¬®»¾¼½\u00ad¡-§]|[©®µ¶¬§][a-z]")


@dataclass(frozen=True)
class Read:
    """A value, and what must be said about it (a code and a sentence)."""

    value: str | None = None
    trouble: tuple[str, str] | None = None


def strip_titles(name: str) -> str:
    """Take honorifics and degrees off the front."""
    while found := _TITLES.match(name) or _BARE_TITLES.match(name):
        name = name[found.end() :]
    return name


def read_name(text: str) -> Read:
    """Return the name in title case where it came in one case only; flag what looks wrong."""
    name = strip_titles(tidy(text).strip(" ,;:'"))
    letters = [c for c in name if c.isalpha()]
    if len(name) > 1 and (all(map(str.isupper, letters)) or all(map(str.islower, letters))):
        name = re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), name)
    return Read(name, _name_trouble(name))


def _name_trouble(name: str) -> tuple[str, str] | None:
    if _LOST_LETTER.search(name):
        return "letters_lost", _(
            "Họ tên «%(name)s» bị mất chữ có dấu khi lưu tệp. Xin gửi tệp gốc dạng .xlsx.",
            name=name,
        )
    if _TCVN3.search(name):
        return "legacy_font", _(
            "Họ tên «%(name)s» có vẻ ghi bằng phông chữ cũ (TCVN3). Xin chuyển sang Unicode rồi "
            "gửi lại.",
            name=name,
        )
    if _NOT_IN_NAMES.search(name):
        return "name_odd", _(
            "Họ tên «%(name)s» có ký tự lạ. Xin chỉ để họ tên trong cột này.", name=name
        )
    if len(name.split()) < 2:
        return "name_short", _(
            "Họ tên «%(name)s» chỉ có một chữ. Xin kiểm tra lại, ghi đủ họ và tên.", name=name
        )
    return None


def read_email(text: str) -> Read:
    """Return the address in lower case; of two addresses the first, and that is reported."""
    text = re.sub(r"^mailto:", "", text.strip(" '<>"), flags=re.IGNORECASE)
    pieces = [piece.strip(" <>'\"") for piece in re.split(r"[;,/\n]|\s+hoặc\s+", text)]
    pieces = [piece for piece in pieces if piece]
    if not pieces:
        return Read()
    try:
        address = validate_email(pieces[0], check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        message = _(
            "Địa chỉ thư điện tử «%(text)s» không đúng. Xin kiểm tra lại, ví dụ đúng: "
            "ten@coquan.vn. Chưa có địa chỉ đúng thì người này không nhận được thư mời.",
            text=pieces[0][:60],
        )
        return Read(None, ("email_bad", message))
    found = address.normalized.lower()
    if len(pieces) > 1:
        message = _(
            "Ô có nhiều địa chỉ thư điện tử; đã lấy địa chỉ thứ nhất %(email)s. Xin chỉ để một "
            "địa chỉ.",
            email=found,
        )
        return Read(found, ("email_two", message))
    return Read(found)


_PARTY: Final = re.compile(r"\b(dang vien|dv)\b")
_NOT_PARTY: Final = re.compile(
    r"quan chung|\bqc\b|khong (?:phai )?(?:la )?dang vien|chua (?:la )?dang vien|"
    r"nguoi ngoai dang|doan vien|cong doan vien|\bccvc|cong chuc|vien chuc|nguoi lao dong|\bnld\b"
)
_ON_PROBATION: Final = re.compile(fold_tone(r"\bdự\s+bị\b|\bđvdb\b|\bđv\s*db\b|^db$"))
_OFF_PROBATION: Final = re.compile(fold_tone(r"\b(hết|không|xong|qua)\s+dự\s+bị\b"))
_YES: Final = frozenset({"x", "co", "v", "1", "✓", "✔", "√", "☑", "☒", "dang vien", "dv", "yes"})


def read_kind(text: str) -> str | None:
    """Return the kind a cell, a banner or a title states; nothing when it states none or both."""
    key = search_key(text)
    other = bool(_NOT_PARTY.search(key))
    party = bool(_PARTY.search(re.sub(r"(khong|chua) (phai )?(la )?dang vien", " ", key)))
    if key in ("party_member", "non_member"):
        return key
    if party != other:
        return PARTY_MEMBER if party else NON_MEMBER
    return None


def is_marked(text: str) -> bool:
    """Return whether a tick column is ticked."""
    return search_key(text) in _YES


def says_probationary(text: str) -> bool:
    """Return whether a note says somebody is still on probation."""
    key = same_text_key(text)
    return bool(_ON_PROBATION.search(key)) and not _OFF_PROBATION.search(key)
