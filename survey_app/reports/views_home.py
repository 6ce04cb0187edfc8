"""The committee's first page: in ten seconds the state of the campaign; never a name."""

from datetime import date, datetime

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import clock, formatting
from survey_app.accounts.doors import scope_in, signed_in
from survey_app.campaigns.models import Campaign
from survey_app.campaigns.queries import current_campaign, list_rounds
from survey_app.database import reading
from survey_app.errors import NotFound
from survey_app.i18n import _
from survey_app.invitations.participation import PARTY_MEMBER, Participation
from survey_app.invitations.views_committee import READERS, Section, section
from survey_app.reports import snapshots
from survey_app.reports.gathering import gather
from survey_app.reports.overview import Overview, few_names
from survey_app.reports.whole_table import whole_table

TAKERS = ("organiser", "administrator", "campaign_monitor")
DRAFTERS = ("organiser", "administrator")
NEWEST = 3


def home() -> ResponseReturnValue:
    """The sentence, the current quiz with its cells, sessions, reports, targets, forms."""
    now = clock.now()
    with reading() as session:
        campaign = current_campaign(session)
        if campaign is None:
            return render_template("committee/home.html", campaign=None, waiting=0)
        overview = overview_now(session, campaign, now)
        lines = list_rounds(session, campaign.id)
        newest = snapshots.all_of(session, campaign.id)[:NEWEST]
    return render_template(
        "committee/home.html",
        campaign=campaign,
        overview=overview,
        sections=sections_of(overview.current),
        waiting=sum(line.state == "draft" for line in lines),
        days_left=_days_left(campaign.ends_on, now) if campaign.ends_on else None,
        snapshots=newest,
        may_take=may_take(campaign.id),
        may_draft=signed_in().has(*DRAFTERS, campaign_id=campaign.id),
        few_names=few_names,
        has=current_app.view_functions,
    )


def whole() -> ResponseReturnValue:
    """Everything per cell on A4 sheets, landscape."""
    with reading() as session:
        campaign = _campaign(session)
        figures = overview_now(session, campaign, clock.now()).figures
    return render_template(
        "committee/whole_print.html",
        campaign=campaign,
        table=whole_table(figures),
        as_of=figures.as_of,
        sentence=Overview(figures, is_live=False).sentence,
        snapshot=None,
    )


def overview_now(session: Session, campaign: Campaign, now: datetime) -> Overview:
    """Return how the campaign stands, of the cells the user may see."""
    scope = scope_in(campaign.id, *READERS)
    return Overview(gather(session, campaign, now).within(scope.cells))


def sections_of(board: Participation | None) -> list[Section]:
    """The bars of a quiz by kind of person, members first."""
    if board is None:
        return []
    titles = {PARTY_MEMBER: _("Đảng viên"), "non_member": _("Quần chúng, CCVCLĐ")}
    return [section(board, kind, title) for kind, title in titles.items() if board.of(kind)]


def may_take(campaign_id: int) -> bool:
    """Whether the user may freeze figures: those who see all cells and answer for the numbers."""
    actor = signed_in()
    held = actor.has(*TAKERS, campaign_id=campaign_id)
    return held and actor.scope(*TAKERS, campaign_id=campaign_id).cells is None


def _campaign(session: Session) -> Campaign:
    campaign = current_campaign(session)
    if campaign is None:
        raise NotFound(_("Chưa có chiến dịch nào."))
    return campaign


def _days_left(last_day: date, now: datetime) -> int:
    return (last_day - formatting.today(now)).days
