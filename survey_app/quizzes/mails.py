"""The result mail. Composed at the moment of sending, from what is true then."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock, formatting, i18n
from survey_app.i18n import _
from survey_app.invitations.mails import personal_link
from survey_app.mailing.composing import Mail, Skip, render_mail
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.people.queries import is_shared_mailbox
from survey_app.quizzes import messages, queries, results
from survey_app.quizzes.models import Attempt
from survey_app.quizzes.queries import Entry, Graded, Try


def compose_result(
    session: Session, message: OutboxMessage, items: list[OutboxItem]
) -> Mail | Skip:
    """Compose "Kết quả bài thi của đồng chí"; a shared mailbox gets the link without the score."""
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
    graded: Graded | None = queries.gradings(session, entry.invitation_id)[attempt.id]
    with i18n.speaking(entry.person_locale):
        policy = results.policy(entry, clock.now())
        if not policy.shows_score or is_shared_mailbox(session, entry.email):
            graded = None
        before, after = _words(attempt, entry, graded, policy)
        subject, text, html = render_mail(
            "result",
            entry.person_locale,
            messages.you(entry),
            tag=entry.campaign_tag,
            before=before,
            after=after,
            closing=[_("Trân trọng."), entry.issuer],
            action_url=personal_link(entry.public_id, entry.link_version),
            action_label=_("Xem kết quả"),
        )
    return Mail(
        to=entry.email,
        to_name=entry.name,
        subject=subject,
        text=text,
        html=html,
        unsubscribe_url=None,
        kind="result",
    )


def _words(
    attempt: Try, entry: Entry, graded: Graded | None, policy: results.Policy
) -> tuple[list[str], list[str]]:
    you = messages.you(entry)
    assert attempt.submitted_at is not None
    moment = formatting.moment(attempt.submitted_at)
    before = [
        _("Kính gửi %(you)s %(name)s,", you=you, name=entry.name),
        _("Cảm ơn %(you)s đã tham gia “%(title)s”.", you=you, title=entry.title),
    ]
    if graded is not None:
        before.append(
            _(
                "Kết quả: đúng %(right)s/%(total)s câu, nộp bài lúc %(moment)s.",
                right=graded.right_count,
                total=graded.question_count,
                moment=moment,
            )
        )
    else:
        before.append(_("Bài được nộp lúc %(moment)s.", moment=moment))
    before.append(_("Số biên nhận: %(receipt)s.", receipt=attempt.receipt))
    after = [policy.note] if policy.note else []
    if policy.shows_key:
        after.append(_("Đáp án, giải thích và nguồn của từng câu có ở liên kết trên."))
    after.append(_("Kết quả này chỉ gửi riêng cho %(you)s.", you=you))
    after.append(_objection(entry))
    return before, after


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
