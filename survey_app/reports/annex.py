"""The annex: everything of every cell in one wide table. Pure."""

from survey_app import formatting
from survey_app.i18n import _
from survey_app.invitations.participation import SMALL
from survey_app.reports.counting import (
    MEMBER,
    OTHER,
    CellLine,
    Table,
    Turnout,
    main_form,
    rate_of,
    turnout_of,
)
from survey_app.reports.document import ActivityKind, CellReturn, FormGroup, FormRound, total
from survey_app.reports.phrases import count
from survey_app.reports.tables import (
    NOTHING,
    Column,
    Grid,
    Value,
    attempts,
    day,
    figure,
    members_of,
    people,
    place_of,
    ratio,
    remarks,
    words,
)
from survey_app.reports.wording import activity_totals

KINDS: tuple[ActivityKind, ...] = (
    "exchange",
    "seminar",
    "meeting",
    "cell_meeting",
    "mass_organisation",
    "culture_sport",
    "emulation",
    "other",
)


def annex(table: Table) -> Grid:
    """Return the wide table with one line a cell and one of sums."""
    form = main_form(table.figures)
    groups = _groups(form)
    rows = [_line(place, line, groups) for place, line in enumerate(table.lines, 1)]
    notes = []
    if table.round is not None:
        notes.append(_("Số người, số lượt thi tính theo “%(r)s”.", r=table.round.title))
    if form is not None:
        notes.append(_("Phiếu góp ý, không ghi tên: “%(form)s”.", form=form.title))
        notes += _group_notes(form)
        if form.papers:
            told = count(form.papers)
            notes.append(
                _("Trong tổng số phiếu góp ý có %(n)s phiếu giấy, không tính theo chi bộ.", n=told)
            )
    if table.figures.periods:
        notes.append(_("Báo cáo muộn, chưa gửi: tính các kỳ đã hết hạn."))
    caption = _("Tổng hợp kết quả theo chi bộ")
    return Grid(caption, _columns(), tuple(rows), _total(table, form), tuple(notes))


def _columns() -> tuple[Column, ...]:
    return (
        Column(_("TT"), 6.5),
        Column(_("Chi bộ"), 22.5, is_words=True),
        Column(_("Đảng viên"), 10),
        Column(_("Ngày triển khai"), 17),
        Column(_("Người dự triển khai"), 10.6),
        Column(_("Buổi chuyên đề"), 12.6),
        Column(_("Có mặt (lượt)"), 10),
        Column(_("Vắng (lượt)"), 10),
        Column(_("Tỷ lệ dự"), 12.6),
        Column(_("Đảng viên đã thi"), 10),
        Column(_("Tỷ lệ thi"), 12.6),
        Column(
            _("Quần chúng đã thi / tổng"),
            11.8,
            parts=(_("Quần chúng đã thi"), _("Quần chúng, tổng")),
        ),
        Column(_("Lượt thi"), 9.2),
        Column(_("Phiếu góp ý"), 10.4),
        Column(_("Hoạt động (theo loại)"), 22.5, is_words=True),
        Column(_("Tin, bài"), 9),
        Column(_("Giới thiệu quần chúng ưu tú"), 11),
        Column(_("Đề nghị biểu dương"), 11.3),
        Column(_("Nguồn số liệu"), 11.9, is_words=True),
        Column(_("Ghi chú"), 18, is_words=True),
    )


def _line(place: int, line: CellLine, groups: dict[int | None, FormGroup]) -> tuple[Value, ...]:
    returned, asked = line.returned, line.is_asked
    held, is_cell = line.sessions, line.id is not None
    ticked = held if held and held.expected else None  # held, but nobody has told who came
    absent = ticked.excused + ticked.absent + ticked.on_duty if ticked else None
    many = (line.members or 0) + (line.non_members or 0) >= SMALL  # of few a rate tells on one
    attended = rate_of(ticked.present, ticked.expected) if ticked and many else None
    put = line.recognitions
    proposals = put.proposed + put.supported + put.commended + put.declined if put else None
    return (
        place_of(place, line),
        words(line.label),
        members_of(line),
        day(returned.rolled_out_on if returned else None, asked=asked),
        figure(returned.rolled_out_people if returned else None, asked=asked),
        figure(held.sessions if held else None, asked=is_cell),
        figure(ticked.present if ticked else None, asked=is_cell),
        figure(absent, asked=is_cell),
        ratio(attended) if ticked else figure(None, asked=is_cell),
        people(line.member, line.member.done),
        ratio(line.member.rate),
        _of(line.other),
        attempts(line.member, line.other),
        _papers(line, groups),
        _activities(returned, asked),
        figure(returned.online_items if returned else None, asked=asked),
        figure(returned.candidates if returned else None, asked=asked),
        figure(proposals, asked=False),
        words(_source(returned)),
        words("; ".join(remarks(line))),
    )


def _of(found: Turnout) -> Value:
    if not found.invited:
        return NOTHING
    text = f"{formatting.number(found.done)}/{formatting.number(found.base)}"
    return Value(text, parts=(figure(found.done), figure(found.base)))


def _total(table: Table, form: FormRound | None) -> tuple[Value, ...]:
    asked = [line.returned for line in table.asked if line.returned]
    held = [line.sessions for line in table.cells if line.sessions]
    ticked = [row for row in held if row.expected]
    present = total(row.present for row in ticked)
    expected = total(row.expected for row in ticked)
    member = turnout_of(table.round, MEMBER) if table.round else Turnout()
    other = turnout_of(table.round, OTHER) if table.round else Turnout()
    put = table.figures.recognitions
    proposals = total(r.proposed + r.supported + r.commended + r.declined for r in put)
    return (
        words(""),
        words(_("Tổng cộng")),
        figure(total(line.members for line in table.lines), asked=False),
        words(""),
        figure(total(row.rolled_out_people for row in asked), asked=bool(asked)),
        figure(total(row.sessions for row in held)),
        figure(present),
        figure(total(row.excused + row.absent + row.on_duty for row in ticked)),
        ratio(rate_of(present or 0, expected or 0)),
        people(member, member.done),
        ratio(member.rate),
        _of(other),
        attempts(member, other),
        _all_papers(form),
        words("; ".join(_of_kinds(table))),
        figure(total(row.online_items for row in asked), asked=bool(asked)),
        figure(total(row.candidates for row in asked), asked=bool(asked)),
        figure(proposals, asked=False),
        words(""),
        words(""),
    )


def _of_kinds(table: Table) -> list[str]:
    sums = [activity_totals(table.asked, kind) for kind in KINDS]
    return [f"{kind_words(s.kind)} {count(s.events)}" for s in sums if s.events]


def kind_words(kind: ActivityKind) -> str:
    """Return the short word for a kind of activity, for narrow columns."""
    known = {
        "exchange": _("giao lưu"),
        "seminar": _("tọa đàm"),
        "meeting": _("gặp mặt"),
        "cell_meeting": _("sinh hoạt chi bộ"),
        "mass_organisation": _("đoàn thể"),
        "culture_sport": _("văn hóa, thể thao"),
        "emulation": _("thi đua"),
        "other": _("hoạt động khác"),
    }
    return known[kind]


def _activities(returned: CellReturn | None, asked: bool) -> Value:
    rows = [row for row in returned.activities if row.events is not None] if returned else []
    if not rows:
        return figure(None, asked=asked)
    return words("; ".join(f"{kind_words(row.kind)} {count(row.events or 0)}" for row in rows))


def _source(returned: CellReturn | None) -> str:
    """Where the cell's own figures come from: typed in by it, or from paper."""
    sources = {source for _slug, _number, source in returned.revisions} if returned else set()
    labels = {"secretary": _("hệ thống"), "paper": _("báo cáo giấy")}
    return ", ".join(labels[source] for source in ("secretary", "paper") if source in sources)


def _groups(form: FormRound | None) -> dict[int | None, FormGroup]:
    groups = form.groups if form else ()
    return {cell: group for group in groups for cell in group.cell_ids}


def _papers(line: CellLine, groups: dict[int | None, FormGroup]) -> Value:
    """Papers of the cell's group as the form's page tells them; groups are named below."""
    group = groups.get(line.id)
    if group is None or line.members is None:  # without a headcount: cells that are gone
        return NOTHING
    if len(group.cell_ids) > 1:
        return words(_("tính theo nhóm"))
    return figure(group.sent) if group.sent is not None else words(_("không nêu"))


def _all_papers(form: FormRound | None) -> Value:
    if form is None or form.sent is None:
        return NOTHING if form is None else words(_("không nêu"))
    if form.at_least:
        return words(_("ít nhất %(n)s", n=formatting.number(form.sent)))
    return figure(form.sent)


def _group_notes(form: FormRound) -> list[str]:
    return [
        _("Nhóm %(cells)s: %(n)s phiếu.", cells="; ".join(group.names), n=count(group.sent))
        if group.sent is not None
        else _("Nhóm %(cells)s: không nêu, để không lộ ai đã gửi.", cells="; ".join(group.names))
        for group in form.groups
        if len(group.cell_ids) > 1
    ]
