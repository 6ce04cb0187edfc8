"""Who and what the sample is made of. Everybody in it is invented; addresses end in `.example`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[2]
QUIZZES = ROOT / "quizzes"
CAMPAIGN = QUIZZES / "campaigns" / "ke-hoach-422.yaml"
ROSTERS = tuple(
    (ROOT / "survey_app" / "people" / "sample" / name, kind)
    for name, kind in (("dang-vien.csv", "party_member"), ("quan-chung.csv", "non_member"))
)
CONTACT = {"contact_name": "Nguyễn Văn Mẫu (dữ liệu mẫu)", "contact_phone": "0900 000 000"}
REFUSED_DOMAIN = "hop-thu-cu.example"  # the local mail server knows nobody there
_LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


def at(text: str) -> datetime:
    """Return the moment of `2024-09-18 09:00`, a clock time in Lạng Sơn."""
    return datetime.fromisoformat(text).replace(tzinfo=_LOCAL).astimezone(UTC)


def dice(name: object) -> Random:
    """Return the dice of a round or a person: they fall the same way every time."""
    return Random(f"422-{name}")  # noqa: S311 (a story, no secret)


BEGINS = at("2024-08-26 08:00")
EXEMPT = "Nghỉ ốm dài ngày theo quyết định số 31"
MOVED = "Điều động theo quyết định số 12"
TO_DECIDE = "Điều động theo quyết định số 14"
FREEZING_NOTE = "Trước buổi giao ban của Đảng ủy"
NOW = at("2024-09-18 09:00")  # nine days before the anniversary


@dataclass(frozen=True)
class Account:
    """A staff account of the sample. `key` names it in addresses, `label` on the terminal."""

    key: str
    email: str
    name: str
    label: str
    roles: tuple[str, ...]
    cell: int | None = None


ORGANISER = Account(
    "organiser",
    "to-chuc@so-mau.example",
    "Hoàng Thị Tổ Chức (mẫu)",
    "Người tổ chức · Organiser",
    ("organiser", "question_approver"),
)
COMMITTEE = Account(
    "committee",
    "cap-uy@so-mau.example",
    "Vi Văn Cấp Ủy (mẫu)",
    "Cấp ủy · Committee",
    ("committee_reviewer", "campaign_monitor"),
)
SECRETARY = Account(
    "secretary",
    "bi-thu-chi-bo-7@so-mau.example",
    "Bế Mai Chi (mẫu)",
    "Bí thư chi bộ · Cell secretary",
    ("cell_secretary",),
    cell=7,
)
ADMINISTRATOR = Account(
    "administrator",
    "quan-tri@so-mau.example",
    "Lộc Văn Quản Trị (mẫu)",
    "Quản trị · Administrator",
    ("administrator",),
)
ACCOUNTS = (ORGANISER, COMMITTEE, SECRETARY, ADMINISTRATOR)


@dataclass(frozen=True)
class Part:
    """A round of the sample: its set, its hours, and how many take part.

    `members` has one number for each of the eight cells, in their order; `others` is for all who
    are no party members; `begun` have answered something and not handed in when the story ends.
    """

    slug: str
    title: str
    question_set: str
    launched: datetime
    closes: datetime
    minutes: int | None
    attempts: int
    members: tuple[int, ...]
    others: int
    begun: int
    reminded: datetime | None = None


FIRST = Part(
    slug="vong-1",
    title="Vòng 1: Kế hoạch 422 và chặng đường 70 năm",
    question_set="ke-hoach-422",
    launched=at("2024-09-05 08:00"),
    closes=at("2024-09-13 17:00"),
    minutes=30,
    attempts=2,
    members=(18, 14, 14, 5, 22, 4, 9, 10),
    others=28,
    begun=0,
    reminded=at("2024-09-10 08:30"),
)
SECOND = Part(
    slug="vong-2",
    title="Vòng 2: Kế hoạch 422 ở chi bộ ta",
    question_set="ke-hoach-422-vong-2",
    launched=at("2024-09-16 08:00"),
    closes=at("2024-09-20 17:00"),
    minutes=None,  # so that what is begun can be gone on with until the round closes
    attempts=1,
    members=(15, 10, 9, 4, 12, 3, 5, 8),
    others=17,
    begun=6,
)


@dataclass(frozen=True)
class FormPart:
    """A form of the sample, about one study session: its hours, and how many have sent it by mail.

    `members` has one number for each of the eight cells, in their order. `papers` more come in on
    paper and are entered together; at `reviewed` some of the texts are read over.
    """

    slug: str
    title: str
    launched: datetime
    closes: datetime
    members: tuple[int, ...]
    papers: int = 0
    papers_entered: datetime | None = None
    reviewed: datetime | None = None


FORM = "gop-y-sinh-hoat-chuyen-de"
COUNTED_FORM = FormPart(
    slug="gop-y-1",
    title="Góp ý buổi sinh hoạt chuyên đề 4/9: Truyền thống 70 năm",
    launched=at("2024-09-04 16:30"),
    closes=at("2024-09-11 17:00"),
    members=(14, 11, 12, 4, 17, 3, 9, 8),
    papers=6,
    papers_entered=at("2024-09-10 14:15"),
    reviewed=at("2024-09-12 08:40"),
)
OPEN_FORM = FormPart(
    slug="gop-y-2",
    title="Góp ý buổi sinh hoạt chuyên đề 16/9: Khát vọng cống hiến",
    launched=at("2024-09-16 16:30"),
    closes=at("2024-09-20 17:00"),  # with round 2, so that one turn of the clock shows both
    members=(10, 8, 8, 3, 13, 2, 8, 7),
)
FORMS = (COUNTED_FORM, OPEN_FORM)

# Study sessions: when and on what; who speaks; where, by turns.
STUDY_SESSIONS = (
    (at("2024-09-04 14:00"), "Truyền thống 70 năm"),
    (at("2024-09-16 14:00"), "Khát vọng cống hiến"),
)
PRESENTER = "Đồng chí báo cáo viên (mẫu)"
PLACES = ("Phòng họp của đơn vị", "Hội trường Sở")

# What the organiser of the sample has written of the report so far; the rest waits.
REPORT_NOTE = "Để lập báo cáo sơ kết"
REPORT = {
    "leadership": "Đảng ủy đã phổ biến Kế hoạch đến các chi bộ, phân công một đồng chí Đảng ủy "
    "viên theo dõi, đôn đốc.\nHằng tuần, Đảng ủy xem số liệu tham gia và trao đổi với bí thư các "
    "chi bộ còn chậm.",
    "merits": "Nhiều chi bộ gắn sinh hoạt chuyên đề với ôn lại truyền thống của Đảng bộ Khối.",
}
