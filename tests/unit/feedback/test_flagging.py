"""What in a text may give somebody away is marked; what only looks like it mostly is not."""

import pytest

from survey_app.feedback.flagging import NameBook, blanked, pieces

PEOPLE = ["Nguyễn Văn An", "Đoàn Văn Hòa", "Vi Thị Sơn", "Hoàng Đạt", "Ma Thị Páo"]
CELLS = ["Chi bộ Một", "Chi bộ Quản lý đất đai", "Văn phòng"]
BOOK = NameBook.of(PEOPLE, CELLS)


def marked(text):
    return [(text[flag.start : flag.end], flag.kind) for flag in BOOK.flags(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cảm ơn Nguyễn Văn An.", [("Nguyễn Văn An", "name")]),
        ("cam on nguyen van an nhe", [("nguyen van an", "name")]),
        ("NGUYỄN VĂN AN nói hay", [("NGUYỄN VĂN AN", "name")]),
        ("Bài của Văn Hòa hay.", [("Văn Hòa", "name")]),
        ("bài của văn hoà hay", [("văn hoà", "name")]),  # the other way to place the tone
        ("Bài của đ/c Hòa hay", [("Hòa", "name")]),
        ("đồng chí Páo nói nhỏ", [("Páo", "name")]),
        ("chị hoa noi hay", [("hoa", "name")]),
        ("Hôm ấy Đạt điều hành tốt", [("Đạt", "name")]),
        ("Hoàng Đạt điều hành", [("Hoàng Đạt", "name")]),
        ("Đề nghị chi bo mot họp sớm", [("chi bo mot", "cell")]),
        ("bên Quản lý Đất đai đến muộn", [("Quản lý Đất đai", "cell")]),
        (
            "gọi 0912 345 678 hoặc +84912345678",
            [("0912 345 678", "phone"), ("+84912345678", "phone")],
        ),
        ("viết về an.nv@so-mau.example nhé", [("an.nv@so-mau.example", "address")]),
    ],
)
def test_names_cells_numbers_and_addresses_are_marked(text, expected):
    assert marked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Đưa văn hóa các dân tộc vào bài.",
        "Bài nói về xứ Lạng Sơn rất hay",  # a capital beside a capital
        "An toàn là trên hết. Hòa thuận nữa.",  # the first word of a sentence
        "đạt yêu cầu",
        "mua 20 quyển, 1500000 đồng, ngày 20/9/2024",
        "Nhớ mở cửa sổ.",
    ],
)
def test_plain_words_are_not(text):
    assert marked(text) == []


def test_ready_made_words_have_gaps_and_the_pieces_make_up_the_text():
    text = "Đồng chí Hòa (0912345678) và Nguyễn Văn An."
    flags = BOOK.flags(text)
    assert blanked(text, flags) == "Đồng chí […] ([…]) và […]."
    assert "".join(piece for piece, _kind in pieces(text, flags)) == text
    assert [kind for _piece, kind in pieces(text, flags) if kind] == ["name", "phone", "name"]
