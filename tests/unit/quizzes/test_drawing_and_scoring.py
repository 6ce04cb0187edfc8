"""Drawing papers and scoring them: pure rules."""

from random import Random

from survey_app.questions.schema import Question, QuestionDocument
from survey_app.quizzes.drawing import draw
from survey_app.quizzes.scoring import is_right, score


def question(name: str, **more: object) -> dict[str, object]:
    choices = [{"id": f"{name}{letter}", "text": letter} for letter in "abcd"]
    return {"id": name, "text": f"{name}?", "choices": choices, "key": [f"{name}a"], **more}


def document(*questions: dict[str, object]) -> QuestionDocument:
    return QuestionDocument.model_validate(
        {"kind": "quiz", "title": "Mẫu", "questions": list(questions)}
    )


def paper(doc: QuestionDocument, seed: int = 1, **more: object) -> list[list[object]]:
    options = {"count": None, "shuffle_questions": True, "shuffle_choices": True, **more}
    return draw(doc.ready_questions, random=Random(seed), **options)  # type: ignore[arg-type]


TWENTY = document(*(question(f"q{number}") for number in range(20)))


def test_every_question_and_choice_is_there_once() -> None:
    drawn = paper(TWENTY)
    assert sorted(line[0] for line in drawn) == sorted(q.id for q in TWENTY.questions)
    for name, order in drawn:
        assert sorted(order) == [f"{name}{letter}" for letter in "abcd"]  # type: ignore[call-overload]


def test_papers_differ_between_people() -> None:
    assert paper(TWENTY, 1) != paper(TWENTY, 2)


def test_without_shuffling_the_order_is_the_author_s_also_when_drawn() -> None:
    drawn = paper(TWENTY, count=7, shuffle_questions=False, shuffle_choices=False)
    numbers = [int(str(line[0])[1:]) for line in drawn]
    assert len(numbers) == 7
    assert numbers == sorted(numbers)
    assert all(line[1] == sorted(line[1]) for line in drawn)  # type: ignore[type-var]


def test_a_choice_that_names_others_keeps_all_in_place() -> None:
    pinned = question("q")
    pinned["choices"][3]["pinned"] = True  # type: ignore[index]
    for seed in range(20):
        assert paper(document(pinned), seed)[0][1] == ["qa", "qb", "qc", "qd"]


def test_drafts_are_in_no_paper() -> None:
    doc = document(question("q1"), question("q2", state="draft", draft_reason="một nguồn"))
    assert [line[0] for line in paper(doc)] == ["q1"]


def test_several_choices_count_only_all_and_only_the_right_ones() -> None:
    several = Question.model_validate(question("q", type="multiple", key=["qa", "qb"]))
    assert is_right(several, ["qb", "qa"])
    assert not is_right(several, ["qa"])
    assert not is_right(several, ["qa", "qb", "qc"])
    assert not is_right(several, [])


def test_a_question_without_key_is_never_right() -> None:
    assert not is_right(Question.model_validate(question("q", key=[])), [])


def test_the_score_counts_only_the_paper() -> None:
    drawn = paper(TWENTY, count=5)
    chosen = {q.id: list(q.key) for q in TWENTY.questions}
    result = score(TWENTY, drawn, chosen)  # type: ignore[arg-type]
    assert (result.right, result.questions, result.points) == (5, 5, 5)
    assert score(TWENTY, drawn, {}).right == 0  # type: ignore[arg-type]
