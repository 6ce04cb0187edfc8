"""Forms that were entered from paper: who typed them knows them, and can subtract them. Pure.

So they hide nobody: whatever is published has to be sound with them and without them.
"""

from collections.abc import Mapping

from survey_app.feedback.units import UnitTree, Vector, minus
from survey_app.feedback.visibility import Sound


def seen_both_ways(
    tree: UnitTree, figures: Mapping[int, Vector], sound: Sound, sound_without: Sound
) -> tuple[Mapping[int, Vector], Sound]:
    """Return figures with those of the batches behind them, and the rule for both.

    `sound_without` is the rule for somebody to whom the whole is the whole without the batches.
    Where there is no batch, figures and `sound` come back as they are.
    """
    if not tree.batches:
        return figures, sound
    width = len(next(iter(figures.values())))
    batches = of_batches(tree, figures)

    def sound_both_ways(both: Vector) -> bool:
        with_them = both[:width]
        without = minus(with_them, both[width:])
        return sound(with_them) and (not any(without) or sound_without(without))

    return {key: own + batches[key] for key, own in figures.items()}, sound_both_ways


def of_batches(tree: UnitTree, figures: Mapping[int, Vector]) -> dict[int, Vector]:
    """Return for every unit the part of its figures that its batches have."""
    nothing = (0,) * len(next(iter(figures.values())))
    return tree.add_up(
        {key: figures[key] if key in tree.batches else nothing for key in tree.leaves}
    )
