"""The pages of an attempt: answer, save, review, hand in, leave."""

from typing import Any

from flask import jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.wrappers import Response

from survey_app import formatting, i18n
from survey_app.database import glancing, reading, writing
from survey_app.errors import Conflict, DomainError, Expired, Invalid
from survey_app.i18n import _
from survey_app.questions import library
from survey_app.quizzes import deadlines, member, messages, queries, results, saving, services
from survey_app.quizzes.papers import fragments
from survey_app.quizzes.queries import Entry, Try
from survey_app.web.doors import same_site_post
from survey_app.web.error_pages import status_of
from survey_app.web.language import remember
from survey_app.web.pages import received_at
from survey_app.web.prepared import prepared_page

_LEADS_TO = {"review": "respond.review", "look": "respond.review", "submit": "respond.result"}


def paper(attempt_id: str) -> ResponseReturnValue:
    """The answering page."""
    with glancing() as session:
        found = queries.attempt(session, attempt_id)
        if found is None:
            return messages.broken_link()
        attempt, entry = found
        refusal = _refusal(attempt, entry)
        if refusal is not None:
            return refusal
        questions = fragments(library.approved(session, attempt.version_id)).paper(
            attempt.paper, saving.chosen(attempt.answers), saves=True
        )
    return _paper_page(attempt, entry, questions)


def _refusal(attempt: Try, entry: Entry) -> ResponseReturnValue | None:
    """Return what to show instead of an open attempt, if something stands in the way."""
    if not member.is_seated(entry):
        return stranger(entry, handed_in=attempt.state == "submitted")
    if attempt.state == "submitted":
        return redirect(url_for("respond.result", attempt_id=attempt.public_id), code=303)
    if entry.round_state == "cancelled":
        return messages.cancelled(entry)
    if attempt.state == "void" or received_at() >= deadlines.deadline_of(attempt, entry):
        return messages.time_over(entry)
    return None


def stranger(entry: Entry, *, kept: bool = False, handed_in: bool = False) -> ResponseReturnValue:
    """Return the page for a browser that was not confirmed for this person; it shows no answers.

    `kept` says that answers just sent were stored, `handed_in` that the paper takes no more.
    """
    elsewhere = member.seated_elsewhere(entry)
    if elsewhere is None:
        return messages.session_lost(entry, kept=kept, handed_in=handed_in)
    with reading() as session:
        other = queries.entry(session, elsewhere)
    if other is not None and other.person_id == entry.person_id:
        return messages.other_round(entry, other)
    return messages.other_person(entry)


def _paper_page(attempt: Try, entry: Entry, questions: Markup) -> str:
    deadline = deadlines.deadline_of(attempt, entry)
    saved = "saved" in request.args
    return prepared_page(
        "quizzes/paper.html",
        same={
            "title": entry.title,
            "question_count": len(attempt.paper),
            **({} if saved else {"saved_at": None}),
            "error": None,
            "trial": False,
            "start_at": None,
            "brand": entry.campaign_tag,
            "contact": messages.contact_of(entry),
        },
        differs={
            **({"saved_at": formatting.clock_time(received_at())} if saved else {}),
            "name": entry.name,
            "attempt_id": attempt.public_id,
            "questions_html": questions,
            "ticket": member.ticket_for(attempt, entry),
            "revision": attempt.revision,
            "save_url": url_for("respond.save", attempt_id=attempt.public_id),
            "action_url": url_for("respond.post_paper", attempt_id=attempt.public_id),
            "deadline_seconds": int((deadline - received_at()).total_seconds()),
            "time_left": formatting.remaining(deadline, received_at()),
        },
    )


def post_paper(attempt_id: str) -> ResponseReturnValue:
    """Take the form of the answering or the review page: save, review, hand in, or leave.

    "finish" hands in at once what is whole; anything else it leads to the review to be looked at.
    """
    same_site_post()
    action, _colon, place = request.form.get("action", "save").partition(":")
    write = member.posted_answers()
    entry: Entry | None = None
    try:
        with writing() as session:
            found = queries.attempt(session, attempt_id, lock=True)
            if found is None:
                return messages.broken_link()
            attempt, entry = found
            if not member.holds_ticket(request.form.get("ticket"), attempt_id, entry.link_version):
                return stranger(entry)
            if action == "submit":
                services.submit(session, attempt, entry, write, received=received_at())
            elif action == "finish":
                done = services.submit_if_whole(
                    session, attempt, entry, write, received=received_at()
                )
                action = "submit" if done else "look"
            else:
                services.save(session, attempt, entry, write, received=received_at())
    except (Conflict, Expired, Invalid) as error:
        assert entry is not None
        return _not_taken(attempt_id, entry, action, error)
    return _after_post(attempt_id, entry, action, place)


def _not_taken(
    attempt_id: str, entry: Entry, action: str, error: DomainError
) -> ResponseReturnValue:
    """The answers could not be taken: too late, handed in before, or none at all."""
    leaves = action == "end"
    if leaves:
        member.leave()
    elif not member.is_seated(entry):
        return stranger(entry)
    if isinstance(error, Invalid):
        return _review_page(attempt_id, error=error.message)
    if isinstance(error, Expired):
        cancelled = entry.round_state == "cancelled"
        return messages.cancelled(entry) if cancelled else messages.time_over(entry)
    if leaves:
        return messages.ended(entry, kept=False)
    return redirect(url_for("respond.result", attempt_id=attempt_id), code=303)


def _after_post(attempt_id: str, entry: Entry, action: str, place: str) -> ResponseReturnValue:
    """Lead on from what was taken; `place` is the question whose save button was pressed."""
    if action == "end":
        member.leave()
        return messages.ended(entry, kept=True)
    if not member.is_seated(entry):
        if action == "submit":
            return messages.handed_in_without_session(entry)
        return stranger(entry, kept=True)
    endpoint = _LEADS_TO.get(action, "respond.paper")
    target = url_for(endpoint, attempt_id=attempt_id)
    if action == "look":
        target += "?asked=1"
    if endpoint == "respond.paper":
        target += "?saved=1"
        if place.isascii() and place.isdigit():
            target += f"#q-{int(place)}"
    response: Response = redirect(target, code=303)
    locale = request.form.get("lang")
    if locale in i18n.LOCALES:
        remember(response, locale)
    return response


def save(attempt_id: str) -> ResponseReturnValue:
    """Take an autosave (JSON) and say what is stored now; the ticket is enough for it."""
    same_site_post()
    body: Any = request.get_json(silent=True)
    write = member.answers_of_json(body)
    if write is None:
        return {"message": _("Yêu cầu không đọc được.")}, 400
    try:
        with writing() as session:
            found = queries.attempt(session, attempt_id, lock=True)
            if found is None or not member.holds_ticket(
                body.get("ticket"), attempt_id, found[1].link_version
            ):
                return {"message": _("Liên kết này đã được thay. Xin mở thư mời mới nhất.")}, 403
            saved = services.save(session, *found, write, received=received_at())
    except DomainError as error:
        return {"message": error.message}, status_of(error)
    return jsonify(
        revision=saved.revision,
        saved_at=formatting.clock_time(received_at()),
        conflicts=dict.fromkeys(saved.conflicts, True),
    )


def review(attempt_id: str) -> ResponseReturnValue:
    """What is answered and what is not, before handing in."""
    return _review_page(attempt_id)


def _review_page(attempt_id: str, *, error: str | None = None) -> ResponseReturnValue:
    with reading() as session:
        found = queries.attempt(session, attempt_id)
        if found is None:
            return messages.broken_link()
        attempt, entry = found
        refusal = _refusal(attempt, entry)
        if refusal is not None:
            return refusal
        document = library.approved(session, attempt.version_id).document
    lines = results.given(document, attempt.paper, saving.chosen(attempt.answers))
    differing = saving.differing(attempt.answers)
    missing = [(line.number, line.text) for line in lines if not line.chosen]
    html = prepared_page(
        "quizzes/review.html",
        same={
            "title": entry.title,
            "form_of_address": messages.you(entry),
            "question_count": len(lines),
            "answered": len(lines) - len(missing),
            "unanswered": missing,
            "given": [line for line in lines if line.chosen],
            "conflicts": [
                (line.number, line.text)
                for line, (name, _order) in zip(lines, attempt.paper, strict=True)
                if name in differing
            ],
            "error": error,
            "not_handed_in": "asked" in request.args,
            "sent": False,
            "trial": False,
            "brand": entry.campaign_tag,
            "contact": messages.contact_of(entry),
        },
        differs={
            "name": entry.name,
            "attempt_id": attempt.public_id,
            "paper_url": url_for("respond.paper", attempt_id=attempt_id),
            "action_url": url_for("respond.post_paper", attempt_id=attempt_id),
            "ticket": member.ticket_for(attempt, entry),
            "revision": attempt.revision,
            "time_left": formatting.remaining(deadlines.deadline_of(attempt, entry), received_at()),
        },
        keep=False,
    )
    return html, 422 if error else 200


def again(attempt_id: str) -> ResponseReturnValue:
    """Begin another attempt from the result page."""
    same_site_post()
    with writing() as session:
        found = queries.attempt(session, attempt_id, lock=True)
        if found is None:
            return messages.broken_link()
        entry = found[1]
        if not member.is_seated(entry):
            return stranger(entry)
        tries = queries.tries(session, entry.invitation_id)
        new_id = services.begin(session, entry, tries, now=received_at())
    return redirect(url_for("respond.paper", attempt_id=new_id), code=303)


def leave() -> ResponseReturnValue:
    """Forget who sat at this browser ("Kết thúc")."""
    same_site_post()
    member.leave()
    return messages.message(
        200,
        _("Đã kết thúc"),
        _("Trên máy này không còn lưu gì của người vừa mở trang."),
        forget=True,
    )
