"""The report as a Word file in the form of a Party document, ready for the office to sign."""

from dataclasses import replace
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_SECTION
from docx.shared import Mm

from survey_app.formatting import local
from survey_app.i18n import _, speaking
from survey_app.reports import docx_page
from survey_app.reports.composing import Annex, Block, Composed, Heading, Prompt, Terms, compose
from survey_app.reports.document import Figures
from survey_app.reports.docx_parts import (
    MANY_COLUMNS,
    Look,
    bare_table,
    grid_xml,
    rule_below,
    text_width,
    write,
)
from survey_app.reports.masthead import in_lines
from survey_app.reports.styles import DocumentStyle, style_of
from survey_app.reports.tables import Grid

MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PARTY_WIDTH = 81.0  # millimetres of the right half of the masthead, at least
_FIRST_LINE = 10.0


def docx_of(figures: Figures, terms: Terms) -> bytes:
    """Return the Word file of a report: the same bytes for the same figures and terms.

    Raises:
        Invalid: there is no such style.
    """
    composed = compose(figures, terms)
    with speaking(terms.language):
        return _Writer(composed, style_of(terms.style)).file(figures)


class _Writer:
    """One document being written from top to bottom."""

    def __init__(self, composed: Composed, style: DocumentStyle) -> None:
        self.composed, self.style, self.sizes = composed, style, style.sizes
        self.document: WordDocument = Document()

    def file(self, figures: Figures) -> bytes:
        """Write everything and return the bytes."""
        document, composed, style = self.document, self.composed, self.style
        docx_page.set_styles(document, style, composed.terms.language)
        if style.margins.mirrored:
            docx_page.mirror_margins(document)
        docx_page.set_page(document.sections[0], style)
        docx_page.set_headers(document.sections[0], composed, first=True)
        self._masthead()
        self._titles()
        *blocks, last = composed.body
        for block in blocks:
            self._block(block)
        self._block(last, keep=True)  # a page with nothing but the signature is not signed
        self._signing()
        self._annexes()
        self._properties(figures)
        return docx_page.fixed_bytes(document)

    def _masthead(self) -> None:
        composed, sizes = self.composed, self.sizes
        # The Party's name stays on one line, also in English, where it is longer.
        party = max(_PARTY_WIDTH, text_width(composed.party, sizes.party) / Mm(1).pt + 3)
        widths = (self.style.text_width - party, party)
        upper, lower = bare_table(self.document, widths, _("Phần đầu văn bản"), rows=2)
        room = widths[0] * Mm(1).pt - 4
        lines = [
            (
                in_lines(composed.superior, lambda line: text_width(line, sizes.superior) < room),
                Look(sizes.superior, align="center"),
            ),
            (
                in_lines(composed.issuer, lambda line: text_width(line, sizes.issuer) < room),
                Look(sizes.issuer, bold=True, align="center"),
            ),
            ("*", Look(sizes.issuer, align="center")),
        ]
        self._lines(upper[0], [line for line in lines if line[0]])
        self._lines(upper[1], [(composed.party, Look(sizes.party, bold=True, align="center"))])
        rule_below(upper[1].paragraphs[0], composed.party, sizes.party, party)
        # A row of their own: the number stands under the asterisk, level with place and date.
        self._lines(lower[0], [(composed.number, Look(sizes.number, align="center"))])
        place = Look(sizes.place, italic=True, align="right")
        self._lines(lower[1], [(composed.place_and_date, place)])

    def _titles(self) -> None:
        composed, sizes = self.composed, self.sizes
        title = Look(sizes.type_name, bold=True, align="center", before=24, keep=True)
        write(self.document.add_paragraph(style="Title"), composed.type_name, title)
        subject = Look(sizes.subject, bold=True, align="center", after=14)
        write(self.document.add_paragraph(style="Subtitle"), composed.subject, subject)
        self._body(composed.opening)

    def _body(self, text: str, *, marked: bool = False, keep: bool = False) -> None:
        look = Look(
            self.sizes.body,
            align="justify",
            before=3,
            after=3,
            first=_FIRST_LINE,
            line=1.15,
            italic=marked,
            marked=marked,
            keep=keep,
        )
        write(self.document.add_paragraph(), text, look)

    def _block(self, block: Block, *, keep: bool = False) -> None:
        if isinstance(block, Heading):
            look = Look(
                self.sizes.heading, bold=True, before=6, after=3, first=_FIRST_LINE, keep=True
            )
            style = f"Heading {block.level}"
            write(self.document.add_paragraph(style=style), block.text, look)
        elif isinstance(block, Grid):
            self._grid(block, self.style.text_width, self.sizes.table)
        else:
            self._body(block.text, marked=isinstance(block, Prompt), keep=keep)

    def _grid(self, grid: Grid, width: float, size: float, *, caption: bool = True) -> None:
        if caption:
            look = Look(size + 1, bold=True, align="center", before=6, after=4, keep=True)
            write(self.document.add_paragraph(), grid.caption, look)
        mark = self.document.add_paragraph()
        mark._p.addprevious(grid_xml(grid, width, size))
        notes = " ".join(grid.notes)
        if notes:
            write(mark, notes, Look(size - 0.5, italic=True, before=3, after=6))
        else:
            mark._p.getparent().remove(mark._p)

    def _signing(self) -> None:
        composed, sizes = self.composed, self.sizes
        half = self.style.text_width / 2
        ((left, right),) = bare_table(self.document, (half, half), _("Nơi nhận và chữ ký"))
        head = Look(sizes.recipients_title, underline=True, before=12)
        items = [(line, Look(sizes.recipients)) for line in composed.recipients]
        self._lines(left, [(composed.recipients_title, head), *items])
        authority, role, name = composed.signing
        draft = composed.terms.is_draft and name.startswith("[")
        lines = [
            (authority, Look(sizes.signing, bold=True, align="center", before=12)),
            (role, Look(sizes.signing, align="center")),
            (name, Look(sizes.signing, bold=True, align="center", before=72, marked=draft)),
        ]
        self._lines(right, [line for line in lines if line[0]])

    def _lines(self, cell: Any, lines: list[tuple[str, Look]]) -> None:
        """Fill a cell; the paragraph it comes with is the first one, so none stays empty."""
        for place, (text, look) in enumerate(lines):
            write(cell.add_paragraph() if place else cell.paragraphs[0], text, look)

    def _annexes(self) -> None:
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        docx_page.flatten_break(self.document)
        docx_page.set_page(section, self.style, landscape=True)
        docx_page.set_headers(section, self.composed, first=False)
        for place, annex in enumerate(self.composed.annexes):
            self._annex(annex, new_page=place > 0)

    def _annex(self, annex: Annex, *, new_page: bool) -> None:
        heading = self.document.add_paragraph(style="Heading 1")
        heading.paragraph_format.page_break_before = new_page
        write(heading, annex.name, Look(self.sizes.heading, bold=True, align="center", keep=True))
        title = Look(self.sizes.subject, bold=True, align="center", keep=True)
        write(self.document.add_paragraph(), annex.grid.caption, title)
        reference = Look(self.sizes.recipients, italic=True, after=6, align="center", keep=True)
        write(self.document.add_paragraph(), annex.reference, reference)
        width = docx_page.landscape_width(self.style)
        wide = len(annex.grid.columns) > MANY_COLUMNS
        size = self.sizes.annex if wide else self.sizes.table
        self._grid(replace(annex.grid, notes=annex.notes), width, size, caption=False)

    def _properties(self, figures: Figures) -> None:
        properties = self.document.core_properties
        moment = local(figures.as_of).replace(tzinfo=None, microsecond=0)
        properties.title = self.composed.title
        properties.author = properties.last_modified_by = figures.campaign.issuer
        properties.language = "vi-VN" if self.composed.terms.language == "vi" else "en-GB"
        properties.subject = self.composed.foot[-1]
        properties.comments = properties.keywords = ""
        properties.created = properties.modified = moment
        properties.revision = 1
