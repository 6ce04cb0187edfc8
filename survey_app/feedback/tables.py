"""What goes into the disclosure function and what comes out of it. Pure, frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

Kind = Literal["ordered", "unordered", "several", "number"]
SOFT: Final = 0.9  # the share that a softened statement speaks of


@dataclass(frozen=True)
class Counts:
    """One group's answers to one item: ballots per level, and how many ballots answered it.

    A level that is not in `by_level` has none. With "several" a ballot may stand in more than one
    level; otherwise `answered` is the sum of the levels.
    """

    by_level: Mapping[str, int]
    answered: int


@dataclass(frozen=True)
class Table:
    """All answers to one item. `counts` has a line per leaf unit; no line: nobody answered there.

    `levels` are in the order of the scale ("number": bands from low to high). `no_opinion` is the
    last of them where the item offers it, and no point of the scale.
    """

    item: str
    kind: Kind
    levels: tuple[str, ...]
    no_opinion: str | None
    counts: Mapping[int, Counts]


class Reason(StrEnum):
    """Why nothing is shown. All groups have the same reason: another one would tell something."""

    TOO_FEW_ANSWERS = "too_few_answers"  # only ever said of the whole
    PROTECTED = "protected"  # the group itself or another one; which of them is not told


@dataclass(frozen=True)
class Hidden:
    """Nothing is told."""

    reason: Reason


@dataclass(frozen=True)
class Share:
    """How many chose a level, or one of neighbouring or pooled levels. `rate` is 0 to 1."""

    levels: tuple[str, ...]
    count: int
    rate: float


@dataclass(frozen=True)
class Shown:
    """Exact figures. `base`: the answers that the rates refer to."""

    base: int
    shares: tuple[Share, ...]


@dataclass(frozen=True)
class Softened:
    """Nearly all, perhaps all, chose one of `levels`: a share of `at_least` (0 to 1) or more."""

    levels: tuple[str, ...]
    at_least: float = SOFT


Told = Shown | Softened | Hidden


@dataclass(frozen=True)
class Published:
    """All that may be told of one item.

    `whole` has every level by itself. `groups` has every other unit by key; those that are shown
    have the runs of `partition`, and no other. With "several" and with `no_opinion_in_groups`
    False some levels are in no run. `partition` is empty where no group is shown or softened.
    """

    item: str
    kind: Kind
    levels: tuple[str, ...]
    no_opinion: str | None
    whole: Shown | Hidden
    groups: Mapping[int, Told]
    partition: tuple[tuple[str, ...], ...]
    no_opinion_in_groups: bool

    @property
    def unanimous(self) -> bool:
        """Whether all answers of the whole are one level. It is told as it is; groups are not."""
        return isinstance(self.whole, Shown) and any(
            share.count == self.whole.base for share in self.whole.shares
        )


@dataclass(frozen=True)
class Sent:
    """How many people of a unit have sent a form, of how many."""

    count: int
    eligible: int


@dataclass(frozen=True)
class Turnout:
    """Who may know how many have sent a form. `groups`: every unit but the whole, by key."""

    whole: Sent | Hidden
    groups: Mapping[int, Sent | Hidden]
