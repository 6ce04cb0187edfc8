"""What the secretary of a cell has to do now, the most pressing first. Counts only, no names."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from survey_app.accounts.cells import CellChoice
from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Campaign
from survey_app.campaigns.queries import CELL_REPORT, LAUNCHED, list_rounds
from survey_app.cell_reports import sessions
from survey_app.cell_reports.duties import duties_of_round
from survey_app.cell_reports.models import StudySession
from survey_app.formatting import day, moment, remaining, today
from survey_app.i18n import _, _n
from survey_app.invitations.participation import NON_MEMBER, PARTY_MEMBER, Participation
from survey_app.people.queries import list_cells
from survey_app.vietnamese import with_kind


@dataclass(frozen=True)
class Task:
    """One thing to do: where its page is, and whether it cannot wait."""

    title: str
    text: str
    label: str
    endpoint: str
    values: dict[str, str | int] = field(default_factory=dict)
    urgent: bool = False


def tasks(
    session: Session,
    campaign: Campaign,
    cell: CellChoice,
    quizzes: list[Participation],
    now: datetime,
) -> list[Task]:
    """Return the tasks of a cell; `quizzes` are the boards of its launched quizzes."""
    scope = Scope(frozenset({cell.id}))
    found = [
        *_reports(session, campaign, scope, now),
        *(task for board in quizzes for task in _people(board, cell)),
        *_addresses(session, scope, now),
        *_attendance(session, campaign, cell, scope),
    ]
    return sorted(found, key=lambda task: not task.urgent)


def _reports(session: Session, campaign: Campaign, scope: Scope, now: datetime) -> list[Task]:
    found = []
    for round_ in list_rounds(session, campaign.id):
        if round_.kind != CELL_REPORT or round_.state not in LAUNCHED or now < round_.opens_at:
            continue
        for line in duties_of_round(session, round_.id, scope=scope, now=now):
            until = line.reopened_until
            late_but_open = until is not None and now < until
            if line.state == "not_due":
                text = _(
                    "Hạn gửi: %(moment)s (%(left)s).",
                    moment=moment(round_.closes_at),
                    left=remaining(round_.closes_at, now),
                )
            elif line.state == "missing" and late_but_open and until is not None:
                text = _("Đã quá hạn; được mở lại đến %(moment)s.", moment=moment(until))
            elif line.state == "missing":
                text = _("Đã quá hạn. Xin gọi người phụ trách để được mở lại và gửi bổ sung.")
            else:
                continue
            label = _("Viết tiếp báo cáo") if line.has_draft else _("Viết báo cáo")
            values: dict[str, str | int] = {"slug": round_.slug, "cell_slug": line.cell_slug}
            title = with_kind(_("Báo cáo"), round_.title)
            endpoint = "secretary_duties.show"
            found.append(Task(title, text, label, endpoint, values, line.state == "missing"))
    return found


def _people(board: Participation, cell: CellChoice) -> list[Task]:
    members, others = board.total_of(PARTY_MEMBER).left, board.total_of(NON_MEMBER).left
    if not board.is_open or not members + others:
        return []
    who = [
        _n("%(n)s đảng viên", members) if members else "",
        _n("%(n)s quần chúng", others) if others else "",
    ]
    text = _("Đóng lúc %(moment)s.", moment=moment(board.closes_at))
    title = _(
        "%(who)s chưa làm bài: %(title)s",
        who=_(" và ").join(one for one in who if one),
        title=board.title,
    )
    values: dict[str, str | int] = {"slug": board.slug, "cell": cell.slug}
    return [Task(title, text, _("Xem ai chưa làm"), "secretary.people", values)]


def _addresses(session: Session, scope: Scope, now: datetime) -> list[Task]:
    lost = sum(cell.unreachable for cell in list_cells(session, today(now), scope=scope))
    if not lost:
        return []
    title = _n("%(n)s người chưa nhận được thư", lost)
    text = _("Chưa có địa chỉ thư, hoặc địa chỉ hỏng. Xin hỏi địa chỉ đúng rồi sửa.")
    return [Task(title, text, _("Sửa địa chỉ thư"), "secretary.addresses", urgent=True)]


def _attendance(session: Session, campaign: Campaign, cell: CellChoice, scope: Scope) -> list[Task]:
    held = sessions.list_sessions(session, campaign.id, scope=scope)
    if not held:
        title = _("Chưa ghi buổi sinh hoạt chuyên đề nào")
        text = _("Khi chi bộ đã sinh hoạt chuyên đề, xin ghi buổi ấy và điểm danh.")
        values: dict[str, str | int] = {"cell": cell.slug}
        return [Task(title, text, _("Ghi một buổi"), "study_sessions.new", values)]
    return [_to_tick(one) for one in held if _unticked(one)]


def _unticked(held: StudySession) -> int:
    return held.expected - held.present - held.excused - held.absent - held.on_duty


def _to_tick(held: StudySession) -> Task:
    return Task(
        _("Điểm danh buổi %(day)s", day=day(held.held_on)),
        _n("Còn %(n)s người chưa điểm danh.", _unticked(held)),
        _("Điểm danh"),
        "study_sessions.show",
        {"session_id": held.id},
        urgent=not sessions.is_ticked(held),
    )
