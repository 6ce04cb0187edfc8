"""What a single cell says: names, dates, telephone numbers, addresses, marks."""

import unicodedata
from datetime import UTC, date, datetime

import pytest

from survey_app import clock
from survey_app.people.roster.dates import order_doubt, read_birth
from survey_app.people.roster.fields import read_email, read_kind, read_name, says_probationary
from survey_app.people.roster.phones import read_phone
from tests.unit.roster.roster_making import HEADINGS, csv, person, xlsx


@pytest.fixture(autouse=True)
def in_2024():
    clock.use_source(lambda: datetime(2024, 9, 18, tzinfo=UTC))
    yield
    clock.use_source(None)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  Lê  Hồng  Lan ", "Lê Hồng Lan"),
        ("HOÀNG NGỌC LÂM", "Hoàng Ngọc Lâm"),
        ("nguyễn văn an", "Nguyễn Văn An"),
        (unicodedata.normalize("NFD", "BẾ NGỌC THÚY"), "Bế Ngọc Thúy"),
        ("Đ/c Lý Đức Quân", "Lý Đức Quân"),
        ("đ/c Lý Đức Quân", "Lý Đức Quân"),
        ("Đ/C LÝ ĐỨC QUÂN", "Lý Đức Quân"),
        ("Đồng chí Vi Lan", "Vi Lan"),
        ("Ông Vi Văn Nam", "Vi Văn Nam"),
        ("Bà: Vi Thị Lan", "Vi Thị Lan"),
        ("ThS. Ma Thị Hoa", "Ma Thị Hoa"),
        ("PGS.TS. Ma Thị Hoa", "Ma Thị Hoa"),
        ("TS Ma Thị Hoa", "Ma Thị Hoa"),
        ("KS.Lý Thị Hà", "Lý Thị Hà"),
        ("Bàng Thị Bà", "Bàng Thị Bà"),
        ("Vi Lan", "Vi Lan"),
        ("Y Blim Niê", "Y Blim Niê"),
        ("Y BLIM NIÊ", "Y Blim Niê"),
        ("Nguyễn Văn A", "Nguyễn Văn A"),
        ("H'Hen Niê", "H'Hen Niê"),
        ("Hoà Thuỷ", "Hoà Thuỷ"),
        ("Lê\u00a0Thị\u200b Lan", "Lê Thị Lan"),
    ],
)
def test_names(text, name):
    assert read_name(text).value == name
    assert read_name(text).trouble is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Nguy?n V?n An", "letters_lost"),
        ("Tr\ufffdn An", "letters_lost"),
        ("NguyÔn V¨n An", "legacy_font"),
        ("Trung \u00ad¬ng", "legacy_font"),
        ("Nguyễn Văn An 2", "name_odd"),
        ("Lê Lan (nữ)", "name_odd"),
        ("Lan", "name_short"),
    ],
)
def test_doubtful_names_stay_and_are_flagged(text, code):
    assert read_name(text).value
    assert read_name(text).trouble[0] == code


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(1980, 3, 5), date(1980, 3, 5)),
        (datetime(1980, 3, 5, 7, 0), date(1980, 3, 5)),  # noqa: DTZ001
        ("05/03/1980", date(1980, 3, 5)),
        ("5/3/1980", date(1980, 3, 5)),
        ("5/3/80", date(1980, 3, 5)),
        ("5/3/05", date(2005, 3, 5)),
        ("5/3/24", None),
        ("05.03.1980", date(1980, 3, 5)),
        ("05-03-1980", date(1980, 3, 5)),
        ("05 - 03 - 1980", date(1980, 3, 5)),
        ("' 05/03/1980", date(1980, 3, 5)),
        (" 05/03/1980 00:00:00 ", date(1980, 3, 5)),
        ("1980-03-05", date(1980, 3, 5)),
        ("ngày 5 tháng 3 năm 1980", date(1980, 3, 5)),
        ("05/03/1980.", date(1980, 3, 5)),
    ],
)
def test_dates_of_birth(value, expected):
    birth = read_birth(value)
    if expected is None:
        assert birth.trouble or birth.day == date(1924, 3, 5)
        return
    assert (birth.day, birth.year, birth.trouble) == (expected, expected.year, None)


@pytest.mark.parametrize("value", [1980, 1980.0, "1980", "03/1980", date(1905, 6, 2)])
def test_only_the_year(value):
    birth = read_birth(value)
    assert (birth.day, birth.year, birth.trouble) == (None, 1980, None)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("31/02/1980", "birth_bad"),
        ("khoảng 1980", "birth_bad"),
        ("05/13/1980", "birth_month_first"),
        ("05/03/1880", "birth_implausible"),
        (date(2023, 1, 1), "birth_implausible"),
        (12.5, "birth_bad"),
        (True, "birth_bad"),
        (99, "birth_bad"),
    ],
)
def test_dates_that_are_none(value, code):
    birth = read_birth(value)
    assert (birth.day, birth.year) == (None, None)
    assert birth.trouble[0] == code


def test_a_date_left_as_a_number_is_read_and_flagged():
    birth = read_birth(29285.0)
    assert birth.day == date(1980, 3, 5)
    assert birth.trouble[0] == "birth_serial"


@pytest.mark.parametrize(
    ("values", "doubt"),
    [
        (["05/03/1980", "07/04/1981"], True),
        (["05/03/1980", "25/04/1981"], False),
        ([date(1980, 3, 5), "25/04/1981"], True),
        ([date(1980, 3, 25), "05/04/1981"], False),
        ([date(1980, 3, 5), date(1980, 4, 6)], True),
        (["25/04/1981", "04/25/1981"], True),
        (["1980-03-05"], False),
        ([1980, 1981], False),
        ([], False),
    ],
)
def test_month_before_day(values, doubt):
    assert bool(order_doubt([read_birth(value) for value in values])) is doubt


def test_the_doubt_is_asked_about_the_whole_list(read):
    roster = read(xlsx([HEADINGS, person(1, "Lê Lan", "05/03/1980")]))
    assert "birth_order" in [problem.code for problem in roster.problems]
    assert roster.people[0].birth_date == date(1980, 3, 5)


@pytest.mark.parametrize("base_1904", [False, True])
def test_both_calendars_of_excel(read, base_1904):
    data = xlsx([HEADINGS, person(1, "Lê Lan", date(1980, 3, 25))], date_1904=base_1904)
    assert read(data).people[0].birth_date == date(1980, 3, 25)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("0912345678", "+84912345678"),
        (912345678.0, "+84912345678"),
        (912345678, "+84912345678"),
        ("912345678", "+84912345678"),
        ("0912.345.678", "+84912345678"),
        ("0912 345 678", "+84912345678"),
        ("0912-345-678", "+84912345678"),
        ("(+84) 912 345 678", "+84912345678"),
        ("+84912345678", "+84912345678"),
        ("84912345678", "+84912345678"),
        ("+84 0912345678", "+84912345678"),
        ("0084912345678", "+84912345678"),
        ("'0912345678", "+84912345678"),
        ("ĐT: 0912345678", "+84912345678"),
        ("0205.3812.345", "+842053812345"),
        ("02438123456", "+842438123456"),
        ("+12025550123", "+12025550123"),
        ("0912345678; 0912.345.678", "+84912345678"),
    ],
)
def test_phones(value, number):
    phone = read_phone(value)
    assert (phone.number, phone.trouble) == (number, None)


@pytest.mark.parametrize(
    ("value", "number", "code"),
    [
        ("0912345678 / 0987654321", "+84912345678", "phone_two"),
        ("0912345678, 0987654321", "+84912345678", "phone_two"),
        ("0912345678\n0987654321", "+84912345678", "phone_two"),
        ("0912345678 - 0987654321", "+84912345678", "phone_two"),
        ("09123456780987654321", "+84912345678", "phone_two"),
        ("0912345678, 123", "+84912345678", "phone_partly"),
        ("091234567", None, "phone_bad"),
        ("0112345678", None, "phone_bad"),
        ("9.12E+08", None, "phone_bad"),
        ("không có", None, "phone_bad"),
        ("01621234567", "+84321234567", "phone_old"),
    ],
)
def test_doubtful_phones(value, number, code):
    phone = read_phone(value)
    assert (phone.number, phone.trouble[0]) == (number, code)


OLD_AND_NEW = (
    "0162:032 0163:033 0164:034 0165:035 0166:036 0167:037 0168:038 0169:039 0120:070 0121:079 "
    "0122:077 0126:076 0128:078 0123:083 0124:084 0125:085 0127:081 0129:082 0186:056 0188:058 "
    "0199:059"
)


@pytest.mark.parametrize("pair", OLD_AND_NEW.split())
def test_eleven_digits_get_their_new_form_and_a_flag(pair):
    old, new = pair.split(":")
    phone = read_phone(f"{old}1234567")
    assert phone.number == f"+84{new[1:]}1234567"
    assert phone.trouble[0] == "phone_old"
    assert f"{new}1234567" in phone.trouble[1]


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("an@coquan.example", "an@coquan.example"),
        ("  AN.NV@COQUAN.EXAMPLE ", "an.nv@coquan.example"),
        ("mailto:an@coquan.example", "an@coquan.example"),
        ("<an@coquan.example>;", "an@coquan.example"),
    ],
)
def test_addresses(text, email):
    assert (read_email(text).value, read_email(text).trouble) == (email, None)


@pytest.mark.parametrize(
    "text", ["an", "an@", "an@coquan", "a n@x.example", "án@x.example", "a@@b.vn"]
)
def test_broken_addresses(text):
    assert read_email(text).value is None
    assert read_email(text).trouble[0] == "email_bad"


def test_two_addresses_in_a_cell():
    found = read_email("an@x.example; binh@x.example")
    assert (found.value, found.trouble[0]) == ("an@x.example", "email_two")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Đảng viên", "party_member"),
        ("ĐV", "party_member"),
        ("DANH SÁCH ĐẢNG VIÊN", "party_member"),
        ("Đảng viên dự bị", "party_member"),
        ("Quần chúng", "non_member"),
        ("QC", "non_member"),
        ("CCVCLĐ", "non_member"),
        ("Chưa là đảng viên", "non_member"),
        ("Danh sách đảng viên và quần chúng", None),
        ("Danh sách", None),
        ("party_member", "party_member"),
    ],
)
def test_kinds(text, kind):
    assert read_kind(text) == kind


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("ĐV dự bị", True),
        ("đảng viên Dự bị", True),
        ("ĐVDB", True),
        ("DB", True),
        ("hết dự bị", False),
        ("chính thức", False),
        ("", False),
    ],
)
def test_probation(text, says):
    assert says_probationary(text) is says


def kinds(roster):
    return [one.kind for one in roster.people]


def test_a_line_weighs_more_than_the_chosen_kind(read):
    rows = [["Họ và tên", "Đối tượng"], ["Lê Lan", "Đảng viên"], ["Vi Nam", ""], ["Ma An", "QC"]]
    roster = read(xlsx(rows), kind="non_member")
    assert kinds(roster) == ["party_member", "non_member", "non_member"]
    assert [one.problems[0].code for one in roster.people if one.problems] == ["kind_differs"]


def test_a_ticked_column(read):
    rows = [["Họ và tên", "Đảng viên"], ["Lê Lan", "x"], ["Vi Nam", ""]]
    roster = read(xlsx(rows))
    assert kinds(roster) == ["party_member", None]
    assert next(p for p in roster.problems if p.code == "kind_unknown").where == "dòng 3"


def test_a_ticked_probation_column(read):
    rows = [["Họ và tên", "Đảng viên dự bị"], ["Lê Lan", "x"], ["Vi Nam", ""]]
    roster = read(xlsx(rows), kind="party_member")
    assert [one.probationary for one in roster.people] == [True, False]


def test_where_says_row_and_column(read):
    roster = read(xlsx([["x"], [], HEADINGS, person(mail="sai", phone="12")]))
    wheres = [problem.where for problem in roster.people[0].problems]
    assert wheres == ["dòng 4, cột E", "dòng 4, cột F"]


def test_missing_is_no_problem(read):
    roster = read(xlsx([HEADINGS, person(mail="", phone="-", birth="")]))
    assert roster.people[0].problems == ()
    assert roster.people[0].phone is None


def test_one_person_twice_and_two_of_one_name(read):
    rows = [
        HEADINGS,
        person(1, "Vi Hòa", "25/03/1980"),
        person(2, "Vi Hoà", "25/03/1980"),
        person(3, "Lê Lan", "25/03/1980"),
        person(4, "Lê Lan", "26/03/1980"),
        person(5, "Vi Thúy", "27/03/1980"),
        person(6, "Vi Thùy", "27/03/1980"),
    ]
    roster = read(csv(rows), kind="non_member")
    found = [(problem.code, problem.where) for problem in roster.problems]
    assert found == [("person_twice", "dòng 2, 3"), ("same_name", "dòng 4, 5")]
    assert len(roster.people) == 6


def test_codes_stay_text(read):
    rows = [["MSSV", "Họ tên"], [1812701, "Lê Lan"], ["007.b", "Vi Nam"]]
    assert [one.member_code for one in read(xlsx(rows)).people] == ["1812701", "007.b"]
