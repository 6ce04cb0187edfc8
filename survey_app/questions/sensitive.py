"""What a form must not ask: what one believes, feels or is politically for, and who one is. Pure.

Read by words, in Vietnamese and English. A question about the session itself may use the same verbs
("Đồng chí hài lòng với công tác tổ chức?"): what stands between the verb and its object decides.
"""

import re
from collections.abc import Iterator
from typing import Final

from survey_app.questions.schema import Question

_YOU: Final = (
    r"(?:các đồng chí|đồng chí|các bạn|bạn|anh/chị|anh chị|anh|chị|ông/bà|ông bà|ông|bà|tôi|mình"
    r"|chúng tôi|bản thân|cá nhân)"
)


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(patterns) + r")\b", re.IGNORECASE)


_INNER: Final = _words(
    "tự hào|niềm tin|lòng tin|đức tin|tin tưởng|tin yêu|tin theo|yêu nước|yêu đảng|trung thành",
    "cảm xúc|cảm thấy|cảm nghĩ|xúc động|tín ngưỡng|theo đạo|chính kiến|lập trường|lòng biết ơn",
    r"tôn giáo (?:nào|gì|của)|quan điểm chính trị",
    rf"(?:tình cảm|tư tưởng) (?:của|với|đối với|dành cho|{_YOU})",
    rf"{_YOU} (?:(?:có|còn|rất|luôn|vẫn|hãy|thật sự|thực sự|hoàn toàn) )*"
    r"tin\b(?! (?:nhắn|học|tức|bài|nhanh|cậy))",
    r"proud|pride|believe in|(?:your|my) (?:beliefs?|faith|feelings?|religion)|patriot\w*|loyalty",
    r"(?:do|did) you (?:believe|trust|feel)|i (?:believe|trust|feel)|are you (?:loyal|religious)",
    r"political (?:views?|opinions?|convictions?)",
)
# Verbs with which one may speak of the session, or take a stand.
_STAND: Final = _words(
    "nghĩ|cho rằng|ủng hộ|đồng tình|tán thành|đồng ý|nhất trí|phản đối|tín nhiệm|hài lòng|đánh giá",
    "quan điểm|thái độ|cảm nhận|kỳ vọng|ý kiến|suy nghĩ",
    rf"theo {_YOU}",
    "think|agree|disagree|support|approve|oppose|satisfied|opinion|rate|trust",
)
_AGREEING: Final = _words("đồng ý|tán thành|ủng hộ|đồng tình|agree|support|approve")
_POLITICAL: Final = _words(
    r"đảng(?! (?:bộ|ủy|uỷ|viên|vụ|đoàn|phí))",
    "nhà nước|chính phủ|chính quyền|quốc hội|nghị quyết|chủ trương|đường lối|chính sách",
    r"chế độ(?! (?:ăn|nghỉ|bồi dưỡng|sinh hoạt|họp))",
    "chủ nghĩa|học thuyết|lãnh đạo|lãnh tụ|cấp trên|tổng bí thư|thủ tướng|chủ tịch nước",
    "sáp nhập|tinh gọn|bầu cử|ứng cử|nhân sự|tư tưởng hồ chí minh",
    r"the party|government|resolutions?|polic(?:y|ies)|leadership|leaders|socialism|elections?",
)
_SESSION: Final = _words(
    "buổi|lần sau|sinh hoạt|chuyên đề|tài liệu|đề dẫn|đề cương|trình bày|báo cáo viên|người nói",
    "thời lượng|thời gian|thảo luận|phát biểu|tổ chức|hội trường|phòng họp|địa điểm|âm thanh",
    "hình ảnh|máy chiếu|hình thức|nội dung|phần|phiếu|cuộc thi|bài thi|công tác chuẩn bị",
    "session|meeting|handouts?|materials?|presenters?|presentation|speakers?|talk|discussion",
    "length|venue|organi[sz]ation|content|part|next time|sound|slides?",
)
# "Nội dung nghị quyết" is the resolution, not the content of the session.
_GLUE: Final = re.compile(
    rf"\b(?:nội dung|content)\s+(?:(?:của|các|những|of|the)\s+)*(?={_POLITICAL.pattern})",
    re.IGNORECASE,
)
_TITLED: Final = re.compile(
    r"\b(chuyên đề|chủ đề|đề tài|bài|phần|buổi|session|topic)\s*:?\s*[“\"«][^”\"»]*[”\"»]",
    re.IGNORECASE,
)
_HINTED: Final = re.compile(
    r"\b(?:đồng chí|bạn|anh|chị|anh/chị|ông|bà|ông/bà|các bạn) (?:có |hãy )?(?:thật sự |thực sự )?"
    r"(?:tin|tự hào|cảm thấy|nghĩ|cho rằng|ủng hộ|đồng tình|tán thành|đồng ý)\b"
    r"|\b(?:niềm tin|quan điểm|chính kiến|tôn giáo|tín ngưỡng|tư tưởng|lòng tự hào) của "
    r"(?:đồng chí|bạn|anh|chị|ông|bà|cá nhân|mình)\b"
    r"|\b(?:do|are) you (?:believe|feel|think|support|agree|proud)\b",
    re.IGNORECASE,
)

_PLACE: Final = r"(?:chi bộ|tổ đảng|đảng bộ|đơn vị|cơ quan|phòng ban|phòng|ban|bộ phận|tổ|khoa)"
_WORKS: Final = r"(?:(?:hiện|đang|nay) )*(?:công tác|sinh hoạt|làm việc|làm)"
_WHO: Final = _words(
    rf"họ (?:và |, )?tên|tên (?:thật |đầy đủ )?(?:của )?{_YOU}|{_YOU} (?:là ai|tên (?:là )?gì)",
    rf"thuộc (?:{_PLACE}|nhóm tuổi|độ tuổi|đối tượng|diện) (?:nào|gì)",
    rf"{_YOU} {_WORKS} (?:ở|tại|trong) (?:{_PLACE} )?(?:nào|đâu)",
    rf"{_YOU} (?:là người |đến )?(?:ở|từ) {_PLACE} (?:nào|gì)",
    rf"(?:tên|mã) {_PLACE}|(?:nơi|đơn vị|vị trí) công tác(?: hiện nay)? của",
    rf"{_PLACE} (?:của )?{_YOU} (?:là|tên)",
    rf"(?:chức vụ|chức danh|vị trí việc làm|nghề nghiệp) (?:hiện nay |của )*(?:{_YOU}|nào|gì|là)",
    rf"(?:bao nhiêu|mấy) tuổi|tuổi (?:của )?{_YOU}|tuổi đảng",
    rf"(?:độ|nhóm|lứa) tuổi (?:nào|của {_YOU})",
    r"(?:dưới|trên|từ) \d+ (?:(?:đến|-|–) (?:dưới )?\d+ )?tuổi|\d+\s*[-–]\s*\d+ tuổi",
    r"(?:năm|ngày|tháng|nơi) sinh(?! (?:hoạt|động))|giới tính|nam hay nữ|dân tộc (?:nào|gì)",
    r"quê quán|số (?:điện thoại|di động|thẻ|căn cước|zalo)|sđt|cccd|thông tin (?:cá nhân|liên hệ)",
    rf"(?:điện thoại|zalo|facebook|e-?mail|hòm thư|địa chỉ) (?:của )?{_YOU}",
    r"địa chỉ (?:nhà|liên hệ|liên lạc)|đảng viên hay (?:là )?quần chúng",
    r"mã (?:số )?(?:đảng viên|cán bộ|nhân viên)",
    r"your (?:full |first |last )?(?:name|age|gender|phone|unit|cell|position|rank|department|job)",
    r"your (?:birth\w*|address|e-?mail)|how old are you|who are you|phone number|date of birth",
    r"which (?:unit|cell|department|office) (?:are|do) you",
)
# A label with nothing else in it: "Chi bộ:", "Tuổi", "Đơn vị của đồng chí?".
_BARE: Final = re.compile(
    rf"\W*(?:tên|{_PLACE}|tuổi|độ tuổi|nhóm tuổi|chức vụ|chức danh|điện thoại|e-?mail|địa chỉ"
    rf"|nghề nghiệp|name|age|unit|cell|position|phone|gender|department)(?: (?:của )?{_YOU})?\W*",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"(?<=[.!?;])")
# "Xin không ghi tên mình hoặc người khác." asks nobody for a name.
_REMINDER: Final = re.compile(
    r"\b(?:(?:không|đừng|chớ)(?: (?:nên|cần|phải|được))* (?:ghi|nêu|viết|để lộ|điền)"
    r"|(?:do not|don't|never) (?:name|write|give|mention))\b",
    re.IGNORECASE,
)


def may_ask_belief(text: str) -> bool:
    """Whether a sentence sounds as if it asked for a belief; a hint, in a quiz."""
    return bool(_HINTED.search(text))


def asks_belief(question: Question) -> bool:
    """Whether a question asks for a belief, a feeling, pride, or a political stand."""
    lines = [_TITLED.sub(r"\1", line) for line in _lines(question)]
    labels = " ".join(choice.text for choice in question.choices)
    return (
        any(_INNER.search(line) or _takes_a_stand(line) for line in lines)
        or bool(_INNER.search(labels))
        or (bool(_AGREEING.search(labels)) and any(map(_is_about_politics, lines)))
    )


def sounds_like_belief(question: Question) -> bool:
    """Whether a question asks what one thinks or is for, and does not say of what."""
    return any(may_ask_belief(line) and not _SESSION.search(line) for line in _lines(question))


def asks_who(question: Question) -> bool:
    """Whether a question asks for something that tells who is answering."""
    lines = [
        "".join(part for part in _SENTENCE.split(line) if not _REMINDER.search(part))
        for line in _lines(question)
    ]
    words = [*lines, *(choice.text for choice in question.choices)]
    return any(map(_BARE.fullmatch, lines)) or any(map(_WHO.search, words))


def _lines(question: Question) -> Iterator[str]:
    yield " ".join(question.text.split())
    for row in question.rows:
        yield " ".join(row.text.split())


def _takes_a_stand(line: str) -> bool:
    """A verb of opinion whose object is political, with no part of the session in between."""
    line = _GLUE.sub("", line)
    for verb in _STAND.finditer(line):
        object_ = _POLITICAL.search(line, verb.end())
        if object_ and not _SESSION.search(line, verb.end(), object_.start()):
            return True
        if not object_ and _is_about_politics(line):
            return True
    return False


def _is_about_politics(line: str) -> bool:
    line = _GLUE.sub("", line)
    return bool(_POLITICAL.search(line)) and not _SESSION.search(line)
