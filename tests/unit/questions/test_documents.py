"""The canonical document: what it refuses, and the hash that names it."""

import pytest
from pydantic import ValidationError

from survey_app.questions.canonical import (
    canonical_json,
    content_hash,
    from_json,
    from_plain,
    plain,
)
from survey_app.questions.ids import derived_id, new_id
from survey_app.questions.schema import QuestionDocument

SMALL = {
    "kind": "quiz",
    "title": "Thử",
    "questions": [
        {
            "id": "q1",
            "text": "Năm nào?",
            "choices": [{"id": "a", "text": "1954"}, {"id": "b", "text": "1975"}],
            "key": ["a"],
            "weights": {"a": "100", "b": "-33.330"},
        }
    ],
}
# Changing these numbers renames every stored version: it needs an ADR and a migration.
GOLDEN_JSON = (
    '{"kind":"quiz","questions":[{"choices":[{"id":"a","text":"1954"},{"id":"b","text":"1975"}],'
    '"id":"q1","key":["a"],"text":"Năm nào?","weights":{"a":"100","b":"-33.33"}}],'
    '"schema":1,"title":"Thử"}'
)
GOLDEN_HASH = "1971ef119fcb18cf4fc7b8c7affa62645c108bbfe77bc370fd0a21b749701022"


def document(**changes: object) -> QuestionDocument:
    return QuestionDocument.model_validate({**SMALL, **changes})


def question(**changes: object) -> QuestionDocument:
    return document(questions=[{**SMALL["questions"][0], **changes}])


def test_the_hash_of_a_known_document_never_changes() -> None:
    assert canonical_json(document()) == GOLDEN_JSON
    assert content_hash(document()) == GOLDEN_HASH


def test_the_hash_sees_content_and_nothing_else() -> None:
    written_out = document(schema=1, language="vi", note="", questions=SMALL["questions"])
    decomposed = document(title="Thu\u031b\u0309")
    assert content_hash(written_out) == GOLDEN_HASH
    assert content_hash(decomposed) == content_hash(document(title="Thử"))
    assert content_hash(question(key=["b"])) != GOLDEN_HASH


def test_a_document_comes_back_from_its_json() -> None:
    assert from_json(canonical_json(document())) == document()
    assert from_plain(plain(document())) == document()


@pytest.mark.parametrize(
    "changes",
    [
        {"unknown": 1},
        {"pairs": [{"id": "p", "left": "x", "right": "y"}]},
        {"key": ["a", "a"]},
        {"choices": [{"id": "a", "text": "x"}, {"id": "a", "text": "y"}]},
        {"id": "Hoa"},
        {"text": "bell\x07"},
        {"text": "   "},
        {"weights": {"a": 0.5}},
        {"weights": {"a": "NaN"}},
        {"section": "nowhere"},
        {"condition": {"question": "q1", "any_of": ["a"]}},
        {"source": {"document": "x", "url": "javascript:alert(1)"}},
        {"further_sources": [{"document": "x"}]},
    ],
)
def test_what_would_be_a_silent_mistake_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        question(**changes)


def test_two_questions_cannot_share_an_id() -> None:
    with pytest.raises(ValidationError):
        document(questions=SMALL["questions"] * 2)


def test_every_type_has_its_place() -> None:
    for fields in (
        {"type": "numeric", "range": {"min": "1.50", "max": 2}},
        {"type": "short_text", "accepted": [{"text": "Hà Nội"}]},
        {"type": "matching", "pairs": [{"id": "p", "left": "x", "right": "y"}]},
        {"type": "matrix", "rows": [{"id": "r", "text": "x"}], "choices": []},
        {"type": "scale", "choices": [{"id": "tot", "text": "Tốt"}]},
        {"type": "long_text"},
        {"type": "date"},
        {"type": "prediction"},
    ):
        made = document(questions=[{"id": "q1", "text": "Gì?", **fields}])
        assert from_json(canonical_json(made)) == made


def test_ids() -> None:
    assert derived_id("Năm nào?") == derived_id("  năm  NÀO? ")
    assert derived_id("Hòa") != derived_id("Hoa")
    first = derived_id("x")
    assert derived_id("x", taken={first}) not in {first, derived_id("y")}
    assert len({new_id() for _ in range(1000)}) == 1000


def test_drafts_stay_out_of_rounds() -> None:
    assert question().ready_questions
    assert not question(state="draft").ready_questions
