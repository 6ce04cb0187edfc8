"""How long a form takes, for those who are asked to answer it. Pure."""

from typing import Final

from survey_app.questions.schema import QuestionDocument

_SECONDS: Final = {"multiple": 18, "numeric": 15, "long_text": 30}
_SECONDS_OTHERWISE: Final = 12  # also for each row of a matrix


def minutes_of(document: QuestionDocument) -> int:
    """Return about how many minutes all questions of a form take, at least 1."""
    seconds = sum(
        _SECONDS.get(question.type, _SECONDS_OTHERWISE) * max(1, len(question.rows))
        for question in document.ready_questions
    )
    return max(1, -(-seconds // 60))
