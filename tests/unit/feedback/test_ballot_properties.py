"""Whatever a form asks and whatever is posted: every ballot fits and is as long as every other, it
opens as it was sealed, and nothing is read that the form does not ask.
"""

import json
import time
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.errors import Invalid
from survey_app.feedback import sealing
from survey_app.feedback.answers import Answers, field_name, read
from survey_app.feedback.items import Item, items_of
from survey_app.questions.schema import QuestionDocument
from tests.factories_forms import form_document

IDS = st.from_regex(r"[a-z0-9]{1,40}", fullmatch=True)
GROUPS = st.integers(0, 10**6)
# What JSON escapes, what UTF-8 writes in four bytes, and what NFC makes longer.
HARD = '"\\\n\t\u0958\ufb1f\U0001f33e\U0002f800ệ'
TEXTS = st.text(st.characters() | st.sampled_from(HARD), max_size=400)
LONG_TEXTS = st.builds(lambda one, count: one * count, st.sampled_from(HARD), st.integers(1, 2100))
DECIMALS = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=3).map(str)
NUMBERS = (
    DECIMALS
    | st.integers(-(10**13), 10**13).map(str)
    | st.sampled_from(["-0", "0,5", " 7 ", "1e9", "1E5", "NaN", "-Infinity", "1_000", "٣", "0x1f"])
)


def choices(ids: list[str], **of_the_last: bool) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = [{"id": name, "text": f"Ý {name}"} for name in ids]
    made[-1].update(of_the_last)
    return made


@st.composite
def forms(draw: st.DrawFn) -> QuestionDocument:
    """Any form of up to six questions."""
    questions = []
    for name in draw(st.lists(IDS, min_size=1, max_size=6, unique=True)):
        kind = draw(
            st.sampled_from(["single", "multiple", "scale", "matrix", "numeric", "long_text"])
        )
        question: dict[str, Any] = {"id": name, "type": kind, "text": "Hỏi"}
        if kind in ("single", "multiple", "scale", "matrix"):
            ids = draw(st.lists(IDS, min_size=1, max_size=8, unique=True))
            other = kind in ("single", "multiple") and draw(st.booleans())
            question["choices"] = choices(ids, other=other)
        if kind == "matrix":
            question["rows"] = choices(draw(st.lists(IDS, min_size=1, max_size=5, unique=True)))
        if kind == "long_text":
            question["longest"] = draw(st.none() | st.integers(50, 2000))
        questions.append(question)
    return QuestionDocument.model_validate(
        {"kind": "feedback", "title": "Phiếu", "questions": questions}
    )


def fields_of(item: Item) -> st.SearchStrategy[list[str]]:
    """What could be posted for an item, wrong things among it."""
    if item.kind == "text":
        return st.lists(TEXTS | LONG_TEXTS, max_size=1)
    if item.kind == "number":
        return st.lists(NUMBERS, max_size=1)
    if item.kind == "several":
        return st.lists(st.sampled_from([*item.choice_ids, ""]), max_size=12)
    return st.lists(st.sampled_from([*item.choice_ids, ""]), max_size=1)


@st.composite
def posted_forms(draw: st.DrawFn) -> tuple[QuestionDocument, dict[str, list[str]]]:
    document = draw(forms())
    return document, {field_name(item.key): draw(fields_of(item)) for item in items_of(document)}


def longest_answers(document: QuestionDocument, letter: str) -> Answers:
    """Return the answers that need most room: all choices, all texts as long as they may be."""
    longest: Answers = {}
    for item in items_of(document):
        if item.kind == "text":
            longest[item.key] = letter * item.longest
        elif item.kind == "number":
            longest[item.key] = "-0.123456789"
        elif item.kind == "several":
            longest[item.key] = list(item.choice_ids)
        else:
            longest[item.key] = max(item.choice_ids, key=len)
    return longest


def answered(document: QuestionDocument, posted: dict[str, list[str]]) -> Answers:
    try:
        return read(document, posted)
    except Invalid:
        return {}


KEY = sealing.new_key()


@settings(max_examples=60, deadline=None)
@given(posted_forms(), GROUPS)
def test_what_is_read_fits_and_opens_as_it_was_sealed(form, group):
    document, posted = form
    size = sealing.ballot_bytes(document)
    ballot = sealing.Ballot(group, answered(document, posted))
    sealed = sealing.seal(sealing.public_half(KEY), size, ballot)
    empty = sealing.seal(sealing.public_half(KEY), size, sealing.Ballot(0, {}))
    assert len(sealed) == len(empty)
    assert sealing.unseal(KEY, sealed) == ballot


@settings(max_examples=60, deadline=None)
@given(forms(), GROUPS, st.sampled_from([*HARD, "a"]))
def test_the_longest_answers_fit(document, group, letter):
    ballot = sealing.Ballot(group, longest_answers(document, letter))
    size = sealing.ballot_bytes(document)
    sealed = sealing.seal(sealing.public_half(KEY), size, ballot)
    assert sealing.unseal(KEY, sealed) == ballot


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 2**31))
def test_what_is_no_ballot_is_damaged_and_nothing_else(noise, length):
    """Whoever can write into the table can put anything there, sealed for the right key too."""
    import base64

    from nacl.public import PrivateKey, SealedBox

    box = SealedBox(PrivateKey(KEY).public_key)
    for content in (noise, length.to_bytes(4, "big") + noise):
        sealed = base64.b64encode(box.encrypt(content)).decode()
        with pytest.raises(sealing.DamagedBallot):
            sealing.unseal(KEY, sealed)
    with pytest.raises(sealing.DamagedBallot):
        sealing.unseal(KEY, base64.b64encode(noise).decode())


ANYTHING = (
    TEXTS
    | LONG_TEXTS
    | NUMBERS
    | st.sampled_from(
        ["tot", "rat-tot", "c1", "c2", "c3", "c9", "TOT", "tot\0", "tot ", "\ud800", "\u202etot"]
    )
)
NAMES = st.sampled_from(
    [
        *(field_name(item.key) for item in items_of(form_document())),
        *("q_q1.other", "q_q5", "q_q9", "q_", "q_q1\0", "q_Q1", "group", "csrf_token", "round_id"),
    ]
)


def is_allowed(item: Item, answer: Any) -> bool:
    """Whether the form asks this, said once more in other words."""
    if item.kind == "several":
        wanted = [name for name in item.choice_ids if name in answer]
        return isinstance(answer, list) and answer == wanted != []
    if not isinstance(answer, str) or not answer:
        return False
    if item.kind == "number":
        return 15 <= float(answer) <= 240 and set(answer) <= set("0123456789.")
    if item.kind == "text":
        letters = answer.replace("\n", "").replace("\t", "")
        strange = {unicodedata.category(one)[0] for one in letters} & {"C"}
        return len(answer) <= item.longest and not strange
    return answer in item.choice_ids


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(NAMES, st.lists(ANYTHING, max_size=3), max_size=8))
def test_nothing_is_read_that_the_form_does_not_ask(posted):
    document = form_document()
    items = {item.key: item for item in items_of(document)}
    said = answered(document, posted)
    for key, answer in said.items():
        assert is_allowed(items[key], answer), (key, answer)
    # A damaged one would be found only when the urn is opened: what is read must be storable.
    assert json.loads(json.dumps(said, ensure_ascii=False).encode()) == said


HUGE = "ệ\u0301" * 500_000


@pytest.mark.parametrize(
    "posted",
    [
        {"q_q7": [HUGE]},
        {"q_q4": ["c3"], "q_q4.other": [HUGE]},
        {"q_q1": [HUGE]},
        {"q_q4": ["c1"] * 100_000 + [HUGE]},
        {"q_q6": ["9" * 1_000_000]},
        {f"q_x{number}": ["a"] for number in range(100_000)},
        {"q_q1": ["tot"], **{f"q_q1.{number}": ["a"] for number in range(100_000)}},
        {"q_q1": ["tot"] * 100_000},
        {"q_q5.r1": ["tot", "kha"]},
        {"q_q7": ["\0\u202e\ud800\u200b"]},
    ],
    ids=lambda posted: next(iter(posted)) + f" {len(posted)}",
)
def test_what_is_far_too_much_is_refused_at_once(posted):
    begun = time.process_time()
    with pytest.raises(Invalid) as refused:
        read(form_document(), posted)
    assert time.process_time() - begun < 1.0
    assert "\u0301" * 2 not in str(refused.value), "what was posted is not said again"


@given(
    st.lists(
        st.sampled_from("\0\x07\x1b\x7f\u202a\u202e\u2066\ufeff\u200d\ud800\udfff"), min_size=1
    )
)
def test_signs_that_nobody_sees_are_left_out(strange):
    text = "Phòng" + "".join(strange) + " họp"
    assert read(form_document(), {"q_q7": [text]}) == {"q7": "Phòng họp"}
