"""How the levels of an item are put together for the groups, and when figures are sound. Pure.

Levels are indices into `Table.levels`. A *cut* is one way of showing an item to all groups alike.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from survey_app.feedback.tables import Table
from survey_app.feedback.units import Vector

Run = tuple[int, ...]


@dataclass(frozen=True)
class Cut:
    """The runs of levels that groups show, and the levels that stay with the whole (`left_out`).

    `left_out` holds "no opinion" where groups do not show it, or the choices of "several" that
    they do not.
    """

    runs: tuple[Run, ...]
    left_out: Run = ()


def scale(table: Table) -> Run:
    """Return the levels without "no opinion". Among several choices that one is like the others."""
    apart = table.no_opinion is not None and table.kind != "several"
    return tuple(range(len(table.levels) - apart))


def first_cuts(table: Table, whole: Vector) -> Iterator[Cut]:
    """Yield the cuts to begin with. `whole`: the count of each level in the whole."""
    if table.kind == "several":
        yield from _cuts_of_several(whole, sum_of_answers=whole[-1])
        return
    points = scale(table)
    no_opinion = tuple(range(len(points), len(table.levels)))
    for runs in _runs(table, points, whole):
        if no_opinion and whole[no_opinion[0]]:
            yield Cut((*runs, no_opinion))
        yield Cut(runs, no_opinion)


def finer(table: Table, cut: Cut) -> Iterator[Cut]:
    """Yield the cuts with one run split in two. Only runs of neighbours have a finer cut."""
    if table.kind in ("unordered", "several"):
        return
    for index, run in enumerate(cut.runs):
        for place in range(1, len(run)):
            parts = (run[:place], run[place:])
            yield Cut((*cut.runs[:index], *parts, *cut.runs[index + 1 :]), cut.left_out)


def _runs(table: Table, points: Run, whole: Vector) -> Iterator[tuple[Run, ...]]:
    if len(points) < 2:
        return
    if table.kind != "unordered":
        for place in range(1, len(points)):
            yield (points[:place], points[place:])
        return
    by_size = sorted(points, key=lambda level: (-whole[level], level))
    for shown in range(1, len(points)):
        alone, pooled = sorted(by_size[:shown]), sorted(by_size[shown:])
        yield (*[(level,) for level in alone], tuple(pooled))


def _cuts_of_several(whole: Vector, *, sum_of_answers: int) -> Iterator[Cut]:
    """Yield the choices shown: first those about which people differ most.

    What everybody in the whole chose is known of each group already; it is left to the whole.
    """
    counts = whole[:-1]
    open_ones = [level for level, count in enumerate(counts) if count < sum_of_answers]
    by_doubt = sorted(
        open_ones, key=lambda level: (-min(counts[level], sum_of_answers - counts[level]), level)
    )
    for shown in range(1, len(by_doubt) + 1):
        yield Cut(
            tuple((level,) for level in sorted(by_doubt[:shown])), tuple(sorted(by_doubt[shown:]))
        )


def is_fragile(counts: Sequence[int], k: int) -> bool:
    """Whether a run that is empty in one group would give a small count away in the others.

    `counts`: the levels of the run in the whole. If two of them are not empty and one is under k,
    then the people outside the empty group hold exactly that small count of its level.
    """
    present = [count for count in counts if count]
    return len(present) > 1 and min(present) < k


def sound_choice(k: int, cut: Cut, whole: Vector, skipped: int) -> Callable[[Vector], bool]:
    """Return the rule for figures (base, aside, *runs) of an item with one answer per ballot.

    `aside`: ballots of the group that are not in its base. `whole`: counts per level, `skipped`:
    ballots without an answer in the whole. Sound is:

    * the base is k or more; each run is k or more, or empty where that gives nothing away;
    * not all are in one run;
    * "no opinion", where groups do not show it, cannot be told from skipping: nobody skipped and
      it is then known, so it must be 0 or k and more; or it is rare in the whole, and no group may
      be known to have none of it, for then the others have all.
    """
    fragile = [is_fragile([whole[level] for level in run], k) for run in cut.runs]
    unseen = sum(whole[level] for level in cut.left_out)
    aside_is_known = unseen > 0 and skipped == 0
    aside_must_be = 0 < unseen < k and skipped > 0

    def sound(figures: Vector) -> bool:
        base, aside = figures[0], figures[1]
        if base < k or (aside_is_known and 0 < aside < k) or (aside_must_be and not aside):
            return False
        for count, is_weak in zip(figures[2:], fragile, strict=True):
            if count < k and (count or is_weak):
                return False
        return base not in figures[2:]

    return sound


def sound_several(k: int, cut: Cut, whole: Vector) -> Callable[[Vector], bool]:
    """Return the rule for figures (base, left out, *runs) of an item with several answers.

    A choice of a group is sound when nobody, or k and more, chose it, and k or more did not.
    The choices left out are bounded by the others (each ballot has one at least, and a form may
    allow so many), in the extreme their sum is known: it must be 0 or k and more, never as much as
    if all had chosen one, or all of them.
    """
    present = [whole[level] for level in cut.left_out if whole[level]]
    fragile = is_fragile(present, k)

    def sound(figures: Vector) -> bool:
        base, others = figures[0], figures[1]
        if base < k or (others < k and (others or fragile)):
            return False
        if present and others in (base, base * len(present)):
            return False
        return all(not count or k <= count <= base - k for count in figures[2:])

    return sound
