"""What a cell types: read without guessing, shown as it was, never 0 for nothing."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.cell_reports.answers import field_name, missing, read, show
from survey_app.cell_reports.wording import changes, in_own_language, words_of
from survey_app.i18n import speaking
from survey_app.questions.canonical import content_hash
from survey_app.questions.checks import check
from survey_app.questions.formats import read as read_file
from survey_app.questions.formats import write
from survey_app.questions.schema import QuestionDocument

PATH = Path(__file__).parents[3] / "quizzes" / "bao-cao-chi-bo.yaml"
DOCUMENT = read_file(PATH.read_bytes()).to_document()
IDS = """trien-khai-ngay trien-khai-so-nguoi hoat-dong hoat-dong-khac tin-bai tin-bai-lien-ket
truc-quan truc-quan-ngay quan-chung-uu-tu guong-dien-hinh kien-nghi""".split()
ROWS = (
    """giao-luu toa-dam gap-mat sinh-hoat-chi-bo doan-the van-hoa-the-thao thi-dua khac""".split()
)


def one(question_id: str, text: str):
    found = read(DOCUMENT, {field_name(question_id): [text]})
    return found.values.get(question_id), [problem.where for problem in found.problems]


def test_the_shipped_set_is_what_figures_are_read_from() -> None:
    assert [question.id for question in DOCUMENT.questions] == IDS
    activities = DOCUMENT.question("hoat-dong")
    assert activities is not None and activities.type == "counts"
    assert [row.id for row in activities.rows] == ROWS
    assert [choice.id for choice in activities.choices] == ["so-cuoc", "so-nguoi"]
    assert all(question.hint for question in DOCUMENT.questions)
    found = check(DOCUMENT)
    assert (found.errors, found.hints) == ((), ())
    assert content_hash(read_file(write(DOCUMENT)).to_document()) == content_hash(DOCUMENT)


def test_it_says_that_the_plan_does_not_order_it() -> None:
    assert "không quy định" in DOCUMENT.note
    assert all(place in DOCUMENT.note for place in ("V.1", "III", "II.2", "II.4"))


@pytest.mark.parametrize(
    "typed",
    [
        "6/3/2024",
        "06-03-2024",
        "06.03.2024",
        "2024-03-06",
        " 6/3/2024 ",
        "ngày 06 tháng 3 năm 2024",
        "6 tháng 3 năm 2024",
    ],
)
def test_days_as_people_write_them(typed: str) -> None:
    assert one("trien-khai-ngay", typed) == ("2024-03-06", [])


@pytest.mark.parametrize("typed", ["31/2/2024", "6/3/24", "hôm qua", "6/3", "6/3/0024", "2024"])
def test_no_day_is_told_at_its_field(typed: str) -> None:
    assert one("trien-khai-ngay", typed) == (None, ["q_trien-khai-ngay"])


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0", 0),
        ("12", 12),
        ("1.234", 1234),
        ("1,234", 1234),
        ("1 234", 1234),
        ("012", 12),
        ("1.234.567", 1234567),
        (" 7 ", 7),
    ],
)
def test_numbers_as_people_write_them(typed: str, number: int) -> None:
    assert one("tin-bai", typed) == (number, [])


@pytest.mark.parametrize(
    "typed",
    [
        "-1",
        "1.5",
        "1,5",
        "0.123",
        "mười",
        "1.23.456",
        "1.234,567",
        "१२",
        "1e3",
        "12 người",
        "9" * 10,
        "1.2345",
    ],
)
def test_what_is_no_whole_number_is_never_guessed(typed: str) -> None:
    assert one("tin-bai", typed) == (None, ["q_tin-bai"])


@pytest.mark.parametrize("blank", ["", "  ", "\n"])
def test_a_blank_stays_absent_and_is_not_0(blank: str) -> None:
    names = [field_name(name) for name in IDS if name != "hoat-dong"]
    names += [field_name("hoat-dong", row, "so-cuoc") for row in ROWS]
    found = read(DOCUMENT, {name: [blank] for name in names})
    assert (found.values, found.problems) == ({}, ())
    assert [question.id for question in missing(DOCUMENT, found.values)] == IDS


def test_counts_keep_what_is_there_and_0_is_0() -> None:
    posted = {
        field_name("hoat-dong", "giao-luu", "so-cuoc"): ["0"],
        field_name("hoat-dong", "khac", "so-nguoi"): ["1.200"],
        field_name("hoat-dong", "gap-mat", "so-cuoc"): [""],
        field_name("hoat-dong", "toa-dam", "so-cuoc"): ["vài"],
    }
    found = read(DOCUMENT, posted)
    assert found.values == {"hoat-dong": {"giao-luu": {"so-cuoc": 0}, "khac": {"so-nguoi": 1200}}}
    assert [item.where for item in found.problems] == [
        field_name("hoat-dong", "toa-dam", "so-cuoc")
    ]


def test_what_is_of_another_form_or_twice_is_refused() -> None:
    assert read(DOCUMENT, {"q_khong-co": ["1"]}).problems
    assert read(DOCUMENT, {"csrf_token": ["1"]}).problems == ()
    assert one("truc-quan", "da") == ("da", [])
    assert one("truc-quan", "khong")[1] == ["q_truc-quan"]
    assert read(DOCUMENT, {"q_tin-bai": ["1", "2"]}).problems[0].where == "q_tin-bai"


def test_texts_are_cleaned_and_not_cut() -> None:
    assert one("kien-nghi", "  Hai dòng\r\nvà nữa \x07 ") == ("Hai dòng\nvà nữa", [])
    assert one("kien-nghi", "a" * 2000) == ("a" * 2000, [])
    assert one("kien-nghi", "a" * 2001) == (None, ["q_kien-nghi"])
    assert one("kien-nghi", "a" * 10**6)[1] == ["q_kien-nghi"]


whole = st.integers(0, 999_999_999)
values = st.fixed_dictionaries(
    {},
    optional={
        "trien-khai-ngay": st.dates(
            min_value=date(1990, 1, 1),
            max_value=date(2099, 12, 31),
        ).map(lambda day: day.isoformat()),
        "tin-bai": whole,
        "truc-quan": st.sampled_from(["da", "chua"]),
        "kien-nghi": st.text("ab đ\n", min_size=1)
        .map(str.strip)
        .filter(lambda text: bool(text) and all(line == line.strip() for line in text.split("\n"))),
        "hoat-dong": st.dictionaries(
            st.sampled_from(ROWS),
            st.dictionaries(st.sampled_from(["so-cuoc", "so-nguoi"]), whole, min_size=1),
            min_size=1,
        ),
    },
)


@given(values)
def test_what_is_shown_is_read_back(stored: dict) -> None:
    found = read(DOCUMENT, show(DOCUMENT, stored))
    assert (found.values, found.problems) == (stored, ())
    assert changes(DOCUMENT, stored, found.values) == ()


@given(values, values)
def test_changes_name_exactly_what_differs(before: dict, after: dict) -> None:
    found = changes(DOCUMENT, before, after)
    assert bool(found) == (before != after)
    assert all(change.before != change.after for change in found)


@given(st.dictionaries(st.sampled_from([field_name(name) for name in IDS]), st.lists(st.text())))
def test_anything_may_be_typed(posted: dict) -> None:
    found = read(DOCUMENT, posted)
    told = {problem.where for problem in found.problems}
    assert all(field_name(name) not in told for name in found.values)


def test_words_in_both_languages() -> None:
    activities = DOCUMENT.question("hoat-dong")
    assert activities is not None
    given = {"giao-luu": {"so-cuoc": 2, "so-nguoi": 1240}}
    assert words_of(activities, given) == "Giao lưu: số cuộc 2, số lượt người 1.240"
    assert words_of(activities, None) == ""
    with speaking("en"):
        english = in_own_language(DOCUMENT)
        one_english = english.question("hoat-dong")
        assert one_english is not None and one_english.hint.startswith("First the number")
        assert words_of(one_english, given) == "Exchanges: events 2, attendances 1,240"
        assert english.sections[0].title == "Roll-out of the plan"


def document_with(**question: object) -> QuestionDocument:
    content = {"id": "q1", "text": "Bao nhiêu?", "type": "numeric", **question}
    return QuestionDocument.model_validate(
        {"kind": "cell_report", "title": "x", "questions": [content]}
    )


TWO = [{"id": "a", "text": "A"}, {"id": "b", "text": "B"}]


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ({"type": "matrix", "choices": TWO, "rows": TWO}, "not_answerable"),
        ({"type": "single", "choices": TWO, "key": "a"}, "key_in_report"),
        ({"required": True}, "required_in_report"),
        ({"type": "single", "choices": [TWO[0], {**TWO[1], "other": True}]}, "special_in_report"),
        ({"range": {"min": "0.5"}}, "range_not_whole"),
        ({"range": {"min": "-1"}}, "range_not_whole"),
        ({"range": {"min": "5", "max": "1"}}, "empty_range"),
        ({"type": "counts", "choices": TWO}, "no_rows"),
        (
            {"type": "counts", "choices": TWO, "rows": [TWO[0], {"id": "c", "text": "a"}]},
            "repeated_row",
        ),
        ({"type": "counts", "rows": TWO}, "too_few_choices"),
    ],
)
def test_what_a_report_cannot_take_is_said(question: dict, code: str) -> None:
    assert code in {problem.code for problem in check(document_with(**question)).errors}


def test_a_report_needs_no_key_no_source_and_one_column_is_a_table() -> None:
    document = document_with(type="counts", choices=TWO[:1], rows=TWO, hint="Ghi số.")
    assert check(document).errors == ()


def test_hints_are_for_reports_only() -> None:
    document = document_with(hint="Ghi số.").model_copy(update={"kind": "feedback"})
    assert "only_in_reports" in {problem.code for problem in check(document).errors}


def test_a_range_holds() -> None:
    document = document_with(range={"min": "1", "max": "5"})
    for typed, fine in (("0", False), ("1", True), ("5", True), ("6", False)):
        assert (not read(document, {"q_q1": [typed]}).problems) is fine
