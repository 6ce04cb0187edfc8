"""The result mail. Composed at the moment of sending, from what is true then."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app import clock, formatting, i18n
from survey_app.campaigns.settings import RoundSettings
from survey_app.extensions import current_settings
from survey_app.invitations import tokens
from survey_app.mailing.composing import Mail, Skip, render_mail
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.people.models import Person
from survey_app.quizzes import messages, queries, results
from survey_app.quizzes.models import Attempt
from survey_app.quizzes.queries import Entry


def compose_result(
    session: Session, message: OutboxMessage, items: list[OutboxItem]
) -> Mail | Skip:
    """Compose "Kết quả bài thi của đồng chí"; a shared mailbox gets the link without the score."""
    del message
    public_id = session.scalar(
        select(Attempt.public_id).where(Attempt.id == items[0].payload["attempt"])
    )
    found = queries.attempt(session, public_id) if public_id else None
    if found is None:
        return Skip("gone")
    attempt, entry = found
    if not entry.email or entry.address_state != "ok":
        return Skip("no_address")
    if entry.round_state == "cancelled" or attempt.submitted_at is None:
        return Skip("not_wanted")
    graded = queries.gradings(session, entry.invitation_id)[attempt.id]
    with i18n.speaking(entry.person_locale):
        policy = results.policy(entry, clock.now())
        shows_score = policy.shows_score and not _is_shared(session, entry.email)
        subject, text, html = render_mail(
            "result",
            entry.person_locale,
            messages.you(entry),
            tag=entry.campaign_tag,
            name=entry.name,
            title=entry.title,
            issuer=entry.issuer,
            right=graded.right_count if shows_score else None,
            total=graded.question_count,
            submitted_at=formatting.moment(attempt.submitted_at),
            receipt=attempt.receipt,
            note=policy.note,
            shows_key=policy.shows_key,
            objection_days=RoundSettings.model_validate(entry.settings).objection_days,
            contact=messages.contact_of(entry),
            link=link_of(entry),
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


def link_of(entry: Entry) -> str:
    """Return the personal link of an invitation, the same in every mail."""
    settings = current_settings()
    token = tokens.link_token(settings.link_key, entry.public_id, entry.link_version)
    return f"{settings.base_url}/i/{token}"


def _is_shared(session: Session, email: str) -> bool:
    sharers = session.scalar(
        select(func.count()).where(Person.email == email, Person.merged_into_id.is_(None))
    )
    return (sharers or 0) > 1
