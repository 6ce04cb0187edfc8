"""The campaign and the report that a page is about, for whoever may see all of it."""

from sqlalchemy.orm import Session

from survey_app.accounts.doors import scope_in, signed_in
from survey_app.campaigns.access import ORGANISERS
from survey_app.campaigns.models import Campaign
from survey_app.campaigns.queries import current_campaign
from survey_app.errors import NotAllowed, NotFound
from survey_app.i18n import _
from survey_app.invitations.views_committee import READERS
from survey_app.reports import drafting
from survey_app.reports.models import Report, Snapshot


def campaign_here(session: Session) -> Campaign:
    """Return the campaign that reports are about now.

    Raises:
        NotFound: there is none.
        NotAllowed: the signed-in user sees a part of its cells only.
    """
    campaign = current_campaign(session)
    if campaign is None:
        raise NotFound(_("Chưa có chiến dịch nào nên chưa lập được báo cáo."))
    refuse_part(campaign)
    return campaign


def refuse_part(campaign: Campaign) -> None:
    """Refuse who sees some cells only: a report tells of all.

    Raises:
        NotAllowed: the signed-in user does not see every cell of this campaign.
    """
    if scope_in(campaign.id, *READERS).cells is not None:
        raise NotAllowed(
            _("Báo cáo nêu số liệu của mọi chi bộ, nên chỉ người xem toàn Đảng bộ mở được.")
        )


def may_write(campaign: Campaign | None) -> bool:
    """Whether the signed-in user may draft and issue."""
    return signed_in().has(*ORGANISERS, campaign_id=campaign.id if campaign else None)


def report_here(session: Session, report_id: int) -> tuple[Campaign, Report, Snapshot]:
    """Return one report of the campaign of now, with its snapshot.

    Raises:
        NotFound: there is none.
        NotAllowed: the signed-in user sees a part of the cells only.
    """
    campaign = campaign_here(session)
    report = drafting.report_of(session, campaign.id, report_id)
    return campaign, report, session.get_one(Snapshot, report.snapshot_id)
