"""What blocks approval, and what is only a hint."""

import pytest

from survey_app.questions.checks import check
from survey_app.questions.formats import read_text
from survey_app.questions.schema import QuestionDocument

SOUND = {
    "id": "q1",
    "text": "Đảng bộ được thành lập năm nào?",
    "choices": [
        {"id": "a", "text": "Năm 1954"},
        {"id": "b", "text": "Năm 1975"},
        {"id": "c", "text": "Năm 1933"},
    ],
    "key": ["a"],
    "source": {"document": "Kế hoạch"},
    "explanation": "Mốc này ghi trong tên văn bản, cạnh ngày kỷ niệm.",
}


def document(*changes: dict[str, object], **fields: object) -> QuestionDocument:
    questions = [{**SOUND, **change} for change in changes]
    return QuestionDocument.model_validate(
        {"kind": "quiz", "title": "Thử", "questions": questions, **fields}
    )


def errors(made: QuestionDocument) -> set[str]:
    return {problem.code for problem in check(made).errors}


def hints(made: QuestionDocument) -> set[str]:
    return {problem.code for problem in check(made).hints}


def test_a_sound_question_has_no_findings() -> None:
    findings = check(document({}))
    assert (findings.errors, findings.hints) == ((), ())
    assert not findings.blocks_approval


TWO = [{"id": "a", "text": "Một"}, {"id": "b", "text": "Hai"}]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"key": []}, "no_key"),
        ({"key": ["x"]}, "key_unknown_choice"),
        ({"key": ["a", "b"]}, "key_too_many"),
        ({"choices": TWO[:1]}, "too_few_choices"),
        ({"choices": [*TWO, {"id": "c", "text": "hai."}]}, "repeated_choice"),
        ({"source": None}, "no_source"),
        ({"weights": {"x": "100"}}, "weight_unknown_choice"),
        ({"type": "true_false"}, "not_true_false"),
        ({"type": "short_text", "choices": [], "key": []}, "not_answerable"),
    ],
)
def test_errors(change: dict[str, object], code: str) -> None:
    made = document(change)
    assert errors(made) == {code}
    draft = document({}, {**change, "id": "q2", "state": "draft", "text": "Câu khác hẳn?"})
    assert errors(draft) == set()
    assert {code, "draft"} <= hints(draft)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"explanation": ""}, "no_explanation"),
        ({"explanation": "Đảng bộ được thành lập năm 1954."}, "explanation_repeats"),
        ({"text": "Năm nào? " * 100}, "long_question"),
        ({"choices": [*TWO, {"id": "c", "text": "dài " * 100}]}, "long_choice"),
        ({"text": "Đồng chí có tự hào về Đảng bộ không?"}, "asks_belief"),
        ({"text": "Anh/chị nghĩ gì về cuộc thi?"}, "asks_belief"),
        ({"choices": [*TWO, {"id": "c", "text": "Cả A và B đều đúng"}]}, "letters_shuffled"),
        ({"choices": [*TWO, {"id": "c", "text": "Tất cả các phương án trên"}]}, "not_pinned"),
    ],
)
def test_hints(change: dict[str, object], code: str) -> None:
    made = document(change)
    assert errors(made) == set()
    assert code in hints(made)


def test_a_pinned_choice_may_speak_of_the_others() -> None:
    last = {"id": "c", "text": "Tất cả các phương án trên", "pinned": True}
    assert "not_pinned" not in hints(document({"choices": [*TWO, last]}))


def test_twins() -> None:
    assert errors(document({}, {"id": "q2"})) == {"repeated_question"}
    near = document({}, {"id": "q2", "text": "Đảng bộ ta được thành lập năm nào?"})
    assert errors(near) == set()
    assert "similar_question" in hints(near)
    other = {"id": "q2", "text": "Ai phát động phong trào?", "choices": TWO}
    assert "similar_question" not in hints(document({}, other))


def test_telling_patterns() -> None:
    always = [
        {
            "id": f"q{n}",
            "text": f"Câu hỏi về chủ đề {'abcdef'[n] * 5} nào?",
            "choices": [
                {"id": "a", "text": f"Phương án rất dài số {n}{n}"},
                {"id": "b", "text": f"Ngắn {n}"},
            ],
        }
        for n in range(6)
    ]
    assert {"key_same_letter", "key_longest"} <= hints(document(*always))
    mixed = [{**item, "key": ["a" if n % 2 else "b"]} for n, item in enumerate(always)]
    assert not {"key_same_letter", "key_longest"} & hints(document(*mixed))


def test_a_set_of_drafts_cannot_be_approved() -> None:
    assert errors(document({"state": "draft"})) == {"no_questions"}


def test_gaps_in_the_translation_are_counted() -> None:
    partly = {"en": {"questions": {"q1": {"text": "When?", "choices": {"a": "1954"}}}}}
    assert "translation_incomplete" in hints(document({}, translations=partly))
    unknown = {"en": {"questions": {"q9": {"text": "When?"}}}}
    assert errors(document({}, translations=unknown)) == {"translation_unknown"}


def test_a_feedback_form_needs_neither_key_nor_source() -> None:
    scale = {"type": "scale", "key": [], "source": None, "explanation": ""}
    assert errors(document(scale, kind="feedback")) == set()


def test_unanswered_questions_of_a_paper_become_drafts() -> None:
    made = read_text("Câu 1: Ai?\nA. Một\nB. Hai\n\nCâu 2: Đâu?\nA. Ba\nB. Bốn\nĐáp án: A")
    document_made = made.to_document()
    assert [question.state for question in document_made.questions] == ["draft", "ready"]
    assert document_made.questions[0].draft_reason
