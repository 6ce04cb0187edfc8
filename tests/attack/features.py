"""Features: by what people, ballots and answers can be put in order or told apart."""

import json
import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.attack.evidence import Row

_UUID1 = re.compile(
    r"([0-9a-f]{8})-?([0-9a-f]{4})-?1([0-9a-f]{3})-?[0-9a-f]{4}-?[0-9a-f]{12}", re.I
)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")


@dataclass(frozen=True)
class Feature:
    """`values` sort the items. `kind` is order, transaction, time or size.

    `live` features come from what happened in the round; others (a name, an address) were there
    before.
    """

    name: str
    kind: str
    values: Mapping[Any, Any]
    live: bool = True

    def renamed(self, prefix: str, items: Mapping[Any, Any]) -> "Feature":
        """Return it for those whom `items` leads to its items."""
        values = {one: self.values[item] for one, item in items.items() if item in self.values}
        return Feature(f"{prefix}{self.name}", self.kind, values, self.live)


@dataclass(frozen=True)
class Placed:
    """A row and its place among the rows as the database returned them."""

    row: Row
    place: int


def telling(features: Iterable[Feature], count: int) -> list[Feature]:
    """Keep those that tell enough of `count` items apart to be of use."""
    least = max(3, count // 20)
    return [one for one in features if len(set(one.values.values())) >= least]


def of_rows(prefix: str, rows: Mapping[Any, Placed], *, live: bool = True) -> list[Feature]:
    """Return what can be read off rows, by item."""
    found = [_feature(f"{prefix}:place", "order", rows, lambda one: one.place)]
    for name in ("rowid", "xmin", "xmax", "cmin", "ctid"):
        kind = "transaction" if name in ("xmin", "xmax") else "order"
        having = {item: one for item, one in rows.items() if name in one.row.system}
        found.append(_feature(f"{prefix}:{name}", kind, having, _system(name)))
    for name in sorted({name for one in rows.values() for name in one.row.values}):
        column = {item: one.row.values.get(name) for item, one in rows.items()}
        found += of_column(f"{prefix}.{name}", column, live=live)
    return telling(found, len(rows))


def _system(name: str) -> Callable[[Placed], Any]:
    return lambda one: one.row.system[name]


def _feature(
    name: str, kind: str, rows: Mapping[Any, Placed], value: Callable[[Placed], Any]
) -> Feature:
    return Feature(name, kind, {item: value(one) for item, one in rows.items()})


def of_column(name: str, column: Mapping[Any, Any], *, live: bool = True) -> list[Feature]:
    """Return order, time and size of one column's values."""
    given = {item: value for item, value in column.items() if value is not None}
    numbers = {item: value for item, value in given.items() if isinstance(value, int | float)}
    strings = {item: value for item, value in given.items() if isinstance(value, str)}
    lengths = {item: size(value) for item, value in given.items() if not isinstance(value, int)}
    found = [Feature(name, "order", numbers, live), Feature(f"{name}:size", "size", lengths, live)]
    moments = {item: moment(value) for item, value in strings.items()}
    if strings and all(value is not None for value in moments.values()):
        return [Feature(name, "time", moments, live)]
    ticks = {item: _ticks(value) for item, value in strings.items()}
    if strings and all(ticks.values()):
        found.append(Feature(f"{name}:ticks", "time", ticks, live))
    return [*found, Feature(name, "order", strings, live)]


def size(value: Any) -> int:
    """Return how long a value is, in bytes."""
    if isinstance(value, bytes):
        return len(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return len(text.encode())


def moment(value: Any) -> float | None:
    """Return unix seconds of what is written as a moment."""
    if not isinstance(value, str) or not _MOMENT.match(value):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _ticks(value: str) -> int | None:
    """Return the clock of a UUID of version 1."""
    match = _UUID1.fullmatch(value)
    return int(match[3] + match[2] + match[1], 16) if match else None


def leaves(value: Any) -> list[str]:
    """Return the texts in a value: itself, or what stands in its JSON."""
    if isinstance(value, str):
        if value[:1] in '[{"':
            try:
                return leaves_of(json.loads(value))
            except ValueError:
                return [value]
        return [value]
    return leaves_of(value)


def leaves_of(value: Any) -> list[str]:
    """Return the texts in a parsed value; numbers as they are written."""
    if isinstance(value, dict):
        return [text for one in value.values() for text in leaves_of(one)]
    if isinstance(value, list):
        return [text for one in value for text in leaves_of(one)]
    return [] if value is None or isinstance(value, bytes) else [str(value)]


def distinct(values: Iterable[Any]) -> set[Hashable]:
    """Return the different values, lists and the like by what they look like."""
    return {value if isinstance(value, Hashable) else repr(value) for value in values}
