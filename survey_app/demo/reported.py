"""What the cells of the sample report, and who writes it. All of it is invented."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias

from survey_app.cell_reports.answers import Values
from survey_app.demo import cast
from survey_app.demo.cast import Account, at

SET: Final = "bao-cao-chi-bo"
_NAMES: Final = (
    "Lương Thị Một (mẫu)",
    "Triệu Văn Hai (mẫu)",
    "Hà Thị Ba (mẫu)",
    "Lý Văn Bốn (mẫu)",
    "Đàm Thị Năm (mẫu)",
    "Hứa Văn Sáu (mẫu)",
)
SECRETARIES: Final = {
    number: Account(
        f"secretary-{number}",
        f"bi-thu-chi-bo-{number}@so-mau.example",
        name,
        f"Bí thư chi bộ {number} · Secretary of cell {number}",
        ("cell_secretary",),
        cell=number,
    )
    for number, name in enumerate(_NAMES, 1)
} | {7: cast.SECRETARY}


Sent: TypeAlias = tuple[int, datetime, Values]  # which cell, when, what
Proposed: TypeAlias = tuple[int, datetime, dict[str, str]]


@dataclass(frozen=True)
class Part:
    """A period of the sample. `sent` is cell -> (when, what) of each report, in order."""

    slug: str
    title: str
    launched: datetime
    closes: datetime
    sent: tuple[Sent, ...]
    drafts: tuple[Sent, ...] = ()
    reopened: tuple[tuple[int, datetime, datetime, str], ...] = field(default=())


def _named(given: Values) -> Values:
    """Return the same by ids, which have `-` where a keyword has `_`."""
    return {name.replace("_", "-"): value for name, value in given.items()}


def _report(day: str, present: int, **more: Any) -> Values:
    """Return a report: the day of the roll-out and who was there, `more` by id with `_` for `-`."""
    return {"trien-khai-ngay": day, "trien-khai-so-nguoi": present, **_named(more)}


def _sent(number: int, moment: str, day: str, present: int, **more: Any) -> Sent:
    """Return what cell `number` wrote at a moment in Lạng Sơn; the rest as in `_report`."""
    return number, at(moment), _report(day, present, **more)


def _counts(**rows: tuple[int, int]) -> dict[str, dict[str, int]]:
    return {
        name.replace("_", "-"): {"so-cuoc": events, "so-nguoi": people}
        for name, (events, people) in rows.items()
    }


_UP: Final[dict[str, Any]] = {"truc_quan": "da", "truc_quan_ngay": "2024-08-30"}
_SEVEN = _report(
    "2024-03-20",
    13,
    hoat_dong=_counts(sinh_hoat_chi_bo=(2, 25), gap_mat=(1, 18), van_hoa_the_thao=(1, 12)),
    hoat_dong_khac="Gặp mặt đảng viên có 40 năm tuổi Đảng ngày 30/8.",
    tin_bai=3,
    quan_chung_uu_tu=1,
    kien_nghi="Đề nghị gửi sớm tài liệu sinh hoạt chuyên đề.",
)

_ONE = ("2024-03-18", 22)  # when the cell rolled the plan out, and how many were there
_FIVE = ("2024-03-19", 26)

FIRST: Final = Part(
    slug="bao-cao-1",
    title="Báo cáo của chi bộ, kỳ 1 (đến 10/9)",
    launched=at("2024-08-28 08:00"),
    closes=at("2024-09-10 17:00"),
    sent=(
        _sent(
            1,
            "2024-09-06 15:10",
            *_ONE,
            hoat_dong=_counts(sinh_hoat_chi_bo=(2, 41), toa_dam=(1, 35), thi_dua=(1, 30)),
            tin_bai=6,
            tin_bai_lien_ket="https://trang-tin.so-mau.example/70-nam",
            quan_chung_uu_tu=1,
            guong_dien_hinh="Bộ phận một cửa: giảm một nửa thời gian trả kết quả.",
            **_UP,
        ),
        _sent(
            2,
            "2024-09-09 09:20",
            *("2024-03-21", 17),
            hoat_dong=_counts(sinh_hoat_chi_bo=(2, 33), giao_luu=(1, 20)),
            tin_bai=2,
            quan_chung_uu_tu=0,
            **_UP,
        ),
        _sent(
            4,
            "2024-09-09 16:45",
            *("2024-03-22", 5),
            hoat_dong=_counts(sinh_hoat_chi_bo=(2, 10)),
            **_UP,
        ),
        _sent(
            5,
            "2024-09-05 10:05",
            *_FIVE,
            hoat_dong=_counts(sinh_hoat_chi_bo=(2, 50), doan_the=(2, 64), van_hoa_the_thao=(1, 28)),
            tin_bai=4,
            quan_chung_uu_tu=1,
            **_UP,
        ),
        _sent(
            6,
            "2024-09-10 08:30",
            *("2024-03-25", 4),
            truc_quan="chua",
            tin_bai=0,
            quan_chung_uu_tu=0,
        ),
        (7, at("2024-09-09 14:40"), _SEVEN),
        # Looked over once more before the closing: two articles came, and the flags are up.
        (7, at("2024-09-10 10:15"), {**_SEVEN, "tin-bai": 5, **_named(_UP)}),
        _sent(
            8,
            "2024-09-10 15:30",
            *("2024-03-20", 12),
            hoat_dong=_counts(sinh_hoat_chi_bo=(1, 12)),
            **_UP,
        ),
        _sent(
            3,
            "2024-09-12 10:20",
            *("2024-03-26", 15),
            hoat_dong=_counts(sinh_hoat_chi_bo=(2, 29), gap_mat=(1, 16)),
            tin_bai=1,
            **_UP,
        ),
    ),
    reopened=((3, at("2024-09-11 09:00"), at("2024-09-12 17:00"), "Bí thư đi công tác dài ngày."),),
)
SECOND: Final = Part(
    slug="bao-cao-2",
    title="Báo cáo của chi bộ, kỳ 2 (đến 20/9)",
    launched=at("2024-09-12 08:00"),
    closes=at("2024-09-20 17:00"),  # with round 2 of the quiz
    sent=(
        _sent(
            1,
            "2024-09-17 15:40",
            *_ONE,
            hoat_dong=_counts(sinh_hoat_chi_bo=(1, 21), van_hoa_the_thao=(1, 18)),
            tin_bai=3,
            quan_chung_uu_tu=1,
            **_UP,
        ),
        _sent(5, "2024-09-17 09:55", *_FIVE, hoat_dong=_counts(doan_the=(1, 31)), tin_bai=2, **_UP),
    ),
    drafts=(_sent(7, "2024-09-17 16:20", "2024-03-20", 13, tin_bai=2),),
)


def _proposed(number: int, moment: str, kind: str, name: str, reason: str) -> Proposed:
    given = {"subject_kind": kind, "subject_name": name, "subject_reason": reason}
    return number, at(moment), given


PROPOSED: Final = (
    _proposed(
        7,
        "2024-09-16 10:30",
        "person",
        "Đồng chí Nông Văn Gương (mẫu)",
        "Sáng kiến số hóa hồ sơ đất đai, rút ngắn thời gian tra cứu.",
    ),
    _proposed(
        1,
        "2024-09-13 09:10",
        "collective",
        "Bộ phận một cửa (mẫu)",
        "Giảm một nửa thời gian trả kết quả, không có hồ sơ quá hạn.",
    ),
)
SUPPORTED: Final = at("2024-09-17 10:00")
ON_PAPER: Final = "Chi bộ nộp bản giấy."
REMARK: Final = "Đưa vào danh sách trình Đảng ủy."
