"""The result page: receipt and, as far as the round allows at this moment, score and key."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import formatting
from survey_app.database import glancing
from survey_app.i18n import _
from survey_app.questions import library
from survey_app.quizzes import deadlines, member, messages, queries, results, saving, services
from survey_app.quizzes.queries import Entry, Graded, Try
from survey_app.quizzes.views_answering import stranger
from survey_app.web.pages import received_at
from survey_app.web.prepared import prepared_page


def result(attempt_id: str) -> ResponseReturnValue:
    """The receipt and, as far as the round allows at this moment, score, key and sources."""
    with glancing() as session:
        found = queries.graded_attempt(session, attempt_id)
        if found is None:
            return messages.broken_link()
        attempt, entry, gradings = found
        if not member.is_seated(entry):
            return stranger(entry, handed_in=attempt.state == "submitted")
        if attempt.state == "open" and received_at() < deadlines.deadline_of(attempt, entry):
            return redirect(url_for("respond.paper", attempt_id=attempt_id), code=303)
        if attempt.state != "submitted":
            return messages.time_over(entry)
        return _result_page(session, attempt, entry, gradings)


def _result_page(session: Session, attempt: Try, entry: Entry, gradings: dict[int, Graded]) -> str:
    now = received_at()
    policy = results.policy(entry, now, place=_("liên kết trong thư mời"))
    graded = gradings[attempt.id]
    best = max(item.right_count for item in gradings.values())
    allowed = entry.rules.attempts_allowed
    may_try = services.phase(entry, now) == "open" and allowed != 1
    left = None if allowed is None or not may_try else allowed - len(gradings)
    may_try = may_try and (left is None or left > 0)
    marked = None
    # Whoever may still try again would only copy the key.
    if policy.shows_key and not may_try:
        document = library.approved(session, attempt.version_id).document
        marked = results.marked(document, attempt.paper, saving.chosen(attempt.answers))
    score = graded.right_count if policy.shows_score else None
    assert attempt.submitted_at is not None
    return prepared_page(
        "quizzes/result.html",
        same={
            "title": entry.title,
            "form_of_address": messages.you(entry),
            "score": score,
            "total": graded.question_count,
            "best_score": best if policy.shows_score else None,
            "policy_note": policy.note,
            "questions": marked,
            "reading": results.reading_list(marked) if marked else [],
            "attempts_left": left,
            "again": may_try,
            "limit_minutes": entry.rules.time_limit_minutes,
            "timed_out": deadlines.was_ended_by_clock(attempt, entry),
            "trial": False,
            "brand": entry.campaign_tag,
            "contact": messages.contact_of(entry),
        },
        differs={
            "name": entry.name,
            "receipt": attempt.receipt or "",
            "submitted_at": formatting.moment(attempt.submitted_at),
            "end_url": url_for("respond.leave"),
            "again_url": url_for("respond.again", attempt_id=attempt.public_id),
            "ticket": member.ticket_for(attempt, entry),
        },
        keep=marked is None,
    )
