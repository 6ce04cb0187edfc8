"""Two sessions side by side, level by level. It works on what is published alone. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey_app.feedback.tables import Published, Share, Shown

Runs = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Change:
    """One run of levels in both sessions, each with its count and rate."""

    levels: tuple[str, ...]
    earlier: Share
    later: Share


@dataclass(frozen=True)
class Comparison:
    """What can be compared. There is no mean: a level is set beside the same level.

    `same_scale` False: the items have different levels, and nothing is compared. `whole` is None
    where one session shows no whole. `groups`: the units that are shown in both sessions, by key;
    none where the two have no runs in common that tell anything.
    """

    same_scale: bool
    whole: tuple[Change, ...] | None
    groups: Mapping[int, tuple[Change, ...]]


def compare(earlier: Published, later: Published) -> Comparison:
    """Set two sessions beside each other on the finest runs of levels that both can show.

    The scale is the same when kind, levels, their order and "no opinion" are. Where one session
    shows no opinion for groups and the other does not, it is left out of both bases.
    """
    scales = [(one.kind, one.levels, one.no_opinion) for one in (earlier, later)]
    if scales[0] != scales[1]:
        return Comparison(same_scale=False, whole=None, groups={})
    whole = None
    if isinstance(earlier.whole, Shown) and isinstance(later.whole, Shown):
        each = tuple((level,) for level in earlier.levels)
        whole = _changes(earlier.whole, later.whole, each, several=earlier.kind == "several")
    runs = _common(earlier, later)
    groups = {}
    for key, before in earlier.groups.items():
        after = later.groups.get(key)
        if runs and isinstance(before, Shown) and isinstance(after, Shown):
            changes = _changes(before, after, runs, several=earlier.kind == "several")
            if changes:
                groups[key] = changes
    return Comparison(same_scale=True, whole=whole, groups=groups)


def _common(earlier: Published, later: Published) -> Runs:
    """Return the finest runs made of whole runs on both sides; () when they tell nothing."""
    if earlier.kind == "several":
        return tuple(run for run in earlier.partition if run in later.partition)
    in_both = {level for run in earlier.partition for level in run} & {
        level for run in later.partition for level in run
    }
    merged: list[set[str]] = []
    for run in (*earlier.partition, *later.partition):
        joined = set(run) & in_both
        apart = [other for other in merged if not other & joined]
        for other in merged:
            joined |= other if other & joined else set()
        merged = [*apart, joined] if joined else apart
    runs = [tuple(level for level in earlier.levels if level in run) for run in merged]
    return (
        tuple(sorted(runs, key=lambda run: earlier.levels.index(run[0]))) if len(runs) > 1 else ()
    )


def _changes(
    before: Shown, after: Shown, runs: Runs, *, several: bool
) -> tuple[Change, ...] | None:
    first, second = _shares(before, runs, several), _shares(after, runs, several)
    if first is None or second is None:
        return None
    return tuple(map(Change, runs, first, second))


def _shares(shown: Shown, runs: Sequence[tuple[str, ...]], several: bool) -> list[Share] | None:
    """Return the shares of wider runs; None when no answer of this unit is in any of them."""
    counts = [
        sum(share.count for share in shown.shares if set(share.levels) <= set(run)) for run in runs
    ]
    base = shown.base if several else sum(counts)
    if not base:
        return None
    return [Share(run, count, count / base) for run, count in zip(runs, counts, strict=True)]
