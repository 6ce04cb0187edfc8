"""Headings, banners, totals and signatures: where the people stand in a sheet."""

from datetime import date

import pytest

from survey_app.people.roster import RosterRefused, is_note
from tests.unit.roster.roster_making import HEADINGS, csv, person, xlsx


def names(roster):
    return [one.full_name for one in roster.people]


def codes(roster):
    return [problem.code for problem in roster.problems]


def said(roster, code):
    return next(problem for problem in roster.problems if problem.code == code)


PARTY_BOOK = [
    ["ĐẢNG ỦY MẪU", "", "", "", "", "", "", ""],
    ["DANH SÁCH ĐẢNG VIÊN", "", "", "", "", "", "", ""],
    ["TT", "Họ và tên", "Ngày, tháng, năm sinh", "", "Dân tộc", "Số thẻ đảng", "Email", "Ghi chú"],
    ["", "", "Nam", "Nữ", "", "", "", ""],
    ["1", "2", "3", "4", "5", "6", "7", "8"],
    ["I. Chi bộ Văn phòng: 2 đồng chí", "", "", "", "", "", "", ""],
    [1, "Đ/c LÊ VĂN NAM", date(1980, 3, 25), "", "Kinh", "12.345", "nam@x.example", ""],
    [2, "Vi Lan", "", "26/4/1981", "Tày", "12.346", "", "ĐV dự bị"],
    ["II. Chi bộ Thanh tra: 2 đồng chí", "", "", "", "", "", "", ""],
    [3, "Ma Thị Hoa", "", "27.5.1982", "Nùng", "12.347", "", ""],
    ["Tổng cộng:", "", "", "", "", "", 4, ""],
    ["", "", "", "", "", "", "Lạng Sơn, ngày 01 tháng 3 năm 2024", ""],
    ["", "NGƯỜI LẬP DANH SÁCH", "", "", "", "", "T/M CHI BỘ", ""],
    ["", "(Ký, ghi rõ họ tên)", "", "", "", "", "BÍ THƯ", ""],
    ["", "Trần Văn Ký", "", "", "", "", "Lê Thị Tên", ""],
]
MERGES = [(2, 2, 2, 3), (2, 0, 3, 0), (2, 1, 3, 1), (5, 0, 5, 7), (8, 0, 8, 7)]


@pytest.mark.parametrize(
    "make", [lambda: xlsx(PARTY_BOOK, merges=MERGES), lambda: csv(PARTY_BOOK, ";")]
)
def test_the_whole_layout_of_an_office(read, make):
    roster = read(make())
    assert names(roster) == ["Lê Văn Nam", "Vi Lan", "Ma Thị Hoa"]
    assert [one.cell for one in roster.people] == ["Chi bộ Văn phòng"] * 2 + ["Chi bộ Thanh tra"]
    assert [one.birth_year for one in roster.people] == [1980, 1981, 1982]
    assert [one.probationary for one in roster.people] == [False, True, False]
    assert {one.kind for one in roster.people} == {"party_member"}
    assert roster.header_rows == (3, 4, 5)
    assert roster.people[0].row == 7
    assert said(roster, "banner_count").where == "dòng 9"
    assert "4 người nhưng danh sách có 3" in said(roster, "total_count").message
    assert "Trần Văn Ký" in said(roster, "rows_skipped").message
    assert all(map(is_note, roster.problems))


def test_sensitive_columns_are_dropped_and_said(read):
    roster = read(xlsx(PARTY_BOOK, merges=MERGES))
    dropped = [p.where for p in roster.problems if p.code == "column_dropped"]
    assert dropped == ["cột E", "cột F"]
    assert "E" not in roster.columns
    assert "12.345" not in str(roster.as_dict())
    assert "Nùng" not in str(roster.as_dict())


@pytest.mark.parametrize(
    "heading",
    "Dân tộc|Tôn giáo|Quê quán|Số thẻ đảng|Số thẻ đảng viên|CCCD|Số CCCD/CMND|CMND|Căn cước|"
    "Mật khẩu|Nơi sinh|Địa chỉ thường trú".split("|"),
)
def test_what_must_not_be_read(read, heading):
    roster = read(xlsx([["Họ và tên", heading], ["Lê Thị Lan", "bí mật"], ["Vi Nam", "bí mật"]]))
    assert codes(roster)[0] == "column_dropped"
    assert "bí mật" not in str(roster.as_dict())


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        *[(h, "full_name") for h in ("Họ và tên", "HỌ TÊN", "Họ  và\ntên", "Họ và tên (*)", "Tên")],
        *[(h, "birth_date") for h in ("Ngày sinh", "Năm sinh", "Ngày, tháng, năm sinh")],
        *[(h, "position") for h in ("Chức vụ", "Chức danh", "Chức vụ/Chức danh")],
        *[(h, "unit") for h in ("Đơn vị", "Phòng, đơn vị", "Đơn vị công tác", "Khoa/phòng")],
        *[(h, "cell") for h in ("Chi bộ", "Chi bộ sinh hoạt", "Gắn với chi bộ")],
        *[(h, "email") for h in ("Email", "E-mail", "Thư điện tử", "Địa chỉ email")],
        *[(h, "phone") for h in ("Điện thoại", "SĐT", "Số ĐT", "ĐT liên lạc")],
        *[(h, "notes") for h in ("Ghi chú", "GHI CHÚ")],
    ],
)
def test_headings(read, heading, field):
    row = ["Mã NV", heading] if field == "full_name" else ["Họ và tên", heading]
    assert read(xlsx([row, ["Lê Lan", "Vi Nam"]])).columns["B"] == field


@pytest.mark.parametrize("heading", ["Lương", "Chồng/vợ", "Họ tên bố", "Tên trường", "Số con"])
def test_an_unknown_column_is_reported_and_not_guessed(read, heading):
    roster = read(xlsx([["Họ và tên", heading], ["Lê Thị Lan", "x@x.example"]]))
    assert roster.columns == {"A": "full_name"}
    assert heading in said(roster, "column_unknown").message
    assert said(roster, "column_unknown").where == "cột B"
    assert roster.people[0].email is None


def test_a_column_without_a_heading_is_reported(read):
    rows = [["Họ và tên", ""], *[["Lê Thị Lan", f"{n} Lê Lợi"] for n in range(5)]]
    assert said(read(xlsx(rows)), "column_unknown").where == "cột B"


@pytest.mark.parametrize(("family", "given"), [("Họ đệm", "Tên"), ("Họ và tên đệm", "Tên")])
def test_a_name_in_two_columns(read, family, given):
    assert names(read(xlsx([[family, given], ["Vi Thị", "Lan"]]))) == ["Vi Thị Lan"]


def test_one_heading_merged_over_both_halves_of_the_name(read):
    rows = [["STT", "Họ và tên", "", "Email"], [1, "Vi Thị", "Lan", ""], [2, "Ma", "Nam", ""]]
    merged = read(xlsx(rows, merges=[(0, 1, 0, 2)]))
    assert names(merged) == ["Vi Thị Lan", "Ma Nam"]
    unmerged = read(csv(rows))
    assert names(unmerged) == ["Vi Thị Lan", "Ma Nam"]
    assert "name_split_guessed" in codes(unmerged)


def test_groups_of_headings_above(read):
    rows = [
        ["TT", "Thông tin cá nhân", "", "Liên hệ", "", "Ghi chú"],
        ["", "Họ và tên", "Năm sinh", "Email", "SĐT", ""],
        [1, "Lê Thị Lan", 1980, "a@x.example", 912345678, ""],
    ]
    merges = [(0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 0, 4), (0, 5, 1, 5)]
    roster = read(xlsx(rows, merges=merges))
    assert roster.header_rows == (1, 2)
    assert roster.people[0].phone == "+84912345678"
    assert roster.columns["F"] == "notes"


def test_a_cell_merged_down_its_people(read):
    rows = [["Họ và tên", "Chi bộ"], ["Lê Lan", "Chi bộ A"], ["Vi Nam", ""], ["Ma Hoa", "Chi bộ B"]]
    roster = read(xlsx(rows, merges=[(1, 1, 2, 1)]))
    assert [one.cell for one in roster.people] == ["Chi bộ A", "Chi bộ A", "Chi bộ B"]
    blank = read(csv(rows))
    assert [one.cell for one in blank.people] == ["Chi bộ A", None, "Chi bộ B"]


def test_a_cell_column_weighs_more_than_the_banner(read):
    rows = [
        ["STT", "Họ và tên", "Chi bộ"],
        ["Chi bộ A"],
        [1, "Lê Lan", ""],
        [2, "Vi An", "Chi bộ B"],
    ]
    assert [one.cell for one in read(xlsx(rows)).people] == ["Chi bộ A", "Chi bộ B"]


@pytest.mark.parametrize(
    "banner",
    [
        ["Chi bộ Văn phòng"],
        ["Chi bộ Văn phòng: 1 đồng chí"],
        ["I", "Chi bộ Văn phòng"],
        ["1", "Chi bộ Văn phòng", "1 đ/c"],
        ["", "Chi bộ Văn phòng (1 đ/c)"],
        ["A. Chi bộ Văn phòng - 01 đảng viên"],
        ["II- Chi bộ Văn phòng gồm 1 đồng chí"],
    ],
)
def test_banners(read, banner):
    roster = read(xlsx([["STT", "Họ và tên", "Ghi chú"], banner, [1, "Lê Lan", ""]]))
    assert [(one.full_name, one.cell) for one in roster.people] == [("Lê Lan", "Chi bộ Văn phòng")]
    assert "banner_count" not in codes(roster)


def test_banners_of_kinds_and_offices(read):
    rows = [
        ["STT", "Họ và tên"],
        ["I. ĐẢNG VIÊN"],
        ["1", "Lê Lan"],
        ["II. QUẦN CHÚNG, NGƯỜI LAO ĐỘNG"],
        ["Phòng Tổng hợp: 1 người"],
        ["2", "Vi Nam"],
    ]
    people = read(xlsx(rows)).people
    assert [(one.kind, one.unit) for one in people] == [
        ("party_member", None),
        ("non_member", "Phòng Tổng hợp"),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "Ban Thị Hoa",
        "Đoàn Viên",
        "Tống Công",
        "Phó Đức Phương",
        "Tổ Văn Nam",
        "Khối Thị Lan",
        "Chi Bảo",
        "Nguyễn Thủ Trưởng",
    ],
)
@pytest.mark.parametrize("number", ["", 7])
def test_names_that_sound_like_headings_are_people(read, name, number):
    rows = [["STT", "Họ và tên", "Email"], [1, "Lê Lan", ""], [number, name, ""], [9, "Vi An", ""]]
    assert names(read(xlsx(rows))) == ["Lê Lan", name, "Vi An"]


def test_a_cell_beside_a_short_name_is_no_banner(read):
    rows = [["STT", "Họ và tên", "Chi bộ"], ["", "A", "Chi bộ A"], ["", "I", "Chi bộ A"]]
    assert names(read(xlsx(rows))) == ["A", "I"]


def test_headings_repeated_on_every_page(read):
    rows = [HEADINGS, person(1, "Lê Lan"), ["DANH SÁCH (tiếp)"], HEADINGS, person(2, "Vi Nam")]
    roster = read(xlsx(rows))
    assert names(roster) == ["Lê Lan", "Vi Nam"]
    assert said(roster, "row_not_understood").where == "dòng 3"


def test_totals_between_the_cells_end_nothing(read):
    rows = [
        ["STT", "Họ và tên"],
        ["Chi bộ A"],
        [1, "Lê Lan"],
        ["Cộng: 1"],
        ["Chi bộ B"],
        [2, "Vi Nam"],
        ["Tổng cộng: 2 đồng chí"],
    ]
    roster = read(xlsx(rows))
    assert [(one.full_name, one.cell) for one in roster.people] == [
        ("Lê Lan", "Chi bộ A"),
        ("Vi Nam", "Chi bộ B"),
    ]
    assert codes(roster) == ["kind_unknown"]


def test_a_bare_list_of_names(read):
    assert names(read(b"H\xe1\xbb\x8d t\xc3\xaan\nL\xc3\xaa Lan\nVi Nam\n", "a.csv")) == [
        "Lê Lan",
        "Vi Nam",
    ]


def test_a_line_without_a_name_is_reported(read):
    roster = read(xlsx([HEADINGS, person(1, ""), person(2, "Vi Nam")]))
    assert names(roster) == ["Vi Nam"]
    assert said(roster, "name_missing").where == "dòng 2"


def test_headings_above_nobody(read):
    assert codes(read(xlsx([HEADINGS]))) == ["nobody"]


@pytest.mark.parametrize("rows", [[["Nguyễn Văn An", "25/03/1980"]], [["Mã", "Điểm"], ["a", 1]]])
def test_no_headings_no_guess(read, rows):
    with pytest.raises(RosterRefused, match="Họ và tên"):
        read(xlsx(rows))


def test_the_cell_of_a_whole_list_stands_in_its_title(read):
    rows = [["CHI BỘ THANH TRA"], ["DANH SÁCH ĐẢNG VIÊN"], ["STT", "Họ và tên"], [1, "Lê Lan"]]
    roster = read(xlsx(rows))
    assert roster.people[0].cell == "CHI BỘ THANH TRA"
    assert "cell_from_title" in codes(roster)


def test_the_json_shape(read):
    shape = read(xlsx([HEADINGS, person()])).as_dict()
    assert set(shape) == {"sheet", "header_rows", "columns", "people", "problems"}
    assert list(shape["people"][0]) == [
        *("row", "full_name", "birth_date", "birth_year", "kind", "probationary", "position"),
        *("unit", "cell", "email", "phone", "problems"),
    ]
    assert shape["people"][0]["birth_date"] == "1980-03-25"
    assert set(shape["problems"][0]) == {"code", "message", "where"}
