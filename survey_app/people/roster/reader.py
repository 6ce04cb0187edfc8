"""From the bytes of a file to people and problems."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from survey_app.errors import Problem
from survey_app.i18n import _
from survey_app.people.roster import lines, remarks
from survey_app.people.roster.dates import order_doubt
from survey_app.people.roster.fields import read_kind
from survey_app.people.roster.grid import MAX_BYTES, Sheet
from survey_app.people.roster.headers import Headers, find_headers
from survey_app.people.roster.model import KINDS, Roster, RosterPerson
from survey_app.people.roster.problems import RosterRefused, at
from survey_app.people.roster.rows import RowReader, Section
from survey_app.people.roster.sheets import open_sheets
from survey_app.people.roster.vocabulary import heading_key
from survey_app.vietnamese import same_text_key, tidy


def read_roster(
    data: bytes,
    filename: str,
    *,
    sheet: str | None = None,
    kind: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> Roster:
    """Read a roster file, or raise `RosterRefused` with advice.

    `kind` (`party_member` or `non_member`) holds for every line that does not say itself.
    """
    if kind is not None and kind not in KINDS:
        raise ValueError(f"kind must be one of {KINDS}")
    sheets, problems = open_sheets(data, filename, max_bytes=max_bytes)
    chosen, headers, others = _choose(sheets, sheet)
    if others:
        problems.append(remarks.other_sheets(chosen, others))
    return _Reading(chosen, headers, filename, kind, problems).roster()


def _choose(sheets: list[Sheet], wanted: str | None) -> tuple[Sheet, Headers, list[str]]:
    """Return the sheet to read, its headings, and the names of other sheets that are rosters."""
    if wanted is not None:
        sheets = [_named(sheets, wanted)]
    found = [(sheet, headers) for sheet in sheets if (headers := find_headers(sheet))]
    visible = [pair for pair in found if not pair[0].hidden] or found
    if not visible:
        raise remarks.no_name_column(sheets[0])
    best = max(visible, key=lambda pair: len(pair[0].rows) - pair[1].first_data_row)
    return best[0], best[1], [sheet.name for sheet, _headers in visible if sheet is not best[0]]


def _named(sheets: list[Sheet], wanted: str) -> Sheet:
    for sheet in sheets:
        if sheet.name == wanted or same_text_key(sheet.name) == same_text_key(wanted):
            return sheet
    raise RosterRefused(
        "no_such_sheet",
        _(
            "Tệp không có trang tính «%(wanted)s». Các trang có dữ liệu: %(names)s.",
            wanted=wanted,
            names=", ".join(sheet.name for sheet in sheets),
        ),
    )


@dataclass
class _Reading:
    """One sheet being read from top to bottom."""

    sheet: Sheet
    headers: Headers
    filename: str
    kind: str | None
    problems: list[Problem]
    people: list[RosterPerson] = field(default_factory=list)
    section: Section = field(default_factory=Section)
    _promised: tuple[int, int, int] | None = None  # banner's row, its count, people before it

    def roster(self) -> Roster:
        """Read every line, then judge the list as a whole."""
        listed = None if self.kind else self._listed_kind()
        reader = RowReader(self.sheet, self.headers, self.kind, listed)
        self.section = Section(cell=self._title_cell())
        for line in lines.classify(self.sheet, self.headers):
            self._take(reader, line)
        self._check_promise()
        if not self.people:
            self.problems.append(remarks.nobody())
        if doubt := order_doubt(reader.births):
            self.problems.append(Problem(doubt[0], doubt[1]))
        self.problems += remarks.about_columns(self.sheet, self.headers)
        self.problems += remarks.about_people(self.people)
        if listed:
            self.problems.append(remarks.kind_from_title(listed))
        return Roster(
            sheet=self.sheet.name,
            header_rows=tuple(row + 1 for row in self.headers.rows),
            columns=remarks.columns(self.headers),
            people=tuple(self.people),
            problems=tuple(self.problems),
        )

    def _take(self, reader: RowReader, line: lines.Line) -> None:
        if line.what == lines.PERSON:
            self.people.append(reader.person(line.row, self.section))
        elif line.what == lines.BANNER:
            self._check_promise()
            self._start_section(line)
        elif line.what == lines.TOTAL:
            self._check_promise()
            self._check_total(line)
        elif line.what == lines.FOOTER and line.text:
            self.problems.append(remarks.skipped(line))
        elif line.what == lines.STRAY:
            evidence = lines.has_evidence(self.headers, self.sheet.texts(line.row))
            self.problems.append(remarks.stray(line, evidence))

    def _start_section(self, line: lines.Line) -> None:
        cell, unit, kind = lines.banner_cell(line.text), None, read_kind(line.text)
        if cell:
            self.section = Section(cell, None, self.section.kind)
        elif unit := lines.banner_unit(line.text):
            self.section = Section(self.section.cell, unit, kind or self.section.kind)
        else:
            self.section = Section(self.section.cell, self.section.unit, kind)
        count = lines.banner_count(line.text)
        self._promised = (line.row + 1, count, len(self.people)) if count else None

    def _check_promise(self) -> None:
        """A banner that counts its people finds out a line that was lost."""
        if self._promised:
            row, count, before = self._promised
            if len(self.people) - before != count:
                self.problems.append(remarks.count_differs(row, count, len(self.people) - before))
        self._promised = None

    def _check_total(self, line: lines.Line) -> None:
        numbers = [int(word) for word in line.text.split() if word.isdigit()]
        grand = line.text.casefold().startswith(("tổng", "danh"))
        found = len(self.people)
        if grand and len(numbers) == 1 and numbers[0] != found:
            self.problems.append(remarks.total_differs(line.row + 1, numbers[0], found))

    def _titles(self) -> Iterable[str]:
        for row in range(self.headers.rows[0]):
            yield from filter(None, self.sheet.texts(row))

    def _listed_kind(self) -> str | None:
        """What the titles, the sheet's name and the file's name say the list is."""
        stem = heading_key(self.filename.replace("\\", "/").split("/")[-1].rsplit(".", 1)[0])
        for text in (" ".join(self._titles()), self.sheet.name, stem):
            if kind := read_kind(text):
                return kind
        return None

    def _title_cell(self) -> str | None:
        """The list of one cell names it above the headings."""
        if self.headers.columns_of("cell"):
            return None
        named = {cell for text in self._titles() if (cell := lines.banner_cell(tidy(text)))}
        if len(named) != 1:
            return None
        cell = named.pop()
        self.problems.append(remarks.cell_from_title(cell, at(self.headers.rows[0])))
        return cell
