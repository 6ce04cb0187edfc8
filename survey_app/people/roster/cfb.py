"""Old Office files (.xls, .doc): which one it is, and whether its chains of sectors are sound."""

import struct
from typing import Final

from survey_app.people.roster.guards import damaged

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST_SECTOR: Final = 0xFFFFFFFA  # above it the numbers have meanings of their own
_HEADER: Final = struct.Struct("<30xH28xIIII")


def contains(data: bytes, entry: str) -> bool:
    """Return whether the folder of the file names this entry."""
    return entry.encode("utf-16-le") + b"\0\0" in data


def check_chains(data: bytes) -> None:
    """Refuse loops in the table of sectors: a parser would follow them for ever."""
    if len(data) < 512:
        raise damaged()
    shift, first_mini, mini_count, first_more, more_count = _HEADER.unpack_from(data)
    if shift not in (9, 12):
        raise damaged()
    size = 1 << shift
    fat_sectors = list(struct.unpack_from("<109I", data, 76))
    seen: set[int] = set()
    while first_more < _LAST_SECTOR and len(seen) <= more_count:
        if first_more in seen:
            raise damaged()
        seen.add(first_more)
        numbers = _sector(data, first_more, size)
        fat_sectors += numbers[:-1]
        first_more = numbers[-1] if numbers else _LAST_SECTOR
    fat = [n for s in fat_sectors if s < _LAST_SECTOR for n in _sector(data, s, size)]
    _no_loops(fat)
    mini: list[int] = []
    while first_mini < len(fat) and len(mini) <= mini_count * size:
        mini += _sector(data, first_mini, size)
        first_mini = fat[first_mini]
    _no_loops(mini)


def _sector(data: bytes, number: int, size: int) -> list[int]:
    start = (number + 1) * size
    part = data[start : start + size]
    return list(struct.unpack(f"<{len(part) // 4}I", part[: len(part) // 4 * 4]))


def _no_loops(table: list[int]) -> None:
    """Each sector has one follower and at most one predecessor, and every chain has an end."""
    followed = [n for n in table if n < _LAST_SECTOR]
    if len(set(followed)) != len(followed):
        raise damaged()
    reached = set(followed)
    unvisited = {i for i, n in enumerate(table) if n < _LAST_SECTOR}
    for head in [i for i in unvisited if i not in reached]:
        at = head
        while at in unvisited:
            unvisited.discard(at)
            at = table[at]
    if unvisited:
        raise damaged()
