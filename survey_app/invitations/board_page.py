"""What the board's page tells of one kind of person beside its cells: charts, funnel, comparison.

Members and others stand apart, people and attempts too. Of a handful of people no chart is drawn:
it would tell on which day one of them did it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from survey_app import formatting
from survey_app.campaigns.models import Round
from survey_app.i18n import _, _n
from survey_app.invitations.board_days import Day, days_of
from survey_app.invitations.comparing import against_last
from survey_app.invitations.counts import Counts
from survey_app.invitations.participation import SMALL, Participation
from survey_app.invitations.scores import Band
from survey_app.web.columns import Columns, columns


@dataclass(frozen=True)
class Step:
    """One step of the funnel; `rate` is the share of the invited, 0 to 1."""

    label: str
    count: int
    rate: float


@dataclass(frozen=True)
class Told:
    """One kind of person. `compared` and `target` are sentences, empty where there is none."""

    compared: str
    target: str
    steps: tuple[Step, ...]
    days: tuple[Day, ...]
    each_day: Columns | None
    so_far: Columns | None


@dataclass(frozen=True)
class Results:
    """The results of a finished round, of everybody together."""

    bands: tuple[tuple[str, int], ...]
    chart: Columns
    people: int


def told_of(
    round_: Round,
    board: Participation,
    kind: str,
    done: Mapping[date, int],
    target_percent: int | None,
) -> Told:
    """Return what stands beside the cells of one kind; `done`: how many became done on each day."""
    counts = board.total_of(kind)
    days = days_of(round_, board, done) if counts.base >= SMALL and counts.done else ()
    target = counts.base * target_percent / 100 if target_percent else None
    said = _target_words(counts, target_percent) if target_percent else ""
    points = [(formatting.day_and_month_of(one.day), one) for one in days]
    each_day, so_far = None, None
    if points:
        each_day = columns(
            _("Số người đã làm mỗi ngày"), [(label, one.done) for label, one in points]
        )
        so_far = columns(
            _("Cộng dồn đến hết ngày"),
            [(label, one.so_far) for label, one in points],
            target=target,
            target_label=_target_label(counts, target_percent) if target_percent else "",
        )
    return Told(
        against_last(board, kind), said, _steps(board, kind, counts), days, each_day, so_far
    )


def _steps(board: Participation, kind: str, counts: Counts) -> tuple[Step, ...]:
    if not counts.invited:
        return ()
    numbers = [
        (_("Được mời"), counts.invited),
        (_("Máy chủ thư đã nhận thư mời"), board.mailed_of(kind)),
        (_("Đã trả lời câu đầu"), counts.started + counts.done),
        (_("Đã nộp bài"), counts.done),
    ]
    return tuple(Step(label, number, number / counts.invited) for label, number in numbers)


def _needed(counts: Counts, target_percent: int) -> int:
    """How many people the target means: the smallest number that reaches it."""
    return -(-counts.base * target_percent // 100)


def _target_label(counts: Counts, target_percent: int) -> str:
    return _(
        "Vạch ngang: chỉ tiêu %(percent)s, là %(people)s người",
        percent=formatting.percent(target_percent / 100, 0),
        people=formatting.number(_needed(counts, target_percent)),
    )


def _target_words(counts: Counts, target_percent: int) -> str:
    if not counts.base:
        return ""
    target = formatting.percent(target_percent / 100, 0)
    missing = _needed(counts, target_percent) - counts.done
    if missing <= 0:
        return _("Đã đạt chỉ tiêu %(target)s.", target=target)
    return _n("Chỉ tiêu %(target)s: còn thiếu %(n)s người.", missing, target=target)


def results_of(bands: Sequence[Band]) -> Results | None:
    """Return the chart of results with its table; nothing where no band may be told."""
    if not bands:
        return None
    lines = [(str(low) if low == high else f"{low}–{high}", people) for low, high, people in bands]
    chart = columns(_("Số người theo số câu đúng"), lines)
    return Results(tuple(lines), chart, sum(people for _label, people in lines))
