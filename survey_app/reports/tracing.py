"""Where each figure of a report comes from: one row a figure of a cell. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from survey_app.i18n import _
from survey_app.reports.annex import kind_words
from survey_app.reports.counting import MEMBER, CellLine, Table
from survey_app.reports.document import CellCount, Figures, QuizRound
from survey_app.reports.tables import Value, day, figure, words


@dataclass(frozen=True)
class Trace:
    """One figure: of which cell, what it is, the figure, its source, and more of it."""

    cell: str
    what: str
    value: Value
    source: str
    detail: str = ""


def traces(figures: Figures) -> Iterator[Trace]:
    """Return the figures of every cell that the report and its annexes print."""
    table = Table(figures, None)
    names = {line.id: line.label for line in table.lines}
    for line in table.lines:
        source = _("Danh sách người, ngày chốt số liệu")
        if line.members is not None:
            yield Trace(line.label, _("Tổng số đảng viên"), figure(line.members), source)
    for round_ in figures.quizzes:
        for row in round_.cells:
            label = names.get(row.cell_id) or _("Chi bộ không còn trong danh sách")
            yield from _of_round(label, round_, row)
    titles = {period.slug: period.title for period in figures.periods}
    for line in table.lines:
        yield from _of_sessions(line)
        yield from _of_return(line, titles)
        yield from _of_recognitions(line)
    yield from _of_forms(figures)
    yield from _of_scores(figures)


def _of_round(label: str, round_: QuizRound, row: CellCount) -> Iterator[Trace]:
    source = _("Vòng “%(r)s”, bảng đếm", r=round_.title)
    kind = _("đảng viên") if row.kind == MEMBER else _("quần chúng, CCVCLĐ")
    movements = _(
        "lúc phát động %(launch)s, thêm %(joined)s, chuyển đến %(came)s, chuyển đi %(went)s",
        launch=row.at_launch,
        joined=row.joined,
        came=row.moved_in,
        went=row.moved_out,
    )
    for what, number, detail in (
        (_("Được mời"), row.invited, movements),
        (_("Được miễn"), row.exempt, _("sổ biến động")),
        (_("Đã thi (người)"), row.done, ""),
        (_("Số lượt"), row.attempts, ""),
        (_("Thư không đến"), row.undeliverable, ""),
    ):
        yield Trace(label, f"{what}, {kind}", figure(number), source, detail)


def _of_sessions(line: CellLine) -> Iterator[Trace]:
    if line.id is None:
        return
    source = _("Sổ buổi sinh hoạt chuyên đề")
    held = line.sessions
    for what, number in (
        (_("Buổi sinh hoạt chuyên đề"), held.sessions if held else None),
        (_("Phải dự (lượt)"), held.expected if held else None),
        (_("Có mặt (lượt)"), held.present if held else None),
        (_("Vắng có lý do (lượt)"), held.excused if held else None),
        (_("Vắng không lý do (lượt)"), held.absent if held else None),
        (_("Đi công tác (lượt)"), held.on_duty if held else None),
        (_("Bản thu hoạch"), held.reflections if held else None),
    ):
        yield Trace(line.label, what, figure(number), source)


def _of_return(line: CellLine, titles: Mapping[str, str]) -> Iterator[Trace]:
    returned = line.returned
    if returned is None or not line.is_asked:
        return
    source = _("Báo cáo của chi bộ")
    detail = "; ".join(
        _(
            "kỳ “%(period)s”, bản %(number)s, %(how)s",
            period=titles.get(slug, slug),
            number=number,
            how=_how(how),
        )
        for slug, number, how in returned.revisions
    )
    rows: list[tuple[str, Value]] = [
        (_("Ngày triển khai"), day(returned.rolled_out_on)),
        (_("Số người dự triển khai"), figure(returned.rolled_out_people)),
    ]
    for activity in returned.activities:
        kind = kind_words(activity.kind)
        rows.append((_("Số cuộc: %(kind)s", kind=kind), figure(activity.events)))
        rows.append((_("Lượt người dự: %(kind)s", kind=kind), figure(activity.people)))
    visual = {True: _("đã treo"), False: _("chưa treo"), None: _("chưa báo cáo")}
    rows += [
        (_("Tin, bài"), figure(returned.online_items)),
        (_("Cờ, panô, khẩu hiệu"), words(visual[returned.visual_publicity])),
        (_("Quần chúng ưu tú giới thiệu"), figure(returned.candidates)),
    ]
    for what, value in rows:
        yield Trace(line.label, what, value, source, detail or _("chưa có bản nào"))


def _how(source: str) -> str:
    return _("nhập từ bản giấy") if source == "paper" else _("chi bộ tự ghi")


def _of_recognitions(line: CellLine) -> Iterator[Trace]:
    found = line.recognitions
    if found is None:
        return
    for what, number in (
        (_("Đề nghị biểu dương, chờ xét"), found.proposed),
        (_("Đề nghị biểu dương, đã thống nhất"), found.supported),
        (_("Đã biểu dương, khen thưởng"), found.commended),
        (_("Đề nghị biểu dương, không chọn"), found.declined),
    ):
        yield Trace(line.label, what, figure(number), _("Sổ đề nghị biểu dương"))


def _of_forms(figures: Figures) -> Iterator[Trace]:
    """Groups of a form are told as its own page tells them; nothing more is known here."""
    for form in figures.forms:
        source = _("Phiếu góp ý “%(form)s”, theo nhóm", form=form.title)
        for group in form.groups:
            told = figure(group.sent) if group.sent is not None else words(_("không nêu"))
            names = "; ".join(name or _("Chưa gắn chi bộ") for name in group.names)
            yield Trace(names, _("Phiếu góp ý (số phiếu)"), told, source)
        if form.papers:
            papers = _("Phiếu giấy, không theo chi bộ")
            yield Trace(_("Toàn Đảng bộ"), papers, figure(form.papers), source)


def _of_scores(figures: Figures) -> Iterator[Trace]:
    """Every band that may be told; the report puts them together into few."""
    for round_ in figures.quizzes:
        source = _("Vòng “%(r)s”, bảng đếm", r=round_.title)
        for band in round_.score_bands:
            what = (
                _("Số câu đúng: từ %(low)s đến %(high)s", low=band.low, high=band.high)
                if band.low != band.high
                else _("Số câu đúng: %(low)s", low=band.low)
            )
            yield Trace(_("Toàn Đảng bộ"), what, figure(band.people), source)
