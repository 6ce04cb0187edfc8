"""The feedback form that is shipped: about the session only, translated, short, honest."""

from pathlib import Path

from survey_app.feedback.items import items_of
from survey_app.feedback.sheets import sheet_of
from survey_app.questions.canonical import content_hash
from survey_app.questions.checks import check
from survey_app.questions.checks_of_forms import words_around_errors
from survey_app.questions.formats import read, write
from survey_app.questions.schema import QuestionDocument

PATH = Path(__file__).parents[3] / "quizzes" / "gop-y-sinh-hoat-chuyen-de.yaml"
THEME = "“Phát huy truyền thống vẻ vang 70 năm xây dựng và phát triển,"


def shipped() -> QuestionDocument:
    paper = read(PATH.read_bytes())
    assert (paper.kind, paper.all_problems) == ("feedback", ())
    assert {question.state for question in paper.questions} == {"ok"}
    return paper.to_document()


def test_nothing_stands_against_approval_and_english_is_complete() -> None:
    document = shipped()
    findings = check(document)
    assert (findings.errors, findings.hints) == ((), ())
    english = document.translations.en
    assert english is not None and english.title and english.intro and english.note
    assert set(english.questions) == {question.id for question in document.questions}


def test_it_says_whose_means_it_is_and_prints_the_theme() -> None:
    document = shipped()
    assert "không quy định việc lấy phiếu" in document.note and "II.1" in document.note
    assert THEME in document.intro and "Khôi" not in document.intro


def test_it_can_be_answered_in_a_few_minutes_and_skipped_anywhere() -> None:
    document = shipped()
    assert 10 <= len(document.ready_questions) <= 12
    assert not any(question.required for question in document.questions)
    texts = [question for question in document.questions if question.type == "long_text"]
    assert texts and all(question.longest for question in texts)
    # The page and the paper say beside each text not to name anybody.
    asked = {one.id: one.hint for one in sheet_of(document, "vi").questions}
    assert all(asked[question.id].startswith("Xin không ghi tên mình") for question in texts)
    assert len(items_of(document)) < 20


def test_every_scale_has_a_way_out_and_all_scales_are_alike() -> None:
    scales = [item for item in shipped().questions if item.type in {"scale", "matrix"}]
    assert len(scales) >= 3
    assert {tuple(choice.text for choice in item.choices) for item in scales} == {
        ("Rất tốt", "Tốt", "Khá", "Trung bình", "Chưa tốt", "Không có ý kiến")
    }
    assert all(item.choices[-1].no_opinion for item in scales)


def test_yaml_keeps_the_hash() -> None:
    document = shipped()
    assert content_hash(read(write(document)).to_document()) == content_hash(document)


def test_what_no_question_may_ask_no_introduction_may_either() -> None:
    document = shipped()
    assert not list(words_around_errors(document))
    for text in ("Xin ghi họ và tên vào ô đầu tiên.", "Đồng chí có tin vào Đảng không?"):
        asking = document.model_copy(update={"intro": text})
        assert [problem.code for problem in check(asking).errors] == ["words_around"]
