"""The report of the sample: one draft, half written, so that both kinds of places can be seen."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.campaigns.models import Campaign
from survey_app.demo import cast
from survey_app.demo.invited import acting
from survey_app.demo.timeline import Timeline
from survey_app.reports import drafting, snapshots
from survey_app.reports.drafting import Choice

BEGUN = cast.NOW - timedelta(hours=16)  # the afternoon before, when the cells had reported


def note(timeline: Timeline) -> None:
    """Have the draft begun and a part of it written."""
    timeline.note(BEGUN, lambda: timeline.stage.change(_draft))


def _draft(session: Session) -> None:
    campaign, now = session.scalars(select(Campaign)).one(), clock.now()
    actor = acting(session, cast.ORGANISER)
    frozen = snapshots.take(session, campaign, actor, now, note=cast.REPORT_NOTE)
    report = drafting.begin(session, frozen, Choice(), actor, now)
    drafting.save(session, report, cast.REPORT, {}, actor, now)
