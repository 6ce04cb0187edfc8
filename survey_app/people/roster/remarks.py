"""What is said about a whole list: its columns, its counts, its people among each other."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from survey_app.errors import Problem
from survey_app.i18n import _
from survey_app.people.roster import vocabulary as words
from survey_app.people.roster.grid import Sheet
from survey_app.people.roster.headers import Headers
from survey_app.people.roster.lines import Line
from survey_app.people.roster.model import PARTY_MEMBER, RosterPerson
from survey_app.people.roster.problems import RosterRefused, at, at_column, at_rows, column_letter
from survey_app.vietnamese import same_text_key

_NOT_READ: Final = frozenset({words.SENSITIVE, words.UNNEEDED, words.SHORT_NAME})


def columns(headers: Headers) -> dict[str, str]:
    """Return the letters of the columns that are read, and their fields."""
    return {
        column_letter(column): field
        for column, field in sorted(headers.fields.items())
        if field not in _NOT_READ
    }


def about_columns(sheet: Sheet, headers: Headers) -> list[Problem]:
    """Name every column that is not read, and why."""
    problems = []
    for column in range(sheet.width):
        title, field = headers.titles.get(column, ""), headers.fields.get(column)
        if field is not None and field not in _NOT_READ:
            continue
        if not title and not _has_data(sheet, headers, column):
            continue
        code, message = _column_remark(title, field)
        problems.append(Problem(code, message, at_column(column)))
    if headers.split_guessed:
        message = _("Họ tên nằm ở hai cột liền nhau; đã ghép lại. Xin xem kỹ họ tên dưới đây.")
        where = at_column(headers.columns_of(words.FAMILY)[0])
        problems.append(Problem("name_split_guessed", message, where))
    return problems


def _has_data(sheet: Sheet, headers: Headers, column: int) -> bool:
    if any(left < column <= right for _top, left, _bottom, right in sheet.merges if _top == 0):
        return False
    rows = range(headers.first_data_row, len(sheet.rows))
    return sum(1 for row in rows if sheet.text(row, column)) >= 3


def _column_remark(title: str, field: str | None) -> tuple[str, str]:
    if field == words.SENSITIVE:
        return "column_dropped", _(
            "Cột «%(title)s» là thông tin riêng, hệ thống không đọc và không lưu. Lần sau xin bỏ "
            "cột này trước khi gửi.",
            title=title,
        )
    if field == words.UNNEEDED:
        return "column_ignored", _(
            "Cột «%(title)s» không cần cho hệ thống nên không đọc.", title=title
        )
    if not title:
        return "column_unknown", _(
            "Cột này không có tiêu đề nên không đọc. Nếu cần, xin ghi tiêu đề cho cột."
        )
    return "column_unknown", _(
        "Chưa hiểu cột «%(title)s» nên không đọc. Nếu cần, xin đặt lại tiêu đề như: Họ và tên, "
        "Ngày sinh, Chức vụ, Đơn vị, Chi bộ, Email, Điện thoại, Ghi chú.",
        title=title,
    )


def about_people(people: Sequence[RosterPerson]) -> list[Problem]:
    """Who shares a name or a mailbox, who stands twice, and of whom the kind is not known."""
    problems = [*_same_names(people), *_same_mailboxes(people)]
    unknown = [person.row for person in people if person.kind is None]
    if unknown:
        message = _(
            "Tệp không cho biết ai là đảng viên, ai là quần chúng. Xin chọn loại danh sách khi "
            "nhập, hoặc thêm cột «Đối tượng»."
        )
        where = None if len(unknown) == len(people) else at_rows(unknown)
        problems.append(Problem("kind_unknown", message, where))
    return problems


def _same_names(people: Sequence[RosterPerson]) -> list[Problem]:
    by_name: dict[str, list[RosterPerson]] = defaultdict(list)
    for person in people:
        by_name[same_text_key(person.full_name)].append(person)
    problems = []
    for same in by_name.values():
        by_birth: dict[object, list[RosterPerson]] = defaultdict(list)
        for person in same:
            by_birth[person.birth_date or person.birth_year].append(person)
        for birth, twice in by_birth.items():
            if len(twice) > 1 and (birth is not None or len({p.cell for p in twice}) < len(twice)):
                problems.append(_twice(twice))
        if len(by_birth) > 1:
            message = _(
                "Có nhiều người cùng tên %(name)s; phân biệt theo ngày sinh. Xin giữ đúng ngày "
                "sinh của từng người.",
                name=same[0].full_name,
            )
            problems.append(Problem("same_name", message, at_rows([p.row for p in same])))
    return problems


def _twice(people: Sequence[RosterPerson]) -> Problem:
    message = _(
        "%(name)s có trên nhiều dòng với cùng ngày sinh. Nếu là một người, xin chỉ để một dòng; "
        "nếu là hai người, xin ghi thêm ngày sinh đầy đủ.",
        name=people[0].full_name,
    )
    return Problem("person_twice", message, at_rows([person.row for person in people]))


def _same_mailboxes(people: Sequence[RosterPerson]) -> list[Problem]:
    by_email: dict[str, list[int]] = defaultdict(list)
    for person in people:
        if person.email:
            by_email[person.email].append(person.row)
    return [
        Problem(
            "same_mailbox",
            _(
                "Nhiều người dùng chung địa chỉ %(email)s; mỗi người vẫn nhận thư riêng của mình. "
                "Nếu ghi nhầm, xin sửa lại.",
                email=email,
            ),
            at_rows(rows),
        )
        for email, rows in by_email.items()
        if len(rows) > 1
    ]


def no_name_column(sheet: Sheet) -> RosterRefused:
    """Return the refusal of a sheet without a column of names; it shows what the top line says."""
    first = next((texts for row in range(len(sheet.rows)) if any(texts := sheet.texts(row))), [])
    seen = ", ".join(f"«{text[:30]}»" for text in first if text)[:200]
    return RosterRefused(
        "no_name_column",
        _(
            "Không tìm thấy cột họ tên trong trang «%(sheet)s» (dòng đầu ghi: %(seen)s). Xin thêm "
            "một dòng tiêu đề có ô «Họ và tên», ví dụ: STT, Họ và tên, Ngày sinh, Chi bộ, Email, "
            "Điện thoại.",
            sheet=sheet.name,
            seen=seen,
        ),
    )


def other_sheets(chosen: Sheet, others: Sequence[str]) -> Problem:
    """Say which sheet was read when several hold lists."""
    message = _(
        "Tệp có nhiều trang là danh sách; chỉ đọc trang «%(sheet)s». Các trang khác: %(others)s. "
        "Xin chọn trang khác nếu cần.",
        sheet=chosen.name,
        others=", ".join(others),
    )
    return Problem("other_sheets", message)


def nobody() -> Problem:
    """Say that the headings stand above nothing."""
    return Problem("nobody", _("Có dòng tiêu đề nhưng không có người nào bên dưới."))


def kind_from_title(kind: str) -> Problem:
    """Say that the kind was taken from a title or the name of the file."""
    if kind == PARTY_MEMBER:
        message = _(
            "Theo tiêu đề hoặc tên tệp, đây là danh sách đảng viên. Nếu không đúng, xin chọn lại."
        )
    else:
        message = _(
            "Theo tiêu đề hoặc tên tệp, đây là danh sách quần chúng, người lao động. Nếu không "
            "đúng, xin chọn lại."
        )
    return Problem("kind_from_title", message)


def cell_from_title(cell: str, where: str) -> Problem:
    """Say that the cell of everybody was taken from the title."""
    message = _("Theo tiêu đề, cả danh sách thuộc %(cell)s. Nếu không đúng, xin sửa.", cell=cell)
    return Problem("cell_from_title", message, where)


def count_differs(row: int, promised: int, found: int) -> Problem:
    """Say that a banner counts other people than stand below it."""
    message = _(
        "Dòng này ghi %(promised)s người nhưng bên dưới có %(found)s người. Xin kiểm tra lại.",
        promised=promised,
        found=found,
    )
    return Problem("banner_count", message, at(row))


def total_differs(row: int, promised: int, found: int) -> Problem:
    """Say that the total is not the number of people read."""
    message = _(
        "Dòng tổng ghi %(promised)s người nhưng danh sách có %(found)s người. Xin kiểm tra lại.",
        promised=promised,
        found=found,
    )
    return Problem("total_count", message, at(row))


def skipped(line: Line) -> Problem:
    """Say that a line among the signatures was not taken for a person."""
    message = _(
        "Coi «%(text)s» là phần ký ở cuối danh sách nên không nhập. Nếu đây là một người trong "
        "danh sách, xin ghi số thứ tự ở đầu dòng.",
        text=line.text[:60],
    )
    return Problem("rows_skipped", message, at(line.row + 1))


def stray(line: Line, evidence: bool) -> Problem:
    """Say that a line with values names nobody."""
    if evidence:
        message = _("Dòng này thiếu họ tên nên chưa nhập được: %(text)s.", text=line.text)
        return Problem("name_missing", message, at(line.row + 1))
    message = _("Chưa hiểu dòng này nên không nhập: %(text)s.", text=line.text)
    return Problem("row_not_understood", message, at(line.row + 1))
