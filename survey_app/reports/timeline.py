"""The campaign on one line in time: what the plan orders, rounds, periods, reports, anniversary.

Only dates that somebody has set, or that something has happened on, are shown. The plan (V.1, V.2)
orders the roll-out, the monitoring and the reports without a day; where nobody has set one, there
is none.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.queries import CELL_REPORT
from survey_app.campaigns.settings import campaign_settings
from survey_app.cell_reports.duties import counted_of_round, duties_of_round
from survey_app.cell_reports.models import StudySession
from survey_app.cell_reports.owing import ROLL_OUT, owing, periods_of
from survey_app.formatting import local, today
from survey_app.i18n import _, _n
from survey_app.people.cell_choices import cell_choices
from survey_app.reports.models import Report
from survey_app.vietnamese import with_kind

State = Literal["done", "now", "next", "late", "undated"]


@dataclass(frozen=True)
class Milestone:
    """One line: from–to (`last` is `first` for a day; both `None` when no day is set).

    `closes_at` is the hour at which it ends, when there is one; `settable`: an organiser may set
    the day on the campaign's page.
    """

    title: str
    state: State
    first: date | None = None
    last: date | None = None
    note: str = ""
    closes_at: datetime | None = None
    settable: bool = False

    def days_left(self, day: date) -> int | None:
        """Days until it ends (until it begins, when that is to come); `None` when it is over."""
        if self.first is None or self.last is None or self.state == "done":
            return None
        until = self.first if day < self.first else self.last
        return (until - day).days if until >= day else None


def milestones(
    session: Session, campaign: Campaign, now: datetime, *, scope: Scope
) -> list[Milestone]:
    """Return everything in the order of its days; what has no day comes last."""
    day = today(now)
    found = [
        *_plan(campaign, day),
        _roll_out(session, campaign, now, scope),
        *_sessions(session, campaign, day, scope),
        *_rounds(session, campaign, now, scope),
        _monitoring(campaign, day),
        _interim(session, campaign),
        _final(session, campaign, day),
        *_campaign(campaign, day),
    ]
    return sorted(found, key=lambda one: (one.first is None, one.first or date.max))


def _plan(campaign: Campaign, day: date) -> list[Milestone]:
    if campaign.plan_date is None:
        return []
    number = campaign.plan_number
    title = (
        _("Ban hành Kế hoạch số %(number)s", number=number) if number else _("Ban hành Kế hoạch")
    )
    return [_one_day(title, campaign.plan_date, day)]


def _one_day(title: str, on: date, day: date) -> Milestone:
    state: State = "done" if on < day else "now" if on == day else "next"
    return Milestone(title, state, on, on)


def _roll_out(session: Session, campaign: Campaign, now: datetime, scope: Scope) -> Milestone:
    """From the first to the last day that cells have reported; the plan sets none."""
    title = _("Các chi bộ triển khai, quán triệt (mục V.1)")
    cells = owing(session, campaign, now, scope=scope)
    done = sum(bool(one.rolled_out) for one in cells)
    days = [
        date.fromisoformat(revision.answers[ROLL_OUT])
        for period in periods_of(session, campaign.id, now)
        for revision in counted_of_round(session, period.id, scope=scope).values()
        if revision.answers.get(ROLL_OUT)
    ]
    note = _("%(n)s/%(all)s chi bộ đã báo ngày triển khai.", n=done, all=len(cells))
    if not days:
        return Milestone(title, "undated", note=f"{note} {_('Kế hoạch không ghi hạn.')}")
    state: State = "done" if done == len(cells) else "now"
    return Milestone(title, state, min(days), max(days), note)


def _sessions(session: Session, campaign: Campaign, day: date, scope: Scope) -> list[Milestone]:
    """Over once every cell has held one and the last day is past; sessions are entered by hand."""
    query = select(
        func.count(),
        func.count(StudySession.cell_id.distinct()),
        func.min(StudySession.held_on),
        func.max(StudySession.held_on),
    ).where(StudySession.campaign_id == campaign.id)
    if scope.cells is not None:
        query = query.where(StudySession.cell_id.in_(scope.cells))
    number, cells, first, last = session.execute(query).one()
    title = _("Sinh hoạt chuyên đề (mục II.3)")
    if not number:
        return [Milestone(title, "undated", note=_("Chưa chi bộ nào ghi buổi sinh hoạt."))]
    known = sum(scope.includes(cell.id) for cell in cell_choices(session))
    note = _n("%(n)s buổi ở %(cells)s/%(all)s chi bộ đến nay.", number, cells=cells, all=known)
    everywhere = cells >= known and last < day
    over = everywhere or (campaign.ends_on is not None and campaign.ends_on < day)
    return [Milestone(title, "done" if over else "now", first, last, note)]


def _rounds(session: Session, campaign: Campaign, now: datetime, scope: Scope) -> list[Milestone]:
    rounds = session.scalars(
        select(Round)
        .where(Round.campaign_id == campaign.id, Round.state != "cancelled")
        .order_by(Round.opens_at, Round.id)
    )
    return [_round(session, one, now, scope) for one in rounds]


def _round(session: Session, one: Round, now: datetime, scope: Scope) -> Milestone:
    kinds = {"quiz": _("Thi tìm hiểu"), "feedback": _("Phiếu góp ý"), CELL_REPORT: _("Kỳ báo cáo")}
    title = with_kind(kinds[one.kind], one.title)
    first, last = local(one.opens_at).date(), local(one.closes_at).date()
    state: State = "next" if now < one.opens_at else "now" if now < one.closes_at else "done"
    note = ""
    if one.launched_at is None:
        note = _("Bản nháp, chưa phát động.")
        state = "late" if now >= one.opens_at else "next"
    elif one.kind == CELL_REPORT and now >= one.opens_at:
        lines = duties_of_round(session, one.id, scope=scope, now=now)
        sent = sum(line.is_reported for line in lines)
        note = _("%(n)s/%(all)s chi bộ đã gửi.", n=sent, all=len(lines))
        if state == "done" and sent < len(lines):
            state = "late"
    return Milestone(title, state, first, last, note, one.closes_at)


def _monitoring(campaign: Campaign, day: date) -> Milestone:
    title = _("Theo dõi, đôn đốc thực hiện (mục V.2)")
    first, last = campaign.starts_on, campaign.ends_on
    if first is None or last is None:
        return Milestone(
            title, "undated", note=_("Chiến dịch chưa ghi ngày đầu và ngày cuối."), settable=True
        )
    state: State = "next" if day < first else "now" if day <= last else "done"
    return Milestone(title, state, first, last, _("Suốt chiến dịch."))


def _issued(session: Session, campaign: Campaign, kind: str) -> date | None:
    at = session.scalar(
        select(func.min(Report.issued_at)).where(
            Report.campaign_id == campaign.id, Report.kind == kind, Report.state == "issued"
        )
    )
    return local(at).date() if at else None


def _has_draft(session: Session, campaign: Campaign, kind: str) -> bool:
    drafts = select(Report.id).where(
        Report.campaign_id == campaign.id, Report.kind == kind, Report.state == "draft"
    )
    return session.scalar(drafts.limit(1)) is not None


def _interim(session: Session, campaign: Campaign) -> Milestone:
    title = _("Sơ kết (mục V.2)")
    on = _issued(session, campaign, "interim")
    if on is None:
        note = _("Kế hoạch không ghi ngày.")
        if _has_draft(session, campaign, "interim"):
            note = f"{_('Đã có bản nháp báo cáo sơ kết, chưa phát hành.')} {note}"
        return Milestone(title, "undated", note=note)
    return Milestone(title, "done", on, on, _("Đã phát hành báo cáo sơ kết."))


def _final(session: Session, campaign: Campaign, day: date) -> Milestone:
    title = _("Tổng hợp báo cáo cấp trên (mục V.2)")
    on, due = (
        _issued(session, campaign, "final"),
        campaign_settings(campaign.settings).report_due_on,
    )
    if on is not None:
        return Milestone(title, "done", on, on, _("Đã phát hành báo cáo tổng kết."))
    drafted = _has_draft(session, campaign, "final")
    draft = _("Đã có bản nháp báo cáo tổng kết, chưa phát hành.") if drafted else ""
    if due is None:
        return Milestone(title, "undated", note=draft, settable=True)
    note = f"{_('Hạn gửi báo cáo.')} {draft}".strip()
    return Milestone(title, "late" if due < day else "next", due, due, note)


def _campaign(campaign: Campaign, day: date) -> list[Milestone]:
    title = _("Ngày kỷ niệm")
    if campaign.anniversary_date is None:
        return [Milestone(title, "undated", settable=True)]
    return [_one_day(title, campaign.anniversary_date, day)]
