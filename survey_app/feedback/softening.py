"""Groups of which nearly all say the same: "90 % or more" instead of figures. Pure.

k alone does not protect a group that is of one mind: knowing what all said is knowing what each
said. Such a group is never shown, and never a rest of anything shown. It is told of it that
90 % or more say so, and the same is told of groups where one or a few differ, so that it stays open
which of the two it is. That holds only where the figures leave it open, too: another answer can be
exchanged with the other groups of the same rest, and nothing published would be different.
"""

from collections.abc import Collection, Mapping

from survey_app.feedback.units import Vector, minus, plus
from survey_app.feedback.visibility import Choice, owners

LEAST_BASE = 10  # among fewer, "90 % or more" means all


def soften(
    choice: Choice, figures: Mapping[int, Vector], candidates: Collection[int], runs: int
) -> dict[int, int]:
    """Return the units that are softened, each with the index of its run.

    `figures`: (base, aside, count of each of `runs` runs, …) per unit. A softened unit is one that
    the turnout shows (`candidates`; else "10 or more answered" could tell that all sent a form),
    and what is left of its rest without the softened units is sound by itself.
    """
    by_owner: dict[int, list[tuple[int, int]]] = {}
    owner_of = owners(choice.tree, choice.visible)
    for key, run in _of_one_mind(choice, figures, candidates, runs):
        by_owner.setdefault(owner_of[key], []).append((key, run))
    softened: dict[int, int] = {}
    for owner, units in by_owner.items():
        left = choice.rests[owner]
        assert left is not None  # it holds hidden units
        softened.update(_soften_rest(choice, figures, left, units))
    return softened


def _of_one_mind(
    choice: Choice, figures: Mapping[int, Vector], candidates: Collection[int], runs: int
) -> list[tuple[int, int]]:
    """Return units, none inside another, that could be softened, with their run."""
    tree = choice.tree
    taken: set[int] = set(choice.visible)  # and whatever holds one that is seen or found
    found: list[tuple[int, int]] = []
    for key in tree.upwards[:-1]:
        if not taken.isdisjoint(tree.children[key]):
            taken.add(key)
        elif key in candidates and key not in choice.visible:
            base, counts = figures[key][0], figures[key][2 : 2 + runs]
            most = max(counts)
            if base >= LEAST_BASE and 10 * most >= 9 * base:
                taken.add(key)
                found.append((key, counts.index(most)))
    return found


def _soften_rest(
    choice: Choice, figures: Mapping[int, Vector], left: Vector, units: list[tuple[int, int]]
) -> dict[int, int]:
    """Return which of the units of one rest are softened: large ones rather than small ones."""
    softened: dict[int, int] = {}
    for key, run in units:
        left = minus(left, figures[key])
        softened[key] = run
    for key, _run in sorted(units, key=lambda unit: (figures[unit[0]][0], unit[0])):
        if choice.sound(left) and all(
            _stays_open(figures[unit], left, which) for unit, which in softened.items()
        ):
            return softened
        left = plus(left, figures[key])
        del softened[key]
    return {}


def _stays_open(own: Vector, left: Vector, run: int) -> bool:
    """Whether one answer more, or one less, could differ from the others of this group.

    The groups that are `left`, being sound, hold answers outside the run to exchange.
    """
    base, count = own[0], own[2 + run]
    differing = base - count
    one_more = 10 * (differing + 1) <= base
    return one_more or (differing > 0 and left[2 + run] > 0)
