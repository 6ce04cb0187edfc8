"""Disclosure functions that are broken on purpose, each in one way, for the attacker to catch."""

from collections.abc import Sequence
from dataclasses import replace

from survey_app.feedback.disclosure import (
    Hidden,
    Published,
    Reason,
    Sent,
    Share,
    Shown,
    Table,
    Turnout,
    Unit,
    publish,
)

Runs = tuple[tuple[str, ...], ...]


def _counts(units: Sequence[Unit], table: Table) -> dict[int, dict[str, int]]:
    parents = {unit.key: unit.parent for unit in units}
    sums = {unit.key: dict.fromkeys(table.levels, 0) for unit in units}
    for leaf, counts in table.counts.items():
        key: int | None = leaf
        while key is not None:
            for level, count in counts.by_level.items():
                sums[key][level] += count
            key = parents[key]
    return sums


def _halves(table: Table) -> list[Runs]:
    points = [level for level in table.levels if level != table.no_opinion]
    rest = [(table.no_opinion,)] if table.no_opinion else []
    return [
        (tuple(points[:place]), tuple(points[place:]), *rest) for place in range(1, len(points))
    ]


def _shown(counts: dict[str, int], runs: Runs) -> Shown:
    base = sum(counts.values())
    sums = [sum(counts[level] for level in run) for run in runs]
    return Shown(
        base, tuple(Share(run, n, n / max(base, 1)) for run, n in zip(runs, sums, strict=True))
    )


def _is_safe_alone(shown: Shown, k: int) -> bool:
    return shown.base >= k and all(
        share.count != shown.base and (share.count == 0 or share.count >= k)
        for share in shown.shares
    )


def without_complement(units: Sequence[Unit], table: Table, k: int = 5) -> Published:
    """Each unit is looked at by itself; nobody asks what is left when it is subtracted."""
    honest = publish(units, table, k)
    best: Published | None = None
    for runs in _halves(table):
        shown = {key: _shown(counts, runs) for key, counts in _counts(units, table).items()}
        groups = {
            key: told if _is_safe_alone(told, k) else Hidden(Reason.PROTECTED)
            for key, told in shown.items()
            if key
        }
        weak = replace(honest, groups=groups, partition=runs, no_opinion_in_groups=True)
        if best is None or _told(weak) > _told(best):
            best = weak
    return best or honest


def a_partition_per_unit(units: Sequence[Unit], table: Table, k: int = 5) -> Published:
    """The units that may be seen are right, but each merges its levels as suits itself."""
    honest = publish(units, table, k)
    sums = _counts(units, table)
    groups = dict(honest.groups)
    for key, told in honest.groups.items():
        if isinstance(told, Shown):
            fine = [
                shown
                for runs in [tuple((level,) for level in table.levels), *_halves(table)]
                if _is_safe_alone(shown := _shown(sums[key], runs), k)
            ]
            groups[key] = fine[0] if fine else told
    return replace(honest, groups=groups, no_opinion_in_groups=True)


def without_softening(units: Sequence[Unit], table: Table, k: int = 5) -> Published:
    """A group of one mind is shown like any other, where its numbers are large enough."""
    honest = publish(units, table, k)
    sums = _counts(units, table)
    runs = honest.partition or tuple((level,) for level in table.levels)
    groups = dict(honest.groups)
    for key in groups:
        shown = _shown(sums[key], runs)
        if shown.base >= k and any(share.count == shown.base for share in shown.shares):
            groups[key] = shown
    return replace(honest, groups=groups)


def turnout_of_each(units: Sequence[Unit], k: int = 5) -> Turnout:
    """Every unit from k on, full ones too, and nobody subtracts."""
    sent = {unit.key: Sent(unit.respondents, unit.eligible) for unit in units}
    hidden = Hidden(Reason.PROTECTED)
    told = {key: one if one.count >= k else hidden for key, one in sent.items()}
    return Turnout(told.pop(0), told)


def _told(item: Published) -> int:
    return sum(isinstance(told, Shown) for told in item.groups.values())
