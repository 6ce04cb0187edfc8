"""Which units may be seen, so that nothing unsound follows by subtraction. Pure.

Whatever is added or subtracted among figures of nested units is made of *rests*: a visible unit
without the visible units inside it. If every rest is sound and soundness survives addition, then
so is every group that can be worked out. The rest of the whole counts like any other.

The choice is greedy, from the bottom to the top: a unit is seen when it may be and its rest is
sound. Where the rest is not, the smallest units seen inside join it until it is (then as many as
possible are shown again): losing a part costs less than losing the unit around it. Where that does
not help, the unit itself stays unseen and its rest goes up. The number of steps is in proportion
to the number of units; a search of all subsets might show a little more.
"""

import heapq
from collections.abc import Callable, Collection, Iterable, Mapping

from survey_app.feedback.units import WHOLE, UnitTree, Vector, minus, plus

Sound = Callable[[Vector], bool]


class Choice:
    """The units of a tree that are seen, and the rest of each.

    `visible`: keys without the whole. `rests[key]`: the figures of what lies in the unit outside
    the visible units inside it, None where these are all of it. For a unit that is not seen the
    same, as it was added to the unit around it.
    """

    def __init__(
        self,
        tree: UnitTree,
        figures: Mapping[int, Vector],
        candidates: Collection[int],
        sound: Sound,
    ) -> None:
        self.tree, self.sound = tree, sound
        self.visible: set[int] = set()
        self.rests: dict[int, Vector | None] = {}
        self._seen_in: dict[int, list[int]] = {}  # the outermost visible units inside
        for key in tree.upwards:
            nobody = tree.by_key[key].is_nobody
            if not tree.children[key]:
                self.rests[key], self._seen_in[key] = None if nobody else figures[key], []
            else:
                self._gather(key)
            if key == WHOLE:
                self._settle_whole(figures[key])
            elif key in candidates and not nobody and self._mend(key):
                self.visible.add(key)

    def weight(self) -> int:
        """Return how many respondents the visible units have, those of nested units each time."""
        return sum(self.tree.by_key[key].respondents for key in self.visible)

    def _gather(self, key: int) -> None:
        parts: list[Vector] = []
        seen: list[int] = []
        for child in self.tree.children[key]:
            if child in self.visible:
                seen.append(child)
                continue
            rest = self.rests[child]
            if rest is not None:
                parts.append(rest)
            seen.extend(self._seen_in[child])
        self.rests[key] = tuple(map(sum, zip(*parts, strict=True))) if parts else None
        self._seen_in[key] = seen

    def _settle_whole(self, whole: Vector) -> None:
        """Make the rest of the whole sound; at worst nothing below the whole is seen."""
        if not self._mend(WHOLE):
            self.visible.clear()
            self.rests = dict.fromkeys(self.rests) | {WHOLE: whole}

    def _mend(self, key: int) -> bool:
        """Make the rest of a unit sound, hiding units inside it if need be. False: not possible."""
        rest = self.rests[key]
        if rest is None or self.sound(rest):
            return True
        waiting = [(self._size(seen), seen) for seen in self._seen_in[key]]
        heapq.heapify(waiting)
        given_up: list[int] = []
        while waiting and not self.sound(rest):
            smallest = heapq.heappop(waiting)[1]
            given_up.append(smallest)
            own = self.rests[smallest]
            rest = rest if own is None else plus(rest, own)
            for inner in self._seen_in[smallest]:
                heapq.heappush(waiting, (self._size(inner), inner))
        if not self.sound(rest):
            return False
        self._hide_what_is_needed(key, rest, given_up)
        return True

    def _hide_what_is_needed(self, key: int, rest: Vector, given_up: list[int]) -> None:
        """Settle who of `given_up` stays hidden: each is seen again if `rest` is sound without it.

        Inner units were given up after the ones around them, so they come first here.
        """
        self.visible.difference_update(given_up)
        for unit in reversed(given_up):
            self._regather(unit)
            own = self.rests[unit]
            if own is None:
                self.visible.add(unit)
            elif self.sound(own) and self.sound(minus(rest, own)):
                rest = minus(rest, own)
                self.visible.add(unit)
        self._regather(key)

    def _regather(self, key: int) -> None:
        """Bring rest and seen units up to date for a unit inside which some were hidden."""
        if self.tree.children[key]:
            for child in self.tree.children[key]:
                if child not in self.visible:
                    self._regather(child)
            self._gather(key)

    def _size(self, key: int) -> int:
        return self.tree.by_key[key].respondents


def owners(tree: UnitTree, visible: Iterable[int]) -> dict[int, int]:
    """Return for every unit but the whole the nearest unit around it that is seen, or the whole."""
    seen = set(visible) | {WHOLE}
    found: dict[int, int] = {}
    for key in reversed(tree.upwards):
        for child in tree.children[key]:
            found[child] = key if key in seen else found[key]
    return found
