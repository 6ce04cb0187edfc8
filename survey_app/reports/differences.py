"""What differs between two snapshots, in sentences that name the place and both values. Pure."""

from collections.abc import Iterable, Iterator

from survey_app import formatting
from survey_app.i18n import _
from survey_app.invitations.participation import PARTY_MEMBER
from survey_app.reports.document import CellCount, CellReturn, Figures, FormRound, QuizRound

Key = tuple[object, ...]
Fact = tuple[Key, str, str]  # what it is, its words with place, its value


def differences(before: Figures, after: Figures) -> list[str]:
    """Return one sentence for each figure that differs, in the order of the later document.

    Never empty when the two differ in anything but their moment.
    """
    old = {key: (label, value) for key, label, value in _facts(before)}
    new = {key: (label, value) for key, label, value in _facts(after)}
    found = []
    for key in [*new, *(key for key in old if key not in new)]:
        was, became = old.get(key), new.get(key)
        first, second = (one[1] if one else _("không có") for one in (was, became))
        if first != second:
            label = (became or was or ("", ""))[0]
            found.append(f"{label} {first} → {second}")
    if before.campaign != after.campaign:
        found.append(_("Thông tin của chiến dịch đã được sửa."))
    if not found and before.model_copy(update={"as_of": after.as_of}) != after:
        found.append(_("Có chi tiết đã đổi mà các bảng không nêu riêng."))
    return found


def _facts(figures: Figures) -> Iterator[Fact]:
    names = {cell.id: cell.name or _("Chưa gắn chi bộ") for cell in figures.cells}
    for cell in figures.cells:
        label = f"{names[cell.id]}:"
        yield ("cell", cell.id, "name"), f"{label} {_('tên')}", names[cell.id]
        yield _count(("cell", cell.id, "m"), f"{label} {_('số đảng viên')}", cell.members)
        yield _count(("cell", cell.id, "n"), f"{label} {_('số quần chúng')}", cell.non_members)
    for quiz in figures.quizzes:
        yield from _quiz(quiz, names)
    for form in figures.forms:
        yield from _form(form)
    for period in figures.periods:
        yield _count(
            ("period", period.id, "on"), f"{period.title}: {_('đúng hạn')}", period.on_time
        )
        yield _count(("period", period.id, "late"), f"{period.title}: {_('muộn')}", period.late)
    for told in figures.returns:
        yield from _return(told, names)
    yield from _rest(figures, names)


def _quiz(quiz: QuizRound, names: dict[int | None, str]) -> Iterator[Fact]:
    for row in quiz.cells:
        kind = "" if row.kind == PARTY_MEMBER else f" ({_('quần chúng')})"
        place = f"{quiz.title}, {names[row.cell_id]}{kind}:"
        for name, words, value in _states(row):
            yield _count(("quiz", quiz.id, row.cell_id, row.kind, name), f"{place} {words}", value)
    for band in quiz.score_bands:
        label = _(
            "%(round)s: từ %(low)s đến %(high)s câu đúng,",
            **{"round": quiz.title, "low": band.low, "high": band.high},
        )
        yield _count(("band", quiz.id, band.low, band.high), label, band.people)


def _states(row: CellCount) -> Iterable[tuple[str, str, int]]:
    return (
        ("invited", _("được mời"), row.invited),
        ("done", _("đã thi"), row.done),
        ("started", _("đang làm"), row.started),
        ("exempt", _("được miễn"), row.exempt),
        ("undeliverable", _("thư không đến"), row.undeliverable),
        ("attempts", _("số lượt"), row.attempts),
    )


def _form(form: FormRound) -> Iterator[Fact]:
    place = f"{form.title}:"
    yield _count(("form", form.id, "invited"), f"{place} {_('được mời')}", form.invited)
    yield ("form", form.id, "sent"), f"{place} {_('phiếu đã gửi')}", _told(form.sent)
    for group in form.groups:
        label = f"{form.title}, {', '.join(group.names)}: {_('phiếu đã gửi')}"
        yield ("form", form.id, group.cell_ids), label, _told(group.sent)


def _told(sent: int | None) -> str:
    return _("không nêu") if sent is None else formatting.number(sent)


def _return(row: CellReturn, names: dict[int | None, str]) -> Iterator[Fact]:
    place, key = names[row.cell_id], ("return", row.cell_id)
    yield (*key, "on"), f"{place}: {_('ngày triển khai')}", _day(row)
    numbers = (
        ("people", _("số người dự triển khai"), row.rolled_out_people),
        ("items", _("tin, bài"), row.online_items),
        ("candidates", _("quần chúng ưu tú"), row.candidates),
    )
    for name, words, value in numbers:
        yield (*key, name), f"{place}: {words}", _number(value)
    yield (*key, "visual"), f"{place}: {_('cổ động trực quan')}", _yes(row.visual_publicity)
    yield (*key, "examples"), f"{place}: {_('gương điển hình')}", _yes(row.good_examples)
    for one in row.activities:
        words = _activity_words(one.kind)
        yield (*key, one.kind, "e"), f"{place}: {words}, {_('số cuộc')}", _number(one.events)
        yield (*key, one.kind, "p"), f"{place}: {words}, {_('số người')}", _number(one.people)


def _activity_words(kind: str) -> str:
    known = {
        "exchange": _("giao lưu"),
        "seminar": _("tọa đàm"),
        "meeting": _("gặp mặt"),
        "cell_meeting": _("sinh hoạt chi bộ"),
        "mass_organisation": _("hoạt động của các đoàn thể"),
        "culture_sport": _("văn hóa, văn nghệ, thể dục, thể thao"),
        "emulation": _("thi đua"),
    }
    return known.get(kind, _("hoạt động khác"))


def _rest(figures: Figures, names: dict[int | None, str]) -> Iterator[Fact]:
    for row in figures.sessions:
        for name, words in (
            ("sessions", _("buổi chuyên đề")),
            ("expected", _("phải dự")),
            ("present", _("có mặt")),
            ("excused", _("vắng có lý do")),
            ("absent", _("vắng")),
            ("on_duty", _("đi công tác")),
            ("reflections", _("bản thu hoạch đã nộp")),
        ):
            label = f"{names[row.cell_id]}: {words}"
            yield _count(("session", row.cell_id, name), label, getattr(row, name))
    for praise in figures.recognitions:
        for name, words in (
            ("proposed", _("đề nghị chờ xét")),
            ("supported", _("đề nghị được ủng hộ")),
            ("commended", _("đã biểu dương")),
            ("declined", _("đề nghị không được chọn")),
        ):
            label = f"{names[praise.cell_id]}: {words}"
            yield _count(("praise", praise.cell_id, name), label, getattr(praise, name))
    targets = figures.targets
    yield (
        ("target", "c"),
        _("Mục tiêu quần chúng ưu tú:"),
        _number(targets.candidates, _("chưa đặt")),
    )
    goal = _number(targets.participation_percent, _("chưa đặt"))
    yield ("target", "p"), _("Mục tiêu tham gia, phần trăm:"), goal


def _count(key: Key, label: str, value: int) -> Fact:
    return key, label, formatting.number(value)


def _number(value: int | None, nothing: str = "") -> str:
    return (nothing or _("chưa báo cáo")) if value is None else formatting.number(value)


def _day(row: CellReturn) -> str:
    return formatting.day(row.rolled_out_on) if row.rolled_out_on else _("chưa báo cáo")


def _yes(value: bool | None) -> str:
    if value is None:
        return _("chưa báo cáo")
    return _("có") if value else _("chưa")
