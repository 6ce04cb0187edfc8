"""Forms of a Party document, versioned: sizes, margins, and where each rule comes from. Pure.

A report names its style and keeps it, so an issued report looks the same when a newer guide has
come. A new guide becomes a new entry of `STYLES`; an old one is never changed.
"""

from dataclasses import dataclass

from survey_app.campaigns import document_styles
from survey_app.errors import Invalid
from survey_app.i18n import _

# Sources of the rules below.
GUIDE_36 = "Hướng dẫn 36-HD/VPTW, 03/4/2018, phụ lục"
GUIDE_36_SAID = "Hướng dẫn 36-HD/VPTW, 03/4/2018 (theo lời kể, chưa đối chiếu bản gốc)"
HANDBOOK = "Sổ tay nghiệp vụ của một đảng ủy khối"
CUSTOM = "thể thức thường dùng, chưa có văn bản đối chiếu"


@dataclass(frozen=True)
class Margins:
    """Margins of a portrait page in millimetres; `mirrored`: left is the inner edge."""

    top: int
    bottom: int
    left: int
    right: int
    mirrored: bool = False


@dataclass(frozen=True)
class Sizes:
    """Sizes of the parts in points."""

    party: float = 15
    superior: float = 14
    issuer: float = 14
    number: float = 14
    place: float = 14
    type_name: float = 16
    subject: float = 14
    body: float = 14
    heading: float = 14
    signing: float = 14
    recipients_title: float = 14
    recipients: float = 12
    table: float = 11
    annex: float = 9.5


@dataclass(frozen=True)
class DocumentStyle:
    """One form. `rules` says of each rule what it is and who says so."""

    code: str
    label: str
    margins: Margins
    rules: tuple[tuple[str, str], ...]
    sizes: Sizes = Sizes()
    font: str = "Times New Roman"

    @property
    def text_width(self) -> int:
        """Width of a portrait page between its margins, in millimetres."""
        return A4[0] - self.margins.left - self.margins.right


A4 = (210, 297)  # millimetres
_COMMON = (
    ("Times New Roman, bảng mã Unicode (TCVN 6909:2001), khổ A4", GUIDE_36),
    ("ĐẢNG CỘNG SẢN VIỆT NAM: in hoa, 15, đậm, bên phải; dưới có đường kẻ dài bằng chữ", GUIDE_36),
    ("Cơ quan cấp trên: in hoa, 14, đứng; cơ quan ban hành: in hoa, 14, đậm", GUIDE_36),
    ("Dấu * dưới tên cơ quan ban hành", GUIDE_36),
    ("Số, ký hiệu: 14, đứng; địa điểm, ngày tháng: 14, nghiêng, bên phải", GUIDE_36),
    ("Tên loại: in hoa, 15-16, đậm; trích yếu: 14-15, đậm; nội dung: 14-15", GUIDE_36),
    ("Phụ lục đánh số Ả Rập khi có từ hai phụ lục", GUIDE_36),
    ("T/M ĐẢNG ỦY đậm, BÍ THƯ đứng, họ tên đậm, không ghi học hàm, học vị", CUSTOM),
    ("Nơi nhận: 14, gạch chân; từng nơi 12", CUSTOM),
)
STYLES: dict[str, DocumentStyle] = {
    style.code: style
    for style in (
        DocumentStyle(
            document_styles.DEFAULT,
            document_styles.LABELS[document_styles.DEFAULT],
            Margins(20, 20, 30, 15),
            (
                *_COMMON,
                ("Lề trên 20, dưới 20, trái 30, phải 15 mm", GUIDE_36_SAID),
                ("Số trang từ trang 2, ở giữa, phía trên", HANDBOOK),
            ),
        ),
        DocumentStyle(
            document_styles.HANDBOOK,
            document_styles.LABELS[document_styles.HANDBOOK],
            Margins(25, 25, 35, 15, mirrored=True),
            (
                *_COMMON,
                ("Lề trên 25, dưới 25, trái 35, phải 15 mm; mặt sau đối xứng", HANDBOOK),
                ("Số trang từ trang 2, ở giữa, phía trên", HANDBOOK),
            ),
        ),
    )
}


def style_of(code: str) -> DocumentStyle:
    """Return the style of this code.

    Raises:
        Invalid: there is none.
    """
    try:
        return STYLES[code]
    except KeyError:
        raise Invalid(_("Không có thể thức văn bản nào mang mã “%(code)s”.", code=code)) from None


def default_style(wanted: str) -> str:
    """Return the code of the form a campaign asks for, or of the first one when it is unknown."""
    return wanted if wanted in STYLES else document_styles.DEFAULT
