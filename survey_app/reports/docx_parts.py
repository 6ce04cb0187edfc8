"""Pieces of a Word file: paragraphs, rules, tables. Written as XML, for speed and exactness.

python-docx looks up every cell of a table through the whole table; a table of 500 cells is
therefore written as text here and read in one go.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm, Pt

from survey_app.reports.phrases import unbroken
from survey_app.reports.tables import Column, Grid, Value
from survey_app.vietnamese import search_key

MANY_COLUMNS = 10  # a table of more is wide: it has smaller letters
TWIPS_PER_MM = 1440 / 25.4
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
# Widths of the bold capitals of Times in thousandths of the size, for a rule as long as its text.
_WIDTHS = {
    letter: width
    for width, letters in {
        250: " ",
        389: "I",
        500: "J",
        556: "S",
        611: "FP",
        667: "BELTZ",
        722: "ACDHKNRUVXY",
        778: "GOQ",
        944: "M",
        1000: "W",
    }.items()
    for letter in letters
}


@dataclass(frozen=True)
class Look:
    """How the words of a paragraph look; `before` and `after` in points, `first` in mm."""

    size: float
    bold: bool = False
    italic: bool = False
    underline: bool = False
    align: str = "left"
    before: float = 0
    after: float = 0
    first: float = 0
    line: float = 1.0
    keep: bool = False
    marked: bool = False


def write(paragraph: Any, text: str, look: Look) -> Any:
    """Give a paragraph its words and its look; returns it."""
    layout = paragraph.paragraph_format
    layout.alignment = ALIGN[look.align]
    layout.space_before, layout.space_after = Pt(look.before), Pt(look.after)
    layout.first_line_indent = Mm(look.first)
    layout.line_spacing = look.line
    layout.keep_with_next = look.keep
    run = paragraph.add_run(unbroken(text))
    run.font.size = Pt(look.size)
    run.bold, run.italic, run.underline = look.bold, look.italic, look.underline
    if look.marked:
        run._r.get_or_add_rPr().append(parse_xml(f'<w:highlight {nsdecls("w")} w:val="yellow"/>'))
    return paragraph


def text_width(text: str, size: float) -> float:
    """Return how wide bold capitals are, in points; marks on letters add nothing."""
    return sum(_WIDTHS.get(letter, 722) for letter in search_key(text).upper()) * size / 1000


def rule_below(paragraph: Any, text: str, size: float, width_mm: float) -> None:
    """Draw a rule under a paragraph, as long as `text`, in the middle of `width_mm`."""
    long = text_width(text, size) + 4  # a hair of room, or the last word falls to a second line
    spare = max(0.0, Mm(1).pt * width_mm - long) / 2
    paragraph.paragraph_format.left_indent = Pt(spare)
    paragraph.paragraph_format.right_indent = Pt(spare)
    paragraph._p.get_or_add_pPr().insert_element_before(
        parse_xml(
            f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="6" w:space="1" '
            'w:color="000000"/></w:pBdr>'
        ),
        "w:shd",
        "w:tabs",
        "w:suppressAutoHyphens",
        "w:spacing",
        "w:ind",
        "w:jc",
        "w:rPr",
    )


def bare_table(body: Any, widths_mm: Iterable[float], description: str, *, rows: int = 1) -> Any:
    """Add a table without borders; returns its rows, each with its cells."""
    widths = list(widths_mm)
    table = body.add_table(rows=rows, cols=len(widths))
    table.autofit = False
    properties = table._tbl.tblPr
    properties.append(
        parse_xml(
            f'<w:tblCellMar {nsdecls("w")}><w:left w:w="0" w:type="dxa"/>'
            '<w:right w:w="0" w:type="dxa"/></w:tblCellMar>'
        )
    )
    properties.append(
        parse_xml(f"<w:tblDescription {nsdecls('w')} w:val={quoteattr(description)}/>")
    )
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
    return [row.cells for row in table.rows]


def grid_xml(grid: Grid, width_mm: float, size: float) -> Any:
    """Return the table of a grid: its header row repeats, no row is split over two pages."""
    widths = column_widths(grid.columns, width_mm)
    head = _row(
        [Value(column.heading) for column in grid.columns], grid.columns, widths, size, "head"
    )
    rows = [_row(row, grid.columns, widths, size, "") for row in grid.rows]
    last = _row(grid.total, grid.columns, widths, size, "total")
    margin = 45  # twips: 0.8 mm, so that no word touches the border
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblBorders>{_borders()}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:left w:w="{margin}" w:type="dxa"/>'
        f'<w:right w:w="{margin}" w:type="dxa"/>'
        '</w:tblCellMar><w:tblLook w:val="0460" w:firstRow="1" w:lastRow="1"/>'
        f"<w:tblCaption w:val={quoteattr(grid.caption)}/>"
        f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{head}{''.join(rows)}{last}</w:tbl>"
    )


def column_widths(columns: Iterable[Column], width_mm: float) -> list[int]:
    """Share out the width of a table, in twips."""
    shares = [column.width for column in columns]
    return [round(width_mm * TWIPS_PER_MM * share / sum(shares)) for share in shares]


def _borders() -> str:
    edges = ("top", "left", "bottom", "right", "insideH", "insideV")
    return "".join(f'<w:{edge} w:val="single" w:sz="4" w:color="000000"/>' for edge in edges)


def _row(
    cells: Iterable[Value], columns: Iterable[Column], widths: list[int], size: float, part: str
) -> str:
    repeat = "<w:tblHeader/>" if part == "head" else ""
    written = "".join(
        _cell(
            value.text,
            width,
            size,
            bold=bool(part),
            left=column.is_words and part != "head",
            keeps=part == "total",
        )
        for value, column, width in zip(cells, columns, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{repeat}</w:trPr>{written}</w:tr>"


def _cell(text: str, width: int, size: float, *, bold: bool, left: bool, keeps: bool) -> str:
    strong = "<w:b/>" if bold else ""
    side = "left" if left else "center"
    half_points = round(size * 2)
    keep = "<w:keepNext/>" if keeps else ""  # the sums stay with the notes below
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr>{keep}<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>'
        f'<w:ind w:firstLine="0"/><w:jc w:val="{side}"/></w:pPr>'
        f'<w:r><w:rPr>{strong}<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/></w:rPr>'
        f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p></w:tc>'
    )
