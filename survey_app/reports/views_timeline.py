"""The committee's page of the campaign in time."""

from flask import render_template
from flask.typing import ResponseReturnValue

from survey_app import clock, formatting
from survey_app.accounts.doors import scope_in, signed_in
from survey_app.campaigns.queries import current_campaign
from survey_app.database import reading
from survey_app.invitations.views_committee import READERS
from survey_app.reports.timeline import milestones
from survey_app.reports.timeline_drawing import draw

ORGANISERS = ("organiser", "administrator")


def show() -> ResponseReturnValue:
    """What is done, late, next, and how many days are left; what has no day says so."""
    now = clock.now()
    day = formatting.today(now)
    with reading() as session:
        campaign = current_campaign(session)
        lines = []
        if campaign:
            scope = scope_in(campaign.id, *READERS)
            lines = milestones(session, campaign, now, scope=scope)
    first = next((one for one in lines if one.state == "next"), None)
    return render_template(
        "reports/timeline.html",
        campaign=campaign,
        lines=lines,
        drawing=draw(lines, day),
        first_next=first,
        today=day,
        now=now,
        may_set=campaign is not None and signed_in().has(*ORGANISERS, campaign_id=campaign.id),
    )
