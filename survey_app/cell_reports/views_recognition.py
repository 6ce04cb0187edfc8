"""Proposals for recognition for those who decide: organisers and the campaign's monitor."""

from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_app import clock
from survey_app.accounts.doors import scope_in, signed_in
from survey_app.campaigns.queries import current_campaign
from survey_app.cell_reports import recognition
from survey_app.cell_reports.models import RECOGNITION_STATES, Recognition
from survey_app.cell_reports.recognition import Proposal
from survey_app.database import reading, writing
from survey_app.errors import DomainError, NotFound
from survey_app.i18n import _
from survey_app.web.error_pages import status_of

DECIDERS: Final = ("organiser", "administrator", "campaign_monitor")


def list_() -> ResponseReturnValue:
    """All proposals by state, each with what may be decided."""
    return _page()


def _page(error: DomainError | None = None, proposal_id: int = 0) -> str:
    with reading() as session:
        campaign = current_campaign(session)
        found: list[Proposal] = []
        if campaign is not None:
            scope = scope_in(campaign.id, *DECIDERS)
            found = recognition.of_campaign(session, campaign.id, clock.now(), scope=scope)
    groups = [(state, [one for one in found if one.state == state]) for state in RECOGNITION_STATES]
    return render_template(
        "cell_reports/recognition.html",
        groups=[(state, ones) for state, ones in groups if ones],
        problem=error.message if error else "",
        wrong_id=proposal_id,
        typed=request.form.get("note", ""),
    )


def decide(proposal_id: int) -> ResponseReturnValue:
    """Note what was decided."""
    try:
        with writing() as session:
            row = session.get(Recognition, proposal_id)
            if row is None:
                raise NotFound(_("Không có đề nghị này."))
            recognition.decide(
                session,
                proposal_id,
                request.form.get("state", ""),
                request.form.get("note", ""),
                signed_in(),
                clock.now(),
                seen=request.form.get("seen", ""),
                scope=scope_in(row.campaign_id, *DECIDERS),
            )
            name = row.subject_name
    except NotFound:
        raise
    except DomainError as error:
        return _page(error, proposal_id), status_of(error)
    flash(_("Đã ghi quyết định về “%(name)s”.", name=name), "good")
    return redirect(url_for("recognition.list") + f"#proposal-{proposal_id}", code=303)
