"""The personal link: who is it for, what is it, what is recorded; then begin, go on or see.

GET and HEAD change nothing and set no cookie: gateways and previews open every link.
"""

from collections.abc import Sequence
from datetime import datetime

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import formatting
from survey_app.database import glancing, writing
from survey_app.extensions import current_settings
from survey_app.i18n import _
from survey_app.invitations import tokens
from survey_app.questions import library
from survey_app.quizzes import deadlines, member, messages, queries, services
from survey_app.quizzes.queries import Entry, Try
from survey_app.quizzes.views_stateless import trial_link
from survey_app.web.doors import same_site_post
from survey_app.web.pages import received_at
from survey_app.web.prepared import prepared_page


def open_link(token: str) -> ResponseReturnValue:
    """The page of a personal link: the name only, and a choice nobody made yet. Changes nothing."""
    known = tokens.read_link(current_settings().link_key, token)
    if known is None:
        return _other_link(token)
    return _asking_page(*known, answered=request.args.get("who"))


def _asking_page(public_id: str, version: int, *, answered: str | None) -> ResponseReturnValue:
    """Ask "is that you?"; `answered` tells of an answer that began nothing (`none`, `not_me`)."""
    with glancing() as session:
        found = queries.entry_with_tries(session, public_id)
        if found is None:
            return _leads_on(session, public_id, version)
        entry, tries = found
        refusal = _refusal(entry, version, tries)
        if refusal is not None:
            return refusal
        if answered == "not_me":
            return messages.not_me(entry, request.path)
        error = _("Xin chọn một trong hai câu trả lời.") if answered == "none" else None
        return _link_page(_question_count(session, entry), entry, tries, error=error)


def _other_link(token: str) -> ResponseReturnValue:
    if tokens.read_trial(current_settings().link_key, token) is not None:
        return trial_link(token)
    return messages.broken_link()


def _leads_on(session: Session, public_id: str, version: int) -> ResponseReturnValue:
    """Who stood on the roster twice got two links: the one that no longer counts leads on."""
    other = queries.leads_on(session, public_id, version)
    if other is None:
        return messages.broken_link()
    token = tokens.personal_token(current_settings().link_key, "quiz", *other)
    return redirect(url_for("link.open", token=token), code=303)


def _question_count(session: Session, entry: Entry) -> int:
    """Return how many questions a paper of this round has."""
    assert entry.version_id is not None
    ready = len(library.approved(session, entry.version_id).document.ready_questions)
    drawn = entry.rules.questions_drawn
    return min(ready, drawn) if drawn else ready


def _refusal(entry: Entry, version: int, tries: Sequence[Try]) -> ResponseReturnValue | None:
    """Return the kind page that stands in the way, if one does."""
    if version != entry.link_version:
        return messages.revoked(entry)
    phase = services.phase(entry, received_at())
    if phase == "cancelled":
        return messages.cancelled(entry)
    if phase == "not_yet":
        return messages.not_yet(entry)
    if any(deadlines.is_settling(attempt, entry, received_at()) for attempt in tries):
        return messages.time_over(entry)
    if phase == "closed" and not services.used_attempts(tries, entry, received_at()):
        return messages.closed(entry)
    return None


def _mode(entry: Entry, tries: Sequence[Try], now: datetime) -> str:
    """Return what pressing the button will do: `begin`, `resume` or `result`."""
    if services.phase(entry, now) == "closed":
        return "result"
    if any(deadlines.is_running(attempt, entry, now) for attempt in tries):
        return "resume"
    allowed = entry.rules.attempts_allowed
    return (
        "result"
        if allowed is not None and services.used_attempts(tries, entry, now) >= allowed
        else "begin"
    )


def _link_page(
    question_count: int, entry: Entry, tries: Sequence[Try], *, error: str | None = None
) -> str:
    now = received_at()
    settings = entry.rules
    handed_in = any(attempt.state == "submitted" for attempt in tries)
    mode = _mode(entry, tries, now)
    return prepared_page(
        "quizzes/open.html",
        same={
            "title": entry.title,
            "question_count": question_count,
            "limit_minutes": settings.time_limit_minutes,
            "closes": formatting.moment(entry.closes_at),
            "attempts_allowed": settings.attempts_allowed,
            "attempts_used": services.used_attempts(tries, entry, now),
            "form_of_address": messages.you(entry),
            "organiser_name": entry.issuer,
            "retention_months": entry.retention_months,
            "error": error,
            "mode": mode,
            "has_result": handed_in and mode != "result",
            "trial": False,
            "brand": entry.campaign_tag,
            "contact": messages.contact_of(entry),
        },
        differs={
            "name": entry.name,
            "remaining": formatting.remaining(entry.closes_at, now),
            "next_path": request.path,
        },
    )


def confirm(token: str) -> ResponseReturnValue:
    """Take the answer to "is that you?" and begin, go on, or show the result."""
    same_site_post()
    known = tokens.read_link(current_settings().link_key, token)
    if known is None:
        return _other_link(token)
    who = request.form.get("who")
    if who != "me":
        if who == "not_me":
            member.leave()
        # A page of its own, so that coming back to it later asks for nothing to be sent again.
        answered = "not_me" if who == "not_me" else "none"
        return redirect(url_for("link.open", token=token, who=answered), code=303)
    with writing() as session:
        entry = queries.entry(session, known[0], lock=True)
        if entry is None:
            return _leads_on(session, *known)
        tries: Sequence[Try] = queries.tries(session, entry.invitation_id)
        refusal = _refusal(entry, known[1], tries)
        if refusal is not None:
            return refusal
        tries = services.finish_overdue(session, entry, tries, received_at())
        wants_result = request.form.get("action") == "result"
        handed_in = any(attempt.state == "submitted" for attempt in tries)
        over = _mode(entry, tries, received_at()) == "result"
        if over and not handed_in:
            return messages.closed(entry)
        if handed_in and (over or wants_result):
            target = _result_url(tries)
        else:
            attempt_id = services.begin(session, entry, tries, now=received_at())
            target = url_for("respond.paper", attempt_id=attempt_id)
    member.sit_down(entry.public_id, entry.link_version)
    return redirect(target, code=303)


def _result_url(tries: Sequence[Try]) -> str:
    newest = [attempt for attempt in tries if attempt.state == "submitted"][-1]
    return url_for("respond.result", attempt_id=newest.public_id)
