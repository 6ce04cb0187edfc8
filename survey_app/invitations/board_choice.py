"""Which cells of a board are shown and in which order, as its reader asked. Pure.

The choice stands in the address, so that page, sheet of paper and file show the same. Totals of the
round and what is said of it stay those of all cells of the reader.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from survey_app.i18n import _
from survey_app.invitations.participation import CellRow, Participation
from survey_app.vietnamese import search_key, text_sort_key, tidy

ORDERS = ("", "rate", "name")
_LONGEST = 80


@dataclass(frozen=True)
class Choice:
    """`search`: part of a cell's name, accents or not; `order`: one of `ORDERS`."""

    search: str = ""
    order: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether some cells may be left out."""
        return bool(self.search)

    @property
    def is_default(self) -> bool:
        """Whether everything is shown in the committee's own order."""
        return not self.search and not self.order

    def query(self) -> dict[str, str | None]:
        """Return what an address says of this choice; what is not chosen is `None`."""
        return {"q": self.search or None, "sort": self.order or None}

    def words(self) -> str:
        """Say what is shown, where it is not everything in its usual order; else nothing."""
        orders = {
            "rate": _("xếp theo tỷ lệ từ cao xuống thấp"),
            "name": _("xếp theo tên chi bộ"),
        }
        said = [orders[self.order]] if self.order else []
        if self.search:
            said.insert(0, _("chỉ những chi bộ có tên chứa “%(text)s”", text=self.search))
        return _("Đang hiện: %(what)s.", what=", ".join(said)) if said else ""


def choice_of(values: Mapping[str, str]) -> Choice:
    """Read a choice from an address or a form; what is not known counts as not chosen."""
    order = values.get("sort", "")
    return Choice(
        search=tidy(values.get("q", ""))[:_LONGEST], order=order if order in ORDERS else ""
    )


def orders() -> list[tuple[str, str]]:
    """Return the orders there are with their names."""
    return [
        ("", _("Thứ tự của cấp ủy")),
        ("rate", _("Tỷ lệ cao trước")),
        ("name", _("Tên chi bộ")),
    ]


def chosen(board: Participation, choice: Choice) -> Participation:
    """Return `board` with the chosen cells in the chosen order."""
    if choice.is_default:
        return board
    wanted = search_key(choice.search)
    rows = [row for row in board.rows if wanted in search_key(row.label)]
    if choice.order == "name":
        rows.sort(key=lambda row: text_sort_key(row.label))
    elif choice.order == "rate":
        rows.sort(key=_by_rate)
    return replace(board, rows=tuple(rows))


def _by_rate(row: CellRow) -> tuple[bool, float]:
    """Highest first; where no rate is shown, last."""
    rate = row.shown_rate
    return rate is None, -(rate or 0.0)
