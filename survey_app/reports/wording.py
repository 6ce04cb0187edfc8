"""The sentences on what cells have reported, made of the figures of a snapshot alone. Pure.

Each function returns whole sentences in the language being spoken. What nobody has reported is not
written as a fact: it is named as not reported, with the cells. People and attempts stand apart.
The plan is never said to order a quiz or a form; those are this product's means.
"""

from collections.abc import Sequence

from survey_app.i18n import _
from survey_app.reports.counting import CellLine, Table, is_running, sent_in
from survey_app.reports.document import Activity, ActivityKind, Figures, Period, total
from survey_app.reports.phrases import (
    count,
    joined,
    paper_moment,
    sentence,
    share,
    small_note,
    some,
    with_missing,
)

EDUCATION: tuple[ActivityKind, ...] = (
    "exchange",
    "seminar",
    "meeting",
    "cell_meeting",
    "mass_organisation",
    "other",
)


def activity_words(kind: ActivityKind, events: str) -> str:
    """Return `05 cuộc giao lưu`."""
    known = {
        "exchange": _("%(n)s cuộc giao lưu", n=events),
        "seminar": _("%(n)s cuộc tọa đàm", n=events),
        "meeting": _("%(n)s cuộc gặp mặt", n=events),
        "cell_meeting": _("%(n)s buổi sinh hoạt chi bộ", n=events),
        "mass_organisation": _("%(n)s hoạt động của các đoàn thể", n=events),
        "culture_sport": _("%(n)s hoạt động văn hóa, văn nghệ, thể dục, thể thao", n=events),
        "emulation": _("%(n)s hoạt động thi đua", n=events),
        "other": _("%(n)s hoạt động khác", n=events),
    }
    return known[kind]


def rolled_out(table: Table) -> list[str]:
    """How many cells have rolled the plan out, and who has not reported it."""
    asked = table.asked
    if not asked:
        return []
    gave = [line for line in asked if line.returned and line.returned.rolled_out_on]
    if not gave:
        return [_("Chưa chi bộ nào báo cáo việc triển khai, quán triệt Kế hoạch.")]
    people = total(line.returned.rolled_out_people for line in gave if line.returned)
    done = share(len(gave), len(asked))
    if people is None:
        text = _("Có %(share)s chi bộ đã triển khai, quán triệt Kế hoạch.", share=done)
    else:
        text = _(
            "Có %(share)s chi bộ đã triển khai, quán triệt Kế hoạch, với %(people)s lượt người dự.",
            share=done,
            people=count(people),
        )
    return with_missing(text, asked, gave)


def returns_sent(table: Table) -> list[str]:
    """How many cells have sent their reports, period by period: who was late, who is silent."""
    return [_of_period(table, period) for period in table.figures.periods]


def _of_period(table: Table, period: Period) -> str:
    text = _(
        "Kỳ “%(period)s”: có %(share)s chi bộ đã gửi báo cáo",
        period=period.title,
        share=share(sent_in(period), period.due),
    )
    if period.late:
        text += _(", trong đó %(n)s chi bộ gửi muộn", n=count(period.late))
    if is_running(period, table.figures.as_of):
        text += _("; kỳ này còn mở đến %(moment)s", moment=paper_moment(period.closes_at))
    silent = [line for line in table.cells if line.id in period.silent]
    if silent:
        text += _("; chưa gửi: %(cells)s", cells=some(silent))
    return sentence(text)


def activities(table: Table, kinds: Sequence[ActivityKind]) -> list[str]:
    """What cells report to have held, by kind; nothing when no kind was reported by anybody."""
    found = [_activity(table, kind) for kind in kinds]
    parts = [part for part in found if part]
    if not parts:
        return []
    given = [line for line in table.asked if _has_activity(line, kinds)]
    text = _(
        "Theo báo cáo của %(share)s chi bộ, đã tổ chức %(what)s.",
        share=share(len(given), len(table.asked)),
        what=joined(parts),
    )
    return with_missing(text, table.asked, given)


def activity_totals(lines: Sequence[CellLine], kind: ActivityKind) -> Activity:
    """Add up what was reported of one kind; `None` where nobody gave a number."""
    rows = [row for line in lines if line.returned for row in line.returned.activities]
    mine = [row for row in rows if row.kind == kind]
    return Activity(
        kind=kind,
        events=total(row.events for row in mine),
        people=total(row.people for row in mine),
    )


def _activity(table: Table, kind: ActivityKind) -> str:
    sums = activity_totals(table.asked, kind)
    if not sums.events:
        return ""
    words = activity_words(kind, count(sums.events))
    if sums.people is None:
        return words
    return _("%(what)s (%(people)s lượt người dự)", what=words, people=count(sums.people))


def _has_activity(line: CellLine, kinds: Sequence[ActivityKind]) -> bool:
    rows = line.returned.activities if line.returned else ()
    return any(row.kind in kinds and row.events is not None for row in rows)


def publicity(table: Table) -> list[str]:
    """Items online, and flags, panels and slogans."""
    asked = table.asked
    online = [line for line in asked if line.returned and line.returned.online_items is not None]
    texts: list[str] = []
    items = total(line.returned.online_items for line in online if line.returned)
    if items is not None:
        text = _(
            "Đã có %(n)s tin, bài, phóng sự ảnh, video đăng trên trang thông tin điện tử và mạng "
            "xã hội, theo báo cáo của %(share)s chi bộ.",
            n=count(items),
            share=share(len(online), len(asked)),
        )
        texts += with_missing(text, asked, online)
    told = [line for line in asked if line.returned and line.returned.visual_publicity is not None]
    done = [line for line in told if line.returned and line.returned.visual_publicity]
    if told:
        text = _(
            "Có %(share)s chi bộ báo cáo đã treo cờ, panô, khẩu hiệu chào mừng.",
            share=share(len(done), len(asked)),
        )
        texts += with_missing(text, asked, told)
    return texts


def candidates(table: Table) -> list[str]:
    """Outstanding people introduced, against the target; without a report no judgement."""
    asked = table.asked
    targets = table.figures.targets
    gave = [line for line in asked if line.returned and line.returned.candidates is not None]
    aim = targets.candidates
    goal = ""
    whole = aim is not None and targets.candidates_scope == "whole"
    if aim is not None and whole:
        goal = _(" (chỉ tiêu của toàn Đảng bộ: ít nhất %(n)s)", n=count(aim))
    elif aim is not None:
        goal = _(" (chỉ tiêu: mỗi chi bộ ít nhất %(n)s)", n=count(aim))
    if not gave:
        if not asked and not goal:
            return []
        return [
            _(
                "Chưa chi bộ nào báo cáo số quần chúng ưu tú được giới thiệu để xem xét kết "
                "nạp%(goal)s.",
                goal=goal,
            )
        ]
    numbers = [line.returned.candidates or 0 for line in gave if line.returned]
    told = sum(numbers)
    text = _(
        "Các chi bộ báo cáo đã giới thiệu %(n)s quần chúng ưu tú để xem xét kết nạp%(goal)s.",
        n=share(told, aim) if aim and whole else count(told),
        goal=goal,
    )
    if aim is not None and targets.candidates_scope == "each_cell":
        reached = sum(number >= aim for number in numbers)
        text += " " + _("Có %(share)s chi bộ đạt chỉ tiêu.", share=share(reached, len(asked)))
    return with_missing(text, asked, gave)


def recognitions(table: Table) -> list[str]:
    """Proposals for recognition by what became of them, and good examples reported."""
    rows = table.figures.recognitions
    texts = []
    put = sum(r.proposed + r.supported + r.commended + r.declined for r in rows)
    if put:
        text = _("Các chi bộ đề nghị biểu dương, khen thưởng %(n)s trường hợp", n=count(put))
        supported = sum(r.supported for r in rows)
        commended = sum(r.commended for r in rows)
        if supported:
            text += _("; %(n)s trường hợp được ủng hộ, chờ quyết định", n=count(supported))
        if commended:
            text += _("; đã biểu dương, khen thưởng %(n)s", n=count(commended))
        texts.append(sentence(text))
    examples = [line for line in table.asked if line.returned and line.returned.good_examples]
    if examples:
        texts.append(
            _(
                "Có %(n)s chi bộ báo cáo gương điển hình tiên tiến: %(cells)s.",
                n=count(len(examples)),
                cells=some(examples),
            )
        )
    return texts


def how_counted(figures: Figures) -> list[str]:
    """How the numbers are counted, for the foot of the annex."""
    texts = [
        _("Số liệu chốt lúc %(moment)s.", moment=paper_moment(figures.as_of)),
        _("Tính theo danh sách chốt khi phát động, có điều chỉnh theo sổ biến động."),
        _("Tỷ lệ = số người đã làm ÷ (số được mời − số được miễn)."),
        _("Tỷ lệ ở dòng tổng cộng tính trên các số cộng, không phải trung bình các tỷ lệ."),
        _("“Chưa báo cáo” không phải là 0; dòng tổng cộng chỉ cộng số đã báo cáo."),
        small_note(),
    ]
    return texts
