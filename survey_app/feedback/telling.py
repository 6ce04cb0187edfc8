"""From what the disclosure function lets out to values with words: labels, runs, changes. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from survey_app.feedback import bands
from survey_app.feedback.bands import Band
from survey_app.feedback.comparison import Change
from survey_app.feedback.disclosure import (
    Hidden,
    Published,
    Share,
    Shown,
    Softened,
    compare,
)
from survey_app.feedback.grouping import PAPER
from survey_app.feedback.items import Item
from survey_app.feedback.results import ChangeLine, Changes, Figures, GroupFigures, ItemResult, Line
from survey_app.feedback.wording import Words, asks_what_is_wanted
from survey_app.i18n import _
from survey_app.questions.scales import is_best_first
from survey_app.questions.schema import Choice

One = TypeVar("One")


@dataclass(frozen=True)
class Scale:
    """The levels of an item, in order, "no opinion" last: their ids, and what they are called."""

    item: Item
    bands: tuple[Band, ...] = ()

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The choices in the order they are told in."""
        return (*self.points, *([self.no_opinion] if self.no_opinion else []))

    @property
    def points(self) -> tuple[Choice, ...]:
        """The choices without "no opinion"."""
        return tuple(choice for choice in self.item.choices if choice is not self.no_opinion)

    @property
    def no_opinion(self) -> Choice | None:
        """The choice that is no point of the scale; among several choices it is one like others."""
        if self.item.kind == "several":
            return None
        return next((choice for choice in reversed(self.item.choices) if choice.no_opinion), None)

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of all levels in order."""
        return tuple(one.id for one in (self.bands or self.choices))

    def label(self, levels: Sequence[str], words: Words) -> str:
        """Return what one level, or some told together, are called."""
        if self.bands:
            return bands.label(bands.together([one for one in self.bands if one.id in levels]))
        names = [words.choice(self.item, one) for one in self.choices if one.id in levels]
        if len(names) == 1:
            return names[0]
        if self.item.kind != "ordered":
            return _("Ý khác: %(names)s", names="; ".join(names))
        return self._run(names, levels)

    def _run(self, names: Sequence[str], levels: Sequence[str]) -> str:
        """Name neighbouring points: by the far end where "up" is known, else by both ends."""
        points = self.points
        is_first, is_last = points[0].id in levels, points[-1].id in levels
        if is_first != is_last and is_best_first([one.text for one in points]):
            if is_first:
                return _("%(level)s trở lên", level=names[-1])
            return _("%(level)s trở xuống", level=names[0])
        return _("%(first)s đến %(last)s", first=names[0], last=names[-1])

    def tone(self, levels: Sequence[str]) -> int | None:
        """Return the place of the first of `levels` on the scale."""
        points = [one.id for one in (self.bands or self.points)]
        return points.index(levels[0]) if levels and levels[0] in points else None


def item_result(
    scale: Scale, published: Published, words: Words, names: Mapping[int, str]
) -> ItemResult:
    """Return what is told of an item; `names` are those of the groups, by their number."""
    told = told_in_order(published.groups)
    return replace(
        bare_result(scale.item, words),
        whole=_figures(scale, published.whole, words),
        in_runs=_in_runs(scale, published, words),
        groups=tuple(
            _group(scale, one, words, names[key])
            for key, one in told
            if not isinstance(one, Hidden)
        ),
        hidden=tuple(names[key] for key, one in told if isinstance(one, Hidden) and key != PAPER),
        left_out=_left_out(scale, published, words),
    )


def _left_out(scale: Scale, published: Published, words: Words) -> str:
    """Return what "no opinion" is called where some chose it and the groups do not count it."""
    apart, whole = scale.no_opinion, published.whole
    if apart is None or published.no_opinion_in_groups or not isinstance(whole, Shown):
        return ""
    if not published.partition or not _count_of(whole, apart.id):
        return ""
    return words.choice(scale.item, apart)


def _count_of(told: Shown, level: str) -> int:
    return sum(share.count for share in told.shares if level in share.levels)


def told_in_order(groups: Mapping[int, One]) -> list[tuple[int, One]]:
    """Return groups in their order, forms on paper last.

    Paper has a group in every form, used or not, so it is never named among the hidden ones.
    """
    return sorted(groups.items(), key=lambda group: (group[0] == PAPER, group[0]))


def bare_result(item: Item, words: Words) -> ItemResult:
    """Return an item with its words and nothing counted."""
    return ItemResult(
        key=item.key,
        kind=item.kind,
        question=words.question(item),
        row=words.row(item),
        section=words.section(item),
        is_wish=asks_what_is_wanted(item),
        is_other=item.is_other,
    )


def changes_of(
    earlier: tuple[Scale, Published, Mapping[int, str]],
    later: tuple[Scale, Published, Mapping[int, str]],
    words: Words,
) -> Changes | None:
    """Set an item beside the same one of an earlier form; None: it is not the same, or not told.

    Groups are the same when they hold the same cells, whatever their numbers.
    """
    old_scale, old, old_names = earlier
    scale, new, names = later
    if not same_item(old_scale, scale):
        return None
    numbers = {name: key for key, name in names.items()}
    known = {
        numbers[old_names[key]]: told
        for key, told in old.groups.items()
        if old_names[key] in numbers
    }
    found = compare(replace(old, groups=known), new)
    if not found.same_scale or not found.whole:
        return None
    whole = _changes(scale, found.whole, words)
    groups = ((names[key], _changes(scale, one, words)) for key, one in found.groups.items())
    return Changes(whole, tuple(groups))


def same_item(one: Scale, other: Scale) -> bool:
    """Whether two forms ask the same, with the same answers to choose from."""

    def asked(scale: Scale) -> tuple[object, ...]:
        item = scale.item
        choices = tuple((choice.id, choice.text) for choice in scale.choices)
        row = item.row.text if item.row else ""
        return (item.key, item.kind, item.question.text, row, choices, scale.ids)

    return asked(one) == asked(other)


def _changes(scale: Scale, found: Iterable[Change], words: Words) -> tuple[ChangeLine, ...]:
    lines = []
    for change in found:
        earlier, later = (_line(scale, one, words) for one in (change.earlier, change.later))
        lines.append(ChangeLine(later.label, earlier, later))
    return tuple(lines)


def _line(scale: Scale, share: Share, words: Words) -> Line:
    return Line(
        levels=share.levels,
        label=scale.label(share.levels, words),
        count=share.count,
        rate=share.rate,
        tone=scale.tone(share.levels),
    )


def _lines(scale: Scale, shares: Iterable[Share], words: Words) -> tuple[Line, ...]:
    """Return them in the order of the form."""
    ordered = sorted(shares, key=lambda share: scale.ids.index(share.levels[0]))
    return tuple(_line(scale, share, words) for share in ordered)


def _figures(scale: Scale, told: object, words: Words) -> Figures | None:
    if not isinstance(told, Shown):
        return None
    return Figures(told.base, _lines(scale, told.shares, words))


def _group(scale: Scale, told: Shown | Softened, words: Words, name: str) -> GroupFigures:
    if isinstance(told, Softened):
        label = scale.label(told.levels, words)
        return GroupFigures(name, None, nearly_all=label, at_least=told.at_least)
    return GroupFigures(name, _figures(scale, told, words))


def _in_runs(scale: Scale, published: Published, words: Words) -> Figures | None:
    """Return the whole in the groups' runs, from its own published levels alone."""
    if not isinstance(published.whole, Shown) or not published.partition:
        return None
    counts = {share.levels[0]: share.count for share in published.whole.shares}
    runs = [(run, sum(counts[level] for level in run)) for run in published.partition]
    several = published.kind == "several"
    base = published.whole.base if several else sum(count for _run, count in runs)
    if not base:
        return None
    shares = [Share(run, count, count / base) for run, count in runs]
    return Figures(base, _lines(scale, shares, words))
