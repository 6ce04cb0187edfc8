"""Ways to pair people with answers: by rank, by nearness, by what both share."""

import hashlib
import zlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from tests.attack.features import Feature

Classes = Mapping[Any, Hashable]


def ranked(feature: Feature, classes: Classes) -> dict[Hashable, list[Any]]:
    """Return the items of each class in the order of a feature; ties fall anyhow, repeatably."""
    having = [item for item in classes if item in feature.values]
    try:
        having.sort(key=lambda item: (feature.values[item], _anyhow(item)))
    except TypeError:
        having.sort(key=lambda item: (str(feature.values[item]), _anyhow(item)))
    found: dict[Hashable, list[Any]] = defaultdict(list)
    for item in having:
        found[classes[item]].append(item)
    return found


def _anyhow(item: Any) -> int:
    return zlib.crc32(repr(item).encode())


def ranks(order: Mapping[Hashable, list[Any]]) -> dict[Any, float]:
    """Return each item's place in its class."""
    return {item: float(rank) for items in order.values() for rank, item in enumerate(items)}


def by_rank(
    people: Mapping[Hashable, list[Any]], items: Mapping[Hashable, list[Any]], *, turned: bool
) -> tuple[list[Any], list[Any]]:
    """Pair the first with the first (or last) of each class, as two lists.

    Where one side has more, the other is spread evenly over it.
    """
    left: list[Any] = []
    right: list[Any] = []
    for label, mine in people.items():
        theirs = items.get(label, [])
        if turned:
            theirs = theirs[::-1]
        if len(mine) != len(theirs):
            mine, theirs = _spread(mine, len(theirs)), _spread(theirs, len(mine))
        left += mine
        right += theirs
    return left, right


def _spread(items: list[Any], over: int) -> list[Any]:
    count = min(len(items), over)
    return [items[at * len(items) // count] for at in range(count)]


def nearest(
    people: Feature, items: Feature, person_class: Classes, item_class: Classes
) -> dict[Any, Any]:
    """Pair those whose values lie closest first; values are numbers on the same scale."""
    places: dict[Hashable, list[tuple[float, Any]]] = defaultdict(list)
    for item, value in items.values.items():
        if item in item_class:
            places[item_class[item]].append((value, item))
    pairs = []
    for found in places.values():
        found.sort(key=lambda entry: (entry[0], _anyhow(entry[1])))
    for person, value in people.values.items():
        found = places.get(person_class[person], []) if person in person_class else []
        middle = bisect_left(found, value, key=lambda entry: entry[0])
        for where, item in found[max(0, middle - 3) : middle + 3]:
            pairs.append((abs(where - value), _anyhow(item), person, item))
    return greedy(
        (distance, person, item)
        for distance, _tie, person, item in sorted(pairs, key=lambda one: one[:2])
    )


def greedy(pairs: Iterable[tuple[Any, Any, Any]]) -> dict[Any, Any]:
    """Take pairs, the best first, as long as neither is taken."""
    taken: dict[Any, Any] = {}
    gone: set[Any] = set()
    for _weight, person, item in pairs:
        if person not in taken and item not in gone:
            taken[person] = item
            gone.add(item)
    return taken


def equal(people: Feature, items: Feature) -> dict[Any, Any]:
    """Pair those that alone share a value."""
    mine, theirs = _alone(people.values), _alone(items.values)
    return {mine[value]: theirs[value] for value in mine.keys() & theirs.keys()}


def _alone(values: Mapping[Any, Any]) -> dict[Any, Any]:
    met: dict[Any, list[Any]] = defaultdict(list)
    for item, value in values.items():
        met[value].append(item)
    return {value: items[0] for value, items in met.items() if len(items) == 1}


def _hashed(name: str) -> Callable[[str], list[str]]:
    def digest(value: str) -> list[str]:
        found = hashlib.new(name, value.encode(), usedforsecurity=False).hexdigest()
        return [found, found[:32], found[:16], found[:8]]

    return digest


# What may have become of an identifier on its way to an answer or ballot.
FORMS: dict[str, Callable[[str], list[str]]] = {
    "same": lambda value: [value],
    "prefix": lambda value: [value[:8]] if len(value) > 8 else [],
    "sha256": _hashed("sha256"),
    "sha1": _hashed("sha1"),
    "md5": _hashed("md5"),
}


Became = Mapping[str, set[Any]]


def became(mine: Mapping[Any, str], form: str) -> Became:
    """Return whose value may have become what."""
    found: dict[str, set[Any]] = defaultdict(set)
    for person, value in mine.items():
        for one in FORMS[form](value):
            found[one].add(person)
    return found


def shared(known: Became, theirs: Mapping[Any, str], form: str) -> dict[Any, Any]:
    """Pair people with items whose value is what theirs alone may have become."""
    pairs = []
    for item, value in theirs.items():
        for one in {value, value[:8]} if form == "prefix" else {value}:
            people = known.get(one, ())
            if len(people) == 1:
                pairs.append((0, next(iter(people)), item))
    return greedy(pairs)
