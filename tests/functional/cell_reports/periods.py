"""A launched period of the shipped report set, for tests of what cells owe."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.services import RoundPlan, create_round
from survey_app.campaigns.settings import RoundSettings
from survey_app.cell_reports.models import Duty, DutyRevision
from survey_app.questions import services as questions
from tests.conftest import ROOT
from tests.factories_rounds import CLOSES, launch_round

SHIPPED = ROOT / "quizzes" / "bao-cao-chi-bo.yaml"


def launched_period(
    session: Session,
    campaign: Campaign,
    *,
    slug: str = "bao-cao-thang-9",
    title: str = "Báo cáo tháng 9",
    closes_at: datetime = CLOSES,
) -> Round:
    """Ask every cell for a report until `closes_at`."""
    questions.ship(session, SHIPPED, actor=CLI)
    plan = RoundPlan(
        title=title,
        question_set=SHIPPED.stem,
        opens_at=clock.now() - timedelta(hours=1),
        closes_at=closes_at,
        settings=RoundSettings(),
        slug=slug,
    )
    made = create_round(session, campaign.id, plan, CLI)
    launch_round(session, made)
    return made


def report(session: Session, round_: Round, cell_id: int, **answers: object) -> None:
    """Have a cell send a report now; ids of questions with `_` for `-`."""
    duty = session.scalars(
        select(Duty).where(Duty.round_id == round_.id, Duty.cell_id == cell_id)
    ).one()
    now = clock.now()
    session.add(
        DutyRevision(
            duty_id=duty.id,
            number=1,
            state="submitted",
            source="secretary",
            answers={name.replace("_", "-"): value for name, value in answers.items()},
            saved_at=now,
        )
    )
    duty.submitted_at = now
    session.flush()
