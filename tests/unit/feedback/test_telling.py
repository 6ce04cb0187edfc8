"""What levels that are told together are called, and what is said to be left out. Pure."""

import pytest

from survey_app.feedback.disclosure import Counts, Table, Unit, publish
from survey_app.feedback.items import items_of
from survey_app.feedback.telling import Scale, item_result
from survey_app.feedback.units import WHOLE
from survey_app.feedback.wording import Words
from survey_app.i18n import speaking
from survey_app.questions.scales import SCALES, is_best_first
from survey_app.questions.schema import QuestionDocument

QUALITY = tuple(point.text for point in SCALES["quality"])
OFTEN = ("Chưa bao giờ", "Hiếm khi", "Thỉnh thoảng", "Thường xuyên")
NO_OPINION = "Không có ý kiến"


def scale_of(texts: tuple[str, ...]) -> tuple[Scale, Words]:
    """Return a scale of these points, named p0, p1 …, and "no opinion" after them."""
    points: list[dict[str, object]] = [{"id": f"p{n}", "text": t} for n, t in enumerate(texts)]
    choices = [*points, {"id": "none", "text": NO_OPINION, "no_opinion": True}]
    asked = {"id": "q1", "type": "scale", "text": "Nội dung", "choices": choices}
    document = QuestionDocument.model_validate(
        {"kind": "feedback", "title": "Góp ý", "questions": [asked]}
    )
    return Scale(items_of(document)[0]), Words(document, "vi")


def label(texts: tuple[str, ...], first: int, last: int, locale: str = "vi") -> str:
    """Return what the points from `first` to `last` are called together."""
    scale, words = scale_of(texts)
    with speaking(locale):
        return scale.label([f"p{n}" for n in range(first, last + 1)], words)


@pytest.mark.parametrize(
    ("first", "last", "vietnamese", "english"),
    [
        (0, 1, "Tốt trở lên", "Tốt or above"),
        (0, 3, "Trung bình trở lên", "Trung bình or above"),
        (1, 4, "Tốt trở xuống", "Tốt or below"),
        (3, 4, "Trung bình trở xuống", "Trung bình or below"),
        (1, 2, "Tốt đến Khá", "Tốt to Khá"),
        (0, 4, "Rất tốt đến Chưa tốt", "Rất tốt to Chưa tốt"),
        (2, 2, "Khá", "Khá"),
    ],
)
def test_a_run_is_named_by_its_far_end(
    first: int, last: int, vietnamese: str, english: str
) -> None:
    assert label(QUALITY, first, last) == vietnamese
    assert label(QUALITY, first, last, "en") == english


@pytest.mark.parametrize("texts", [OFTEN, tuple(reversed(QUALITY))])
def test_where_up_is_not_known_both_ends_are_named(texts: tuple[str, ...]) -> None:
    """On a scale that begins with the worst, "trở xuống" would say the opposite."""
    last = len(texts) - 1
    assert label(texts, 2, last) == f"{texts[2]} đến {texts[last]}"
    assert label(texts, 0, 1) == f"{texts[0]} đến {texts[1]}"


def test_known_scales_begin_with_the_best_also_with_a_point_less() -> None:
    for scale in SCALES.values():
        assert is_best_first([point.text for point in scale])
        assert is_best_first([point.english for point in scale])
        assert not is_best_first([point.text for point in reversed(scale)])
    assert is_best_first(["Rất tốt", "Tốt", "Chưa tốt"])
    assert not is_best_first([]) and not is_best_first(OFTEN)


@pytest.mark.parametrize(("none", "told"), [(3, NO_OPINION), (0, "")])
def test_what_groups_do_not_count_is_said(none: int, told: str) -> None:
    """Three without an opinion are too few to be told of a group, so its base leaves them out.

    Two of each group have skipped the question.
    """
    scale, words = scale_of(QUALITY)
    counts = {
        1: Counts({"p0": 14, "p1": 12, "none": none}, 26 + none),
        2: Counts({"p0": 13, "p1": 15}, 28),
    }
    table = Table("q1", "ordered", scale.ids, "none", counts)
    units = [
        Unit(WHOLE, "", None, 80, 58 + none),
        Unit(1, "Một", WHOLE, 40, 28 + none),
        Unit(2, "Hai", WHOLE, 40, 30),
    ]
    found = item_result(scale, publish(units, table), words, {1: "Một", 2: "Hai"})
    assert len(found.groups) == 2 and found.in_runs is not None
    assert found.left_out == told
    assert found.as_dict()["left_out_of_groups"] == (told or None)
    assert found.whole is not None and found.whole.base - found.in_runs.base == none
