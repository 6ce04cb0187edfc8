"""What is told of a feedback item: the rules, case by case."""

import pytest

from survey_app.feedback.disclosure import (
    Comparison,
    Counts,
    Hidden,
    Published,
    Reason,
    Sent,
    Share,
    Shown,
    Softened,
    Table,
    Unit,
    compare,
    publish,
    turnout,
)

SCALE = ("Rất tốt", "Tốt", "Khá", "Trung bình", "Chưa tốt")
NO_OPINION = "Không có ý kiến"
PROTECTED = Hidden(Reason.PROTECTED)


def organisation(*sent: int, spare: int = 5, parents: dict[int, int] | None = None) -> list[Unit]:
    """Groups 1, 2, … of which so many have sent a form and `spare` have not.

    They stand under the whole, or under the units 101, 102, … that `parents` names.
    """
    parents = parents or {}
    leaves = [
        Unit(key, f"Chi bộ {key}", parents.get(key, 0), count + spare, count)
        for key, count in enumerate(sent, start=1)
    ]
    inner = []
    for key in sorted(set(parents.values())):
        inside = [unit for unit in leaves if unit.parent == key]
        people, forms = sum(u.eligible for u in inside), sum(u.respondents for u in inside)
        inner.append(Unit(key, f"Khối {key}", 0, people, forms))
    people, forms = sum(unit.eligible for unit in leaves), sum(sent)
    return [Unit(0, "Đảng bộ", None, people, forms), *inner, *leaves]


def item(
    *lines: tuple[int, ...],
    levels: tuple[str, ...] = SCALE,
    kind: str = "ordered",
    no_opinion: str | None = None,
    answered: tuple[int, ...] = (),
) -> Table:
    counts = {
        key: Counts(dict(zip(levels, line, strict=True)), sum(line))
        for key, line in enumerate(lines, start=1)
    }
    for key, number in enumerate(answered, start=1):
        counts[key] = Counts(counts[key].by_level, number)
    return Table("tai_lieu", kind, levels, no_opinion, counts)  # type: ignore[arg-type]


def figures(told: object) -> list[int]:
    assert isinstance(told, Shown), told
    return [share.count for share in told.shares]


def shown(published: Published) -> set[int]:
    return {key for key, told in published.groups.items() if isinstance(told, Shown)}


def test_the_whole_is_told_in_full_small_counts_too() -> None:
    published = publish(organisation(16, 14), item((6, 6, 2, 1, 1), (6, 7, 1, 0, 0)))
    assert isinstance(published.whole, Shown)
    assert published.whole.base == 30
    assert published.whole.shares[3] == Share(("Trung bình",), 1, 1 / 30)
    assert figures(published.whole) == [12, 13, 3, 1, 1]


def test_groups_show_neighbouring_levels_together_until_each_is_large_enough_or_empty() -> None:
    published = publish(organisation(16, 16), item((6, 5, 2, 2, 1), (7, 1, 5, 3, 0)))
    assert published.partition == (("Rất tốt",), ("Tốt", "Khá", "Trung bình", "Chưa tốt"))
    assert figures(published.groups[1]) == [6, 10]
    assert figures(published.groups[2]) == [7, 9]


def test_levels_stay_apart_where_all_groups_are_large_enough() -> None:
    published = publish(organisation(25, 25), item((5, 5, 5, 5, 5), (9, 6, 0, 5, 5)))
    assert published.partition == tuple((level,) for level in SCALE)
    assert figures(published.groups[2]) == [9, 6, 0, 5, 5]


def test_four_answers_stay_hidden_also_by_subtraction() -> None:
    units = organisation(20, 18, 4)
    lines = ((10, 10, 0, 0, 0), (9, 9, 0, 0, 0), (2, 2, 0, 0, 0))
    published = publish(units, item(*lines))
    assert published.groups[3] == PROTECTED
    assert shown(published) == {1}  # the smaller of the others stands in for the four
    assert published.groups[2] == PROTECTED  # and is told the same reason
    assert turnout(units).groups == {1: Sent(20, 25), 2: PROTECTED, 3: PROTECTED}


def test_in_nested_units_the_rest_of_each_is_looked_at() -> None:
    parents = {1: 101, 2: 101, 3: 101, 4: 102, 5: 102}
    units = organisation(20, 15, 3, 12, 14, parents=parents)
    halves = [(n // 2, n - n // 2, 0, 0, 0) for n in (20, 15, 3, 12, 14)]
    published = publish(units, item(*halves))
    assert shown(published) == {101, 102, 1, 4, 5}  # 2 hides 3, within their own unit
    assert figures(published.groups[101]) == [18, 20, 0, 0, 0]


def test_a_unit_is_hidden_when_nobody_in_it_can_stand_in_for_its_smallest() -> None:
    units = organisation(3, 15, 16, parents={1: 101, 2: 102, 3: 102})
    published = publish(units, item((1, 2, 0, 0, 0), (7, 8, 0, 0, 0), (8, 8, 0, 0, 0)))
    assert published.groups[101] == published.groups[1] == PROTECTED
    assert shown(published) <= {2, 3}
    assert len(shown(published)) == 1  # the whole less 102 would be the three


def test_a_whole_of_fewer_than_k_shows_nothing() -> None:
    published = publish(organisation(20, 20), item((1, 1, 0, 0, 0), (1, 1, 0, 0, 0)))
    assert published.whole == Hidden(Reason.TOO_FEW_ANSWERS)
    assert set(published.groups.values()) == {PROTECTED}
    assert turnout(organisation(2, 2)).whole == Hidden(Reason.TOO_FEW_ANSWERS)


def test_a_group_of_one_mind_is_softened_and_does_not_follow_by_subtraction() -> None:
    table = item((12, 0), (8, 7), (6, 9), levels=("Có", "Không"))
    published = publish(organisation(12, 15, 15), table)
    assert published.groups[1] == Softened(("Có",), 0.9)
    assert shown(published) == {3}


def test_a_group_where_one_differs_is_told_in_the_same_words() -> None:
    table = item((11, 1), (8, 7), (6, 9), levels=("Có", "Không"))
    assert publish(organisation(12, 15, 15), table).groups[1] == Softened(("Có",), 0.9)


def test_a_group_of_one_mind_is_not_softened_when_the_one_beside_it_would_follow() -> None:
    """Together the first two are a sound rest; with the first told, 2 of the second would show."""
    table = item((12, 0), (2, 7), (9, 9), levels=("Có", "Không"))
    published = publish(organisation(12, 9, 18), table)
    assert shown(published) == {3}
    assert published.groups[1] == published.groups[2] == PROTECTED


def test_nine_of_one_mind_are_not_softened_for_90_percent_of_nine_are_all() -> None:
    table = item((9, 0), (8, 7), (6, 9), levels=("Có", "Không"))
    assert publish(organisation(9, 15, 15), table).groups[1] == PROTECTED


def test_a_whole_of_one_mind_is_told_as_it_is_and_groups_show_nothing() -> None:
    published = publish(organisation(12, 15), item((12, 0), (15, 0), levels=("Có", "Không")))
    assert published.unanimous
    assert figures(published.whole) == [27, 0]
    assert set(published.groups.values()) == {PROTECTED}


def test_no_opinion_stays_apart_and_is_shown_where_it_may_be() -> None:
    levels = (*SCALE, NO_OPINION)
    lines = ((8, 6, 0, 0, 0, 5), (9, 7, 0, 0, 0, 6))
    published = publish(organisation(20, 24), item(*lines, levels=levels, no_opinion=NO_OPINION))
    assert published.no_opinion_in_groups
    assert published.partition[-1] == (NO_OPINION,)
    assert figures(published.groups[1])[-1] == 5


def test_no_opinion_leaves_the_base_of_groups_where_it_may_not_be_shown() -> None:
    levels = (*SCALE, NO_OPINION)
    lines = ((8, 6, 0, 0, 0, 2), (9, 7, 0, 0, 0, 1))
    published = publish(organisation(18, 18), item(*lines, levels=levels, no_opinion=NO_OPINION))
    assert not published.no_opinion_in_groups
    told = published.groups[1]
    assert isinstance(told, Shown)
    assert told.base == 14  # of 16 who answered and 18 who sent a form
    assert told.shares[0].rate == 8 / 14
    assert figures(published.whole)[-1] == 3


def test_no_opinion_that_would_follow_from_the_turnout_hides_the_groups() -> None:
    """Nobody skipped the item, so who has sent a form and is not in the base has no opinion."""
    levels = (*SCALE, NO_OPINION)
    lines = ((8, 6, 0, 0, 0, 2), (9, 7, 0, 0, 0, 1))
    published = publish(organisation(16, 17), item(*lines, levels=levels, no_opinion=NO_OPINION))
    assert shown(published) == set()


def test_rare_no_opinion_must_not_be_known_to_be_all_in_the_other_group() -> None:
    """Group 2 has neither skipped nor no opinion, so the three of the whole would be group 1's."""
    levels = (*SCALE, NO_OPINION)
    lines = ((8, 6, 0, 0, 0, 3), (9, 7, 0, 0, 0, 0))
    published = publish(organisation(19, 16), item(*lines, levels=levels, no_opinion=NO_OPINION))
    assert shown(published) == set()


def test_choices_without_order_are_pooled_from_the_smallest_up() -> None:
    levels = ("Hội trường", "Trực tuyến", "Tại chi bộ", "Khác")
    table = item((9, 1, 8, 1), (6, 2, 9, 5), levels=levels, kind="unordered")
    published = publish(organisation(19, 22), table)
    assert published.partition == (("Tại chi bộ",), ("Hội trường", "Trực tuyến", "Khác"))
    table = item((9, 1, 8, 4), (6, 2, 9, 5), levels=levels, kind="unordered")
    published = publish(organisation(22, 22), table)
    assert published.partition == (("Hội trường",), ("Tại chi bộ",), ("Trực tuyến", "Khác"))
    assert figures(published.groups[1]) == [9, 8, 5]


def test_of_several_choices_those_are_shown_that_enough_chose_and_enough_did_not() -> None:
    """All of group 2 chose paper. Another choice keeps it company, so that it cannot follow."""
    levels = ("Video", "Tài liệu giấy", "Thảo luận nhóm", "Khác")
    table = item((10, 19, 12, 5), (9, 20, 7, 6), levels=levels, kind="several", answered=(20, 20))
    published = publish(organisation(22, 22), table)
    assert published.partition == (("Video",), ("Thảo luận nhóm",))
    told = published.groups[1]
    assert told == Shown(
        20,
        (
            Share(("Video",), 10, 0.5),
            Share(("Thảo luận nhóm",), 12, 0.6),
        ),
    )
    assert figures(published.whole) == [19, 39, 19, 11]


def test_a_choice_that_all_but_four_made_is_left_to_the_whole() -> None:
    levels = ("Video", "Giấy", "Nhóm")
    table = item((16, 10, 8), (15, 9, 7), levels=levels, kind="several", answered=(20, 20))
    published = publish(organisation(22, 22), table)
    assert published.partition == (("Giấy",), ("Nhóm",))


def test_a_choice_left_out_does_not_follow_where_each_picked_exactly_one() -> None:
    levels = ("Video", "Giấy", "Khác")
    lines = ((10, 8, 2), (9, 9, 1))  # "Khác" would be what is left of 20 and of 19
    table = item(*lines, levels=levels, kind="several", answered=(20, 19))
    published = publish(organisation(22, 22), table)
    assert published.partition == (("Video",),)


def test_number_bands_merge_like_neighbours() -> None:
    levels = ("0-1", "2-3", "4-5", "6+")
    table = item((1, 6, 6, 2), (3, 5, 5, 3), levels=levels, kind="number")
    published = publish(organisation(20, 20), table)
    assert published.partition == (("0-1", "2-3"), ("4-5", "6+"))


def test_turnout_tells_of_no_empty_and_no_full_unit() -> None:
    units = [
        Unit(0, "Đảng bộ", None, 60, 41),
        Unit(1, "Chi bộ 1", 0, 12, 12),
        Unit(2, "Chi bộ 2", 0, 16, 9),
        Unit(3, "Chi bộ 3", 0, 20, 20),
        Unit(4, "Chi bộ 4", 0, 12, 0),
    ]
    assert turnout(units).whole == Sent(41, 60)
    assert turnout(units).groups == {1: PROTECTED, 2: Sent(9, 16), 3: PROTECTED, 4: PROTECTED}


def test_when_the_whole_is_full_there_is_nothing_left_to_hide() -> None:
    assert turnout(organisation(12, 15, spare=0)).groups == {1: Sent(12, 12), 2: Sent(15, 15)}


def test_paper_forms_hide_nobody_for_who_typed_them_can_subtract_them() -> None:
    units = [
        Unit(0, "Đảng bộ", None, 70, 51),
        Unit(-1, "Phiếu giấy", 0, 0, 9),
        Unit(1, "Chi bộ 1", 0, 20, 18),
        Unit(2, "Chi bộ 2", 0, 30, 21),
        Unit(3, "Chi bộ 3", 0, 20, 3),
    ]
    assert turnout(units).groups == {
        -1: Sent(9, 0),
        1: PROTECTED,
        2: Sent(21, 30),
        3: PROTECTED,
    }


def test_a_unit_with_nobody_in_it_costs_nobody_else_their_figures() -> None:
    units = [*organisation(18, 20), Unit(-1, "Phiếu giấy", 0, 0, 0)]
    assert turnout(units).groups == {-1: PROTECTED, 1: Sent(18, 23), 2: Sent(20, 25)}
    published = publish(units, item((9, 9), (10, 10), levels=("Có", "Không")))
    assert shown(published) == {1, 2}


def test_a_unit_that_the_turnout_hides_shows_no_answers() -> None:
    units = [
        Unit(0, "Đảng bộ", None, 56, 44),
        Unit(1, "Chi bộ 1", 0, 16, 16),
        Unit(2, "Chi bộ 2", 0, 20, 12),
        Unit(3, "Chi bộ 3", 0, 20, 16),
    ]
    published = publish(units, item((8, 6), (6, 6), (9, 7), levels=("Có", "Không")))
    assert turnout(units).groups[1] == published.groups[1] == PROTECTED
    assert shown(published) == {3}


@pytest.mark.parametrize(
    "units",
    [
        [Unit(0, "", None, 10, 5), Unit(1, "", 0, 10, 6)],  # sums
        [Unit(0, "", None, 10, 11)],
        [Unit(0, "", None, 0, 0), Unit(1, "", 2, 0, 0), Unit(2, "", 1, 0, 0)],  # in a ring
        [Unit(0, "", None, 0, 0), Unit(1, "", 7, 0, 0)],
        [Unit(0, "", None, 0, 0), Unit(0, "", None, 0, 0)],
        [Unit(1, "", None, 0, 0)],
        [Unit(0, "", None, 4, 4), Unit(1, "", 0, 4, 4), Unit(2, "", None, 0, 0)],
    ],
)
def test_units_that_are_no_tree_are_refused(units: list[Unit]) -> None:
    with pytest.raises(ValueError):
        turnout(units)


@pytest.mark.parametrize(
    "table",
    [
        item((9, 9), (9, 12), levels=("Có", "Không")),  # more than have sent a form
        item((9, -1), levels=("Có", "Không")),
        item((9, 1), levels=("Có", "Không"), answered=(9,)),
        item((3, 3), levels=("Có", "Không"), kind="several", answered=(7,)),
        item((3, 5), levels=("Có", "Không"), kind="several", answered=(4,)),
        item((3, 5), levels=("Có", "Không"), no_opinion="Có"),
        Table("x", "ordered", ("Có",), None, {1: Counts({"Lạ": 2}, 2)}),
        Table("x", "ordered", ("Có",), None, {0: Counts({"Có": 2}, 2)}),
    ],
)
def test_counts_that_do_not_fit_are_refused(table: Table) -> None:
    with pytest.raises(ValueError):
        publish(organisation(20, 20), table)


def test_a_floor_of_one_is_refused() -> None:
    with pytest.raises(ValueError):
        publish(organisation(20, 20), item((9, 9), (9, 9), levels=("Có", "Không")), k=1)


def sessions(first: Table, second: Table, *sent: int) -> Comparison:
    units = organisation(*sent)
    return compare(publish(units, first), publish(units, second))


def test_sessions_are_compared_on_runs_that_both_can_show() -> None:
    first = item((5, 5, 5, 5, 5), (6, 6, 6, 6, 6))
    second = item((5, 7, 5, 2, 3), (9, 5, 6, 5, 5))
    compared = sessions(first, second, 31, 32)
    assert compared.same_scale
    assert [change.levels for change in compared.groups[1]] == [
        ("Rất tốt",),
        ("Tốt",),
        ("Khá",),
        ("Trung bình", "Chưa tốt"),
    ]
    last = compared.groups[1][-1]
    assert (last.earlier.count, last.later.count) == (10, 5)
    assert last.later.rate == 5 / 22
    assert compared.whole is not None
    assert [len(change.levels) for change in compared.whole] == [1] * 5


def test_only_groups_that_both_sessions_show_are_compared() -> None:
    first = item((9, 9), (9, 9), (9, 9), levels=("Có", "Không"))
    second = item((9, 9), (9, 9), (2, 1), levels=("Có", "Không"))
    assert set(sessions(first, second, 18, 19, 20).groups) == {2}


def test_runs_that_cross_each_other_tell_nothing_together() -> None:
    levels = ("a", "b", "c")
    first, second = (
        item((6, 3, 9), (8, 4, 9), levels=levels),
        item((3, 6, 9), (4, 8, 9), levels=levels),
    )
    units = organisation(25, 25)
    assert publish(units, first).partition == (("a",), ("b", "c"))
    assert publish(units, second).partition == (("a", "b"), ("c",))
    compared = sessions(first, second, 25, 25)
    assert compared.same_scale
    assert compared.groups == {}


def test_different_scales_are_not_compared() -> None:
    first = item((9, 9), (9, 9), levels=("Có", "Không"))
    second = item((9, 9), (9, 9), levels=("Không", "Có"))
    assert sessions(first, second, 20, 20) == Comparison(same_scale=False, whole=None, groups={})


def test_no_opinion_leaves_both_bases_where_one_session_does_not_show_it() -> None:
    levels = ("Có", "Không", NO_OPINION)
    first = item((9, 6, 5), (9, 8, 7), levels=levels, no_opinion=NO_OPINION)
    second = item((9, 6, 1), (9, 8, 2), levels=levels, no_opinion=NO_OPINION)
    compared = sessions(first, second, 25, 26)
    assert [change.levels for change in compared.groups[1]] == [("Có",), ("Không",)]
    assert compared.groups[1][0].earlier.rate == compared.groups[1][0].later.rate == 9 / 15


def test_choices_are_compared_where_both_sessions_show_them() -> None:
    levels = ("Video", "Giấy", "Nhóm")
    first = item((9, 8, 7), (9, 8, 6), levels=levels, kind="several", answered=(16, 16))
    second = item((9, 1, 10), (9, 4, 9), levels=levels, kind="several", answered=(16, 16))
    compared = sessions(first, second, 20, 20)
    assert {key: [change.levels for change in both] for key, both in compared.groups.items()} == {
        1: [("Video",)],
        2: [("Video",)],
    }
