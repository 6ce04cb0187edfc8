"""The personal link of a form: what is recorded and what is not, first; then begin.

GET and HEAD change nothing and set no cookie. The page is the same before and after sending: who
has the link at hand (a gateway, a shared mailbox, whoever helps) does not learn it from here.
"""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import formatting
from survey_app.database import glancing
from survey_app.extensions import current_settings
from survey_app.feedback import messages
from survey_app.feedback.entries import FormEntry, form_entry
from survey_app.feedback.views_trial import trial_link
from survey_app.i18n import _
from survey_app.invitations import seat, tokens
from survey_app.invitations.entries import Entry
from survey_app.invitations.messages import broken_link, contact_of, not_me, you
from survey_app.questions import library
from survey_app.questions.minutes import minutes_of
from survey_app.questions.schema import QuestionDocument
from survey_app.web.doors import same_site_post
from survey_app.web.pages import received_at
from survey_app.web.prepared import prepared_page


def open_link(token: str) -> ResponseReturnValue | None:
    """The page of a form's personal link, or `None` when the link is of another kind."""
    known = tokens.read_form(current_settings().link_key, token)
    if known is None:
        return trial_link(token)
    with glancing() as session:
        found = _admitted(session, *known)
        if not isinstance(found, FormEntry):
            return found
        answered = request.args.get("who")
        if answered == "not_me":
            return not_me(found.entry, request.path)
        assert found.entry.version_id is not None
        document = library.approved(session, found.entry.version_id).document
    error = _("Xin chọn một trong hai câu trả lời.") if answered == "none" else None
    return _link_page(found, document, error)


def _admitted(session: Session, public_id: str, version: int) -> FormEntry | ResponseReturnValue:
    """Return what the link leads to, or the kind page that stands in the way."""
    found = form_entry(session, public_id)
    if found is None:
        return broken_link()
    if version != found.entry.link_version:
        return messages.revoked(found.entry, [])
    standing = found.standing(received_at())
    if standing in {"open", "closed"}:
        return found
    return messages.in_the_way(standing, found, [], seated=False)


def _link_page(found: FormEntry, document: QuestionDocument, error: str | None) -> str:
    entry, now = found.entry, received_at()
    closed = found.standing(now) == "closed"
    return prepared_page(
        "feedback/open.html",
        same={**_facts(entry, document), "error": error, "closed": closed, "trial": False},
        differs={
            "name": entry.name,
            "remaining": "" if closed else formatting.remaining(entry.closes_at, now),
            "next_path": request.path,
        },
    )


def _facts(entry: Entry, document: QuestionDocument) -> dict[str, object]:
    return {
        "title": entry.title,
        "question_count": len(document.ready_questions),
        "minutes": minutes_of(document),
        "closes": formatting.moment(entry.closes_at),
        "small_group": entry.rules.small_group,
        "form_of_address": you(entry),
        "organiser_name": entry.issuer,
        "brand": entry.campaign_tag,
        "contact": contact_of(entry),
    }


def confirm(token: str) -> ResponseReturnValue | None:
    """Take the answer to "is that you?" and go on to the form. Nothing is stored."""
    known = tokens.read_form(current_settings().link_key, token)
    if known is None:
        return trial_link(token)
    same_site_post()
    who = request.form.get("who")
    if who != "me":
        if who == "not_me":
            seat.leave()
        # A page of its own, so that coming back to it later asks for nothing to be sent again.
        answered = "not_me" if who == "not_me" else "none"
        return redirect(url_for("link.open", token=token, who=answered), code=303)
    with glancing() as session:
        found = _admitted(session, *known)
    if not isinstance(found, FormEntry):
        return found
    seat.sit_down(found.entry.public_id, found.entry.link_version)
    return redirect(url_for("respond.form", public_id=found.entry.public_id), code=303)
