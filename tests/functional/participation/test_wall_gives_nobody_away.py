"""For any board: what stands on the wall, and all that can be worked out from it, is of ten people.

The reader is taken to know which cells each figure speaks of and to be good at sums: from counts
over some groups they get every count that is a linear combination of them, and no other.
"""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain, combinations

import pytest
from flask import Flask, render_template
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from survey_app import clock
from survey_app.invitations.participation import CellRow, Counts, Participation, add_up
from survey_app.invitations.projection import FLOOR, Wall, wall

KINDS = ("party_member", "non_member")
CELLS: tuple[int | None, ...] = (1, 2, 3, 4, None)
Vector = list[Fraction]
Rows = tuple[CellRow, ...]
MANY = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def page(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def row(cell: int | None, kind: str, base: int, done: int, exempt: int = 0) -> CellRow:
    name = None if cell is None else f"Chi bộ {cell}"
    return CellRow(cell, name, kind, None, Counts(base + exempt, done, exempt=exempt))


@st.composite
def rows(draw: st.DrawFn) -> Rows:
    """The rows of a round. A kind has many or few in all cells, so that totals under ten occur."""
    found = []
    for kind in KINDS:
        most = draw(st.sampled_from((1, 3, 12, 30)))
        for cell in CELLS:
            base = draw(st.integers(0, most))
            done, exempt = draw(st.integers(0, base)), draw(st.integers(0, 2))
            found.append(row(cell, kind, base, done, exempt))
    return tuple(found)


def board_of(now: Rows, before: Rows = ()) -> Participation:
    time = clock.now()
    return Participation(1, "tuan-1", "Tuần 1", "open", time, time, now, before)


def numbers(text: str) -> list[tuple[int, int]]:
    """Return the "done/base" figures of a text."""
    return [(int(done), int(base)) for done, base in re.findall(r"(\d+)/(\d+)", text)]


def subsets(of: Iterable[CellRow]) -> Iterable[Rows]:
    found = tuple(of)
    return chain.from_iterable(combinations(found, n) for n in range(1, len(found) + 1))


def left_of(vector: Vector, known: list[Vector]) -> Vector:
    """Return what remains of `vector` after taking away what `known`, in echelon form, explains."""
    for one in known:
        lead = next(n for n, value in enumerate(one) if value)
        share = vector[lead] / one[lead]
        vector = [value - share * other for value, other in zip(vector, one, strict=True)]
    return vector


def given_away(rows: Rows, groups: Iterable[Iterable[CellRow]]) -> list[Rows]:
    """Return the groups of one to nine people whose count follows from those of `groups`."""
    people = [one for one in rows if one.counts.base]
    known: list[Vector] = []
    for group in groups:
        rest = left_of([Fraction(one in group) for one in people], known)
        if any(rest):
            known.append(rest)
    return [
        some
        for some in subsets(people)
        if add_up(one.counts for one in some).base < FLOOR
        and not any(left_of([Fraction(one in some) for one in people], known))
    ]


def groups_of(found: Wall, rows: Rows, kind: str) -> list[Rows]:
    """Return the groups of people that the lines speak of, after checking that they do."""
    groups = []
    for line in found.lines:
        group = tuple(one for one in rows if one.kind == kind and one.cell_id in line.cells)
        assert add_up(one.counts for one in group) == line.counts
        groups.append(group)
    return groups


def kind_of(found: Wall) -> str:
    return KINDS["quần chúng" in found.headline]


FOUR_AND_TEN = (row(1, KINDS[0], 4, 1), row(2, KINDS[0], 10, 6))
OTHERS_ARE_FEW = (row(1, KINDS[0], 10, 6), row(1, KINDS[1], 2, 1))
LIKE_THE_SAMPLE = tuple(
    row(n + 1, KINDS[0], base, done)
    for n, (base, done) in enumerate([(30, 20), (25, 9), (21, 14), (5, 4), (4, 3)])
)


@MANY
@given(now=rows())
@example(now=FOUR_AND_TEN)
@example(now=OTHERS_ARE_FEW)
@example(now=LIKE_THE_SAMPLE)
def test_sums_and_differences_are_of_ten_people(now: Rows) -> None:
    found = wall(board_of(now))
    kind = kind_of(found)
    groups = groups_of(found, now, kind)
    if groups:
        everybody = tuple(one for one in now if one.kind == kind)
        total = add_up(one.counts for one in everybody)
        assert numbers(found.headline)[0] == (total.done, total.base)
        groups.append(everybody)
    if found.others:
        assert kind == KINDS[0]
        groups.append(tuple(one for one in now if one.kind == KINDS[1]))
        assert add_up(one.counts for one in groups[-1]) == found.others
    assert given_away(now, groups) == []


@MANY
@given(now=rows())
@example(now=LIKE_THE_SAMPLE)
def test_who_is_above_half_can_be_counted_on_the_wall(now: Rows) -> None:
    found = wall(board_of(now))
    told = numbers(found.headline.partition(";")[2])
    single = [line.counts for line in found.lines if len(line.cells) == 1 and line.cells != {None}]
    assert told == ([(sum(c.done / c.base > 0.5 for c in single), len(single))] if single else [])


@MANY
@given(now=rows(), before=rows())
@example(now=(row(1, KINDS[0], 10, 5),), before=(row(1, KINDS[0], 4, 1),))
@example(
    now=(row(1, KINDS[0], 12, 5), row(2, KINDS[0], 10, 5)),
    before=(row(1, KINDS[0], 12, 6), row(2, KINDS[0], 3, 1)),
)
def test_ticks_tell_no_more_than_the_last_wall(now: Rows, before: Rows) -> None:
    found, last = wall(board_of(now, before)), wall(board_of(before))
    kind = kind_of(found)
    groups = groups_of(last, before, kind) if kind_of(last) == kind else []
    everybody = tuple(one for one in before if one.kind == kind)
    groups += [everybody] if add_up(one.counts for one in everybody).base >= FLOOR else []
    for line in found.lines:
        if line.last_rate is not None:
            group = tuple(one for one in everybody if one.cell_id in line.cells)
            assert line.last_rate == add_up(one.counts for one in group).rate
            groups.append(group)
    assert given_away(before, groups) == []


@settings(MANY, max_examples=40)
@given(now=rows(), before=rows())
@example(now=FOUR_AND_TEN, before=())
@example(now=LIKE_THE_SAMPLE, before=())
def test_the_page_shows_these_figures_and_no_other(now: Rows, before: Rows) -> None:
    board = board_of(now, before)
    found = wall(board)
    html = render_template(
        "committee/projection.html", board=board, wall=found, slide=found.slide(1)
    )
    main = html[html.index('<p class="headline">') :]
    others = [found.others] if found.others else []
    counts = [*(line.counts for line in found.lines), *others]
    shown = [(one.done, one.base) for one in counts]
    assert numbers(re.sub(r"<[^>]+>", " ", main)) == numbers(found.headline) + shown
    assert main.count("bar-tick") == sum(line.last_rate is not None for line in found.lines)
