"""One line of the sheet as one person."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from survey_app.errors import Problem
from survey_app.i18n import _
from survey_app.people.roster import fields, lines
from survey_app.people.roster.dates import Birth, read_birth
from survey_app.people.roster.grid import Sheet, as_text
from survey_app.people.roster.headers import Headers
from survey_app.people.roster.model import NON_MEMBER, PARTY_MEMBER, RosterPerson
from survey_app.people.roster.phones import read_phone
from survey_app.people.roster.problems import at
from survey_app.vietnamese import same_text_key

_MEMBER: Final = same_text_key("Đảng viên")
_OUTSIDER: Final = same_text_key("Quần chúng")


@dataclass(frozen=True)
class Section:
    """What the banners above a line say of it."""

    cell: str | None = None
    unit: str | None = None
    kind: str | None = None


@dataclass
class RowReader:
    """Reads lines of one sheet; keeps the births to judge the whole column by afterwards."""

    sheet: Sheet
    headers: Headers
    kind: str | None
    listed_kind: str | None
    births: list[Birth] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._filled = _filled_down(self.sheet, self.headers)

    def person(self, row: int, section: Section) -> RosterPerson:
        """Read one line; whatever is wrong with it stands in its problems."""
        problems: list[Problem] = []
        name = fields.read_name(lines.name_in(self.headers, self.sheet.texts(row)))
        name_columns = [
            *self.headers.columns_of("full_name"),
            *self.headers.columns_of("family_name"),
        ]
        self._note(problems, row, name_columns[0] if name_columns else None, name.trouble)
        birth = self._birth(problems, row)
        cell = self._text(row, "cell")
        kind, probationary = self._standing(problems, row, section)
        return RosterPerson(
            row=row + 1,
            full_name=name.value or "",
            birth_date=birth.day,
            birth_year=birth.year,
            kind=kind,
            probationary=probationary,
            position=self._text(row, "position"),
            unit=self._text(row, "unit") or section.unit,
            cell=(lines.banner_cell(cell) or cell) if cell else section.cell,
            email=self._read(problems, row, "email", _email),
            phone=self._read(problems, row, "phone", _phone),
            member_code=self._text(row, "member_code"),
            problems=tuple(problems),
        )

    def _note(
        self,
        problems: list[Problem],
        row: int,
        column: int | None,
        trouble: tuple[str, str] | None,
    ) -> None:
        if trouble:
            problems.append(Problem(trouble[0], trouble[1], at(row + 1, column)))

    def _text(self, row: int, name: str) -> str | None:
        """Return the first filled column of a field, merged cells filled down."""
        for column in self.headers.columns_of(name):
            text = self.sheet.text(row, column) or self._filled.get((row, column), "")
            if text and text not in ("-", "–", "/", "\\", "0"):
                return text
        return None

    def _read(
        self,
        problems: list[Problem],
        row: int,
        name: str,
        read: Callable[[str], fields.Read],
    ) -> str | None:
        for column in self.headers.columns_of(name):
            value = self.sheet.value(row, column)
            text = value if isinstance(value, str) else as_text(value)
            if not as_text(value) or not any(map(str.isalnum, text)):
                continue
            found = read(text)
            self._note(problems, row, column, found.trouble)
            if found.value:
                return found.value
        return None

    def _birth(self, problems: list[Problem], row: int) -> Birth:
        found = Birth()
        for column in self.headers.columns_of("birth_date"):
            value = self.sheet.value(row, column)
            if not any(map(str.isalnum, as_text(value))):
                continue
            birth = read_birth(value)
            self.births.append(birth)
            self._note(problems, row, column, birth.trouble)
            if found.year and birth.year and (found.day, found.year) != (birth.day, birth.year):
                message = _("Có hai ngày sinh khác nhau trên một dòng. Xin chỉ để một ngày sinh.")
                problems.append(Problem("birth_two", message, at(row + 1, column)))
            elif birth.year:
                found = birth
        return found

    def _standing(
        self, problems: list[Problem], row: int, section: Section
    ) -> tuple[str | None, bool]:
        """Member or not, on probation or not; a line's own words weigh more than the list's."""
        probationary = any(
            fields.says_probationary(self._text(row, name) or "")
            for name in ("notes", "probationary", "kind", "position", "party_mark")
        ) or self._ticked_probationary(row)
        stated = self._stated_kind(row) or (PARTY_MEMBER if probationary else None)
        if stated and self.kind and stated != self.kind:
            message = _(
                "Dòng này ghi khác với loại danh sách đã chọn (đảng viên hay quần chúng); đã theo "
                "dòng này. Xin kiểm tra lại."
            )
            problems.append(Problem("kind_differs", message, at(row + 1)))
        kind = stated or self.kind or section.kind or self.listed_kind
        return kind, probationary and kind == PARTY_MEMBER

    def _ticked_probationary(self, row: int) -> bool:
        for column in self.headers.columns_of("probationary"):
            heading = self.headers.titles.get(column, "")
            if fields.says_probationary(heading) and "chính" not in heading.casefold():
                return fields.is_marked(self.sheet.text(row, column))
        return False

    def _stated_kind(self, row: int) -> str | None:
        if kind := fields.read_kind(self._text(row, "kind") or ""):
            return kind
        mark = self._text(row, "party_mark") or ""
        if mark and (fields.is_marked(mark) or fields.read_kind(mark)):
            return fields.read_kind(mark) or PARTY_MEMBER
        position = same_text_key(self._text(row, "position") or "")
        if position.startswith(_MEMBER):
            return PARTY_MEMBER
        return NON_MEMBER if position == _OUTSIDER else None


def _email(text: str) -> fields.Read:
    return fields.read_email(text)


def _phone(text: str) -> fields.Read:
    phone = read_phone(text)
    return fields.Read(phone.number, phone.trouble)


def _filled_down(sheet: Sheet, headers: Headers) -> dict[tuple[int, int], str]:
    """A merged cell holds its value at the top only: carry cell, unit and kind down inside it."""
    wanted = {c for c, name in headers.fields.items() if name in ("cell", "unit", "kind")}
    filled = {}
    for top, left, bottom, _right in sheet.merges:
        if left in wanted and top >= headers.first_data_row:
            text = sheet.text(top, left)
            filled.update(
                {(row, left): text for row in range(top, min(bottom + 1, len(sheet.rows)))}
            )
    return filled
