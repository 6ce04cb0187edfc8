"""What each cell still owes the committee: reports of periods, the roll-out, attendance."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.cells import CellChoice
from survey_app.accounts.models import User
from survey_app.accounts.scope import Scope
from survey_app.audit import Action
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.queries import CELL_REPORT
from survey_app.cell_reports import sessions
from survey_app.cell_reports.duties import (
    counted_of_round,
    duties_of_round,
    last_moment,
    secretaries_of,
)
from survey_app.cell_reports.models import StudySession
from survey_app.invitations.duty_board import DutyLine
from survey_app.people.cell_choices import cell_choices

ROLL_OUT = "trien-khai-ngay"  # of the shipped set: when the plan was rolled out
_RUNNING = ("scheduled", "open", "closed", "finalised")  # a cancelled period owes nothing


@dataclass(frozen=True)
class OwedReport:
    """One period and how the cell stands in it."""

    period: Round
    line: DutyLine

    @property
    def until(self) -> datetime:
        """Until when the cell may answer."""
        return last_moment(self.period, self.line.reopened_until)


@dataclass(frozen=True)
class Owing:
    """One cell. `rolled_out` is `None` while no report of it counts: then nobody knows.

    `rolled_out_on` is the day that its newest report with one tells.
    """

    cell: CellChoice
    reports: tuple[OwedReport, ...]
    rolled_out: bool | None
    rolled_out_on: date | None
    unticked: tuple[StudySession, ...]
    has_sessions: bool
    secretaries: tuple[User, ...]
    reminded: Mapping[int, datetime]  # round id of a period -> when they were last reminded of it

    @property
    def reminded_at(self) -> datetime | None:
        """When they were last reminded of anything of this campaign."""
        return max(self.reminded.values(), default=None)

    @property
    def missing(self) -> tuple[OwedReport, ...]:
        """The reports that are not there, due or overdue."""
        return tuple(one for one in self.reports if not one.line.is_reported)

    @property
    def is_late(self) -> bool:
        """Whether a report is overdue."""
        return any(one.line.state == "missing" for one in self.reports)

    @property
    def is_awaited(self) -> bool:
        """Whether what is missing is still to come: nothing is overdue, a report can be sent."""
        return not self.is_late and bool(self.missing)

    @property
    def is_owing(self) -> bool:
        """Whether anything is missing that a reminder would name."""
        return bool(self.missing or self.unticked or self.rolled_out is False)


def periods_of(session: Session, campaign_id: int, now: datetime) -> Sequence[Round]:
    """Return the launched periods that have begun, the newest first."""
    return session.scalars(
        select(Round)
        .where(
            Round.campaign_id == campaign_id,
            Round.kind == CELL_REPORT,
            Round.state.in_(_RUNNING),
            Round.launched_at.is_not(None),
            Round.opens_at <= now,
        )
        .order_by(Round.closes_at.desc(), Round.id.desc())
    ).all()


def owing(session: Session, campaign: Campaign, now: datetime, *, scope: Scope) -> list[Owing]:
    """Return the cells of `scope` in the committee's own order with what each still owes."""
    cells = [cell for cell in cell_choices(session) if scope.includes(cell.id)]
    reports: dict[int, list[OwedReport]] = {}
    rolled_out: dict[int, date | None] = {}
    periods = periods_of(session, campaign.id, now)
    for period in periods:
        for line in duties_of_round(session, period.id, scope=scope, now=now):
            reports.setdefault(line.cell_id, []).append(OwedReport(period, line))
        for cell_id, revision in counted_of_round(session, period.id, scope=scope).items():
            told = revision.answers.get(ROLL_OUT)
            on = date.fromisoformat(told) if told else None
            rolled_out[cell_id] = rolled_out.get(cell_id) or on
    held: dict[int, list[StudySession]] = {}
    for one in sessions.list_sessions(session, campaign.id, scope=scope):
        held.setdefault(one.cell_id, []).append(one)
    secretaries = secretaries_of(session, campaign.id, [cell.id for cell in cells])
    reminded = _reminded(session, [cell.id for cell in cells], {one.id for one in periods})
    return [
        Owing(
            cell=cell,
            reports=tuple(reports.get(cell.id, ())),
            rolled_out=rolled_out[cell.id] is not None if cell.id in rolled_out else None,
            rolled_out_on=rolled_out.get(cell.id),
            unticked=tuple(
                one for one in held.get(cell.id, ()) if one.expected and not sessions.is_ticked(one)
            ),
            has_sessions=cell.id in held,
            secretaries=tuple(secretaries.get(cell.id, ())),
            reminded=reminded.get(cell.id, {}),
        )
        for cell in cells
    ]


def _reminded(
    session: Session, cell_ids: Sequence[int], period_ids: Collection[int]
) -> dict[int, dict[int, datetime]]:
    """Return cell id -> period -> when it was last reminded of that, from the log."""
    rows = session.execute(
        select(AuditEvent.subject_id, AuditEvent.details, AuditEvent.at)
        .where(
            AuditEvent.action == Action.DUTY_REMINDED.code,
            AuditEvent.subject_kind == "cell",
            AuditEvent.subject_id.in_(cell_ids),
        )
        .order_by(AuditEvent.at)
    )
    found: dict[int, dict[int, datetime]] = {}
    for cell_id, details, at in rows:
        if cell_id is not None and (period := details.get("round_id")) in period_ids:
            found.setdefault(cell_id, {})[period] = at
    return found
