"""The question sets shipped with the campaign: sourced, translated, fair, and honest."""

import re
from pathlib import Path

import pytest

from survey_app.questions.canonical import content_hash
from survey_app.questions.checks import check
from survey_app.questions.formats import read, write
from survey_app.questions.schema import QuestionDocument
from tests.conftest import shared_folder

QUIZZES = Path(__file__).parents[3] / "quizzes"
SETS = ["ke-hoach-422.yaml", "ke-hoach-422-vong-2.yaml", "lich-su-dang-bo-khoi.yaml"]
OF_THE_PLAN = ["ke-hoach-422.yaml", "ke-hoach-422-vong-2.yaml", "lam-thu.yaml"]


def shipped(name: str) -> QuestionDocument:
    paper = read((QUIZZES / name).read_bytes())
    assert paper.all_problems == ()
    return paper.to_document()


@pytest.mark.parametrize("name", SETS)
def test_nothing_stands_against_approval(name: str) -> None:
    findings = check(shipped(name))
    assert findings.errors == ()
    assert {problem.code for problem in findings.hints} <= {"draft"}


@pytest.mark.parametrize("name", SETS)
def test_every_question_is_sourced_explained_and_translated(name: str) -> None:
    document = shipped(name)
    english = document.translations.en
    assert english is not None and english.title and english.intro and english.note
    for question in document.questions:
        assert question.source and question.explanation and question.topic and question.level
        assert question.source.date or question.state == "draft"
        assert question.source.quotation or question.state == "draft"
        assert set(english.questions[question.id].choices) == {c.id for c in question.choices}
        assert english.questions[question.id].explanation
        assert question.draft_reason or question.state == "ready"


@pytest.mark.parametrize("name", SETS)
def test_khoi_is_spelt_right_but_in_quotations(name: str) -> None:
    document = shipped(name)
    for question in document.questions:
        words = " ".join([question.text, question.explanation, *(c.text for c in question.choices)])
        assert "Khôi" not in words
        for source in question.sources:
            assert len(re.findall(r"Khôi(?! \[sic\])", source.quotation)) == 0
    text = (QUIZZES / name).read_text()
    assert "28/12/2024" not in text  # the doubtful date of plan 156
    assert "quy định việc tổ chức thi" not in text.replace("không quy định việc tổ chức thi", "")


@pytest.mark.parametrize("name", SETS)
def test_yaml_keeps_the_hash(name: str) -> None:
    document = shipped(name)
    assert content_hash(read(write(document)).to_document()) == content_hash(document)


@pytest.mark.parametrize(
    ("name", "count"), [("ke-hoach-422.yaml", 15), ("ke-hoach-422-vong-2.yaml", 12)]
)
def test_a_plan_quiz_is_ready_as_a_whole_and_not_guessable(name: str, count: int) -> None:
    document = shipped(name)
    assert len(document.ready_questions) == count
    places = [
        [choice.id for choice in question.choices].index(question.key[0])
        for question in document.questions
    ]
    assert max(map(places.count, range(4))) <= 5


def test_what_rests_on_one_source_is_a_draft() -> None:
    document = shipped("lich-su-dang-bo-khoi.yaml")
    for question in document.questions:
        assert len(question.sources) > 1 or question.state == "draft"
    assert [q.id for q in document.ready_questions] == ["nghi-quyet-1954", "chi-bo-dau-tien"]


def test_the_paper_in_words_reads_back() -> None:
    document = shipped("ke-hoach-422.yaml")
    paper = read(write(document, "text"))
    assert paper.all_problems == ()
    assert [question.state for question in paper.questions] == ["ok"] * 15
    for question, item in zip(document.questions, paper.questions, strict=True):
        assert question.text == item.text
        assert [question.choices[place].id for place in item.correct] == list(question.key)


def test_no_round_gives_away_the_key_of_another() -> None:
    asked = [question for name in OF_THE_PLAN for question in shipped(name).questions]
    assert len({question.id for question in asked}) == len(asked)
    assert len({question.text for question in asked}) == len(asked)
    quoted = [source.quotation for question in asked for source in question.sources]
    texts = {question.text for question in asked}
    assert not texts & set(quoted)


def test_every_quotation_stands_in_the_plan() -> None:
    folder = shared_folder()
    if folder is None:
        pytest.skip("the text of the plan is not here")
    plan = _words((folder / "seed" / "ke-hoach-422-KH-DUS.txt").read_text(encoding="utf-8"))
    for name in OF_THE_PLAN:
        for question in shipped(name).questions:
            for source in question.sources:
                quotation = _words(source.quotation.replace(" [sic]", ""))
                parts = [part.strip(" .,;“”") for part in quotation.split("…")]
                assert all(part in plan for part in parts), question.id


def _words(text: str) -> str:
    return " ".join(text.replace("*", "").split())
