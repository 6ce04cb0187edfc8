"""What holds for every file: only the typed refusal, and nobody vanishes."""

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from survey_app.people.roster import RosterRefused, read_roster
from tests.unit.roster.roster_making import HEADINGS, csv, ods, ods_row, person, xls, xlsx

ROWS = [HEADINGS, *[person(n, f"Lê Thị {chr(65 + n)}") for n in range(1, 9)]]
WHOLE = {"xlsx": xlsx(ROWS), "xls": xls(ROWS), "ods": ods("".join(map(ods_row, ROWS)))}
WHOLE |= {"csv": csv(ROWS), "html": b"<table><tr><td>Name<tr><td>Vi Lan</table>"}
MAGIC = [
    b"",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"<table>",
    b"\xff\xfe",
    b"sep=;\n",
]


def tabs(rows):
    return csv([["" if v is None else v for v in row] for row in rows], "\t")


def reads_or_refuses(data, name):
    try:
        roster = read_roster(data, name)
    except RosterRefused as refused:
        assert refused.problems
        assert refused.message
    else:
        assert roster.as_dict()["sheet"] == roster.sheet


@given(st.sampled_from(MAGIC), st.binary(max_size=3000), st.text(max_size=20))
@settings(deadline=None, max_examples=300)
def test_random_bytes_are_refused_or_read(magic, data, name):
    reads_or_refuses(magic + data, name)


@given(st.text(max_size=2000))
@settings(deadline=None, max_examples=200)
def test_random_text(text):
    reads_or_refuses(text.encode("utf-8", "surrogatepass"), "a.csv")
    reads_or_refuses(f"Họ tên;Email\n{text}".encode("utf-8", "surrogatepass"), "a.csv")
    reads_or_refuses(f"<table><tr><td>{text}".encode("utf-8", "surrogatepass"), "a.xls")


@given(st.sampled_from(sorted(WHOLE)), st.data())
@settings(deadline=None, max_examples=100)
def test_damaged_files(kind, data):
    whole = bytearray(WHOLE[kind])
    for _turn in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        piece = data.draw(st.binary(min_size=0, max_size=8))
        whole[at : at + data.draw(st.integers(0, 8))] = piece
        if not whole:
            break
    reads_or_refuses(bytes(whole), "a." + kind)


SYLLABLES = (
    "Nguyễn Ban Tổ Đoàn Viên Phó Đức Tống Công Vi Lan Chi Bảo Khối Phòng Ma Thị Hoa Bí Thư Trưởng "
    "Thủ Tổng Số Cộng Duyệt Ký Chánh Trạm Đội Văn Ánh Y Blim Niê Quần Chúng"
).split()
NAMES = st.lists(st.sampled_from(SYLLABLES), min_size=2, max_size=4).map(" ".join)
LETTERS = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
ANY_WORDS = st.text(LETTERS, min_size=1, max_size=30).filter(lambda t: any(map(str.isalpha, t)))
NOISE = st.sampled_from(
    [
        [],
        ["Chi bộ Văn phòng: 3 đồng chí"],
        ["II", "Chi bộ Thanh tra"],
        ["Cộng: 3"],
        ["Tổng cộng:", "", "", "", "", "9"],
        ["", "NGƯỜI LẬP DANH SÁCH", "", "", "T/M CHI BỘ"],
        ["", "", "", "", "Lạng Sơn, ngày 01 tháng 3 năm 2024"],
        HEADINGS,
    ]
)


@st.composite
def people(draw):
    name = draw(NAMES | ANY_WORDS)
    number = draw(st.sampled_from(["", 1, 12]))
    birth = draw(st.sampled_from(["", "25/03/1980", "1980", "sai"]))
    mail = draw(st.sampled_from(["", "a@x.example", "không có"]))
    return [number, name, birth, draw(st.sampled_from(["", "Chi bộ A"])), mail, ""]


@given(st.lists(people() | NOISE, max_size=12))
@example([[1, '"Vi Lan', "", "", "", ""], [2, 'Ma Hoa"', "", "", "", ""]])
@example([["", "Ban Thị Hoa"], ["", "NGƯỜI LẬP"], ["", "Vi Lan"]])
@settings(deadline=None, max_examples=400)
def test_nobody_vanishes(rows):
    """Each line with a name is a person, or a problem names its row, or it is a heading line."""
    roster = read_roster(tabs([HEADINGS, *rows]), "a.csv")
    found = {one.row for one in roster.people}
    found |= {int(n) for p in roster.problems for n in re.findall(r"dòng (\d+)", p.where or "")}
    for number, row in enumerate(rows, start=2):
        if len(row) != len(HEADINGS) or row == HEADINGS or not row[1].strip():
            continue
        certain = bool(row[0]) or row[2][-4:].isdigit() or "@" in row[4]
        if certain or not is_heading_line(row[1]):
            assert number in found, row


def is_heading_line(text):
    return re.match(
        r"(tổng|cộng|bí thư|thủ trưởng|duyệt|ký|chánh|phó|trưởng)", text.strip().lower()
    )
