"""How every bench tells its figures: one table, promises beside the figures, broken ones marked."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Promise:
    """A figure that may not be on the wrong side of `limit`."""

    said: str
    figure: float
    limit: float
    at_most: bool = True

    @property
    def kept(self) -> bool:
        return self.figure <= self.limit if self.at_most else self.figure >= self.limit

    def __str__(self) -> str:
        sign = "≤" if self.at_most else "≥"
        mark = "ok    " if self.kept else "BROKEN"
        return f"  {mark} {self.said}: {self.figure:.4g} (promised {sign} {self.limit:g})"


@dataclass
class Table:
    """Columns of figures under a title, then the promises."""

    title: str
    columns: Sequence[str]
    rows: list[tuple[str, Sequence[str]]] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)

    def row(self, label: str, *cells: str) -> None:
        self.rows.append((label, cells))

    def promise(self, said: str, figure: float, limit: float, *, at_most: bool = True) -> None:
        self.promises.append(Promise(said, figure, limit, at_most))

    def show(self) -> int:
        """Print it; return 1 when a promise is broken."""
        label = max(len(name) for name, _cells in self.rows) + 2
        widths = [
            max(len(column), *(len(cells[index]) for _name, cells in self.rows)) + 2
            for index, column in enumerate(self.columns)
        ]
        print(f"\n{self.title}")
        for name, cells in [("", self.columns), *self.rows]:
            line = "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
            print(f"{name:{label}}{line}")
        for promise in self.promises:
            print(promise)
        return 0 if all(promise.kept for promise in self.promises) else 1


def spread(figures: Sequence[float], digits: int = 2) -> str:
    """Return the median with the smallest and largest, as `1.23 (1.20–1.31)`."""
    low, middle, high = min(figures), statistics.median(figures), max(figures)
    return f"{middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
