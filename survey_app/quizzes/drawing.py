"""Drawing a paper: which questions an attempt gets, and in which order its choices stand. Pure."""

from collections.abc import Sequence
from random import Random

from survey_app.questions.schema import Choice, Question

# One question of a paper: its id and the ids of its choices, in the order they are shown.
PaperLine = list[str | list[str]]


def draw(
    questions: Sequence[Question],
    *,
    count: int | None,
    shuffle_questions: bool,
    shuffle_choices: bool,
    random: Random,
) -> list[PaperLine]:
    """Return a paper of `count` questions (`None`: all) as JSON-ready lines [id, [choice ids]].

    Without shuffling the questions keep the author's order, also when only some are drawn.
    """
    chosen = list(questions)
    if count is not None and count < len(chosen):
        wanted = sorted(random.sample(range(len(chosen)), count))
        chosen = [chosen[index] for index in wanted]
    if shuffle_questions:
        random.shuffle(chosen)
    return [[question.id, _choice_order(question, shuffle_choices, random)] for question in chosen]


def _choice_order(question: Question, shuffle: bool, random: Random) -> list[str]:
    """Return the order of choices; a pinned choice ("Cả A và B đều đúng") keeps its place.

    True/false stays as written, and so does a question that asks for it: pinning anything pins
    what it may refer to by letter.
    """
    ids = [choice.id for choice in question.choices]
    refers_to_letters = any(choice.pinned for choice in question.choices)
    if not shuffle or not question.shuffle or refers_to_letters or question.type == "true_false":
        return ids
    shuffled: list[Choice] = list(question.choices)
    random.shuffle(shuffled)
    return [choice.id for choice in shuffled]
