"""What the report says of figures: sums, rates of sums, and nothing that nobody has reported."""

from datetime import date

import pytest

from survey_app.i18n import speaking
from survey_app.reports import phrases, wording, wording_rounds
from survey_app.reports.composing import Terms, compose
from survey_app.reports.counting import Table, main_round, turnout_of
from survey_app.reports.document import Figures, Targets
from survey_app.reports.tables import Grid
from tests import factories_figures as made
from tests.reading_docx import plain


def words(figures: Figures, language: str = "vi", **changed: object) -> str:
    values = {"kind": "interim", "style": "vptw36-2018", "language": language} | changed
    terms = Terms(snapshot_number=1, checksum=figures.checksum(), **values)  # type: ignore[arg-type]
    found = compose(figures, terms)
    return plain("\n".join([found.opening, *(getattr(b, "text", "") for b in found.body)]))


def grids(figures: Figures) -> list[Grid]:
    terms = Terms("interim", "vptw36-2018", 1, figures.checksum())
    found = compose(figures, terms)
    short = [block for block in found.body if isinstance(block, Grid)]
    return [*short, *(annex.grid for annex in found.annexes)]


def table(figures: Figures) -> Table:
    return Table(figures, main_round(figures))


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0"), (1, "01"), (9, "09"), (10, "10"), (1234, "1.234")]
)
def test_small_counts_take_a_zero(number: int, said: str) -> None:
    assert phrases.count(number) == said


def test_days_as_on_paper() -> None:
    assert phrases.paper_day(date(2024, 3, 6)) == "06/3/2024"
    assert phrases.paper_day(date(2024, 2, 20)) == "20/02/2024"
    assert phrases.long_day(date(2024, 3, 6)) == "ngày 06 tháng 3 năm 2024"


def test_people_and_attempts_of_a_round() -> None:
    # 1 + … + 8 = 36 of 8 * 10 less one exempt; others 8 * 2 + 1 = 17 of 43; 72 + 17 attempts
    said = plain(wording_rounds.quiz(made.figures().quizzes[0])[0])
    assert said.startswith(
        "Bài thi tìm hiểu trực tuyến “Vòng 1” (02/9/2024 - 07/9/2024): 36/79 đảng viên (45,6 %) "
        "và 17/43 quần chúng, CCVCLĐ (39,5 %) đã làm bài, qua 89 lượt."
    )
    assert "01 người được miễn" in said
    assert "từ 0 đến 9 câu: 12 người; từ 10 đến 15 câu: 41 người" in said


def test_the_rate_of_the_total_is_that_of_the_sums() -> None:
    figures = made.figures()
    short = grids(figures)[0]
    rates = [row[4].value for row in short.rows if row[4].value is not None]
    member = turnout_of(figures.quizzes[0], "party_member")
    assert short.total[4].value == member.done / member.base == 36 / 79
    mean = sum(float(rate) for rate in rates if isinstance(rate, float)) / len(rates)
    assert short.total[4].value != pytest.approx(mean, abs=0.001)


def test_totals_are_the_sums_of_their_columns() -> None:
    short, wide, second = grids(made.figures())
    for grid, columns in ((short, (2, 3, 5, 6, 7)), (wide, (2, 4, 5, 6, 7, 9, 12, 15, 16, 17))):
        for column in columns:
            numbers = [row[column].value for row in grid.rows]
            known = [n for n in numbers if isinstance(n, int)]
            assert grid.total[column].value == sum(known), grid.columns[column].heading
    assert [plain(value.text) for value in second.total][2:] == [
        "80",
        "32",
        "40,0 %",
        "–",
        "–",
        "–",
        "32",
    ]


def test_not_reported_is_named_by_cell_and_is_no_zero() -> None:
    figures = made.figures()
    said = words(figures)
    assert "06/08 chi bộ đã triển khai, quán triệt Kế hoạch, 72 lượt người dự." in said
    assert "Chưa báo cáo: Chi bộ 7; Chi bộ 8." in said
    assert "06/08 chi bộ đã gửi báo cáo, trong đó 01 chi bộ gửi muộn; chưa gửi: Chi bộ 7" in said
    short, wide, _second = grids(figures)
    assert [row[7].text for row in short.rows] == ["1"] * 5 + ["chưa báo cáo"] * 3 + ["–"]
    assert [row[16].text for row in wide.rows] == ["0"] * 5 + ["2", "chưa báo cáo"] + [
        "chưa báo cáo",
        "–",
    ]
    assert all(row[16].value is None for row in wide.rows[6:])


def test_what_nobody_has_reported_is_not_written_as_a_fact() -> None:
    nobody = made.figures(
        returns=tuple(made.CellReturn(cell_id=n, state="missing") for n in range(1, 9)),
        sessions=(),
        recognitions=(),
        forms=(),
        quizzes=(),
    )
    said = words(nobody)
    assert "Chưa chi bộ nào báo cáo việc triển khai, quán triệt Kế hoạch." in said
    assert "Chưa chi bộ nào báo cáo số quần chúng ưu tú" in said
    assert "Chưa chi bộ nào có số liệu về buổi sinh hoạt chuyên đề." in said
    for claim in ("đã tổ chức", "đã giới thiệu", "tin, bài", "cờ", "đã làm bài", " 0 "):
        assert claim not in said
    assert grids(nobody)[0].total[-2].text == "chưa báo cáo"


def test_the_target_in_both_its_scopes() -> None:
    whole = wording.candidates(table(made.figures()))[0]
    assert "đã giới thiệu 02 quần chúng ưu tú để xem xét kết nạp (chỉ tiêu: ít nhất 01)" in whole
    targets = Targets(candidates=1, candidates_scope="each_cell", participation_percent=None)
    each = wording.candidates(table(made.figures(targets=targets)))[0]
    assert "mỗi chi bộ ít nhất 01" in each
    assert "01/08 chi bộ đạt chỉ tiêu." in each


def test_the_plan_is_not_said_to_order_a_quiz_or_a_form() -> None:
    for language in ("vi", "en"):
        for kind in ("interim", "final"):
            for line in words(made.figures(), language, kind=kind).splitlines():
                if "422" in line or "156" in line:
                    assert not {"thi tìm hiểu", "phiếu", "quiz", "form"} & set(line.lower().split())
                    assert "thi tìm hiểu" not in line


def test_of_forms_only_what_may_be_told() -> None:
    figures = made.figures()
    wide = grids(figures)[1]
    assert [row[13].text for row in wide.rows[:4]] == [
        "11",
        "tính theo nhóm",
        "tính theo nhóm",
        "–",
    ]
    assert "Nhóm Chi bộ 2; Chi bộ 3: không nêu, để không lộ ai đã gửi." in wide.notes
    hidden = figures.forms[0].model_copy(update={"sent": None})
    assert "Phiếu góp ý" not in words(made.figures(forms=(hidden,)))


def test_counts_of_a_cell_that_is_gone_stay_in_the_total() -> None:
    figures = made.figures()
    fewer = figures.model_copy(update={"cells": figures.cells[1:]})
    short = grids(fewer)[0]
    assert short.rows[-1][1].text == "Chi bộ không còn trong danh sách"
    assert short.total[3].value == 36


def test_the_report_speaks_english_on_request() -> None:
    said = words(made.figures(), "en")
    assert "6/8 cells have rolled out the plan, with 72 attendances." in said
    assert "36/79 party members (45.6%) and 17/43 non-members (39.5%)" in said
    with speaking("en"):
        assert phrases.paper_day(date(2024, 3, 6)) == "6 March 2024"


def test_long_lists_of_cells_are_cut_and_say_so() -> None:
    many = made.many(500)
    quiet = many.model_copy(update={"returns": many.returns[:400]})
    asked = tuple(made.CellReturn(cell_id=n, state="missing") for n in range(401, 501))
    quiet = quiet.model_copy(update={"returns": quiet.returns + asked})
    said = wording.rolled_out(table(quiet))[0]
    assert "Chi bộ 415; và 85 chi bộ khác (xem phụ lục)." in said
