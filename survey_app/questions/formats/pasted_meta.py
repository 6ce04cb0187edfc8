"""Lines that tell about a question: its explanation, source, topic and level."""

import re
from typing import Final

from survey_app.questions.formats.pasted_lines import Line

_LABELS: Final = {
    "explanation": r"giải thích(?:\s+đáp án)?|vì sao|vì|lời giải(?:\s+chi tiết)?|gợi ý|l[ýí] do"
    r"|hướng dẫn(?:\s+(?:giải|trả lời|chi tiết|giải chi tiết))?|explanation",
    "source": r"nguồn(?:\s+(?:tham khảo|trích dẫn|tài liệu|gốc))?|căn cứ(?:\s+pháp lý)?"
    r"|tài liệu(?:\s+tham khảo)?|trích(?:\s+dẫn)?(?:\s+từ)?|source|reference",
    "topic": r"chủ đề|lĩnh vực|topic",
    "level": r"mức độ(?:\s+nhận thức)?|cấp độ|độ khó|level",
}
_META: Final = re.compile(
    r"[\s*_(\[-]*(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _LABELS.items()) + ")"
    r"[*_]*\s*(?::[*_]*\s*|$)",
    re.IGNORECASE,
)
LEVELS: Final = {
    "nb": "Nhận biết",
    "th": "Thông hiểu",
    "vd": "Vận dụng",
    "vdc": "Vận dụng cao",
    "nhận biết": "Nhận biết",
    "thông hiểu": "Thông hiểu",
    "vận dụng": "Vận dụng",
    "vận dụng cao": "Vận dụng cao",
}
_EDITED: Final = re.compile(
    r"\s*[(\[]\s*((?:đã\s+)?(?:sửa|chỉnh|bổ sung|cập nhật|thay|xem lại|kiểm tra lại)[^()\[\]]*)"
    r"[)\]]\s*$",
    re.IGNORECASE,
)


def meta_of(line: Line) -> tuple[str, Line] | None:
    """Return what a line like `Giải thích: …` is about, and its words."""
    match = _META.match(line.shadow)
    if match is None or match.lastgroup is None:
        return None
    return match.lastgroup, line.cut(match.end())


def without_editors_note(text: str) -> tuple[str, str]:
    """Cut `(sửa lại 23/6/2024)` off the end of a question."""
    match = _EDITED.search(text)
    return (text[: match.start()].rstrip(), match[1].strip()) if match else (text, "")
