"""A form as a page shows it: the numbers of questions that are asked of some only. Pure."""

from survey_app.feedback.sheets import sheet_of
from survey_app.i18n import speaking
from survey_app.questions.schema import QuestionDocument

CHOICES = [{"id": "long", "text": "Quá dài"}, {"id": "short", "text": "Quá ngắn"}]


def told(*asked_if: tuple[str, ...], locale: str = "vi") -> dict[int, str]:
    """Return number -> what stands before it, in a form whose first question decides.

    Each of the other questions is asked when the first is one of `asked_if`; none: always.
    """
    first = {"id": "q1", "type": "single", "text": "Thời lượng thế nào?", "choices": CHOICES}
    later = [
        {
            "id": f"q{number}",
            "type": "long_text",
            "text": f"Câu thứ {number} về buổi họp",
            **({"condition": {"question": "q1", "any_of": list(wanted)}} if wanted else {}),
        }
        for number, wanted in enumerate(asked_if, 2)
    ]
    document = QuestionDocument.model_validate(
        {"kind": "feedback", "title": "Góp ý", "questions": [first, *later]}
    )
    with speaking(locale):
        sheet = sheet_of(document, locale)
    assert [one.number for one in sheet.questions] == list(range(1, len(asked_if) + 2))
    return {one.number: one.asked_only for one in sheet.questions if one.asked_only}


def test_one_line_tells_of_questions_that_are_asked_together() -> None:
    assert told((), ("long",), ("long",), (), ("long",)) == {
        3: "Câu 3 đến câu 4 chỉ hỏi khi câu 1 là “Quá dài”.",
        6: "Câu 6 chỉ hỏi khi câu 1 là “Quá dài”.",
    }


def test_questions_of_different_answers_are_told_of_one_by_one() -> None:
    assert told(("long",), ("short",), ("long", "short")) == {
        2: "Câu 2 chỉ hỏi khi câu 1 là “Quá dài”.",
        3: "Câu 3 chỉ hỏi khi câu 1 là “Quá ngắn”.",
        4: "Câu 4 chỉ hỏi khi câu 1 là “Quá dài” hoặc “Quá ngắn”.",
    }


def test_where_every_question_is_for_everybody_nothing_is_told() -> None:
    assert told((), ()) == {}


def test_it_is_told_in_english() -> None:
    assert told(("long",), ("long",), locale="en") == {
        2: "Questions 2 to 3 are only asked if the answer to question 1 is “Quá dài”."
    }
