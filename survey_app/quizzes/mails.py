"""The mails about a paper that was handed in, composed at the moment of sending."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock, formatting, i18n
from survey_app.i18n import _, _n
from survey_app.invitations.mails import personal_link
from survey_app.mailing.composing import Mail, Skip, render_mail, subject_about
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.people.queries import is_shared_mailbox
from survey_app.quizzes import deadlines, messages, queries, results, services
from survey_app.quizzes.models import Attempt
from survey_app.quizzes.queries import Entry, Graded, Try


@dataclass(frozen=True)
class _HandedIn:
    """A paper that was handed in, as a mail may tell of it (`graded` only where it may)."""

    attempt: Try
    entry: Entry
    at: datetime
    policy: results.Policy
    shared_mailbox: bool
    graded: Graded | None
    more_tries: str


def compose_result(
    session: Session, message: OutboxMessage, items: list[OutboxItem]
) -> Mail | Skip:
    """Compose "kết quả của đồng chí"; a shared mailbox gets the link without the score."""
    del message
    public_id = session.scalar(
        select(Attempt.public_id).where(Attempt.id == items[-1].payload["attempt"])
    )
    found = queries.attempt(session, public_id) if public_id else None
    if found is None:
        return Skip("left")
    attempt, entry = found
    if not entry.email or entry.address_state != "ok":
        return Skip("no_address")
    if entry.round_state == "cancelled" or attempt.submitted_at is None:
        return Skip("round_cancelled")
    with i18n.speaking(entry.person_locale):
        paper = _handed_in(session, attempt, entry, queries.tries(session, entry.invitation_id))
        return _mail(paper, "result", "result", _result_words(paper))


def compose_handed_in(session: Session, public_id: str) -> Mail | None:
    """Compose what someone gets who has handed in and is sent their link again.

    `public_id` is the invitation's. Return `None` when nothing was handed in.
    """
    entry = queries.entry(session, public_id)
    tries = queries.tries(session, entry.invitation_id) if entry else []
    papers = [attempt for attempt in tries if attempt.state == "submitted"]
    if entry is None or not papers:
        return None
    with i18n.speaking(entry.person_locale):
        paper = _handed_in(session, papers[-1], entry, tries)
        return _mail(paper, "handed_in", "notice", _handed_in_words(paper))


def _handed_in(session: Session, attempt: Try, entry: Entry, tries: list[Try]) -> _HandedIn:
    now = clock.now()
    policy = results.policy(entry, now, place=_("liên kết này"))
    shared = is_shared_mailbox(session, entry.email)
    graded = None
    if policy.shows_score and not shared:
        graded = queries.gradings(session, entry.invitation_id).get(attempt.id)
    assert attempt.submitted_at is not None
    more = _more_tries(entry, tries, now)
    return _HandedIn(attempt, entry, attempt.submitted_at, policy, shared, graded, more)


def _mail(paper: _HandedIn, template: str, kind: str, words: dict[str, Any]) -> Mail:
    entry = paper.entry
    subject, text, html = render_mail(
        template,
        entry.person_locale,
        messages.you(entry),
        tag=entry.campaign_tag,
        closing=[_("Trân trọng."), entry.issuer],
        action_url=personal_link(entry.public_id, entry.link_version),
        **words,
    )
    return Mail(
        to=entry.email or "",
        to_name=entry.name,
        subject=subject,
        text=text,
        html=html,
        unsubscribe_url=None,
        kind=kind,
    )


def _result_words(paper: _HandedIn) -> dict[str, Any]:
    entry, graded, you = paper.entry, paper.graded, messages.you(paper.entry)
    thanks = _("Cảm ơn %(you)s đã tham gia “%(title)s”.", you=you, title=entry.title)
    return {
        "subject": subject_about(
            entry.title,
            lambda title: _(
                "[%(tag)s] %(title)s – kết quả của %(you)s",
                tag=entry.campaign_tag,
                title=title,
                you=you,
            ),
        ),
        # A list of mails may be seen by others: it says nothing of the score.
        "preheader": thanks,
        "before": [*_greeting(paper), thanks, *_by_clock(paper)],
        "score": f"{graded.right_count}/{graded.question_count}" if graded else None,
        "facts": _facts(paper),
        "action_label": _("Xem kết quả"),
        "after": [*_what_is_shown(paper), _private(paper), _objection(entry)],
    }


def _handed_in_words(paper: _HandedIn) -> dict[str, Any]:
    entry, you = paper.entry, messages.you(paper.entry)
    news = _("Bài thi “%(title)s” của %(you)s đã được nộp và ghi nhận.", title=entry.title, you=you)
    return {
        "subject": subject_about(
            entry.title,
            lambda title: _(
                "[%(tag)s] %(title)s – %(you)s đã nộp bài",
                tag=entry.campaign_tag,
                title=title,
                you=you,
            ),
        ),
        "preheader": news,
        "before": [*_greeting(paper), news, *_by_clock(paper)],
        "facts": _facts(paper),
        "action_label": _("Xem kết quả") if paper.policy.shows_score else _("Mở trang của mình"),
        "after": [
            _("Thư này được gửi vì có yêu cầu gửi lại liên kết."),
            *_what_is_shown(paper),
            _private(paper),
            *_ask(entry),
        ],
    }


def _greeting(paper: _HandedIn) -> list[str]:
    you, name = messages.you(paper.entry), paper.entry.name
    greeting = [_("Kính gửi %(you)s %(name)s,", you=you, name=name)]
    if paper.shared_mailbox:
        greeting.append(
            _(
                "Hộp thư này có nhiều người dùng chung. Thư này chỉ dành cho %(you)s %(name)s.",
                you=you,
                name=name,
            )
        )
    return greeting


def _by_clock(paper: _HandedIn) -> list[str]:
    """Return the sentence for who pressed no button: the mail would surprise them."""
    if not deadlines.was_ended_by_clock(paper.attempt, paper.entry):
        return []
    return [_("Hết giờ, hệ thống đã tự nộp những câu đã lưu.")]


def _facts(paper: _HandedIn) -> list[tuple[str, str]]:
    return [
        (_("Nộp bài lúc"), formatting.moment(paper.at)),
        (_("Số biên nhận"), paper.attempt.receipt or "–"),
    ]


def _what_is_shown(paper: _HandedIn) -> list[str]:
    said = []
    if paper.shared_mailbox and paper.policy.shows_score:
        said.append(_("Vì hộp thư dùng chung, thư không ghi điểm; xin xem điểm ở liên kết trên."))
    if paper.policy.note:
        said.append(paper.policy.note)
    if paper.policy.shows_key:
        said.append(_("Đáp án, giải thích và nguồn của từng câu có ở liên kết trên."))
    if paper.more_tries:
        said.append(paper.more_tries)
    return said


def _more_tries(entry: Entry, tries: list[Try], now: datetime) -> str:
    allowed = entry.rules.attempts_allowed
    left = None if allowed is None else allowed - services.used_attempts(tries, entry, now)
    if services.phase(entry, now) != "open" or (left is not None and left <= 0):
        return ""
    values = {"you": messages.you(entry), "moment": formatting.moment(entry.closes_at)}
    if left is None:
        return _(
            "Nếu muốn, %(you)s làm lại được đến %(moment)s; hệ thống lấy lượt tốt nhất.", **values
        )
    return _n(
        "Nếu muốn làm lại, %(you)s còn %(n)s lượt, đến %(moment)s; hệ thống lấy lượt tốt nhất.",
        left,
        **values,
    )


def _private(paper: _HandedIn) -> str:
    return _(
        "Liên kết này dành riêng cho %(you)s, xin không chuyển tiếp.", you=messages.you(paper.entry)
    )


def _ask(entry: Entry) -> list[str]:
    if not entry.contact_name:
        return []
    return [
        _(
            "Nếu gặp khó khăn, xin liên hệ %(contact)s, điện thoại %(phone)s.",
            contact=entry.contact_name,
            phone=entry.contact_phone or "–",
        )
    ]


def _objection(entry: Entry) -> str:
    days = entry.rules.objection_days
    until = formatting.day(entry.closes_at + timedelta(days=days))
    if not entry.contact_name:
        return _("Ý kiến về đáp án xin gửi trước ngày %(day)s.", day=until)
    return _(
        "Ý kiến về đáp án xin gửi %(contact)s, điện thoại %(phone)s, trước ngày %(day)s.",
        contact=entry.contact_name,
        phone=entry.contact_phone or "–",
        day=until,
    )
