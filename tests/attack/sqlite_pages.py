"""SQLite's file and log as bytes: what SQL does not show (https://sqlite.org/fileformat2.html).

Pages of a table keep their cells in the order in which they were written, whatever the key, until
the page is rewritten; the log keeps which commit changed which row.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_LEAF_TABLE, _LEAF_INDEX, _INNER_TABLE, _INNER_INDEX = 13, 10, 5, 2
_INNER_POINTER = 8  # where the rightmost child stands in the header
_WIDTHS = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)  # bytes, by serial type
_WAL_HEAD, _FRAME_HEAD = 32, 24
Value = int | float | bytes | str | None
Key = int | tuple[Value, ...]  # the rowid, or the columns of the key where there is none


@dataclass(frozen=True)
class Frame:
    """A page as a commit left it; `commit` counts the commits of this log from 0."""

    commit: int
    page: int
    content: bytes


@dataclass(frozen=True)
class Cell:
    """A row on its leaf: its key, its local bytes, where it stands."""

    key: Key
    payload: bytes
    page: int
    offset: int


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number that begins at `at` and where the next thing begins."""
    value = 0
    for place in range(at, at + 8):
        byte = data[place]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + 1
    return value << 8 | data[at + 8], at + 9


def frames(wal: bytes) -> list[Frame]:
    """Return the frames of a log's present generation, up to the last commit."""
    if len(wal) < _WAL_HEAD:
        return []
    size, salts = int.from_bytes(wal[8:12]), wal[16:24]
    found: list[Frame] = []
    whole, commit = 0, 0
    for at in range(_WAL_HEAD, len(wal) - size - _FRAME_HEAD + 1, size + _FRAME_HEAD):
        if wal[at + 8 : at + 16] != salts:
            break
        start = at + _FRAME_HEAD
        page = int.from_bytes(wal[at : at + 4])
        found.append(Frame(commit, page, wal[start : start + size]))
        if any(wal[at + 4 : at + 8]):
            whole, commit = len(found), commit + 1
    return found[:whole]


class Pages:
    """The pages of a database with its log laid over."""

    def __init__(self, database: bytes, wal: bytes) -> None:
        self.size = int.from_bytes(database[16:18]) or 4096
        self.size = 65536 if self.size == 1 else self.size
        self._database = database
        self.frames = frames(wal)
        self._newest = {frame.page: frame.content for frame in self.frames}

    def page(self, number: int) -> bytes:
        """Return a page's newest content."""
        return self._newest.get(number) or self.stored(number)

    def stored(self, number: int) -> bytes:
        """Return a page as it stands in the file, before the log."""
        return self._database[(number - 1) * self.size : number * self.size]

    def leaves(self, root: int) -> Iterator[int]:
        """Yield the leaf pages of a tree from left to right (and inner ones of an index)."""
        content = self.page(root)
        head = 100 if root == 1 else 0
        kind = content[head] if len(content) > head else 0
        if kind in (_LEAF_TABLE, _LEAF_INDEX):
            yield root
        if kind not in (_INNER_TABLE, _INNER_INDEX):
            return
        if kind == _INNER_INDEX:
            yield root  # its cells are rows too
        for at in _pointers(content, head):
            yield from self.leaves(int.from_bytes(content[at : at + 4]))
        last = head + _INNER_POINTER
        yield from self.leaves(int.from_bytes(content[last : last + 4]))


def cells(content: bytes, page: int, key_columns: int = 1) -> list[Cell]:
    """Return the rows that stand on a page, in the order of their keys.

    `key_columns` is how many columns the key has in a table without rowid.
    """
    head = 100 if page == 1 else 0
    if len(content) <= head + 8 or content[head] not in (_LEAF_TABLE, _LEAF_INDEX, _INNER_INDEX):
        return []
    kind = content[head]
    try:
        return [_cell(content, kind, page, at, key_columns) for at in _pointers(content, head)]
    except IndexError:
        return []  # no page of a tree


def _pointers(content: bytes, head: int) -> list[int]:
    inner = content[head] in (_INNER_TABLE, _INNER_INDEX)
    start = head + (12 if inner else 8)
    count = int.from_bytes(content[head + 3 : head + 5])
    places = (content[at : at + 2] for at in range(start, start + 2 * count, 2))
    return [int.from_bytes(place) for place in places]


def _cell(content: bytes, kind: int, page: int, offset: int, key_columns: int) -> Cell:
    at = offset + (4 if kind == _INNER_INDEX else 0)
    length, at = varint(content, at)
    number = 0
    if kind == _LEAF_TABLE:
        number, at = varint(content, at)
    payload = content[at : at + _local(length, len(content), kind)]
    key: Key = number if kind == _LEAF_TABLE else columns(payload, key_columns)
    return Cell(key, payload, page, offset)


def _local(length: int, size: int, kind: int) -> int:
    """Return how much of a row stands on its leaf, the rest being on overflow pages."""
    most = size - 35 if kind == _LEAF_TABLE else (size - 12) * 64 // 255 - 23
    least = (size - 12) * 32 // 255 - 23
    if length <= most:
        return length
    kept = least + (length - least) % (size - 4)
    return kept if kept <= most else least


def roots(pages: Pages) -> dict[str, int]:
    """Return the root page of each table, by name (read from the schema's own pages)."""
    found = {}
    for leaf in pages.leaves(1):
        for cell in cells(pages.page(leaf), leaf):
            kind, name, _of, root = columns(cell.payload, 4)
            if kind == "table" and isinstance(root, int):
                found[str(name)] = root
    return found


def columns(payload: bytes, wanted: int) -> tuple[Value, ...]:
    """Return the first values of a record, as far as they stand in `payload`."""
    header, at = varint(payload, 0)
    serials: list[int] = []
    while at < header and len(serials) < wanted:
        serial, at = varint(payload, at)
        serials.append(serial)
    found: list[Value] = []
    at = header
    for serial in serials:
        width = (serial - 12) // 2 if serial >= 12 else _WIDTHS[serial]
        found.append(_value(payload[at : at + width], serial))
        at += width
    return tuple(found)


def _value(body: bytes, serial: int) -> Value:
    if serial >= 12:
        return body.decode("utf-8", "replace") if serial % 2 else body
    if serial == 7:
        return float(struct.unpack(">d", body)[0])
    if serial in (8, 9):
        return serial - 8
    return int.from_bytes(body, signed=True) if body else None
