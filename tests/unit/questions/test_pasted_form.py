"""A form pasted as text."""

import pytest

from survey_app.questions.checks import check
from survey_app.questions.formats import read_text
from survey_app.questions.formats.paper import ReadPaper
from survey_app.questions.schema import QuestionDocument


def read(text: str) -> ReadPaper:
    return read_text(text, "feedback")


def document(text: str) -> QuestionDocument:
    return read(text).to_document("Phiếu")


def test_a_line_is_a_question_and_letters_make_it_a_choice() -> None:
    paper = read("Thời lượng thế nào?\nA. Dài\nB. Vừa\nC. Ngắn\nCần làm rõ điều gì?\n")
    assert (paper.kind, paper.format, paper.all_problems) == ("feedback", "text", ())
    one, two = paper.questions
    assert (one.type, one.choices, one.state) == ("single", ("Dài", "Vừa", "Ngắn"), "ok")
    assert (two.type, two.choices, two.where) == ("long_text", (), "dòng 5")
    assert check(document("Thời lượng thế nào?\nA. Dài\nB. Vừa")).errors == ()


@pytest.mark.parametrize(
    "choices",
    [
        "A. Dài\nB. Vừa\nC. Ngắn",
        "A. Dài   B. Vừa   C. Ngắn",
        "a) Dài\nb) Vừa\nc) Ngắn",
        "A/ Dài\tB/ Vừa\tC/ Ngắn",
        "☐ A. Dài\n☐ B. Vừa\n☐ C. Ngắn",
        "☐ Dài\n☐ Vừa\n☐ Ngắn",
        "[ ] Dài\n( ) Vừa\n[] Ngắn",
        "\nA. Dài\n\nB. Vừa\n\nC. Ngắn ........",
    ],
)
def test_choices_in_the_ways_people_type_them(choices: str) -> None:
    (question,) = read(f"Thời lượng thế nào?\n{choices}").questions
    assert question.choices == ("Dài", "Vừa", "Ngắn")


def test_letters_count_only_in_their_order() -> None:
    text = "Q. Hội báo lịch có kịp không?\nA. Kịp B. Không kịp E. C\nD. Tầng nào hợp?"
    first, second = read(text).questions
    assert first.text == "Q. Hội báo lịch có kịp không?"
    assert first.choices == ("Kịp", "Không kịp E. C")
    assert second.text == "D. Tầng nào hợp?"
    many = "\n".join(f"{letter}. Ý {letter}" for letter in "ABCDEFGHIJ")
    assert len(read(f"Chọn gì?\n{many}").questions[0].choices) == 10


def test_other_and_no_opinion_are_known_and_put_in_their_places() -> None:
    (question,) = document(
        "Buổi sau? (chọn nhiều)\nA. Không có ý kiến\nB. Phim\nC. Khác: ......"
    ).questions
    assert question.type == "multiple"
    assert [(c.text, c.other, c.no_opinion) for c in question.choices] == [
        ("Phim", False, False),
        ("Khác", True, False),
        ("Không có ý kiến", False, True),
    ]
    (single,) = document("Gì?\nA. Ý kiến khác nhau nhiều\nB. Khác (ghi rõ)").questions
    assert [choice.other for choice in single.choices] == [False, True]


def test_title_introduction_numbers_sections_and_lines_to_write_on() -> None:
    paper = read(
        "PHIẾU GÓP Ý\nXin cho ý kiến.\n\nPHẦN I: Nội dung\nCâu 1: Tài liệu có rõ không?\n"
        "xin nói cụ thể\n...............\n_______________\n"
        "PHẦN II: Buổi sau\n2. Buổi sau nên làm gì? ………………\n"
    )
    made = paper.to_document()
    assert (made.title, made.intro) == ("PHIẾU GÓP Ý", "Xin cho ý kiến.")
    assert [section.title for section in made.sections] == ["PHẦN I: Nội dung", "PHẦN II: Buổi sau"]
    assert [question.text for question in made.questions] == [
        "Tài liệu có rõ không?\nxin nói cụ thể",
        "Buổi sau nên làm gì?",
    ]
    assert [question.section for question in made.questions] == [s.id for s in made.sections]


def test_lines_that_ask_nothing_are_left_out_and_told() -> None:
    paper = read(
        "Câu 1: Một?\nXin trân trọng cảm ơn đồng chí!\n"
        "Lạng Sơn, ngày ... tháng ... năm 2024\nCâu 2:\n"
    )
    assert [question.text for question in paper.questions] == ["Một?"]
    (problem,) = paper.problems
    assert (problem.code, problem.where) == ("left_out", "dòng 2, 3, 4")


def test_without_a_title_the_first_line_is_a_question() -> None:
    paper = read("- Tài liệu thế nào?\n• Góp ý cho buổi sau?")
    assert paper.title is None
    assert [q.text for q in paper.questions] == ["Tài liệu thế nào?", "Góp ý cho buổi sau?"]


def test_what_must_not_be_asked_becomes_a_draft() -> None:
    paper = read("Họ và tên:\nĐồng chí có tự hào không?\nTài liệu thế nào?")
    assert [question.state for question in paper.questions] == ["error", "error", "ok"]
    made = paper.to_document("Phiếu")
    assert [question.state for question in made.questions] == ["draft", "draft", "ready"]
    assert check(made).errors == ()


def test_the_same_text_gives_the_same_document() -> None:
    text = "Một?\nA. a1\nB. b1\nMột?\nA. a1\nB. b1"
    assert document(text) == document(text)
    assert len({question.id for question in document(text).questions}) == 2


@pytest.mark.parametrize("text", ["....\n____", "   .....", "x" * 10_001, "Một?\n" * 501])
def test_what_cannot_be_read_is_refused_in_words(text: str) -> None:
    paper = read(text)
    assert paper.refused and paper.problems[0].message


def test_a_document_in_yaml_is_read_as_one() -> None:
    paper = read("kind: feedback\ntitle: Phiếu\nquestions:\n  - text: Gì?\n    type: long_text\n")
    assert (paper.format, paper.kind, paper.questions[0].type) == ("yaml", "feedback", "long_text")


def test_long_runs_are_read_in_no_time() -> None:
    for piece in (". ", "A. ", "không ", "chuyên đề “", "(", "- "):
        paper = read(piece * 3000 + "x")
        assert paper.questions or paper.problems
