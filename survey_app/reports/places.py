"""The places of a report where a person writes: what to write there, and where it stands. Pure.

No judgement is made by the software. At a place that must be filled the draft shows the prompt,
marked, until somebody has written; at the others own sentences may be added to the figures.
"""

from dataclasses import dataclass

from survey_app.i18n import lazy

LONGEST = 20_000  # characters of one place


@dataclass(frozen=True)
class Place:
    """One place; `must`: a report is not issued while it is empty."""

    code: str
    section: str
    ask: str
    must: bool = False


PLACES: tuple[Place, ...] = (
    Place(
        "leadership",
        lazy("I- Công tác lãnh đạo, chỉ đạo, triển khai"),
        lazy("Nêu văn bản đã ban hành, việc phân công, kiểm tra, đôn đốc của cấp ủy"),
        must=True,
    ),
    Place(
        "education",
        lazy("II.1. Tuyên truyền, giáo dục truyền thống"),
        lazy("Nêu thêm nội dung, cách làm nổi bật trong tuyên truyền"),
    ),
    Place(
        "emulation",
        lazy("II.2. Phong trào thi đua; giới thiệu quần chúng ưu tú"),
        lazy("Nêu việc phát động và kết quả phong trào thi đua"),
    ),
    Place(
        "study",
        lazy("II.3. Sinh hoạt chuyên đề"),
        lazy("Nêu nội dung, chất lượng sinh hoạt chuyên đề"),
    ),
    Place(
        "culture",
        lazy("II.4. Văn hóa, văn nghệ, thể dục, thể thao"),
        lazy("Nêu hoạt động văn hóa, văn nghệ, thể dục, thể thao đã tham gia"),
    ),
    Place(
        "recognition",
        lazy("II.5. Biểu dương, khen thưởng"),
        lazy("Nêu tập thể, cá nhân được biểu dương, khen thưởng"),
    ),
    Place(
        "merits",
        lazy("III.1. Ưu điểm"),
        lazy("Đánh giá những việc đã làm tốt"),
        must=True,
    ),
    Place(
        "limits",
        lazy("III.2. Hạn chế"),
        lazy("Đánh giá những việc chưa làm được"),
        must=True,
    ),
    Place(
        "causes",
        lazy("III.3. Nguyên nhân"),
        lazy("Nêu nguyên nhân của kết quả và của hạn chế"),
        must=True,
    ),
    Place(
        "tasks",
        lazy("IV.1. Nhiệm vụ thời gian tới"),
        lazy("Nêu nhiệm vụ, giải pháp thời gian tới"),
        must=True,
    ),
    Place(
        "proposals",
        lazy("IV.2. Kiến nghị, đề xuất"),
        lazy("Nêu kiến nghị, đề xuất với cấp trên; không có thì ghi “Không”"),
        must=True,
    ),
)
BY_CODE = {place.code: place for place in PLACES}
