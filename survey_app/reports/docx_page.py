"""The pages of a Word file: paper, margins, page numbers, the mark of a draft, fixed bytes."""

import zipfile
from io import BytesIO
from typing import Any
from xml.sax.saxutils import quoteattr

from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from survey_app.reports.composing import Composed
from survey_app.reports.styles import A4, DocumentStyle

_FIXED_DATE = (1980, 1, 1, 0, 0, 0)
_VML = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:w10="urn:schemas-microsoft-com:office:word"'
)


def set_styles(document: WordDocument, style: DocumentStyle, language: str) -> None:
    """Make the built-in styles those of the document form, and say which language it is in."""
    for name, size in (
        ("Normal", style.sizes.body),
        ("Title", style.sizes.type_name),
        ("Subtitle", style.sizes.subject),
        ("Heading 1", style.sizes.heading),
        ("Heading 2", style.sizes.heading),
    ):
        _set_style(document.styles[name], style.font, size, bold=name != "Normal")
    properties = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault"))
    spoken = properties.find(qn("w:rPr")).find(qn("w:lang"))
    code = "vi-VN" if language == "vi" else "en-GB"
    for name in ("w:val", "w:eastAsia"):
        spoken.set(qn(name), code)


def _set_style(style: Any, font: str, size: float, *, bold: bool) -> None:
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), font)
    for name in ("w:spacing", "w:kern"):
        for found in properties.findall(qn(name)):
            properties.remove(found)
    layout = style.element.get_or_add_pPr()
    for found in layout.findall(qn("w:pBdr")) + layout.findall(qn("w:contextualSpacing")):
        layout.remove(found)


def set_page(section: Any, style: DocumentStyle, *, landscape: bool = False) -> None:
    """Set paper and margins; a sheet on its side keeps the margin that is bound."""
    margins = style.margins
    top, bottom, left, right = margins.top, margins.bottom, margins.left, margins.right
    width, height = A4
    if landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        width, height = height, width
        top, bottom, left, right = left, right, bottom, top
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.header_distance = section.footer_distance = Mm(10)


def flatten_break(document: WordDocument) -> None:
    """Make the paragraph that must carry the break of sections take no room on its page."""
    carrier = document.element.body.findall(f"{qn('w:p')}/{qn('w:pPr')}/{qn('w:sectPr')}")[-1]
    carrier.addprevious(
        parse_xml(
            f'<w:spacing {nsdecls("w")} w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
        )
    )


def landscape_width(style: DocumentStyle) -> int:
    """Width of a page on its side between its margins, in millimetres."""
    return A4[1] - style.margins.bottom - style.margins.top


def mirror_margins(document: WordDocument) -> None:
    """Print on both sides: the inner margin is the wide one."""
    document.settings.element.insert(0, parse_xml(f"<w:mirrorMargins {nsdecls('w')}/>"))


def set_headers(section: Any, composed: Composed, *, first: bool) -> None:
    """Page number at the top in the middle, from page 2 on; the mark of a draft on every page."""
    section.different_first_page_header_footer = first
    section.header.is_linked_to_previous = False
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = 1
    for kind, text in (("begin", ""), ("", " PAGE "), ("end", "")):
        run = paragraph.add_run()
        if kind:
            xml = f'<w:fldChar {nsdecls("w")} w:fldCharType="{kind}"/>'
        else:
            xml = f'<w:instrText {nsdecls("w")} xml:space="preserve">{text}</w:instrText>'
        run._r.append(parse_xml(xml))
        run.font.size = Pt(13)
    headers = [section.header]
    if first:
        section.first_page_header.is_linked_to_previous = False
        headers.append(section.first_page_header)
    if composed.watermark:
        for number, header in enumerate(headers):
            header.paragraphs[0].add_run()._r.append(_watermark(composed.watermark, number))


def _watermark(words: str, number: int) -> Any:
    return parse_xml(
        f"<w:pict {nsdecls('w')} {_VML}>"
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
        '<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>'
        '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
        '<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/>'
        "</v:shapetype>"
        f'<v:shape id="DraftMark{number}" o:spid="_x0000_s{2049 + number}" type="#_x0000_t136" '
        f"alt={quoteattr(words)} "
        'style="position:absolute;margin-left:0;margin-top:0;width:400pt;height:110pt;'
        "rotation:315;z-index:-251658752;mso-position-horizontal:center;"
        "mso-position-horizontal-relative:margin;mso-position-vertical:center;"
        'mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#c8c8c8" '
        'stroked="f"><v:fill opacity=".4"/>'
        f'<v:textpath style="font-family:&quot;Times New Roman&quot;;font-size:1pt" '
        f"string={quoteattr(words)}/></v:shape></w:pict>"
    )


def fixed_bytes(document: WordDocument) -> bytes:
    """Return the file; the same document gives the same bytes, whenever it is written."""
    written = BytesIO()
    document.save(written)
    output = BytesIO()
    with (
        zipfile.ZipFile(written) as source,
        zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for item in source.infolist():
            entry = zipfile.ZipInfo(item.filename, _FIXED_DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            target.writestr(entry, source.read(item))
    return output.getvalue()
