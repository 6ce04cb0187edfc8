"""One cell's bar of the five states, drawn in one go: a board has a thousand of them. Pure.

`components/stacked_bar.html` calls it; the page needs the patterns of `components/legend.html`.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from markupsafe import Markup, escape

from survey_app.formatting import number, percent
from survey_app.i18n import _

STATES: Final = ("done", "started", "not_started", "exempt", "undeliverable")
_ROOM_FOR_A_NUMBER: Final = 11  # per cent of a bar on a phone
_ROOM_FOR_THE_TICK: Final = 1  # on either side of it
_FILL: Final = {
    "done": 'class="bar-done"',
    **{name: f'fill="url(#bar-{name})"' for name in STATES[1:]},
}
_BACK: Final = '<rect class="bar-back" width="100%" height="100%"/>'
_FRAME: Final = '<rect class="bar-frame" width="100%" height="100%"/></svg>'


def stacked_bar(row: Any, name: str = "", last: float | None = None) -> Markup:
    """Return the picture of `row`, which holds the five states as attributes or keys.

    `last`: the rate of the round before, 0 to 1, drawn as a tick where that share of the people
    without the exempt would end now.
    """
    counts = [row[key] if isinstance(row, Mapping) else getattr(row, key) for key in STATES]
    total = sum(counts)
    tick = None
    if last is not None and total:
        tick = round(last * (total - counts[3]) / total * 100, 2)
    said = _said(counts, name, last if tick is not None else None)
    parts = [f'<svg class="bar" role="img" aria-label="{escape(said)}">', _BACK]
    numbers: list[str] = []
    start = 0.0
    for state, count in zip(STATES, counts, strict=True):
        if not count:
            continue
        width = count / total * 100
        x = round(start, 3)
        parts.append(f'<rect {_FILL[state]} x="{x}%" width="{round(width, 3)}%" height="100%"/>')
        if start:
            parts.append(f'<line class="bar-gap" x1="{x}%" x2="{x}%" y1="0" y2="100%"/>')
        middle = _place_of_number(start, width, tick)
        if middle is not None:
            numbers.append(
                f'<svg x="{round(middle, 3)}%" y="50%" overflow="visible">'
                '<rect class="bar-pill" x="-18" y="-11" width="36" height="22" rx="11"/>'
                f'<text class="bar-number">{count}</text></svg>'
            )
        start += width
    if tick is not None:
        where = f'x1="{tick}%" x2="{tick}%" y1="0" y2="100%"'
        parts.append(f'<line class="bar-halo" {where}/><line class="bar-tick" {where}/>')
    # Everything but the name is made here, of numbers and escaped words.
    return Markup("".join([*parts, *numbers, _FRAME]))  # noqa: S704


def _place_of_number(start: float, width: float, tick: float | None) -> float | None:
    """Where a part's number stands, in per cent; `None` without room for it.

    The tick never runs through it: it moves to the wider side of the tick, or stays away (all
    numbers are said in words and stand in the table).
    """
    middle, end = start + width / 2, start + width
    if tick is not None and abs(tick - middle) < _ROOM_FOR_A_NUMBER / 2 + _ROOM_FOR_THE_TICK:
        if tick <= middle:
            start = max(start, tick + _ROOM_FOR_THE_TICK)
        else:
            end = min(end, tick - _ROOM_FOR_THE_TICK)
    return (start + end) / 2 if end - start >= _ROOM_FOR_A_NUMBER else None


def number_cells(values: Iterable[int]) -> Markup:
    """Return the cells of one row of a table of figures."""
    cells = "".join(f'<td class="num">{number(value)}</td>' for value in values)
    return Markup(cells)  # noqa: S704 (numbers only)


def bar_words(row: Any) -> str:
    """Return the five states of `row` in words."""
    return _words([row[key] if isinstance(row, Mapping) else getattr(row, key) for key in STATES])


def _said(counts: list[int], name: str, last: float | None) -> str:
    said = _words(counts) if any(counts) else _("chưa có ai được mời")
    if name:
        said = f"{name}: {said}"
    return said if last is None else f"{said}, {_('vòng trước %(rate)s', rate=percent(last))}"


def _words(counts: list[int]) -> str:
    done, started, not_started, exempt, undeliverable = counts
    return ", ".join(
        (
            _("đã làm %(n)s", n=done),
            _("đang làm %(n)s", n=started),
            _("chưa làm %(n)s", n=not_started),
            _("được miễn %(n)s", n=exempt),
            _("thư không đến %(n)s", n=undeliverable),
        )
    )
