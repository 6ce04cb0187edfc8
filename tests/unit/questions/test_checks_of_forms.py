"""What a feedback form must hold to, beside what it may ask (test_sensitive.py)."""

import pytest

from survey_app.questions.checks import check
from survey_app.questions.schema import QuestionDocument

POINTS = [
    {"id": "a", "text": "Tốt"},
    {"id": "b", "text": "Được"},
    {"id": "c", "text": "Chưa tốt"},
]
SILENT = {"id": "x", "text": "Không có ý kiến", "no_opinion": True}
OTHER = {"id": "o", "text": "Khác", "other": True}
ROWS = [{"id": "r", "text": "Tài liệu"}, {"id": "s", "text": "Hội trường"}]
SOUND = {"id": "q", "type": "scale", "text": "Tài liệu thế nào?", "choices": [*POINTS, SILENT]}
SINGLE = {"type": "single", "choices": POINTS}
MATRIX = {"type": "matrix", "rows": ROWS}
NUMBER = {"type": "numeric", "choices": []}


def form(*changes: dict[str, object], **fields: object) -> QuestionDocument:
    questions = [{**SOUND, **change} for change in changes]
    return QuestionDocument.model_validate(
        {"kind": "feedback", "title": "Phiếu", "questions": questions, **fields}
    )


def errors(made: QuestionDocument) -> list[str]:
    return sorted({problem.code for problem in check(made).errors})


def hints(made: QuestionDocument) -> set[str]:
    return {problem.code for problem in check(made).hints}


@pytest.mark.parametrize(
    "change",
    [
        {},
        SINGLE | {"choices": [*POINTS, OTHER, SILENT]},
        {"type": "multiple", "choices": [*POINTS, OTHER], "max_choices": 2},
        {"type": "true_false", "choices": POINTS[:2]},
        MATRIX,
        MATRIX | {"choices": POINTS[:2]},
        NUMBER,
        NUMBER | {"range": {"min": "0", "max": "120"}},
        NUMBER | {"range": {"min": "-5"}},
        {"type": "long_text", "choices": [], "longest": 500},
    ],
)
def test_sound_questions_have_no_findings(change: dict[str, object]) -> None:
    findings = check(form(change))
    assert (findings.errors, findings.hints) == ((), ())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": "short_text", "choices": []}, "not_answerable"),
        ({"type": "date", "choices": []}, "not_answerable"),
        ({"choices": [*POINTS[:2], SILENT]}, "few_points"),
        ({"choices": [{"id": str(n), "text": str(n)} for n in range(1, 6)]}, "unlabelled_point"),
        ({"choices": [SILENT, *POINTS]}, "no_opinion_not_last"),
        (SINGLE | {"choices": [*POINTS, SILENT, OTHER]}, "no_opinion_not_last"),
        ({"choices": [*POINTS, SILENT, {**SILENT, "id": "y", "text": "?"}]}, "no_opinion_twice"),
        ({"choices": [*POINTS, OTHER]}, "other_misplaced"),
        (MATRIX | {"choices": [*POINTS, OTHER]}, "other_misplaced"),
        (MATRIX | {"rows": [*ROWS, OTHER]}, "other_misplaced"),
        (MATRIX | {"rows": [*ROWS, SILENT]}, "no_opinion_misplaced"),
        (SINGLE | {"choices": [*POINTS, {**SILENT, "other": True}]}, "other_misplaced"),
        (SINGLE | {"choices": [*POINTS, OTHER, {**OTHER, "id": "p", "text": "?"}]}, "other_twice"),
        ({"type": "true_false", "choices": [POINTS[0], SILENT]}, "no_opinion_misplaced"),
        (MATRIX | {"rows": []}, "no_rows"),
        (MATRIX | {"choices": [POINTS[0], SILENT]}, "few_points"),
        (MATRIX | {"rows": [*ROWS, {"id": "t", "text": "tài liệu."}]}, "repeated_row"),
        (NUMBER | {"range": {"min": "5", "max": "5"}}, "empty_range"),
        (NUMBER | {"range": {"min": "0", "max": "10000000000"}}, "range_too_large"),
        (NUMBER | {"accepted": [{"text": "5"}]}, "key_in_form"),
        (SINGLE | {"key": ["a"]}, "key_in_form"),
        (SINGLE | {"weights": {"a": "50"}}, "key_in_form"),
        ({"required": True}, "required_in_form"),
    ],
)
def test_errors(change: dict[str, object], code: str) -> None:
    assert errors(form(change)) == [code]
    draft = {**change, "id": "d", "text": "Hội trường thế nào?", "state": "draft"}
    assert errors(form({}, draft)) == []
    assert code in hints(form({}, draft))


def asking(number: int, **changes: object) -> dict[str, object]:
    texts = ("Hình thức dự họp?", "Thời lượng ra sao?", "Nên rút gọn phần nào?")
    return {"id": f"q{number}", "text": texts[number - 1], **changes}


def on(question: str, *choices: str) -> dict[str, object]:
    return {"condition": {"question": question, "any_of": list(choices or "a")}}


@pytest.mark.parametrize(
    ("questions", "codes"),
    [
        ([asking(1), asking(2, **on("q1"))], []),
        ([asking(1, **on("q2")), asking(2)], ["condition_later"]),
        ([asking(1), asking(2, **on("q1")), asking(3, **on("q2"))], ["condition_nested"]),
        ([asking(1, **NUMBER), asking(2, **on("q1"))], ["condition_type"]),
        ([asking(1, **MATRIX), asking(2, **on("q1"))], ["condition_type"]),
        ([asking(1), asking(2, **on("q1", "a", "weg"))], ["condition_choice"]),
        ([asking(1, state="draft"), asking(2, **on("q1"))], ["condition_draft"]),
    ],
)
def test_conditions(questions: list[dict[str, object]], codes: list[str]) -> None:
    assert errors(form(*questions)) == codes


def test_a_condition_is_reported_at_its_question() -> None:
    found = check(form(asking(1), asking(2, **on("q1", "weg")))).errors
    assert [problem.where for problem in found] == ["câu 2"]


def test_hints() -> None:
    assert hints(form({"source": {"document": "Sách"}})) == {"unused_in_form"}
    sections = [{"id": "m", "title": "Một"}, {"id": "n", "title": "Hai"}]
    split = form(
        asking(1, section="m"), asking(2, section="n"), asking(3, section="m"), sections=sections
    )
    assert hints(split) == {"section_split"}


def test_scales_that_share_their_points_are_not_alike() -> None:
    assert "similar_question" not in hints(form(asking(1), asking(2)))
    same = {"text": "Tài liệu phát trước buổi họp có rõ ràng, dễ theo dõi không?"}
    near = {"id": "r", "text": same["text"].replace("dễ theo", "và dễ theo")}
    assert "similar_question" in hints(form(same, near))


def test_matrices_that_differ_in_their_rows_are_no_twins() -> None:
    other = MATRIX | {"id": "r", "rows": [{"id": "z", "text": "Âm thanh"}]}
    assert errors(form(MATRIX, other)) == []
    assert errors(form(MATRIX, MATRIX | {"id": "r"})) == ["repeated_question"]


def test_what_is_for_forms_does_not_pass_in_a_quiz() -> None:
    quiz = {**SOUND, "type": "single", "key": ["a"], "source": {"document": "Sách"}}
    for change in ({}, {"choices": [*POINTS, OTHER]}):
        made = QuestionDocument.model_validate(
            {"kind": "quiz", "title": "Thi", "questions": [quiz | change]}
        )
        assert errors(made) == ["only_in_forms"]


def test_gaps_in_the_translation_of_rows_and_sections_are_counted() -> None:
    words = {"text": "?", "choices": {"a": "A", "b": "B", "c": "C", "x": "X"}}
    section = [{"id": "m", "title": "Một"}]

    def translated(**english: object) -> set[str]:
        return hints(form(MATRIX, sections=section, translations={"en": english}))

    whole = words | {"rows": {"r": "R", "s": "S"}}
    assert translated(questions={"q": whole}, sections={"m": {"title": "One"}}) == set()
    assert translated(questions={"q": whole}) == {"translation_incomplete"}
    assert translated(questions={"q": words}, sections={"m": {"title": "One"}}) == {
        "translation_incomplete"
    }
