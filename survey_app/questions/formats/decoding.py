"""From bytes to text: what is no text is refused with advice, and old encodings are named.

Text in TCVN3 or VNI (fonts of the 1990s) is never converted silently: the problem says what it is.
"""

import io
import re
import zipfile
from typing import Final

from survey_app.errors import Invalid, Problem
from survey_app.i18n import _

MOST_BYTES: Final = 2 * 1024 * 1024
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")
_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_MARKUP: Final = re.compile(r"\s*<(?:\?xml|!doctype|html|quiz|[a-z]+[\s>/])", re.IGNORECASE)
_GIFT: Final = re.compile(r"^[^\n{}]*(?<!\\)\{\s*(?:[=~]|T(?:RUE)?\b|F(?:ALSE)?\b|#)", re.MULTILINE)
_TCVN3: Final = re.compile("[A-Za-z][¸µ¶·¹©¨®ª«¬\xad]|[®§][A-Za-z¸µ¶·¹¬\xad©¨ª«]")
_VNI: Final = re.compile("[aeiouyAEIOUYöôÖÔ][øùûõïåüëäØÙÛÕÏÅÜËÄ]|[aeoAEO][âÂ]")
_OLD_ENCODINGS: Final = (("tcvn3", "TCVN3 (.VnTime)", _TCVN3, 2), ("vni", "VNI", _VNI, 3))
_UNICODE_VIETNAMESE: Final = re.compile("[ạ-ỹẠ-ỸăđơưĂĐƠƯ]")


def decode(data: bytes) -> tuple[str, Problem | None]:
    """Return the text of these bytes, and what its old encoding is when it is no Unicode.

    What is no text raises `Invalid` with what to do instead.
    """
    if len(data) > MOST_BYTES:
        raise _refusal("too_big", _("Tệp lớn hơn 2 MB. Hãy chia thành nhiều tệp nhỏ hơn."))
    _refuse_binary(data)
    text, old = _text(data)
    if not text.strip("\ufeff \t\r\n"):
        raise _refusal("empty", _("Tệp không có nội dung nào."))
    return text, old


def refuse_markup(text: str) -> None:
    """Refuse what is text but no paper: web pages, XML, GIFT."""
    if _MARKUP.match(text):
        raise _refusal(
            "markup",
            _(
                "Đây là tệp XML hoặc trang web, bản này chưa đọc được. Hãy mở tệp, chọn phần câu "
                "hỏi, chép rồi dán vào ô nhập."
            ),
        )
    if _GIFT.search(text):
        raise _refusal(
            "gift",
            _(
                "Đây có vẻ là tệp GIFT của Moodle, bản này chưa đọc được. Hãy chép từng câu theo "
                "mẫu “Câu 1: … A. … Đáp án: …” rồi dán vào ô nhập."
            ),
        )


def legacy_encoding(text: str) -> Problem | None:
    """Name the old encoding the text was typed in, if it is one."""
    modern = len(_UNICODE_VIETNAMESE.findall(text))
    for code, name, pattern, least in _OLD_ENCODINGS:
        hits = len(pattern.findall(text))
        if hits >= least and hits > modern:
            return Problem(
                code,
                _(
                    "Văn bản được gõ bằng bảng mã cũ %(name)s. Hãy chuyển sang Unicode bằng "
                    "công cụ bảng mã của bộ gõ (ví dụ UniKey) rồi nhập lại; hệ thống không tự "
                    "chuyển.",
                    name=name,
                ),
            )
    return None


def _refusal(code: str, message: str) -> Invalid:
    return Invalid(message, problems=(Problem(code, message),))


def _refuse_binary(data: bytes) -> None:
    if data.startswith(b"PK\x03\x04"):
        raise _refusal(*_zip_advice(data))
    if data.startswith(_OLD_OFFICE):
        advice = _("Đây là tệp Word hoặc Excel đời cũ, bản này chưa đọc được.")
        raise _refusal("old_office", f"{advice} {_copy_and_paste()}")
    if data.lstrip()[:5] == b"%PDF-":
        raise _refusal("pdf", f"{_('Đây là tệp PDF, bản này chưa đọc được.')} {_copy_and_paste()}")
    if data.startswith(b"{\\rtf"):
        raise _refusal("rtf", f"{_('Đây là tệp RTF, bản này chưa đọc được.')} {_copy_and_paste()}")
    if data.startswith(_PICTURES):
        message = _("Đây là tệp hình ảnh. Hãy gõ lại câu hỏi thành chữ rồi dán vào ô nhập.")
        raise _refusal("picture", message)


def _zip_advice(data: bytes) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError):
        names = []
    if any(name.startswith("word/") for name in names):
        return "docx", f"{_('Đây là tệp Word, bản này chưa đọc được.')} {_copy_and_paste()}"
    if any(name.startswith("xl/") for name in names):
        return "xlsx", f"{_('Đây là tệp Excel, bản này chưa đọc được.')} {_copy_and_paste()}"
    return "zip", f"{_('Đây là tệp nén, bản này chưa đọc được.')} {_copy_and_paste()}"


def _copy_and_paste() -> str:
    return _("Hãy mở tệp, chọn phần câu hỏi, chép rồi dán vào ô nhập.")


def _text(data: bytes) -> tuple[str, Problem | None]:
    old = None
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeError:
        text, old = _one_byte_text(data)
    if "\0" in text:
        raise _refusal("binary", f"{_('Tệp này không phải là văn bản.')} {_copy_and_paste()}")
    return text, old


def _one_byte_text(data: bytes) -> tuple[str, Problem]:
    """Not UTF-8: text in an old encoding is named later, anything else is refused here."""
    text = data.decode("latin-1")
    old = legacy_encoding(text)
    if old is None:
        raise _refusal(
            "encoding",
            _("Không nhận ra bảng mã của tệp. Hãy lưu lại tệp với bảng mã UTF-8 rồi nhập lại."),
        )
    return text, old
