"""How the ledger is said: kinds of entry, what an entry did, and where a percentage comes from."""

from survey_app import formatting
from survey_app.i18n import _, _n
from survey_app.invitations.ledger_queries import CellLine, EntryLine, Place
from survey_app.invitations.participation import SMALL


def kind_words(kind: str) -> str:
    """The word for a kind of entry."""
    return {
        "join": _("thêm vào vòng"),
        "transfer": _("chuyển chi bộ"),
        "kind_change": _("đổi đối tượng"),
        "exemption": _("miễn"),
        "exemption_ended": _("thôi miễn"),
        "merge": _("gộp hai dòng của một người"),
    }[kind]


def person_words(kind: str) -> str:
    """The word for a kind of person."""
    return _("đảng viên") if kind == "party_member" else _("quần chúng")


def what(line: EntryLine) -> str:
    """What an entry did, in one phrase."""
    if line.kind == "join":
        return _("vào %(to)s", to=_place(line.entered, with_kind=True))
    if line.kind == "transfer":
        return f"{_place(line.left)} → {_place(line.entered)}"
    if line.kind == "kind_change":
        left, entered = _place(line.left, with_kind=True), _place(line.entered, with_kind=True)
        return f"{left} → {entered}"
    if line.kind == "merge" and line.entered is None:
        return _("không tính lần thứ hai ở %(place)s", place=_place(line.left))
    return _place(line.entered or line.left)


def _place(place: Place | None, *, with_kind: bool = False) -> str:
    if place is None:
        return "–"
    return f"{place.label} ({person_words(place.kind)})" if with_kind else place.label


def steps(line: CellLine) -> str:
    """How a row came from the number at launch to the one it is divided by: "chốt 14, … → 12"."""
    moves, counts = line.moves, line.counts
    told = (
        (_("thêm %(n)s", n=_number(moves.joined)), moves.joined),
        (_("chuyển đến %(n)s", n=_number(moves.moved_in)), moves.moved_in),
        (
            _("chuyển đi %(n)s", n=_number(moves.moved_out - moves.merged)),
            moves.moved_out - moves.merged,
        ),
        (_("gộp %(n)s", n=_number(moves.merged)), moves.merged),
        (_("miễn %(n)s", n=_number(counts.exempt)), counts.exempt),
    )
    parts = [_("chốt %(n)s", n=_number(line.at_launch)), *(text for text, n in told if n)]
    if len(parts) == 1:
        parts.append(_("không đổi"))
    return _("%(steps)s → tính trên %(base)s", steps=", ".join(parts), base=_number(counts.base))


def sentence(line: CellLine, label: str = "") -> str:
    """The same as a sentence with the cell's name and its rate, to be read months later."""
    name = label or line.place.label
    told = f"{name}: {steps(line)}"
    counts = line.counts
    if not counts.base:
        return told + "."
    if line.rate is None:
        why = _("dưới %(n)s người, không tính tỷ lệ", n=SMALL)
        return _("%(told)s; đã làm %(done)s (%(why)s).", told=told, done=counts.done, why=why)
    return _(
        "%(told)s; đã làm %(done)s, đạt %(rate)s.",
        told=told,
        done=_number(counts.done),
        rate=formatting.percent(line.rate),
    )


def accept_all(kind: str, number: int) -> str:
    """The button that enters all proposals of a kind."""
    return {
        "join": _n("Ghi sổ: thêm cả %(n)s người", number),
        "transfer": _n("Ghi sổ: chuyển cả %(n)s người", number),
        "kind_change": _n("Ghi sổ: đổi cả %(n)s người", number),
        "exemption": _n("Ghi sổ: miễn cả %(n)s người", number),
        "exemption_ended": _n("Ghi sổ: tính lại cả %(n)s người", number),
    }[kind]


def group_title(kind: str, number: int) -> str:
    """The heading over the proposals of a kind."""
    return {
        "join": _n("Thêm vào vòng: %(n)s đề xuất", number),
        "transfer": _n("Chuyển chi bộ: %(n)s đề xuất", number),
        "kind_change": _n("Đổi đối tượng: %(n)s đề xuất", number),
        "exemption": _n("Miễn: %(n)s đề xuất", number),
        "exemption_ended": _n("Thôi miễn: %(n)s đề xuất", number),
    }[kind]


def group_reason(kind: str) -> str:
    """Why these are proposed, and what accepting does."""
    return {
        "join": _(
            "Mới có trong danh sách sau khi phát động. Ghi sổ thì họ được mời, thư mời đi ngay nếu "
            "có địa chỉ."
        ),
        "transfer": _(
            "Danh sách nay ghi chi bộ khác. Ghi sổ thì bài đã làm, thư đã gửi theo người sang chi "
            "bộ mới; tổng số không đổi."
        ),
        "kind_change": _(
            "Danh sách nay ghi đối tượng khác (ví dụ quần chúng vừa được kết nạp). Vẫn là một "
            "người, một liên kết."
        ),
        "exemption": _(
            "Đã thôi sinh hoạt, hoặc nay thuộc nơi vòng này không mời. Ghi sổ thì không tính vào "
            "mẫu số; ai đã nộp bài vẫn tính là đã tham gia."
        ),
        "exemption_ended": _(
            "Trước được miễn vì đã thôi sinh hoạt hoặc không thuộc nơi được mời, nay danh sách lại "
            "có tên. Ghi sổ thì lại tính vào mẫu số; liên kết cũ vẫn dùng được."
        ),
    }[kind]


def _number(value: int) -> str:
    return formatting.number(value)
