"""Paper forms typed into a sheet: the empty sheet that fits a form, and a filled one read back.

One line is one paper. A column is an item, or one choice of a question that takes several; its
first cell names it, so that columns may be moved or left out. Answers are written as the words of
the choice or as its number, counted from 1.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from survey_app.errors import Invalid, Problem
from survey_app.feedback.answers import Answers, field_name, read
from survey_app.feedback.items import Item, items_of
from survey_app.i18n import _
from survey_app.people.roster.grid import Sheet, as_text
from survey_app.people.roster.problems import column_letter
from survey_app.people.roster.sheets import open_sheets
from survey_app.questions.schema import Choice, QuestionDocument
from survey_app.vietnamese import same_text_key, search_key

MOST_PAPERS: Final = 500
_LARGEST: Final = 5 * 1024 * 1024
_FIRST_ROW: Final = 2  # under the names of the columns and the words for people
_OPTIONS: Final = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_TICKED: Final = frozenset(("x", "1", "v", "co", "yes", "✓"))


@dataclass(frozen=True)
class _Column:
    """What one column holds: an item, or whether one choice of it was ticked."""

    item: Item
    choice: Choice | None = None

    @property
    def name(self) -> str:
        """What its first cell says."""
        return f"{self.item.key}={self.choice.id}" if self.choice else self.item.key

    def words(self, number: int) -> str:
        """What its second cell says."""
        text = _("Câu %(n)s", n=number) + ": " + self.item.question.text
        if self.item.row:
            text += f" – {self.item.row.text}"
        if self.choice:
            text += f" – {self.choice.text} ({_('đánh x')})"
        elif self.item.is_other:
            text += f" – {_('ý khác, ghi lời')}"
        return text


def empty_sheet(document: QuestionDocument) -> bytes:
    """Return an `.xlsx` with a column for everything a paper can say."""
    output = BytesIO()
    book = Workbook(output, _OPTIONS)
    sheet = book.add_worksheet(_("Phiếu giấy"))
    name = book.add_format({"font_color": "#777777", "font_size": 8})
    head = book.add_format({"bold": True, "bg_color": "#F4ECDE", "text_wrap": True, "border": 1})
    text = book.add_format({"num_format": "@", "text_wrap": True})
    sheet.set_row(1, 90)
    for place, column in enumerate(_columns(document)):
        sheet.set_column(place, place, 12 if column.choice else 22, text)
        sheet.write_string(0, place, column.name, name)
        sheet.write_string(1, place, column.words(_number(document, column.item)), head)
        _offer(sheet, place, column)
    sheet.freeze_panes(_FIRST_ROW, 0)
    book.close()
    return output.getvalue()


def read_sheet(document: QuestionDocument, data: bytes, filename: str) -> list[Answers]:
    """Return the answers of every paper of a filled sheet, one per line that holds anything.

    Raises:
        Invalid: the file is none of ours, or lines need mending; `problems` names line and column.
    """
    sheets, _guessed = open_sheets(data, filename, max_bytes=_LARGEST)
    sheet = sheets[0]
    columns = _found_columns(document, sheet)
    papers: list[Answers] = []
    problems: list[Problem] = []
    for row in range(_FIRST_ROW, len(sheet.rows)):
        if not any(sheet.texts(row)):
            continue
        try:
            papers.append(_paper(document, sheet, row, columns))
        except Invalid as error:
            problems.extend(_placed(error, row, columns))
    if not papers and not problems:
        problems.append(Problem("no_papers", _("Tệp chưa có phiếu nào; mỗi phiếu một dòng.")))
    if len(papers) > MOST_PAPERS:
        message = _("Mỗi lần nhập nhiều nhất %(n)s phiếu.", n=MOST_PAPERS)
        problems.append(Problem("too_many", message))
    if problems:
        raise Invalid(_("Chưa nhận phiếu nào từ tệp này."), problems=problems[:50])
    return papers


def _columns(document: QuestionDocument) -> Iterator[_Column]:
    for item in items_of(document):
        if item.kind == "several":
            yield from (_Column(item, choice) for choice in item.choices)
        else:
            yield _Column(item)


def _number(document: QuestionDocument, item: Item) -> int:
    return 1 + document.ready_questions.index(item.question)


def _offer(sheet: Worksheet, place: int, column: _Column) -> None:
    texts = ["x"] if column.choice else [choice.text for choice in column.item.choices]
    # Excel takes 255 characters of choices; a longer list is typed by number.
    if texts and len(",".join(texts)) <= 255 and not any("," in text for text in texts):
        cells = (_FIRST_ROW, place, _FIRST_ROW + MOST_PAPERS, place)
        # Numbers are as good as words, so what is not in the list is let in.
        sheet.data_validation(*cells, {"validate": "list", "source": texts, "show_error": False})


def _found_columns(document: QuestionDocument, sheet: Sheet) -> dict[int, _Column]:
    known = {column.name: column for column in _columns(document)}
    names = sheet.texts(0)
    found = {place: known[name] for place, name in enumerate(names) if name in known}
    strange = [name for name in names if name and name not in known]
    if not found or strange:
        message = _("Tệp này không phải mẫu của phiếu này. Xin tải mẫu ở trang này rồi nhập vào.")
        raise Invalid(message, problems=[Problem("other_sheet", message)])
    return found


def _paper(
    document: QuestionDocument, sheet: Sheet, row: int, columns: Mapping[int, _Column]
) -> Answers:
    posted: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for place, column in columns.items():
        text = as_text(sheet.value(row, place))
        if not text:
            continue
        value = _value(column, text)
        if value is None:
            problems.append(
                Problem(
                    "unknown_choice", _("không có lựa chọn “%(text)s”", text=text[:80]), column.name
                )
            )
        elif value:
            posted.setdefault(field_name(column.item.key), []).append(value)
    if problems:
        raise Invalid(_("Có ô chưa đọc được."), problems=problems)
    return read(document, posted)


def _value(column: _Column, text: str) -> str | None:
    """Return what the page would have posted; empty for an unticked box, `None` for a riddle."""
    if column.choice:
        return column.choice.id if search_key(text) in _TICKED else None
    choices: Sequence[Choice] = column.item.choices
    if not choices:
        return text
    if text.isdecimal() and 1 <= int(text) <= len(choices):
        return choices[int(text) - 1].id
    wanted = same_text_key(text)
    return next((one.id for one in choices if same_text_key(one.text) == wanted), None)


def _placed(error: Invalid, row: int, columns: Mapping[int, _Column]) -> Iterator[Problem]:
    """Say where on the sheet a paper's problems are."""
    places = {column.name: place for place, column in columns.items()}
    for column in reversed(list(columns.items())):
        places[column[1].item.key] = column[0]
    for problem in error.problems:
        place = places.get(problem.where or "")
        where = (
            _("dòng %(row)s", row=row + 1)
            if place is None
            else _("dòng %(row)s, cột %(column)s", row=row + 1, column=column_letter(place))
        )
        yield Problem(problem.code, problem.message, where)
