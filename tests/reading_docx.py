"""What stands in a Word file, read from its parts alone, without the library that wrote it."""

import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from xml.etree import ElementTree as ET

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass
class Paragraph:
    """Words of a paragraph with what was said of its looks."""

    text: str
    style: str
    size: float | None
    bold: bool
    italic: bool
    align: str
    marked: bool
    underline: bool
    rule: bool


@dataclass
class Table:
    """Rows of words; `repeats` of its first row, `whole`: no row may be split."""

    rows: list[list[str]]
    repeats: bool
    whole: bool
    borders: bool


@dataclass
class Word:
    """A Word file."""

    paragraphs: list[Paragraph]
    tables: list[Table]
    sections: list[dict[str, str]]
    parts: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """All words, a line a paragraph."""
        return "\n".join(paragraph.text for paragraph in self.paragraphs)

    def one(self, text: str) -> Paragraph:
        """Return the only paragraph with this text."""
        found = [p for p in self.paragraphs if plain(p.text) == text]
        assert len(found) == 1, f"{len(found)} paragraphs say {text!r}"
        return found[0]

    def headers(self) -> list[str]:
        """The XML of the headers."""
        return [text for name, text in self.parts.items() if "/header" in name]


def read(content: bytes) -> Word:
    """Read a Word file."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = {
            name: archive.read(name).decode("utf-8")
            for name in archive.namelist()
            if name.endswith((".xml", ".rels"))
        }
    body = ET.fromstring(parts["word/document.xml"])
    return Word(
        [_paragraph(item) for item in body.iter(f"{W}p")],
        [_table(item) for item in body.iter(f"{W}tbl")],
        [_section(item) for item in body.iter(f"{W}sectPr")],
        parts,
    )


def _value(item: ET.Element | None, name: str = "val") -> str:
    return "" if item is None else item.get(f"{W}{name}", "")


def _on(item: ET.Element, path: str) -> bool:
    found = item.find(path)
    return found is not None and _value(found) not in {"0", "false", "none"}


def _paragraph(item: ET.Element) -> Paragraph:
    run = f"{W}r/{W}rPr/{W}"
    size = _value(item.find(f"{run}sz"))
    return Paragraph(
        text="".join(found.text or "" for found in item.iter(f"{W}t")),
        style=_value(item.find(f"{W}pPr/{W}pStyle")),
        size=int(size) / 2 if size else None,
        bold=_on(item, f"{run}b"),
        italic=_on(item, f"{run}i"),
        align=_value(item.find(f"{W}pPr/{W}jc")),
        marked=_on(item, f"{run}highlight"),
        underline=_on(item, f"{run}u"),
        rule=item.find(f"{W}pPr/{W}pBdr/{W}bottom") is not None,
    )


def _table(item: ET.Element) -> Table:
    rows = item.findall(f"{W}tr")
    return Table(
        [
            [
                "\n".join(
                    "".join(t.text or "" for t in p.iter(f"{W}t")) for p in cell.iter(f"{W}p")
                )
                for cell in row.findall(f"{W}tc")
            ]
            for row in rows
        ],
        repeats=rows[0].find(f"{W}trPr/{W}tblHeader") is not None,
        whole=all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows),
        borders=item.find(f"{W}tblPr/{W}tblBorders") is not None,
    )


def _section(item: ET.Element) -> dict[str, str]:
    size, margins = item.find(f"{W}pgSz"), item.find(f"{W}pgMar")
    assert size is not None and margins is not None
    found = {
        name: str(round(int(_value(margins, name)) / 1440 * 25.4))
        for name in ("top", "bottom", "left", "right")
    }
    found["width"] = str(round(int(_value(size, "w")) / 1440 * 25.4))
    found["height"] = str(round(int(_value(size, "h")) / 1440 * 25.4))
    found["first"] = "yes" if item.find(f"{W}titlePg") is not None else "no"
    return found


def plain(text: str) -> str:
    """Return text with hard spaces and hyphens made soft, as who searches it types them."""
    return text.replace("\u00a0", " ").replace("\u2011", "-")
