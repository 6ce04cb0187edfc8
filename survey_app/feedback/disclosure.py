"""What may be told of a feedback round: one function behind every page, chart, sheet and print.

Everybody can add and subtract, so the rules are about every group that can be worked out from all
published figures together, the turnout among them (docs/adr/0013): it has k respondents or more,
each of its level counts is 0 or k and more, and it is not unanimous. Only the whole is told in
full. The levels are merged the same way for all groups, so that differences are again of whole
runs; which units are seen is chosen in `visibility`, when figures are sound in `partitions`.

The same figures always give the same answer, whatever the order they come in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import sub
from typing import Final

from survey_app.feedback.batches import of_batches, seen_both_ways
from survey_app.feedback.comparison import Comparison, compare
from survey_app.feedback.partitions import (
    Cut,
    Run,
    finer,
    first_cuts,
    sound_choice,
    sound_several,
)
from survey_app.feedback.softening import soften
from survey_app.feedback.tables import (
    Counts,
    Hidden,
    Published,
    Reason,
    Sent,
    Share,
    Shown,
    Softened,
    Table,
    Told,
    Turnout,
)
from survey_app.feedback.units import WHOLE, Unit, UnitTree, Vector, minus
from survey_app.feedback.visibility import Choice, Sound

__all__ = [
    "WHOLE",
    "Comparison",
    "Counts",
    "Hidden",
    "Published",
    "Reason",
    "Sent",
    "Share",
    "Shown",
    "Softened",
    "Table",
    "Turnout",
    "Unit",
    "compare",
    "publish",
    "turnout",
]

LEAST_K: Final = 2
PROTECTED: Final = Hidden(Reason.PROTECTED)


def turnout(units: Iterable[Unit], k: int = 5) -> Turnout:
    """Return how many of each unit have sent a form, as far as it may be known.

    The whole is told from k on. A unit below it is told when k or more have sent one, and not
    everybody: an empty unit tells of each of its people that they have not sent a form, a full one
    that they have. The same holds for what is left when units that are told are subtracted from
    one around them; if need be another unit is hidden too. Forms on paper (a batch) hide nobody:
    who typed them can subtract them. A batch has no people of its own and is never full. When the
    whole is full, every unit is, and there is nothing left to hide. Raises ValueError when the
    units are no tree.
    """
    tree = UnitTree(units)
    seen = _seen_in_turnout(tree, _checked(k))
    is_enough = _is_enough(tree.by_key[WHOLE].respondents, _typed(tree), k)
    sent = {key: Sent(unit.respondents, unit.eligible) for key, unit in tree.by_key.items()}
    return Turnout(
        whole=sent[WHOLE] if is_enough else Hidden(Reason.TOO_FEW_ANSWERS),
        groups={
            key: sent[key] if key in seen else PROTECTED for key in tree.by_key if key != WHOLE
        },
    )


def publish(units: Iterable[Unit], table: Table, k: int = 5) -> Published:
    """Return what may be told of one item: the whole in full from k answers on, groups as safe.

    Only units that the turnout shows can show answers: else answers would tell who took part.
    Of the ways to merge levels and choose units that were looked at, the one whose shown units
    have the most respondents is taken, then the one with the most levels. Raises ValueError when
    units or counts do not fit together.
    """
    tree = UnitTree(units)
    figures = _figures(tree, table)
    answered, typed = figures[WHOLE][-1], of_batches(tree, figures)[WHOLE][-1]
    if not _is_enough(answered, typed, _checked(k)):
        return _published(tree, table, Hidden(Reason.TOO_FEW_ANSWERS), None)
    whole = Shown(
        answered,
        tuple(
            Share((level,), count, count / answered)
            for level, count in zip(table.levels, figures[WHOLE], strict=False)
        ),
    )
    search = _Search(tree, table, figures, _seen_in_turnout(tree, k), k)
    return _published(tree, table, whole, search.best())


def _checked(k: int) -> int:
    if k < LEAST_K:
        raise ValueError(f"a group of fewer than {LEAST_K} is one person")
    return k


def _typed(tree: UnitTree) -> int:
    return sum(tree.by_key[key].respondents for key in tree.batches)


def _is_enough(forms: int, typed: int, k: int) -> bool:
    """Whether the whole may be told: also to somebody who subtracts the forms they have typed."""
    return forms >= k and (forms == typed or forms - typed >= k)


def _seen_in_turnout(tree: UnitTree, k: int) -> frozenset[int]:
    whole = tree.by_key[WHOLE]
    all_have_sent = whole.respondents - _typed(tree) == whole.eligible

    def sound(figures: Vector) -> bool:
        sent, eligible = figures
        return sent >= k and (sent < eligible or all_have_sent)

    if not _is_enough(whole.respondents, _typed(tree), k):
        return frozenset()
    never_full = {key: tree.by_key[key].respondents + 1 for key in tree.batches}
    own = tree.add_up(
        {
            key: (tree.by_key[key].respondents, never_full.get(key, tree.by_key[key].eligible))
            for key in tree.leaves
        }
    )
    figures, both = seen_both_ways(tree, own, sound, sound)
    return frozenset(Choice(tree, figures, tree.by_key.keys() - {WHOLE}, both).visible)


def _figures(tree: UnitTree, table: Table) -> dict[int, Vector]:
    """Return (count of each level, …, answered) of every unit. Raises ValueError."""
    last = table.levels[-1] if table.levels else None
    if table.no_opinion not in (None, last) or len(set(table.levels)) != len(table.levels):
        raise ValueError("levels stand once each, and no opinion is the last of them")
    if strange := table.counts.keys() - set(tree.leaves):
        raise ValueError(f"answers of units that are no groups: {sorted(strange)}")
    nobody = Counts({}, 0)
    return tree.add_up({key: _line(tree, table, key, nobody) for key in tree.leaves})


def _line(tree: UnitTree, table: Table, key: int, nobody: Counts) -> Vector:
    counts = table.counts.get(key, nobody)
    line = [counts.by_level.get(level, 0) for level in table.levels]
    several = table.kind == "several"
    fits = (
        max(line, default=0) <= counts.answered <= sum(line)
        if several
        else counts.answered == sum(line)
    )
    if (
        not fits
        or min(line, default=0) < 0
        or counts.by_level.keys() - set(table.levels)
        or counts.answered > tree.by_key[key].respondents
    ):
        raise ValueError(f"the counts of group {key} do not fit together")
    return (*line, counts.answered)


@dataclass(frozen=True)
class _Option:
    """One way to show an item: how levels are cut, and what each unit then shows or softens."""

    cut: Cut
    figures: Mapping[int, Vector]  # (base, aside or left out, count of each run, …) per unit
    choice: Choice

    @property
    def worth(self) -> tuple[int, int]:
        """How many respondents the units have that are shown, then how many levels they show."""
        return self.choice.weight(), len(self.cut.runs)


class _Search:
    """The search for the best way to show one item to groups."""

    def __init__(
        self,
        tree: UnitTree,
        table: Table,
        figures: dict[int, Vector],
        candidates: frozenset[int],
        k: int,
    ) -> None:
        self.tree, self.table, self.figures = tree, table, figures
        self.candidates, self.k = candidates, k
        self.columns = list(zip(*figures.values(), strict=True))
        self.respondents = [tree.by_key[key].respondents for key in figures]
        self.without_batches = minus(figures[WHOLE], of_batches(tree, figures)[WHOLE])

    def best(self) -> tuple[Cut, dict[int, Told]] | None:
        """Return the cut and what every unit below the whole tells. None: nothing at all."""
        options = [self._option(cut) for cut in first_cuts(self.table, self.figures[WHOLE])]
        if not self.candidates or not options:
            return None
        best = max(options, key=lambda option: option.worth)
        while finer_ones := [self._option(cut) for cut in finer(self.table, best.cut)]:
            finest = max(finer_ones, key=lambda option: option.worth)
            if finest.worth <= best.worth:
                break
            best = finest
        told = self._told(best)
        if all(isinstance(unit, Hidden) for unit in told.values()):
            return None
        return best.cut, told

    def _option(self, cut: Cut) -> _Option:
        forms = self.tree.by_key[WHOLE].respondents
        figures, sound = seen_both_ways(
            self.tree,
            self._measured(cut),
            self._sound(cut, self.figures[WHOLE], forms),
            self._sound(cut, self.without_batches, forms - _typed(self.tree)),
        )
        return _Option(cut, figures, Choice(self.tree, figures, self.candidates, sound))

    def _sound(self, cut: Cut, whole: Vector, forms: int) -> Sound:
        if self.table.kind == "several":
            return sound_several(self.k, cut, whole)
        return sound_choice(self.k, cut, whole, forms - whole[-1])

    def _measured(self, cut: Cut) -> dict[int, Vector]:
        """Return the figures of every unit for this cut, column by column: that is fast."""
        runs = [self._column(run) for run in cut.runs]
        left_out, answered = self._column(cut.left_out), self.columns[-1]
        if self.table.kind == "several":
            return dict(zip(self.figures, zip(answered, left_out, *runs, strict=True), strict=True))
        base = list(map(sub, answered, left_out))
        aside = map(sub, self.respondents, base)
        return dict(zip(self.figures, zip(base, aside, *runs, strict=True), strict=True))

    def _column(self, levels: Run) -> Sequence[int]:
        if not levels:
            return [0] * len(self.figures)
        return list(map(sum, zip(*[self.columns[level] for level in levels], strict=True)))

    def _told(self, option: _Option) -> dict[int, Told]:
        told: dict[int, Told] = {key: PROTECTED for key in self.tree.by_key if key != WHOLE}
        for key in option.choice.visible:
            base, _aside, *counts = option.figures[key][: 2 + len(option.cut.runs)]
            shares = [
                Share(self._names(run), count, count / base)
                for run, count in zip(option.cut.runs, counts, strict=True)
            ]
            told[key] = Shown(base, tuple(shares))
        if self.table.kind != "several":
            for key, run in self._softened(option).items():
                told[key] = Softened(self._names(option.cut.runs[run]))
        return told

    def _softened(self, option: _Option) -> dict[int, int]:
        candidates = self.candidates.difference(self.tree.batches)
        return soften(option.choice, option.figures, candidates, len(option.cut.runs))

    def _names(self, run: Run) -> tuple[str, ...]:
        return tuple(self.table.levels[level] for level in run)


def _published(
    tree: UnitTree,
    table: Table,
    whole: Shown | Hidden,
    best: tuple[Cut, dict[int, Told]] | None,
) -> Published:
    cut, groups = best or (Cut(()), {key: PROTECTED for key in tree.by_key if key != WHOLE})
    shown = {level for run in cut.runs for level in run}
    return Published(
        item=table.item,
        kind=table.kind,
        levels=table.levels,
        no_opinion=table.no_opinion,
        whole=whole,
        groups=groups,
        partition=tuple(tuple(table.levels[level] for level in run) for run in cut.runs),
        no_opinion_in_groups=table.no_opinion is not None and len(table.levels) - 1 in shown,
    )
