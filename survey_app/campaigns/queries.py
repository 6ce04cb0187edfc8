"""Looking up campaigns and rounds."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from survey_app.campaigns.models import Campaign, Round, RoundCell
from survey_app.errors import NotFound
from survey_app.i18n import _
from survey_app.questions.models import QuestionSet

LAUNCHED = ("scheduled", "open", "closed", "finalised", "archived")
CELL_REPORT = "cell_report"  # rounds of this kind ask cells, not people


@dataclass(frozen=True)
class RoundLine:
    """One round in a list, with its totals (0 before launch).

    `done` is `None` for forms: nobody is listed as having sent one, and their number has its own
    rules (`invitations.anonymous`).
    """

    id: int
    slug: str
    title: str
    kind: str
    state: str
    opens_at: datetime
    closes_at: datetime
    question_set: str
    invited: int
    done: int | None
    opens_at_launch: bool = False
    cells: int = 0  # of rounds that ask cells, which invite nobody


def current_campaign(session: Session) -> Campaign | None:
    """Return the campaign the pages are about: the newest one."""
    return session.scalar(select(Campaign).order_by(Campaign.created_at.desc(), Campaign.id.desc()))


def campaign_by_slug(session: Session, slug: str) -> Campaign:
    """Return the campaign of this slug.

    Raises:
        NotFound: there is none.
    """
    campaign = session.scalar(select(Campaign).where(Campaign.slug == slug))
    if campaign is None:
        raise NotFound(_("Không có chiến dịch nào mang mã “%(slug)s”.", slug=slug))
    return campaign


def round_by_slug(session: Session, slug: str) -> Round:
    """Return the round of this slug.

    Raises:
        NotFound: there is none.
    """
    round_ = session.scalar(select(Round).where(Round.slug == slug))
    if round_ is None:
        raise NotFound(_("Không có vòng thi nào mang mã “%(slug)s”.", slug=slug))
    return round_


def campaign_of(session: Session, round_: Round) -> Campaign:
    """Return the campaign a round belongs to."""
    return session.get_one(Campaign, round_.campaign_id)


def list_rounds(session: Session, campaign_id: int | None = None) -> list[RoundLine]:
    """Return the rounds, those that open last first."""
    totals = (
        select(
            RoundCell.round_id,
            func.sum(RoundCell.invited).label("invited"),
            func.sum(RoundCell.done).label("done"),
            func.count().label("cells"),
        )
        .group_by(RoundCell.round_id)
        .subquery()
    )
    query = (
        select(Round, QuestionSet.title, totals.c.invited, totals.c.done, totals.c.cells)
        .join(QuestionSet, QuestionSet.id == Round.question_set_id)
        .outerjoin(totals, totals.c.round_id == Round.id)
        .order_by(Round.opens_at.desc(), Round.id.desc())
    )
    if campaign_id is not None:
        query = query.where(Round.campaign_id == campaign_id)
    return [
        RoundLine(
            id=row.id,
            slug=row.slug,
            title=row.title,
            kind=row.kind,
            state=row.state,
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            question_set=set_title,
            invited=int(invited or 0),
            done=None if row.kind == "feedback" else int(done or 0),
            opens_at_launch=row.state == "draft" and bool(row.settings.get("opens_at_launch")),
            cells=int(cells or 0) if row.kind == CELL_REPORT else 0,
        )
        for row, set_title, invited, done, cells in session.execute(query)
    ]


def is_open(round_: Round, now: datetime) -> bool:
    """Whether answers are taken now: half-open, and true without waiting for the opening job."""
    launched = round_.state in ("scheduled", "open")
    return launched and round_.opens_at <= now < round_.closes_at


def due_to_open(now: datetime) -> ColumnElement[bool]:
    """Rounds that should be open by now and are not."""
    return and_(Round.state == "scheduled", Round.opens_at <= now)


def due_to_close(now: datetime) -> ColumnElement[bool]:
    """Rounds that should be closed by now and are not."""
    return and_(Round.state.in_(("scheduled", "open")), Round.closes_at <= now)


def second_reader_wanted(session: Session) -> bool:
    """Whether any campaign asks for a second person to approve questions."""
    found = select(Campaign.id).where(Campaign.second_reader.is_(True)).limit(1)
    return session.scalar(found) is not None
