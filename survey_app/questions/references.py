"""Choices that speak of other choices: "Cả A và B đều đúng", "Tất cả các phương án trên"."""

import re
from typing import Final

from survey_app.vietnamese import tidy

_LETTERS: Final = re.compile(
    r"\b(?:cả|chỉ|phương án|đáp án|câu|ý|both|neither)\s+\(?[a-h]\)?"
    r"(?:\s*[,;]\s*\(?[a-h]\)?)*(?:\s*(?:và|với|hoặc|and|or|nor|,|&|\+)\s*\(?[a-h]\)?)\b"
    r"|^\(?[a-h]\)?(?:\s*[,;]\s*[a-h])*\s*(?:và|hoặc|and|or|&|\+|,)\s*\(?[a-h]\)?"
    r"(?:\s*(?:đều|cùng|are|is)\b.*)?$"
    r"|\b(?:phương án|đáp án|câu|ý)\s+[a-h](?:\s+(?:là|đều)?\s*(?:đúng|sai))\b",
    re.IGNORECASE,
)
_OTHERS: Final = re.compile(
    r"\b(?:(?:tất )?cả (?:các |những |hai |ba |bốn |năm |\d+ )?(?:phương án|đáp án|câu|ý|nội dung"
    r"|lựa chọn|điều|câu trả lời)(?: nêu| ở)?(?: trên)?"
    r"|không (?:có )?(?:phương án|đáp án|câu|ý)(?: trả lời)? nào"
    r"|(?:các|những|hai|ba|bốn) (?:phương án|đáp án|câu|ý) (?:nêu |ở )?trên"
    r"|(?:cả )?(?:hai|ba|bốn)(?: phương án| đáp án| câu| ý)? (?:đều|cùng) (?:đúng|sai)"
    r"|(?:phương án|đáp án|ý kiến|câu trả lời) khác"
    r"|(?:all|none|both|neither) of the (?:above|these))",
    re.IGNORECASE,
)


def names_letters(text: str) -> bool:
    """Whether a choice names others by letter; then no choice of the question may move."""
    return bool(_LETTERS.search(tidy(text)))


def refers_to_others(text: str) -> bool:
    """Whether a choice speaks of the others; then it has to stay where it stands."""
    return names_letters(text) or bool(_OTHERS.search(tidy(text)))
