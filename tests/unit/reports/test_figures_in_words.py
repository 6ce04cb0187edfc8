"""What the report says of figures: sums, rates of sums, and nothing that nobody has reported."""

import re
from datetime import date

import pytest

from survey_app.i18n import speaking
from survey_app.reports import phrases, wording, wording_rounds
from survey_app.reports.composing import Terms, Text, compose
from survey_app.reports.counting import Table, main_round, turnout_of
from survey_app.reports.document import Figures, Targets
from survey_app.reports.overview import Overview
from survey_app.reports.tables import Grid
from survey_app.reports.whole_table import whole_table
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
        "Bài thi tìm hiểu trực tuyến “Vòng 1” (02/9/2024 - 07/9/2024): 36/79 đảng viên (45,6%) "
        "và 17/43 quần chúng, CCVCLĐ (39,5%) đã làm bài, qua 89 lượt."
    )
    assert "Có 01 người được miễn" in said
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
        "40,0%",
        "–",
        "–",
        "–",
        "32",
    ]


def test_not_reported_is_named_by_cell_and_is_no_zero() -> None:
    figures = made.figures()
    said = words(figures)
    assert "Có 06/08 chi bộ đã triển khai, quán triệt Kế hoạch, với 72 lượt người dự." in said
    assert "Chưa gửi báo cáo: Chi bộ 7; Chi bộ 8." in said
    assert (
        "Kỳ “Báo cáo kỳ 1”: có 06/08 chi bộ đã gửi báo cáo, trong đó 01 chi bộ gửi muộn; chưa gửi: "
        "Chi bộ 7; Chi bộ 8." in said
    )
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
    assert (
        "đã giới thiệu 02/01 quần chúng ưu tú để xem xét kết nạp (chỉ tiêu của toàn Đảng bộ: ít "
        "nhất 01)" in whole
    )
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
    assert "The plan has been rolled out by 6/8 cells, with 72 attendances." in said
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


def test_each_period_is_named_with_who_has_sent_and_until_when_it_is_open() -> None:
    """Of the period that is still open nobody is said to have reported because of the last one."""
    second = made.period(2, "open", on_time=2, silent=(3, 4, 5, 6, 7, 8))
    figures = made.figures(periods=(made.period(1, "closed", on_time=7, late=1), second))
    said = words(figures).splitlines()
    assert "Kỳ “Báo cáo kỳ 1”: có 08/08 chi bộ đã gửi báo cáo, trong đó 01 chi bộ gửi muộn." in said
    assert (
        "Kỳ “Báo cáo kỳ 2”: có 02/08 chi bộ đã gửi báo cáo; kỳ này còn mở đến 17 giờ 00, ngày "
        "20/9/2024; chưa gửi: Chi bộ 3; Chi bộ 4; Chi bộ 5; Chi bộ 6; Chi bộ 7; Chi bộ 8." in said
    )


def test_the_whole_table_and_its_sentence_agree_on_each_period() -> None:
    second = made.period(2, "open", on_time=1, silent=(2, 3, 4, 5, 6, 7, 8))
    both = (("bao-cao-1", 1, "secretary"), ("bao-cao-2", 1, "secretary"))
    figures = made.figures(periods=(*made.figures().periods, second))
    returns = (figures.returns[0].model_copy(update={"revisions": both}), *figures.returns[1:])
    figures = figures.model_copy(update={"returns": returns})
    assert "1/8 chi bộ đã gửi “Báo cáo kỳ 2” (còn mở đến 17 giờ 00" in Overview(figures).sentence
    found = whole_table(figures)
    first, last = (found.headings.index(f"Báo cáo kỳ {number}") for number in (1, 2))
    assert [row[first] for row in found.rows] == [
        *["đúng hạn"] * 5,
        "muộn",
        "chưa báo cáo",
        "chưa báo cáo",
        "–",
    ]
    assert [row[last] for row in found.rows] == ["đúng hạn", *["chưa đến hạn"] * 7, "–"]
    assert (found.totals[first], found.totals[last]) == ("6/8", "1/8")


def test_a_blank_number_is_told_apart_from_a_report_that_was_not_sent() -> None:
    rows = list(made.figures().returns)
    rows[3] = rows[3].model_copy(update={"activities": (), "online_items": None})
    rows[4] = rows[4].model_copy(update={"activities": rows[4].activities[:1]})
    said = words(made.figures(returns=tuple(rows)))
    silent = "Chưa gửi báo cáo: Chi bộ 7; Chi bộ 8."
    assert (
        "Theo báo cáo của 04/08 chi bộ, đã tổ chức 08 hoạt động văn hóa, văn nghệ, thể dục, thể "
        f"thao. Chưa nêu số liệu này: Chi bộ 4; Chi bộ 5. {silent}" in said
    )
    assert (
        "Đã có 15 tin, bài, phóng sự ảnh, video đăng trên trang thông tin điện tử và mạng xã hội, "
        f"theo báo cáo của 05/08 chi bộ. Chưa nêu số liệu này: Chi bộ 4. {silent}" in said
    )


def test_papers_explain_why_rows_of_forms_do_not_add_up_to_the_total() -> None:
    form = made.figures().forms[0].model_copy(update={"papers": 6})
    wide = grids(made.figures(forms=(form,)))[1]
    note = "Trong tổng số phiếu góp ý có 06 phiếu giấy, không tính theo chi bộ."
    assert note in wide.notes
    assert note not in grids(made.figures())[1].notes


def test_of_fewer_than_five_people_there_are_counts_and_no_rate() -> None:
    quiz = made.quiz(
        1,
        "finalised",
        [made.count(1, "party_member", 4, 4), made.count(2, "party_member", 5, 5)],
    )
    cells = (made.cell(1, 4, 0), made.cell(2, 5, 0))
    four = made.held(1, expected=8, present=8, excused=0, absent=0)
    figures = made.figures(cells=cells, quizzes=(quiz,), sessions=(four, made.held(2)))
    short, wide = grids(figures)
    assert [(row[3].text, row[4].text) for row in short.rows] == [("4", "–"), ("5", "100,0%")]
    assert [(row[8].text, row[10].text) for row in wide.rows] == [("–", "–"), ("80,0%", "100,0%")]
    assert short.total[4].text == "100,0%"
    assert any("dưới 05 người thì chỉ ghi số người" in note for note in short.notes)


def test_who_belongs_to_no_cell_has_no_number_and_dashes_for_what_does_not_apply() -> None:
    short, wide, second = grids(made.figures())
    for grid in (short, wide, second):
        assert (grid.rows[-1][0].text, grid.rows[-1][1].text) == ("–", "Chưa gắn chi bộ")
    assert wide.rows[-1][2].text == "–"
    assert whole_table(made.figures()).rows[-1][1] == "–"


def test_scores_stand_in_three_bands_and_lose_nobody() -> None:
    people = (6, 6, 9, 12, 20, 22, 25, 24)
    bands = [made.ScoreBand(low=n, high=n, people=p) for n, p in enumerate(people, 8)]
    few = wording_rounds.few_bands(bands)
    assert [(b.low, b.high, b.people) for b in few] == [(8, 11, 33), (12, 13, 42), (14, 15, 49)]
    assert wording_rounds.few_bands(bands[:2]) == bands[:2]


def test_no_sentence_begins_with_a_digit() -> None:
    figures = made.figures()
    terms = Terms("interim", "vptw36-2018", 1, figures.checksum())
    texts = [b.text for b in compose(figures, terms).body if isinstance(b, Text)]
    begun = [part for text in texts for part in re.split(r"(?<=[.!?]) ", text)]
    assert len(begun) > 15
    assert not [part for part in begun if part[:1].isdigit()]


def test_numbers_of_documents_and_spans_of_days_do_not_break() -> None:
    text = "Kế hoạch số 422-KH/ĐUS, ngày 06/3/2024 (27/9/1954 - 27/9/2024), lúc 17 giờ 00 - 18"
    held = phrases.unbroken(text)
    assert plain(held) == text
    assert held.split(" ") == [
        "Kế",
        "hoạch",
        "số",
        "422\u2011KH/ĐUS,",
        "ngày\u00a006/3/2024",
        "(27/9/1954\u00a0\u2011\u00a027/9/2024),",
        "lúc",
        "17\u00a0giờ\u00a000",
        "-",
        "18",
    ]
