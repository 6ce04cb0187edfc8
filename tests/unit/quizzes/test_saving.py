"""Merging answers: whatever the order of arrival, nothing a person said is lost or undone."""

import itertools
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from survey_app.questions.schema import QuestionDocument
from survey_app.quizzes.saving import (
    Answers,
    Write,
    allowed_values,
    chosen,
    differing,
    is_seen_whole,
    merge,
)

DOCUMENT = QuestionDocument.model_validate(
    {
        "kind": "quiz",
        "title": "Mẫu",
        "questions": [
            {
                "id": "q1",
                "text": "Một?",
                "choices": [{"id": "a", "text": "A"}, {"id": "b", "text": "B"}],
                "key": ["a"],
            },
            {
                "id": "q2",
                "type": "multiple",
                "text": "Nhiều?",
                "choices": [{"id": "c", "text": "C"}, {"id": "d", "text": "D"}],
                "key": ["c", "d"],
            },
        ],
    }
)
PAPER = [["q1", ["b", "a"]], ["q2", ["c", "d"]]]


def held(value: str, writer: str = "phone", sequence: int = 1, revision: int = 1) -> Answers:
    return {"q1": {"value": [value], "writer": writer, "sequence": sequence, "revision": revision}}


def test_the_same_write_twice_changes_nothing_the_second_time() -> None:
    write = Write({"q1": ["a"]}, "phone", 1, 0)
    first = merge({}, 0, write)
    second = merge(first.answers, first.revision, write)
    assert (first.changed, first.revision) == (True, 1)
    assert (second.changed, second.revision, second.answers) == (False, 1, first.answers)


def test_a_late_older_write_of_the_same_page_does_not_win() -> None:
    newer = merge({}, 0, Write({"q1": ["b"]}, "phone", 5, 0))
    older = merge(newer.answers, newer.revision, Write({"q1": ["a"]}, "phone", 4, 0))
    assert chosen(older.answers) == {"q1": ["b"]}
    assert not older.changed


def test_an_older_write_does_not_win_after_the_same_answer_was_sent_again() -> None:
    state = merge({}, 0, Write({"q1": ["b"]}, "phone", 3, 0))
    state = merge(state.answers, state.revision, Write({"q1": ["b"]}, "phone", 5, 0))
    state = merge(state.answers, state.revision, Write({"q1": ["a"]}, "phone", 4, 0))
    assert chosen(state.answers) == {"q1": ["b"]}


def test_another_device_that_has_seen_the_answer_replaces_it() -> None:
    merged = merge(held("a", revision=3), 3, Write({"q1": ["b"]}, "computer", 1, 3))
    assert chosen(merged.answers) == {"q1": ["b"]}
    assert not merged.conflicts


def test_another_device_that_has_not_seen_the_answer_stands_apart() -> None:
    merged = merge(held("a", revision=3), 3, Write({"q1": ["b"]}, "computer", 1, 2))
    assert chosen(merged.answers) == {"q1": ["a"]}
    assert merged.conflicts == ("q1",)
    assert differing(merged.answers) == ["q1"]
    assert merged.answers["q1"]["other"]["value"] == ["b"]


def test_choosing_again_settles_a_difference() -> None:
    apart = merge(held("a", revision=3), 3, Write({"q1": ["b"]}, "computer", 1, 2))
    settled = merge(
        apart.answers, apart.revision, Write({"q1": ["a"]}, "computer", 2, apart.revision)
    )
    assert differing(settled.answers) == []
    assert chosen(settled.answers) == {"q1": ["a"]}


def test_a_plain_form_that_saw_the_page_wins_over_what_it_saw() -> None:
    merged = merge(held("a", revision=2), 2, Write({"q1": ["b"]}, seen_revision=2))
    assert chosen(merged.answers) == {"q1": ["b"]}


def test_clearing_an_answer_is_an_answer() -> None:
    merged = merge(held("a"), 1, Write({"q1": []}, "phone", 2, 1))
    assert chosen(merged.answers) == {}
    assert merged.changed


def test_only_choices_of_this_paper_are_taken() -> None:
    values = {"q1": ["a", "b"], "q2": ["c", "x"], "q9": ["a"]}
    assert allowed_values(DOCUMENT, PAPER, Write(values)) == {}
    assert allowed_values(DOCUMENT, PAPER, Write({"q1": ["a"], "q2": ["d", "c"]})) == {
        "q1": ["a"],
        "q2": ["c", "d"],
    }


def test_a_whole_paper_without_ticks_empties_a_several_choice_question() -> None:
    assert allowed_values(DOCUMENT, PAPER, Write({}, whole_paper=True)) == {"q2": []}
    assert allowed_values(DOCUMENT, PAPER, Write({})) == {}


@given(st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=6), st.randoms())
def test_writes_of_one_page_end_alike_in_any_order(values: list[str], random: Random) -> None:
    writes = [Write({"q1": [value]}, "phone", number, 0) for number, value in enumerate(values, 1)]
    shuffled = writes[:] + writes[:2]
    random.shuffle(shuffled)
    answers: Answers = {}
    revision = 0
    for write in shuffled:
        merged = merge(answers, revision, write)
        answers, revision = merged.answers, merged.revision
    assert chosen(answers) == {"q1": [values[-1]]}


@given(st.permutations(["phone", "computer", "tablet"]))
def test_no_device_that_was_not_seen_is_forgotten(order: list[str]) -> None:
    choice = dict(zip(["phone", "computer", "tablet"], ["a", "b", "a"], strict=True))
    answers: Answers = {}
    revision = 0
    for writer in order:
        merged = merge(answers, revision, Write({"q1": [choice[writer]]}, writer, 1, 0))
        answers, revision = merged.answers, merged.revision
    kept = [answers["q1"]["value"], answers["q1"].get("other", {}).get("value")]
    assert sorted(itertools.chain.from_iterable(value for value in kept if value)) == ["a", "b"]


def test_whole_is_what_the_page_showed_at_every_question() -> None:
    def whole(stored: Answers, values: dict[str, list[str]], seen: int = 9) -> bool:
        write = Write(values, writer="mine", sequence=1, seen_revision=seen)
        return is_seen_whole(PAPER, write, merge(stored, seen, write).answers)

    other = merge({}, 0, Write({"q1": ["a"]}, writer="theirs", sequence=1)).answers
    both = {"q1": ["a"], "q2": ["d", "c"]}
    assert whole({}, both)
    assert whole(other, both)
    assert not whole({}, {"q1": ["a"]})
    assert not whole({}, {**both, "q2": []})
    assert not whole(other, {"q2": ["c"]})
    assert not whole(other, {**both, "q1": ["b"]}, seen=0)
    assert whole(other, {**both, "q1": ["b"]}, seen=1)
