"""The page "Không nhận thư nhắc": a page with a button; opening it changes nothing."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app.campaigns.models import Campaign, Round
from survey_app.database import reading, writing
from survey_app.errors import NotFound
from survey_app.extensions import current_settings
from survey_app.i18n import _
from survey_app.invitations import reaching, tokens
from survey_app.invitations.models import Invitation
from survey_app.web.doors import same_site_post


def show(token: str) -> ResponseReturnValue:
    """Ask; gateways and previews open this too, so nothing is changed here."""
    return _page(token)


def choose(token: str) -> ResponseReturnValue:
    """Keep the wish. Nothing is chosen beforehand: a robot that submits forms changes nothing."""
    same_site_post()
    public_id = _public_id(token)
    wish = request.form.get("wish")
    if wish not in ("off", "on"):
        return _page(token, problem=_("Xin chọn một trong hai.")), 422
    with writing() as session:
        reaching.set_wants_reminders(session, public_id, wish == "on")
    return _page(token, changed=True)


def _page(token: str, *, changed: bool = False, problem: str = "") -> str:
    public_id = _public_id(token)
    with reading() as session:
        person = reaching.person_behind(session, public_id)
        campaign = _campaign(session, public_id)
    contact = {"name": campaign.contact_name, "phone": campaign.contact_phone}
    return render_template(
        "invitations/no_reminders.html",
        wanted=person.wants_reminders,
        changed=changed,
        problem=problem,
        brand=campaign.tag,
        contact=contact if campaign.contact_name else None,
    )


def _public_id(token: str) -> str:
    known = tokens.read_no_reminders(current_settings().link_key, token)
    if known is None:
        raise NotFound(_("Liên kết này không đúng hoặc bị cắt mất một phần. Xin mở lại từ thư."))
    return known[0]


def _campaign(session: Session, public_id: str) -> Campaign:
    return (
        session.query(Campaign)
        .join(Round, Round.campaign_id == Campaign.id)
        .join(Invitation, Invitation.round_id == Round.id)
        .filter(Invitation.public_id == public_id)
        .one()
    )
