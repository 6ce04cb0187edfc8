"""Scoring an attempt against the key of its version. Pure; one point a question, all or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey_app.questions.schema import Question, QuestionDocument
from survey_app.quizzes.drawing import PaperLine


@dataclass(frozen=True)
class Score:
    """What an attempt earned: points of `maximum`, and how many of `questions` were right."""

    points: int
    maximum: int
    right: int
    questions: int


def is_right(question: Question, chosen: Sequence[str]) -> bool:
    """Whether exactly the keyed choices were chosen (so "everything ticked" earns nothing)."""
    return bool(question.key) and set(chosen) == set(question.key)


def score(
    document: QuestionDocument, paper: Sequence[PaperLine], chosen: Mapping[str, Sequence[str]]
) -> Score:
    """Score `chosen` (question id -> choice ids) over the questions of `paper` only."""
    by_id = {question.id: question for question in document.questions}
    right = sum(
        1
        for question_id, _order in paper
        if is_right(by_id[str(question_id)], chosen.get(str(question_id), ()))
    )
    return Score(points=right, maximum=len(paper), right=right, questions=len(paper))
