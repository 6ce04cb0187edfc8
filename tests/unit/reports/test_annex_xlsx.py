"""The Excel annex: typed cells, nothing that computes, and a source for each figure."""

import time
import zipfile
from datetime import date
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from survey_app.reports.annex_xlsx import HEAD_ROW, xlsx_of
from survey_app.reports.composing import Terms
from survey_app.reports.document import Figures
from survey_app.reports.docx_report import docx_of
from tests import factories_figures as made


def terms(figures: Figures, language: str = "vi") -> Terms:
    return Terms("interim", "vptw36-2018", 3, figures.checksum(), language=language)


def sheet(figures: Figures, place: int = 0, language: str = "vi") -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(BytesIO(xlsx_of(figures, terms(figures, language))))
    return book.get_sheet_by_index(place).to_python(skip_empty_area=False)  # type: ignore[return-value]


def test_cells_are_typed_and_not_reported_is_a_text() -> None:
    rows = sheet(made.figures())
    head = rows[HEAD_ROW]
    assert head[:4] == ["TT", "Chi bộ", "Đảng viên", "Ngày triển khai"]
    first, quiet = rows[HEAD_ROW + 1], rows[HEAD_ROW + 7]
    assert first[2] == 10.0
    assert first[3] == date(2024, 3, 10)
    assert first[10] == pytest.approx(1 / 9)
    assert head[11:13] == ["Quần chúng đã thi", "Quần chúng, tổng"]
    assert first[11:13] == [2.0, 5.0]
    assert first[17] == 0.0
    assert quiet[1] == "Chi bộ 7"
    assert quiet[3:8] == ["chưa báo cáo"] * 5
    assert quiet[17] == "chưa báo cáo"
    total = rows[HEAD_ROW + 10]
    assert (total[1], total[9], total[13], total[16]) == ("Tổng cộng", 36.0, 89.0, 18.0)
    assert total[11:13] == [17.0, 43.0]
    assert total[10] == pytest.approx(36 / 79)


def test_the_header_is_frozen_and_nothing_computes() -> None:
    cells = (made.cell(1, name="=1+1"), made.cell(2, name="@SUM(A1)"), made.cell(3, name="-2+3"))
    figures = made.figures(cells=cells)
    content = xlsx_of(figures, terms(figures))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        sheets = [archive.read(n).decode() for n in archive.namelist() if "/sheet" in n]
    assert len(sheets) == 4
    assert not any("<f>" in text or "hyperlink" in text for text in sheets)
    assert f'ySplit="{HEAD_ROW + 1}"' in sheets[0]
    assert 'state="frozen"' in sheets[0]
    names = [row[1] for row in sheet(figures)[HEAD_ROW + 1 : HEAD_ROW + 4]]
    assert names == ["=1+1", "@SUM(A1)", "-2+3"]


def test_every_figure_of_a_cell_can_be_traced() -> None:
    figures = made.figures()
    rows = [row for row in sheet(figures, 2)[1:] if row[0] == "Chi bộ 6"]
    found = {str(row[1]): row[2:] for row in rows}
    assert found["Quần chúng ưu tú giới thiệu"] == [
        2.0,
        "Báo cáo của chi bộ",
        "kỳ “Báo cáo kỳ 1”, bản 2, nhập từ bản giấy",
    ]
    done = [row for row in rows if str(row[1]).startswith("Đã thi (người), đảng viên")]
    assert [(row[2], row[3]) for row in done] == [
        (6.0, "Vòng “Vòng 1”, bảng đếm"),
        (4.0, "Vòng “Vòng 2”, bảng đếm"),
    ]
    assert found["Buổi sinh hoạt chuyên đề"][:2] == ["chưa báo cáo", "Sổ buổi sinh hoạt chuyên đề"]


def test_sums_of_the_sources_are_the_totals_of_the_annex() -> None:
    figures = made.figures()
    sources = sheet(figures, 2)[1:]
    total = sheet(figures)[HEAD_ROW + 10]

    def summed(what: str, source: str = "") -> float:
        rows = [row for row in sources if row[1] == what and source in str(row[3])]
        return sum(row[2] for row in rows if isinstance(row[2], float))

    assert summed("Đã thi (người), đảng viên", "“Vòng 1”") == total[9]
    assert summed("Có mặt (lượt)") == total[6]
    assert summed("Tin, bài") == total[16]


def test_how_it_is_counted_and_which_snapshot() -> None:
    figures = made.figures()
    told = "\n".join(str(row[0]) for row in sheet(figures, 3))
    assert "Số liệu chốt lúc 09 giờ 00, ngày 18/9/2024." in told
    assert figures.checksum() in told
    assert "không phải trung bình các tỷ lệ" in told


def test_the_same_in_english() -> None:
    rows = sheet(made.figures(), language="en")
    assert rows[HEAD_ROW][:3] == ["No.", "Cell", "Party members"]
    assert rows[HEAD_ROW + 7][3] == "not reported"


def test_the_same_snapshot_gives_the_same_bytes() -> None:
    figures = made.figures()
    assert xlsx_of(figures, terms(figures)) == xlsx_of(figures, terms(figures))


def test_five_hundred_cells_take_seconds() -> None:
    figures = made.many(500)
    begun = time.process_time()
    word = docx_of(figures, terms(figures))
    book = xlsx_of(figures, terms(figures))
    assert time.process_time() - begun < 10  # both together; each is promised in 5
    assert len(word) > 50_000
    assert len(book) > 100_000


def test_sheets_are_called_as_the_annexes_and_headings_repeat_on_paper() -> None:
    figures = made.figures()
    content = xlsx_of(figures, terms(figures))
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    assert book.sheet_names == ["Phụ lục 1", "Phụ lục 2", "Nguồn số liệu", "Cách tính"]
    with zipfile.ZipFile(BytesIO(content)) as archive:
        names = archive.read("xl/workbook.xml").decode()
    assert "'Nguồn số liệu'!$1:$1" in names
    assert f"'Phụ lục 1'!${HEAD_ROW + 1}:${HEAD_ROW + 1}" in names


def test_every_band_of_scores_is_kept() -> None:
    rows = [row for row in sheet(made.figures(), 2)[1:] if str(row[1]).startswith("Số câu đúng")]
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("Toàn Đảng bộ", "Số câu đúng: từ 0 đến 9", 12.0),
        ("Toàn Đảng bộ", "Số câu đúng: từ 10 đến 15", 41.0),
    ]
