"""Which letters the bytes of a text file mean."""

import re
import unicodedata
from typing import Final

from survey_app.errors import Problem
from survey_app.i18n import _
from survey_app.people.roster.workbooks import not_a_roster_file

_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# Letters that only Vietnamese has; a wrong guess of the code page hardly ever makes them.
_VIETNAMESE: Final = re.compile("[ăđơưĂĐƠƯạ-ỹẠ-Ỹ]")
_CONTROLS: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


def decode(data: bytes) -> tuple[str, list[Problem]]:
    """Return the text and, where the code page had to be guessed, a problem that says so."""
    text, problems = _decode(data)
    if len(_CONTROLS.findall(text[:20_000])) > len(text[:20_000]) // 200:
        raise not_a_roster_file(_("tệp nhị phân"))
    return text, problems


def _decode(data: bytes) -> tuple[str, list[Problem]]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, errors="replace"), []
    zeros = data[:2000].count(0)
    if zeros > len(data[:2000]) // 4:
        encoding = "utf-16-le" if data[1:2000:2].count(0) * 2 >= zeros else "utf-16-be"
        return data.decode(encoding, errors="replace"), []
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        return _guess(data)


def _guess(data: bytes) -> tuple[str, list[Problem]]:
    """Choose between Windows' Vietnamese and Western code pages; a guess is always reported."""
    best, name = data.decode("cp1252", errors="replace"), "Windows-1252"
    vietnamese = unicodedata.normalize("NFC", data.decode("cp1258", errors="replace"))
    if len(_VIETNAMESE.findall(vietnamese)) > len(_VIETNAMESE.findall(best)):
        best, name = vietnamese, "Windows-1258"
    message = _(
        "Tệp không ghi theo bảng mã Unicode; đã đọc theo %(encoding)s. Xin xem kỹ dấu tiếng Việt "
        "trong danh sách dưới đây; nếu sai, hãy lưu tệp dạng .xlsx hoặc «CSV UTF-8» rồi gửi lại.",
        encoding=name,
    )
    code = "encoding_guessed" if name == "Windows-1258" else "encoding_doubtful"
    return best, [Problem(code, message)]
