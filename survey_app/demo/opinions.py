"""What the sample's people say of their study sessions. Nobody said it: it is invented.

Tendencies are by weight, in the order of the form's levels (five of them, then "no opinion").
"""

from collections.abc import Mapping
from random import Random
from typing import Final

from survey_app.demo import cast
from survey_app.feedback.answers import field_name

Posted = dict[str, list[str]]  # what a page of the form posts: field name -> values
Weights = Mapping[str, float]

_LEVELS: Final = ("rat-tot", "tot", "kha", "trung-binh", "chua-tot", "khong-y-kien")
_SCALES: Final[Mapping[str, tuple[float, ...]]] = {
    "thiet-thuc": (46, 36, 13, 3, 0, 2),
    "gan-cong-viec": (24, 39, 24, 9, 1, 3),
    "tai-lieu": (30, 41, 20, 6, 2, 1),
    "tien-hanh.nguoi-trinh-bay": (40, 38, 16, 4, 0, 2),
    "tien-hanh.thao-luan": (18, 34, 27, 14, 4, 3),
    "tien-hanh.khau-to-chuc": (35, 40, 16, 6, 2, 1),
}
_ATTENDED: Final[Weights] = {"truc-tiep": 84, "truc-tuyen": 11, "doc-tai-lieu": 5}
_LENGTH: Final[Weights] = {"qua-dai": 27, "vua": 58, "qua-ngan": 11, "khong-y-kien": 4}
_SHORTER: Final[Weights] = {"trinh-bay": 60, "thao-luan": 5, "thu-tuc": 55}
_LONGER: Final[Weights] = {"trinh-bay": 10, "thao-luan": 75, "hoi-dap": 50}
_HELPED: Final[Weights] = {
    "bai-trinh-bay": 34,
    "tai-lieu": 20,
    "tu-lieu": 42,
    "y-kien": 26,
    "lien-he": 16,
}
_WISHES: Final[Weights] = {
    "gui-truoc": 38,
    "thao-luan-nhom": 44,
    "nguoi-tung-trai": 57,
    "tham-quan": 52,
    "trinh-bay-ngan": 35,
}
# What those say of one thing who are of one mind about it.
_OF_ONE_MIND: Final = ("gan-cong-viec", "tot")

_CLEARER, _BETTER, _WISH = "lam-ro", "lam-tot-hon", "mong-muon.other"
# One of these names a person and one a cell, so that reading over has something to find.
VOICES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    cast.COUNTED_FORM.slug: (
        (_CLEARER, "Xin nói rõ hơn những mốc chính của Đảng bộ Khối từ khi thành lập đến nay."),
        (_CLEARER, "Việc học và làm theo gắn với tiêu chí đánh giá cuối năm như thế nào?"),
        (_CLEARER, "Phần số liệu chiếu nhanh quá, ngồi cuối không kịp đọc."),
        (_CLEARER, "Muốn biết thêm về giai đoạn cơ quan ta mới chia tách."),
        (_CLEARER, "Cần ví dụ cụ thể ở cơ quan mình, không chỉ nêu chung."),
        (_CLEARER, "Chưa rõ chi bộ phải làm gì sau buổi này, trước ngày nào."),
        (_CLEARER, "Đã rõ, không có ý kiến thêm."),
        (_CLEARER, "Tên các đồng chí lãnh đạo qua từng thời kỳ nên in thành bảng."),
        (_CLEARER, "Đoạn về khát vọng cống hiến hơi trừu tượng, người trẻ khó liên hệ."),
        (_CLEARER, "Nên giải thích các chữ viết tắt trong tài liệu."),
        (_BETTER, "Buổi này chuẩn bị chu đáo, hình ảnh tư liệu rất quý. Nên giữ cách làm này."),
        (_BETTER, "Gửi tài liệu trước ba ngày để anh em đọc, lên lớp chỉ thảo luận."),
        (_BETTER, "Bài trình bày dài, đọc nguyên văn. Nên nói ngắn và dành giờ trao đổi."),
        (_BETTER, "Loa phía sau rè, không nghe được câu hỏi."),
        (_BETTER, "Nên chia nhóm nhỏ, ngồi đông ngại phát biểu."),
        (_BETTER, "Đề nghị mời cán bộ lão thành kể chuyện."),
        (_BETTER, "Đồng chí Nguyễn Ngọc Linh trình bày cuốn hút, lần sau nên mời tiếp."),
        (_BETTER, "Chi bộ mẫu 5 – Nghiệp vụ phát biểu nhiều, nơi khác ít được gọi."),
        (_BETTER, "Họp vào chiều thứ Sáu thì nhiều người vướng việc, xin chuyển sang sáng."),
        (_BETTER, "Nói thẳng là lần nào cũng chừng ấy người phát biểu, viết sẵn cả."),
        (_BETTER, "Cho anh em dự qua mạng bật tiếng để cùng trao đổi."),
        (_BETTER, "Phòng nóng, thiếu ghế; mong bố trí phòng rộng hơn."),
        (_BETTER, "Chữ trên màn hình nhỏ, người lớn tuổi không đọc được."),
        (_BETTER, "Tôi thấy bổ ích, cảm ơn ban tổ chức."),
        (_BETTER, "Kết thúc đúng giờ như lần này là tốt."),
        (_WISH, "Xem phim tài liệu về Lạng Sơn"),
        (_WISH, "Có phần hỏi nhanh đáp gọn"),
    ),
    cast.OPEN_FORM.slug: (
        (_CLEARER, "Cần nêu việc cụ thể cho từng bộ phận."),
        (_CLEARER, "Phần liên hệ chuyển đổi số nên nói kỹ hơn."),
        (_CLEARER, "Xin tài liệu bản điện tử."),
        (_BETTER, "Lần này có thảo luận nhóm, dễ nói hơn hẳn."),
        (_BETTER, "Vẫn còn dài, nên gói trong 90 phút."),
        (_BETTER, "Âm thanh đã khá hơn lần trước."),
        (_BETTER, "Mong được nghe gương người tốt ở ngay cơ quan."),
        (_BETTER, "Nên có nước uống cho các bác lớn tuổi."),
        (_WISH, "Tham quan nhà lưu niệm"),
    ),
}
# What was found out of place when the first texts were read over.
WITHHELD: Final = frozenset({VOICES[cast.COUNTED_FORM.slug][19][1]})
SHOWN: Final = frozenset(
    VOICES[cast.COUNTED_FORM.slug][number][1] for number in (0, 2, 5, 10, 11, 14, 15, 25)
)


def opinion(dice: Random, *, of_one_mind: bool = False) -> Posted:
    """Return what somebody chooses in the shipped form; some questions they leave out."""
    given: dict[str, list[str]] = {"hinh-thuc-du": [_one(dice, _ATTENDED)]}
    mood = dice.uniform(0.6, 1.6)  # some see everything in a better light than others
    for item, weights in _SCALES.items():
        if dice.random() < 0.96:
            tilted = [weight * mood ** (2 - place) for place, weight in enumerate(weights)]
            given[item] = dice.choices(_LEVELS, tilted)
    if of_one_mind:
        item, level = _OF_ONE_MIND
        given[item] = [level]
    length = _one(dice, _LENGTH)
    given["thoi-luong"] = [length]
    if length == "qua-dai":
        given["nen-bot"] = _some(dice, _SHORTER)
    elif length == "qua-ngan":
        given["nen-them"] = _some(dice, _LONGER)
    given["huu-ich-nhat"] = _some(dice, _HELPED)[:2]
    given["mong-muon"] = _some(dice, _WISHES)
    return {field_name(item): values for item, values in given.items() if values}


def say(posted: Posted, item: str, text: str) -> None:
    """Write a text into the form; beside "other" that is chosen too."""
    posted[field_name(item)] = [text]
    if item.endswith(".other"):
        question = field_name(item.removesuffix(".other"))
        posted[question] = [*posted.get(question, []), "khac"]


def _one(dice: Random, weights: Weights) -> str:
    return dice.choices(list(weights), list(weights.values()))[0]


def _some(dice: Random, weights: Weights) -> list[str]:
    return [choice for choice, weight in weights.items() if dice.random() < weight / 100]
