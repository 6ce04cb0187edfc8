"""YAML: nothing is guessed, every mistake is told with its line, in the reader's language."""

import pytest

from survey_app.errors import Invalid
from survey_app.i18n import speaking
from survey_app.questions.canonical import content_hash
from survey_app.questions.formats import read, read_text, write

BY_HAND = """\
kind: quiz
title: Thử
questions:
  - text: Năm nào?
    choices: [1954, 01, no]
    key: B
    source: Kế hoạch, mục I
"""


def test_a_file_written_by_hand() -> None:
    paper = read_text(BY_HAND)
    assert paper.format == "yaml"
    shape = paper.as_dict()["questions"][0]
    assert shape["choices"] == ["1954", "01", "no"]
    assert (shape["correct"], shape["state"], shape["where"]) == ([1], "ok", "dòng 4")
    assert shape["source"] == "Kế hoạch, mục I"


def test_the_same_file_gives_the_same_document() -> None:
    first, second = read_text(BY_HAND).to_document(), read_text(BY_HAND).to_document()
    assert content_hash(first) == content_hash(second)
    assert content_hash(read(write(first)).to_document()) == content_hash(first)


def test_correcting_a_key_keeps_the_ids() -> None:
    corrected = read_text(BY_HAND.replace("key: B", "key: A")).to_document()
    assert corrected.questions[0].id == read_text(BY_HAND).to_document().questions[0].id


MISTAKES = """\
kind: quizz
title: Thử
questions:
  - text: Năm nào?
    choices: [Một, Hai]
    key: A
  - text: Ai?
    tpye: single
    choices: [Một, Hai]
    type: sngle
  - choices: [Một]
    level: [x]
title: Hai lần
"""


def test_all_mistakes_at_once_with_their_lines() -> None:
    paper = read_text(MISTAKES)
    told = {(problem.code, problem.where) for problem in paper.all_problems}
    assert told >= {
        ("yaml_repeated", "dòng 13"),
        ("yaml_literal_error", "dòng 1"),
        ("yaml_extra_forbidden", "dòng 8"),
        ("yaml_literal_error", "dòng 10"),
        ("yaml_missing", "dòng 11"),
        ("yaml_string_type", "dòng 12"),
    }
    assert [question.state for question in paper.questions] == ["ok", "error", "error"]
    assert paper.questions[0].correct == (0,)
    with pytest.raises(Invalid) as refusal:
        paper.to_document()
    assert set(refusal.value.problems) == set(paper.all_problems)


def test_mistakes_are_told_in_english_to_english_readers() -> None:
    with speaking("en"):
        problems = read_text(MISTAKES).all_problems
    assert any(p.message == "The field “text” is missing." for p in problems)
    assert all(p.where and p.where.startswith("line ") for p in problems)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('kind: quiz\ntitle: "x\nquestions: []\n', "yaml_syntax"),
        ("kind: quiz\ntitle: &a x\nnote: *a\nquestions: []\n", None),
        ("kind: &a [x]\ntitle: y\nquestions: *a\n", "yaml_alias"),
        ("kind: quiz\ntitle: " + "[" * 3000 + "\n", "yaml_depth"),
    ],
)
def test_files_that_are_not_well_formed(text: str, code: str | None) -> None:
    paper = read_text(text)
    codes = {problem.code for problem in paper.problems}
    assert codes and (code is None or code in codes)
    with pytest.raises(Invalid):
        paper.to_document()


def test_a_question_without_key_waits_for_one() -> None:
    paper = read_text(BY_HAND.replace("    key: B\n", ""))
    assert paper.questions[0].state == "needs_choice"
    chosen = paper.with_keys({1: [2]})
    assert (chosen.questions[0].correct, chosen.questions[0].state) == ((2,), "ok")
    made = chosen.to_document().questions[0]
    assert made.key == (made.choices[2].id,)


def test_a_key_to_a_choice_that_is_not_there_is_an_error() -> None:
    paper = read_text(BY_HAND.replace("key: B", "key: [nowhere]"))
    assert paper.questions[0].state == "error"
    assert paper.questions[0].correct == ()


def test_a_long_file_is_refused_before_it_is_parsed() -> None:
    paper = read_text(BY_HAND + "# " + "x" * 1_000_001)
    assert [problem.code for problem in paper.problems] == ["too_big"]


@pytest.mark.parametrize("text", ["Một\nhai", "Một\n\ufffe", "Một\n\n  hai\n#ba", "- a\n...\n---"])
def test_several_lines_come_back(text: str) -> None:
    made = read_text(BY_HAND).to_document().model_copy(update={"intro": text})
    assert read(write(made)).to_document().intro == text
