"""An organiser's trial run of a form: the pages as members meet them. Nothing is stored."""

from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from survey_app import formatting
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.settings import kept_settings
from survey_app.database import reading
from survey_app.errors import Invalid, NotFound
from survey_app.extensions import current_settings
from survey_app.feedback import answers, messages
from survey_app.feedback.form_pages import form_page
from survey_app.feedback.posted import posted_fields, typed_answers
from survey_app.i18n import _
from survey_app.invitations import tokens
from survey_app.invitations.messages import Contact
from survey_app.invitations.trials import may_try
from survey_app.questions import library
from survey_app.questions.library import ApprovedVersion
from survey_app.questions.minutes import minutes_of
from survey_app.questions.versions import newest_approved
from survey_app.web.doors import same_site_post
from survey_app.web.prepared import prepared_page


@dataclass(frozen=True)
class _Run:
    """The form behind a trial token."""

    round: Round
    campaign: Campaign
    version: ApprovedVersion

    def common(self) -> dict[str, Any]:
        """Return what all its pages show."""
        contact = Contact(self.campaign.contact_name, self.campaign.contact_phone)
        return {
            "title": self.round.title,
            "closes": formatting.moment(self.round.closes_at),
            "form_of_address": _("đồng chí"),
            "trial": True,
            "brand": self.campaign.tag,
            "contact": contact,
        }


def _run(token: str) -> _Run | None:
    """Return the form of a trial token, or `None` when it is another token.

    Raises:
        NotFound: whom the link was sent to is no organiser any more, or there is nothing to try.
    """
    known = tokens.read_form_trial(current_settings().link_key, token)
    if known is None:
        return None
    with reading() as session:
        query = select(Round, Campaign).join(Campaign, Campaign.id == Round.campaign_id)
        row = session.execute(query.where(Round.id == known[0])).one_or_none()
        if row is None or not may_try(session, known[1]):
            raise NotFound(_("Liên kết thử này không đúng. Xin gửi lại thư thử."))
        round_, campaign = row
        newest = newest_approved(session, round_.question_set_id)
        version_id = round_.version_id or (newest.id if newest else None)
        if version_id is None:
            raise NotFound(_("Phiếu của đợt góp ý này chưa được duyệt."))
        return _Run(round_, campaign, library.approved(session, version_id))


def trial_link(token: str) -> ResponseReturnValue | None:
    """The link of a test mail, or `None` when it is not one of a form."""
    run = _run(token)
    if run is None:
        return None
    if request.method == "POST":
        if request.form.get("who") == "me":
            return redirect(url_for("trial.show", token=token), code=303)
        return redirect(url_for("link.open", token=token, who="none"), code=303)
    document = run.version.document
    return prepared_page(
        "feedback/open.html",
        same={
            **run.common(),
            "question_count": len(document.ready_questions),
            "minutes": minutes_of(document),
            "small_group": kept_settings(run.round.settings).small_group,
            "organiser_name": run.campaign.issuer,
            "error": _("Xin chọn một trong hai câu trả lời.") if "who" in request.args else None,
            "closed": False,
        },
        differs={"name": _("Người xem thử"), "remaining": "", "next_path": request.path},
        keep=False,
    )


def trial(token: str) -> ResponseReturnValue | None:
    """The form as a member sees it; a post is read as it would be, and forgotten."""
    run = _run(token)
    if run is None:
        return None
    if request.method != "POST":
        return _trial_page(run, token)
    same_site_post()
    document = run.version.document
    if request.form.get("action") != "send":
        action, _colon, key = request.form.get("action", "").partition(":")
        typed = typed_answers(document, dict(request.form.lists()))
        typed.pop(key, None)
        return _trial_page(run, token, typed=typed, go_on=action != "clear")
    try:
        answers.read(document, posted_fields(document))
    except Invalid as error:
        typed = typed_answers(document, dict(request.form.lists()))
        told = {"typed": typed, "error": error.message, "problems": error.problems}
        return _trial_page(run, token, **told), 422
    return messages.tried()


def _trial_page(run: _Run, token: str, **again: Any) -> str:
    here = url_for("trial.show", token=token)
    return form_page(
        run.version,
        same={**run.common(), "seated": True, "draft_days": 0},
        differs={
            "name": _("Người xem thử"),
            "ticket": "",
            "draft": "",
            "action_url": here,
            "end_url": url_for("respond.leave"),
        },
        **again,
    )
