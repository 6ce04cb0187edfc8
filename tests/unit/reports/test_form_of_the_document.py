"""Fifteen points of form, as the office looks at a document before it is signed.

Each test is one point of the Party's document form; together with the rendered pages they were
gone through by eye, and they hold what was seen.
"""

import re
from datetime import date

import pytest

from survey_app.campaigns import document_styles
from survey_app.reports.composing import Terms
from survey_app.reports.docx_parts import text_width
from survey_app.reports.docx_report import docx_of
from survey_app.reports.masthead import in_lines
from survey_app.reports.places import PLACES
from survey_app.reports.styles import STYLES
from tests import factories_figures as made
from tests.reading_docx import Word, plain, read

WRITTEN = {place.code: f"Lời văn mục {place.code}" for place in PLACES}


def report(**changed: object) -> Word:
    return read(written(**changed))


def written(**changed: object) -> bytes:
    figures = changed.pop("figures", None) or made.figures()
    values = {"kind": "interim", "style": "vptw36-2018", "snapshot_number": 3} | changed
    return docx_of(figures, Terms(checksum=figures.checksum(), **values))  # type: ignore[arg-type]


def _xml_before(word: Word, text: str) -> str:
    return word.parts["word/document.xml"].split(text)[0].rsplit("<w:p>", 1)[-1]


def test_1_the_party_stands_on_the_right_with_a_rule_as_long_as_its_name() -> None:
    word = report()
    party = word.one("ĐẢNG CỘNG SẢN VIỆT NAM")
    assert (party.size, party.bold, party.align, party.rule) == (15, True, "center", True)
    assert word.tables[0].rows[0][1].startswith("ĐẢNG CỘNG SẢN VIỆT NAM")
    indents = re.search(
        r'<w:ind [^>]*w:left="(\d+)" w:right="(\d+)"', _xml_before(word, "ĐẢNG CỘNG")
    )
    assert indents
    rule = 81 * 56.69 - int(indents[1]) - int(indents[2])  # twentieths of a point
    assert rule / 20 == pytest.approx(13.777 * 15 + 4, abs=1)


def test_the_english_name_of_the_party_stays_on_one_line() -> None:
    word = report(language="en", style="so-tay-khoi")
    widths = re.findall(r'<w:gridCol w:w="(\d+)"', word.parts["word/document.xml"])
    needed = 20 * text_width("COMMUNIST PARTY OF VIET NAM", 15)
    assert int(widths[1]) > needed + 80
    assert int(widths[0]) + int(widths[1]) == pytest.approx(160 * 56.69, abs=4)


def test_2_superior_and_issuer_on_the_left_then_an_asterisk() -> None:
    word = report()
    left = plain(word.tables[0].rows[0][0]).split("\n")
    assert left == [
        "ĐẢNG BỘ KHỐI CÁC CƠ QUAN TỈNH LẠNG SƠN",
        "ĐẢNG ỦY SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG",
        "*",
    ]
    superior, issuer = word.one(left[0]), word.one(left[1])
    assert (superior.size, superior.bold) == (14, False)
    assert (issuer.size, issuer.bold) == (14, True)
    assert not word.tables[0].borders


def test_3_the_number_is_left_to_the_clerk_and_has_no_colon() -> None:
    number = report().tables[0].rows[1][0]
    assert plain(number) == "Số      -BC/ĐUS"
    assert "Số:" not in number


def test_4_place_and_date_stand_on_the_right_in_italics_with_the_day_blank() -> None:
    word = report()
    place = next(p for p in word.paragraphs if p.text.startswith("Lạng Sơn, ngày"))
    assert plain(place.text) == "Lạng Sơn, ngày … tháng … năm 2024"
    assert word.tables[0].rows[1][1] == place.text  # level with the number
    assert (place.size, place.italic, place.align) == (14, True, "right")


@pytest.mark.parametrize(("kind", "word_"), [("interim", "sơ kết"), ("final", "tổng kết")])
def test_5_the_name_of_the_type_and_the_subject(kind: str, word_: str) -> None:
    word = report(kind=kind)
    name = word.one("BÁO CÁO")
    subject = next(p for p in word.paragraphs if p.text.startswith(word_))
    assert (name.size, name.bold, name.align, name.style) == (16, True, "center", "Title")
    assert (subject.size, subject.bold, subject.align) == (14, True, "center")
    assert subject.text.startswith(f"{word_} tuyên truyền và tổ chức các hoạt động kỷ niệm")


def test_6_the_basis_and_a_date_only_when_it_is_confirmed() -> None:
    opening = next(plain(p.text) for p in report().paragraphs if p.text.startswith("Thực hiện"))
    assert opening == (
        "Thực hiện Kế hoạch số 156-KH/ĐUK của Đảng ủy Khối các cơ quan tỉnh và Kế hoạch số "
        "422-KH/ĐUS, ngày 06/3/2024, Đảng ủy Sở Tài nguyên và Môi trường báo cáo kết quả đến 09 "
        "giờ 00, ngày 18/9/2024 như sau:"
    )
    confirmed = made.campaign(base_plan_date=date(2023, 12, 28))
    dated = report(figures=made.figures(campaign=confirmed))
    assert "Kế hoạch số 156-KH/ĐUK, ngày 28/12/2023 của Đảng ủy Khối" in plain(dated.text)


def test_7_sections_and_their_parts_are_numbered_as_the_party_numbers() -> None:
    headings = [p for p in report().paragraphs if p.style.startswith("Heading")]
    assert [p.text for p in headings if p.style == "Heading1"][:4] == [
        "I- CÔNG TÁC LÃNH ĐẠO, CHỈ ĐẠO, TRIỂN KHAI",
        "II- KẾT QUẢ THỰC HIỆN",
        "III- ĐÁNH GIÁ CHUNG",
        "IV- NHIỆM VỤ THỜI GIAN TỚI; KIẾN NGHỊ, ĐỀ XUẤT",
    ]
    assert all(p.bold and p.size == 14 for p in headings)


@pytest.mark.parametrize(
    ("style", "margins"),
    [("vptw36-2018", "20 20 30 15"), ("so-tay-khoi", "25 25 35 15")],
)
def test_8_paper_margins_font_and_size(style: str, margins: str) -> None:
    word = report(style=style)
    first, last = word.sections
    found = " ".join(first[side] for side in ("top", "bottom", "left", "right"))
    assert (found, first["width"], first["height"]) == (margins, "210", "297")
    assert (last["width"], last["height"]) == ("297", "210")
    mirrored = "mirrorMargins" in word.parts["word/settings.xml"]
    assert mirrored is (style == "so-tay-khoi")
    styles = word.parts["word/styles.xml"]
    for name in ("Normal", "Heading1", "Heading2", "Title", "Subtitle"):
        block = re.search(rf'w:styleId="{name}".*?</w:style>', styles, re.DOTALL)
        assert block and 'w:ascii="Times New Roman"' in block[0], name
    opening = next(p for p in word.paragraphs if p.text.startswith("Thực hiện"))
    assert (opening.size, opening.align) == (14, "both")


def test_9_pages_are_numbered_at_the_top_in_the_middle_from_the_second_on() -> None:
    word = report()
    assert [section["first"] for section in word.sections] == ["yes", "no"]
    numbered = [header for header in word.headers() if " PAGE " in header]
    assert len(numbered) == 2  # of each section; the header of the first page has none
    assert all('<w:jc w:val="center"/>' in header for header in numbered)
    assert len(word.headers()) == 3


def test_10_tables_have_real_header_rows_and_no_row_is_split() -> None:
    grids = [table for table in report().tables if table.borders]
    assert len(grids) == 3
    assert all(table.repeats and table.whole for table in grids)
    assert grids[0].rows[0] == [
        "TT",
        "Chi bộ",
        "Đảng viên",
        "Đã thi (người)",
        "Tỷ lệ %",
        "Quần chúng, CCVCLĐ đã thi",
        "Số lượt",
        "Buổi chuyên đề",
        "Ghi chú",
    ]
    assert len(grids[1].rows[0]) == 20


def test_11_recipients_one_a_line_and_the_archive_last() -> None:
    word = report()
    assert word.tables[-3].rows[0][0].split("\n") == [
        "Nơi nhận:",
        "- Đảng ủy Khối CCQ tỉnh (B/c);",
        "- Các chi bộ trực thuộc;",
        "- Lưu: Đảng ủy.",
    ]
    unordered = made.campaign(recipients=("Lưu: Đảng ủy.", "Các chi bộ;"))
    found = report(figures=made.figures(campaign=unordered)).tables[-3].rows[0][0]
    assert found.split("\n")[1:] == ["- Các chi bộ;", "- Lưu: Đảng ủy."]


def test_12_who_signs() -> None:
    named = made.figures(campaign=made.campaign(signer_name="Nông Văn Mẫu"))
    word = report(figures=named)
    assert word.tables[-3].rows[0][1].split("\n") == ["T/M ĐẢNG ỦY", "BÍ THƯ", "Nông Văn Mẫu"]
    authority, role = word.one("T/M ĐẢNG ỦY"), word.one("BÍ THƯ")
    assert (authority.bold, role.bold, authority.size, role.size) == (True, False, 14, 14)
    assert word.one("Nông Văn Mẫu").bold
    assert report().one("[Họ và tên người ký]").marked


def test_13_a_draft_says_so_on_every_page_and_an_issued_report_does_not() -> None:
    assert all('string="DỰ THẢO"' in header for header in report().headers())
    issued = report(is_draft=False, texts=WRITTEN)
    assert not any("DỰ THẢO" in text for text in issued.parts.values())
    assert not any(p.marked for p in issued.paragraphs)


def test_14_the_end_mark_stands_once_behind_the_last_sentence() -> None:
    body = report(texts={**WRITTEN, "proposals": "Không.\n"}).text
    assert body.count("./.") == 1
    assert "Không./.\n" in body


def test_15_no_empty_paragraph_is_used_as_space() -> None:
    for word in (report(), report(texts=WRITTEN, is_draft=False, kind="final")):
        empty = sum(not p.text.strip() for p in word.paragraphs)
        cells = sum(cell == "" for t in word.tables for row in t.rows for cell in row)
        assert empty == cells + 1  # empty cells of tables, and the break before the annex
        assert (
            '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
            in (word.parts["word/document.xml"])
        )


def test_the_same_figures_give_the_same_bytes_and_other_figures_others() -> None:
    assert written() == written()
    assert written() != written(figures=made.figures(sessions=()))


def test_prompts_stand_where_a_person_must_write_and_go_when_somebody_has() -> None:
    word = report()
    prompts = [p for p in word.paragraphs if p.text.startswith("[Người soạn viết: ")]
    assert len(prompts) == 6
    assert all(p.marked for p in prompts)
    done = report(texts=WRITTEN)
    assert "[Người soạn viết" not in done.text
    assert all(text in done.text for text in WRITTEN.values())


def test_a_place_without_any_figure_asks_for_words() -> None:
    bare = report(figures=made.figures(returns=(), recognitions=()))
    assert "[Người soạn viết: Nêu tập thể, cá nhân được biểu dương, khen thưởng]" in bare.text


def test_who_it_is_written_by_and_in_which_language() -> None:
    for language, code in (("vi", "vi-VN"), ("en", "en-GB")):
        word = report(language=language)
        core = word.parts["docProps/core.xml"]
        assert f"<dc:language>{code}</dc:language>" in core
        assert "2024-09-18T09:00:00Z" in core
        assert f'w:val="{code}"' in word.parts["word/styles.xml"]
        assert "python-docx" not in core


def test_the_styles_on_the_campaign_page_are_those_there_are() -> None:
    assert list(STYLES) == list(document_styles.LABELS)
    assert all(style.rules for style in STYLES.values())


def test_names_break_where_words_belong_apart_and_lines_are_balanced() -> None:
    """Each line is held by hard spaces, so that the writing program breaks at the soft ones."""
    left = report().tables[0].rows[0][0].split("\n")
    assert [[plain(line) for line in name.split(" ")] for name in left[:2]] == [
        ["ĐẢNG BỘ KHỐI CÁC CƠ QUAN", "TỈNH LẠNG SƠN"],
        ["ĐẢNG ỦY SỞ TÀI NGUYÊN", "VÀ MÔI TRƯỜNG"],
    ]
    short = made.campaign(issuer="Đảng ủy Sở Y tế", superior_name="")
    assert report(figures=made.figures(campaign=short)).tables[0].rows[0][0].split("\n")[0] == (
        "ĐẢNG ỦY SỞ Y TẾ".replace(" ", "\u00a0")
    )


def test_a_name_too_long_for_four_lines_is_left_to_the_writing_program() -> None:
    name = " ".join(["VĂN"] * 40)
    assert in_lines(name, lambda line: len(line) < 20) == name


def test_each_annex_says_of_when_it_is_and_names_the_report() -> None:
    word = report()
    notes = [plain(p.text) for p in word.paragraphs if "Bản chốt số liệu số 3" in p.text]
    assert len(notes) == 2
    checksum = made.figures().checksum()
    groups = " ".join(checksum[at : at + 4] for at in range(0, 16, 4))
    for note in notes:
        assert "Số liệu chốt lúc 09 giờ 00, ngày 18/9/2024." in note
        assert note.endswith(f"mã kiểm tra {groups}….")
    assert checksum not in word.text
    reference = "(Kèm theo Báo cáo số …-BC/ĐUS ngày … tháng … năm 2024 của Đảng ủy Sở Tài nguyên và"
    assert sum(reference in plain(p.text) for p in word.paragraphs) == 2


def test_the_letters_of_the_annex_can_be_read_and_keep_off_the_border() -> None:
    xml = report().parts["word/document.xml"]
    wide = next(part for part in xml.split("<w:tbl>") if "Hoạt động (theo loại)" in part)
    assert {int(size) / 2 for size in re.findall(r'<w:sz w:val="(\d+)"/>', wide)} >= {9.5}
    assert 'w:left w:w="45"' in wide


def test_the_signature_is_not_alone_on_its_page() -> None:
    xml = report(texts=WRITTEN).parts["word/document.xml"]
    last = next(p for p in re.findall(r"<w:p>.*?</w:p>", xml) if "mục proposals" in p)
    assert "<w:keepNext/>" in last
