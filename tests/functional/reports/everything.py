"""A campaign in which there is one of everything: a quiz, a form, periods, sessions, proposals."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.campaigns.models import Campaign, Round
from survey_app.cell_reports.models import Duty, DutyRevision, Recognition, StudySession
from survey_app.database import Database
from survey_app.invitations import tally
from survey_app.people.models import Cell
from survey_app.reports.document import Figures
from survey_app.reports.gathering import gather
from tests.factories_forms import CELLS, launched_form
from tests.factories_rounds import (
    CLOSES,
    invitations_of,
    launch_round,
    make_campaign,
    make_round,
    make_version,
)
from tests.functional.participation.boards import STATES

FIRST_CLOSES = CLOSES - timedelta(days=10)


def everything(app: Flask) -> int:
    """Make it and return the campaign's id.

    Four cells of 16, 12, 7 and 5 members. In the quiz ten of the first cell are done, two have
    begun. The first period is over: cell 1 reported in time, cell 2 late, cell 3 not, cell 4 was
    not asked. The second is open: cell 1 has answered.
    """
    db: Database = app.extensions["survey.database"]
    with app.app_context(), db.writing() as session:
        campaign = make_campaign(session)
    launched_form(app, campaign=campaign)
    with app.app_context(), db.writing() as session:
        quiz = make_round(session, campaign=campaign, title="Vòng 1", slug="vong-1")
        launch_round(session, quiz)
        people = invitations_of(session, quiz)
        for place in range(12):
            state = STATES["d" if place < 10 else "s"]
            tally.set_flags(session, people[place].id, **state)
        first = make_period(session, campaign, "bao-cao-8", FIRST_CLOSES)
        second = make_period(session, campaign, "bao-cao-9", CLOSES)
        one, two, three, _four = cell_ids(session)
        day = timedelta(days=1)
        submit(session, first, one, FIRST_CLOSES - day, FIRST)
        submit(session, first, two, FIRST_CLOSES + day, {"tin-bai": 0}, source="paper")
        make_duty(session, first, three)
        submit(session, second, one, clock.now(), SECOND)
        make_duty(session, second, two)
        make_session(session, campaign, one, expected=16, present=14, excused=2, reflections=3)
        make_session(session, campaign, one, expected=16, present=15, absent=1)
        for state in ("proposed", "supported", "supported"):
            propose(session, campaign, two, state)
        return campaign.id


FIRST: dict[str, Any] = {
    "trien-khai-ngay": "2024-08-03",
    "trien-khai-so-nguoi": 15,
    "hoat-dong": {"giao-luu": {"so-cuoc": 1, "so-nguoi": 30}, "toa-dam": {"so-cuoc": 2}},
    "tin-bai": 4,
    "truc-quan": "da",
    "quan-chung-uu-tu": 1,
    "guong-dien-hinh": "Một tổ đo đạc làm việc cả ngày nghỉ.",
}
SECOND: dict[str, Any] = {
    "trien-khai-ngay": "2024-09-02",
    "hoat-dong": {"giao-luu": {"so-cuoc": 2, "so-nguoi": 12}},
    "tin-bai": 3,
    "truc-quan": "chua",
    "quan-chung-uu-tu": 0,
}


def cell_ids(session: Session) -> list[int]:
    """Return the cells in the committee's order."""
    return list(session.scalars(select(Cell.id).order_by(Cell.position, Cell.id)))


def make_period(session: Session, campaign: Campaign, slug: str, closes_at: datetime) -> Round:
    """Make a round that asks cells; its duties are made one by one."""
    version = make_version(session)
    opens_at = closes_at - timedelta(days=20)
    round_ = Round(
        campaign_id=campaign.id,
        slug=slug,
        title=f"Báo cáo {slug[-1]}",
        kind="cell_report",
        state="closed" if closes_at <= clock.now() else "open",
        question_set_id=version.question_set_id,
        version_id=version.id,
        opens_at=opens_at,
        closes_at=closes_at,
        settings={},
        created_at=opens_at,
        launched_at=opens_at,
    )
    session.add(round_)
    session.flush()
    return round_


def make_duty(session: Session, round_: Round, cell_id: int) -> Duty:
    """Let a cell owe a report."""
    duty = Duty(round_id=round_.id, cell_id=cell_id)
    session.add(duty)
    session.flush()
    return duty


def submit(
    session: Session,
    round_: Round,
    cell_id: int,
    at: datetime,
    answers: dict[str, Any],
    *,
    source: str = "secretary",
) -> Duty:
    """Let a cell report: a first try that was put right, what counts, and a draft after it."""
    duty = make_duty(session, round_, cell_id)
    duty.submitted_at = at
    for number, (state, said) in enumerate(
        (("submitted", {"tin-bai": 99}), ("submitted", answers), ("draft", {"tin-bai": 77})), 1
    ):
        session.add(
            DutyRevision(
                duty_id=duty.id,
                number=number,
                state=state,
                source=source,
                answers=said,
                saved_at=at,
            )
        )
    session.flush()
    return duty


def make_session(session: Session, campaign: Campaign, cell_id: int, **totals: int) -> None:
    """Record a study session."""
    now = clock.now()
    session.add(
        StudySession(
            campaign_id=campaign.id,
            cell_id=cell_id,
            held_on=date(2024, 9, 4),
            place="Hội trường",
            presenter="Bí thư chi bộ",
            topic="Truyền thống 70 năm",
            created_at=now,
            updated_at=now,
            **totals,
        )
    )


def propose(session: Session, campaign: Campaign, cell_id: int, state: str) -> None:
    """Propose somebody for praise."""
    session.add(
        Recognition(
            campaign_id=campaign.id,
            cell_id=cell_id,
            subject_kind="person",
            subject_name="Nguyễn Văn Giấu Tên",
            reason="Làm việc tốt",
            state=state,
            created_at=clock.now(),
        )
    )


def figures(app: Flask, campaign_id: int) -> Figures:
    """Gather the figures of now."""
    db: Database = app.extensions["survey.database"]
    with app.app_context(), db.reading() as session:
        return gather(session, session.get_one(Campaign, campaign_id), clock.now())


assert list(CELLS.values()) == [16, 12, 7, 5]
