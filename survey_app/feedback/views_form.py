"""The page of a form, and taking it. Nothing is stored before it is sent, and then only sealed."""

import hashlib
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from survey_app import formatting, i18n
from survey_app.database import glancing, writing
from survey_app.errors import Expired, Invalid
from survey_app.feedback import answers, messages, sealing, sending
from survey_app.feedback.entries import FormEntry, form_entry
from survey_app.feedback.form_pages import form_page, sheet
from survey_app.feedback.posted import in_words, posted_fields, typed_answers
from survey_app.invitations import seat
from survey_app.invitations.messages import broken_link, contact_of, you
from survey_app.questions import library
from survey_app.questions.library import ApprovedVersion
from survey_app.web.doors import same_site_post
from survey_app.web.language import remember
from survey_app.web.pages import received_at

_TICKET = "form-ticket"
_DRAFTS_LAST_DAYS = 60


def form(public_id: str) -> ResponseReturnValue:
    """The form, or what became of it, for the person of this browser."""
    with glancing() as session:
        found = form_entry(session, public_id)
        if found is None:
            return broken_link()
        if not seat.is_seated(found.entry):
            return _stranger(found)
        standing = found.standing(received_at())
        if found.is_sent and standing in {"open", "stuck"}:
            before = "before" in request.args
            return messages.sent(found.entry, _draft_of(found), before=before)
        if standing != "open":
            return messages.in_the_way(standing, found, [], seated=True)
        version = _version(session, found)
    return _page(found, version)


def post_form(public_id: str) -> ResponseReturnValue:
    """Take the form: send it, or (without a script) show it again in another state.

    The ticket is enough, so that nobody loses what they wrote with their cookie.
    """
    same_site_post()
    with glancing() as session:
        found = form_entry(session, public_id)
        if found is None:
            return broken_link()
        if found.entry.version_id is None:
            return messages.in_the_way("cancelled", found, [], seated=False)
        version = _version(session, found)
    if not _holds_ticket(found, found.entry.link_version):
        return _without_ticket(found, version)
    if found.is_sent and found.standing(received_at()) in {"open", "stuck"}:
        # Also a page of the browser's memory that is sent again: it gets no answers back.
        return _recorded(found, before=True)
    action, _colon, key = request.form.get("action", "").partition(":")
    if action == "send":
        return _send(found, version)
    return _again(found, version, without=key if action == "clear" else None)


def _version(session: Any, found: FormEntry) -> ApprovedVersion:
    assert found.entry.version_id is not None
    return library.approved(session, found.entry.version_id)


def _stranger(found: FormEntry) -> ResponseReturnValue:
    elsewhere = seat.seated_elsewhere(found.entry) is not None
    return messages.stranger(found.entry, elsewhere=elsewhere)


def _holds_ticket(found: FormEntry, version: int) -> bool:
    ticket = request.form.get("ticket")
    return seat.holds_ticket(ticket, _TICKET, found.entry.public_id, version)


def _without_ticket(found: FormEntry, version: ApprovedVersion) -> ResponseReturnValue:
    """Refuse; who wrote under a link replaced meanwhile gets back what they wrote."""
    if any(_holds_ticket(found, old) for old in range(1, found.entry.link_version)):
        return messages.revoked(found.entry, _told(version))
    return _stranger(found)


def _told(version: ApprovedVersion) -> list[messages.Told]:
    fields = dict(request.form.lists())
    return in_words(sheet(version), typed_answers(version.document, fields))


def _send(found: FormEntry, version: ApprovedVersion) -> ResponseReturnValue:
    standing = found.standing(received_at())
    if standing != "open":
        return _too_late(found, version)
    try:
        given = answers.read(version.document, posted_fields(version.document))
    except Invalid as error:
        return _page_again(found, version, error), 422
    assert found.group is not None and found.ballot_bytes is not None
    ballot = sealing.Ballot(found.group, given)
    sealed = sealing.seal(found.public_key, found.ballot_bytes, ballot)
    try:
        with writing() as session:
            sent = sending.send(
                session,
                round_id=found.entry.round_id,
                invitation_id=found.entry.invitation_id,
                sealed=sealed,
                received=received_at(),
            )
    except Expired:
        return _too_late(found, version)
    return _recorded(found, before=sent.before)


def _recorded(found: FormEntry, *, before: bool) -> ResponseReturnValue:
    if not seat.is_seated(found.entry):
        return messages.sent(found.entry, _draft_of(found), before=before)
    # A page of its own, so that coming back to it asks for nothing to be sent again.
    target = url_for("respond.form", public_id=found.entry.public_id)
    return redirect(f"{target}?before=1" if before else target, code=303)


def _too_late(found: FormEntry, version: ApprovedVersion) -> ResponseReturnValue:
    """Say what came between, and give back what was written."""
    with glancing() as session:
        now = form_entry(session, found.entry.public_id) or found
    standing = now.standing(received_at())
    reason = "closed" if standing == "open" else standing
    return messages.in_the_way(reason, now, _told(version), seated=seat.is_seated(now.entry))


def _again(found: FormEntry, version: ApprovedVersion, *, without: str | None) -> Response:
    """Show the form again with what is in it; for the buttons of who has no script."""
    locale = request.form.get("lang")
    if locale in i18n.LOCALES:
        i18n.set_locale(locale)
    page = _page_again(found, version, without=without, go_on=without is None)
    response = Response(page, mimetype="text/html")
    if locale in i18n.LOCALES:
        remember(response, locale)
    return response


def _page_again(
    found: FormEntry,
    version: ApprovedVersion,
    error: Invalid | None = None,
    *,
    without: str | None = None,
    go_on: bool = False,
) -> str:
    typed = typed_answers(version.document, dict(request.form.lists()))
    typed.pop(without or "", None)
    return form_page(
        version,
        same=_same(found),
        differs=_differs(found),
        typed=typed,
        error=error.message if error else None,
        problems=error.problems if error else (),
        go_on=go_on,
    )


def _page(found: FormEntry, version: ApprovedVersion) -> str:
    return form_page(version, same=_same(found), differs=_differs(found))


def _same(found: FormEntry) -> dict[str, Any]:
    entry = found.entry
    return {
        "title": entry.title,
        "closes": formatting.moment(entry.closes_at),
        "form_of_address": you(entry),
        "trial": False,
        "draft_days": _DRAFTS_LAST_DAYS,
        "seated": seat.is_seated(entry),
        "brand": entry.campaign_tag,
        "contact": contact_of(entry),
    }


def _differs(found: FormEntry) -> dict[str, object]:
    entry = found.entry
    return {
        "name": entry.name,
        "ticket": seat.make_ticket(_TICKET, entry.public_id, entry.link_version),
        "draft": _draft_of(found),
        "action_url": url_for("respond.form", public_id=entry.public_id),
        "end_url": url_for("respond.leave"),
    }


def _draft_of(found: FormEntry) -> str:
    """Return the name under which a browser keeps what is not sent yet: nobody else's ticket."""
    entry = found.entry
    ticket = seat.make_ticket(_TICKET, entry.public_id, entry.link_version)
    return hashlib.sha256(ticket.encode()).hexdigest()[:32]
