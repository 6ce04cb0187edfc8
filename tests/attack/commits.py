"""Which commit of SQLite's log changed which row last, and how rows lie on their pages."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.attack.evidence import Evidence, Snapshot, Table
from tests.attack.features import Feature, Placed
from tests.attack.sqlite_pages import Frame, Pages, cells, roots

When = tuple[int, int]  # number of the snapshot, commit in its log


class Commits:
    """Follows the rows of some tables from snapshot to snapshot."""

    def __init__(self, evidence: Evidence, tables: Mapping[str, Table]) -> None:
        self._tables = tables
        self._rows: dict[str, dict[Any, bytes]] = {name: {} for name in tables}
        self.last: dict[str, dict[Any, When]] = {name: {} for name in tables}
        self.lying: dict[str, dict[Any, tuple[int, int, float]]] = {name: {} for name in tables}
        self._leaf: dict[int, tuple[str, bytes, list[Any]]] = {}
        self._old: list[Frame] = []
        for number, snapshot in enumerate(evidence.snapshots):
            self._look(number, snapshot)
        self._open = {name: dict(last) for name, last in self.last.items()}
        self._look(len(evidence.snapshots), evidence.after)

    def _look(self, number: int, snapshot: Snapshot) -> None:
        if snapshot.sqlite is None:
            return
        raw = {one.kind: one.content for one in snapshot.raw()}
        pages = Pages(raw["database"], raw.get("wal", b""))
        home, where = {}, roots(pages)
        for name in self._tables:
            for place, leaf in enumerate(pages.leaves(where[name]) if name in where else ()):
                home[leaf] = (name, place)
        if number:
            for frame in self._new(pages.frames):
                if frame.page in home:
                    self._see(
                        home[frame.page][0], frame.content, frame.page, (number, frame.commit)
                    )
        self._old = pages.frames
        for leaf, (name, place) in home.items():
            content = pages.page(leaf)
            keys = self._known_page(name, leaf, content, (number, -1) if number else None)
            for rank, key in enumerate(keys):
                self.lying[name][key] = (place, rank, rank / len(keys))

    def _known_page(self, name: str, leaf: int, content: bytes, when: When | None) -> list[Any]:
        """Return the keys on a page, the first written first; `when` is said of what is new.

        What the log did not show was changed at some time since the last look.
        """
        if self._leaf.get(leaf, ("", b"", []))[:2] != (name, content):
            self._see(name, content, leaf, when)
            # Cells are put below each other: the newest of a page lies lowest.
            found = sorted(self._cells(name, content, leaf), key=lambda cell: -cell.offset)
            self._leaf[leaf] = (name, content, [cell.key for cell in found])
        return self._leaf[leaf][2]

    def _new(self, found: list[Frame]) -> Iterable[Frame]:
        same = found[: len(self._old)] == self._old
        return found[len(self._old) :] if same else found

    def _cells(self, name: str, content: bytes, page: int) -> Any:
        return cells(content, page, len(self._tables[name].key) or 1)

    def _see(self, name: str, content: bytes, page: int, when: When | None) -> None:
        rows = self._rows[name]
        for cell in self._cells(name, content, page):
            if rows.get(cell.key) != cell.payload:
                rows[cell.key] = cell.payload
                if when is not None:
                    self.last[name][cell.key] = when

    def features(
        self, name: str, prefix: str, items: Mapping[Any, Placed], *, counted: bool
    ) -> list[Feature]:
        """Return commit (the last one of all if `counted`, else while open) and place, by item."""
        if name not in self._tables:
            return []
        keys = {item: self._key(name, one) for item, one in items.items()}
        last = (self.last if counted else self._open)[name]
        commits = {item: last[key] for item, key in keys.items() if key in last}
        lying = self.lying[name]
        written = {item: lying[key][:2] for item, key in keys.items() if key in lying}
        in_page = {item: lying[key][2] for item, key in keys.items() if key in lying}
        return [
            Feature(f"{prefix}:commit", "transaction", commits),
            Feature(f"{prefix}:written", "order", written),
            Feature(f"{prefix}:written-in-page", "order", in_page),
        ]

    def _key(self, name: str, one: Placed) -> Any:
        if "rowid" in one.row.system:
            return one.row.system["rowid"]
        return tuple(one.row.values[column] for column in self._tables[name].key)
