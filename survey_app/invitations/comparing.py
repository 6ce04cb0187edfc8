"""A round against the one before it, in one sentence that can be read aloud. Pure."""

from decimal import ROUND_HALF_UP, Decimal

from survey_app.formatting import number
from survey_app.i18n import _, _n
from survey_app.invitations.counts import add_up
from survey_app.invitations.participation import PARTY_MEMBER, SMALL, Participation


def against_last(board: Participation, kind: str) -> str:
    """Return how one kind of person stands against the last round's end; nothing without one.

    Points are the difference of the rates as they are printed, so that anybody can subtract.
    """
    before = add_up(row.counts for row in board.before if row.kind == kind)
    now = board.total_of(kind)
    if before.rate is None or now.rate is None:
        return ""
    points = _printed(now.rate) - _printed(before.rate)
    if board.is_open:
        values = {"who": _who(kind), "what": _so_far(points)}
        return _("%(who)s: vòng còn mở; so với lúc vòng trước kết thúc, %(what)s.", **values)
    if points > 0:
        said = _("tăng %(points)s điểm %%", points=number(points, 1))
    elif points < 0:
        said = _("giảm %(points)s điểm %%", points=number(-points, 1))
    else:
        said = _("tỷ lệ như nhau")
    fallen = _fallen(board, kind)
    if fallen is not None:
        said += ", " + (_n("%(n)s chi bộ giảm", fallen) if fallen else _("không chi bộ nào giảm"))
        if _has_small(board, kind):
            said += " " + _("(không kể chi bộ dưới %(n)s người)", n=number(SMALL))
    return _("%(who)s so với vòng trước: %(what)s.", who=_who(kind), what=said)


def _so_far(points: Decimal) -> str:
    """What is still open has not fallen: how far it is from the last round's end, no cells."""
    if points > 0:
        return _("đã hơn %(points)s điểm %%", points=number(points, 1))
    if points < 0:
        return _("còn kém %(points)s điểm %%", points=number(-points, 1))
    return _("đã bằng")


def _who(kind: str) -> str:
    return _("Đảng viên") if kind == PARTY_MEMBER else _("Quần chúng")


def _printed(rate: float) -> Decimal:
    """The rate in per cent with one digit, as `formatting.percent` prints it."""
    return (Decimal(repr(rate)) * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _has_small(board: Participation, kind: str) -> bool:
    """Whether some cell is left out of the comparison because so few people tell on one."""
    return any(
        row.cell_id is not None and 0 < row.counts.base < SMALL
        for row in (*board.of(kind), *(old for old in board.before if old.kind == kind))
    )


def _fallen(board: Participation, kind: str) -> int | None:
    """How many cells have a lower rate than in the last round; `None`: none can be compared.

    Cells too small for a rate in either round are left out.
    """
    then = {row.cell_id: row.shown_rate for row in board.before if row.kind == kind}
    pairs = [
        (_printed(row.shown_rate), _printed(last))
        for row in board.of(kind)
        if row.cell_id is not None
        and row.shown_rate is not None
        and (last := then.get(row.cell_id)) is not None
    ]
    return sum(now < last for now, last in pairs) if pairs else None
