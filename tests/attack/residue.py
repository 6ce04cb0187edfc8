"""Plain text that survives in raw files: where it stands, and next to whom.

Files are mostly the same from hour to hour, so only blocks that were not seen before are read. In
them runs of readable bytes are looked for (a sealed ballot has none of any length), and in these
the needles: texts of the counted answers, and what people and ballots are known by.
"""

import json
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.attack.evidence import Snapshot

_BLOCK = 4096
_RUN = re.compile(
    rb"(?:[\t\n\r\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf][\x80-\xbf]){8,}"
)
# The same, roughly, and four times as fast.
_ROUGHLY = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xbf\xc2-\xdf\xe1-\xef]{12,}")
_ANCHOR = 8  # needles shorter than this would be found by accident
_PIECE = 24  # the begin or end of a text, where the rest is overwritten
_NEAR = 2 * _BLOCK
Position = tuple[int, int]  # number of the snapshot, offset in the file


@dataclass
class Sightings:
    """What was seen in files of one kind, as (position, needle's owner), in order."""

    texts: list[tuple[Position, str]] = field(default_factory=list)
    names: list[tuple[Position, str]] = field(default_factory=list)


class Needles:
    """Byte strings to look for, each with its owner."""

    def __init__(self, strings: Iterable[tuple[str, str]], *, pieces: bool = False) -> None:
        found: dict[bytes, set[str]] = defaultdict(set)
        for string, owner in strings:
            for form in {string, json.dumps(string)[1:-1]}:
                raw = form.encode()
                found[raw].add(owner)
                if pieces and len(raw) > _PIECE:
                    found[raw[:_PIECE]].add(owner)
                    found[raw[-_PIECE:]].add(owner)
        self._by_anchor: dict[bytes, list[tuple[bytes, str]]] = defaultdict(list)
        for raw, owners in found.items():
            if len(owners) == 1 and len(raw) >= _ANCHOR:
                self._by_anchor[raw[:_ANCHOR]].append((raw, next(iter(owners))))

    def within(self, run: bytes) -> Iterator[tuple[int, str]]:
        """Yield where in a run which owner's needle stands."""
        anchors = self._by_anchor
        for at in range(len(run) - _ANCHOR + 1):
            for raw, owner in anchors.get(run[at : at + _ANCHOR], ()):
                if run.startswith(raw, at):
                    yield at, owner


class Search:
    """Looks through the raw files of one snapshot after the other."""

    def __init__(self, texts: Needles, names: Needles) -> None:
        self._texts, self._names = texts, names
        self._known: dict[bytes, tuple[list[tuple[int, str]], list[tuple[int, str]]]] = {}
        self._blocks: dict[str, set[int]] = defaultdict(set)
        self.seen: dict[str, Sightings] = defaultdict(Sightings)

    def look(self, number: int, snapshot: Snapshot) -> None:
        """Look at what is new in a snapshot."""
        for raw in snapshot.raw():
            for start, part in self._new_parts(raw.kind, raw.content):
                self._scan(raw.kind, number, start, part)

    def _new_parts(self, kind: str, content: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield stretches of blocks not seen before, each with its offset."""
        known = self._blocks[kind]
        start = None
        for at in range(0, len(content), _BLOCK):
            mark = hash(content[at : at + _BLOCK])
            if mark in known:
                if start is not None:
                    yield start, content[start:at]
                start = None
            else:
                known.add(mark)
                start = at if start is None else start
        if start is not None:
            yield start, content[start:]

    def _scan(self, kind: str, number: int, start: int, part: bytes) -> None:
        sightings = self.seen[kind]
        for at, run in _runs(part):
            found = self._known.get(run)
            if found is None:
                found = list(self._texts.within(run)), list(self._names.within(run))
                self._known[run] = found
            base = start + at
            for within, owner in found[0]:
                sightings.texts.append(((number, base + within), owner))
            for within, owner in found[1]:
                sightings.names.append(((number, base + within), owner))


def _runs(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield stretches of readable bytes and where they begin."""
    for rough in _ROUGHLY.finditer(part):
        for match in _RUN.finditer(part, *rough.span()):
            yield match.start(), match.group()


def neighbours(sightings: Sightings) -> list[tuple[int, str, str]]:
    """Return (distance in bytes, name's owner, text's owner) of what stands close together."""
    places = [position for position, _owner in sightings.names]
    best: dict[tuple[str, str], int] = {}
    for position, text in sightings.texts:
        number, offset = position
        middle = bisect_left(places, position)
        for at in range(max(0, middle - 3), min(len(places), middle + 3)):
            where, name = sightings.names[at]
            # From the end of what comes first to the begin of what comes then.
            distance = max(where[1] - offset - len(text.encode()), offset - where[1], 0)
            if where[0] == number and distance < _NEAR:
                pair = (name, text)
                best[pair] = min(distance, best.get(pair, distance))
    return sorted((distance, *pair) for pair, distance in best.items())


def orders(sightings: Sightings, after: int) -> Mapping[str, dict[str, Position]]:
    """Return where each text stands first and last, all in all and before the count (`after`)."""
    found: dict[str, dict[str, Position]] = defaultdict(dict)
    for position, text in sightings.texts:
        for when in ("", "early-") if position[0] < after else ("",):
            found[when + "first"].setdefault(text, position)
            found[when + "last"][text] = position
    return found
