"""The figures that the sample's organiser froze before a meeting; closings freeze theirs alone."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.campaigns.models import Campaign
from survey_app.demo import cast
from survey_app.demo.invited import acting
from survey_app.demo.timeline import Timeline
from survey_app.reports import snapshots

AT: Final = cast.at("2024-09-13 16:00")
NOTE: Final = "Trước buổi giao ban của Đảng ủy"


def note(timeline: Timeline) -> None:
    """Have one snapshot taken by hand."""
    timeline.note(AT, lambda: timeline.stage.change(_take))


def _take(session: Session) -> None:
    campaign = session.scalars(select(Campaign)).one()
    organiser = acting(session, cast.ORGANISER)
    snapshots.take(session, campaign, organiser, clock.now(), note=NOTE)
