"""Rows of question sets and versions: found, made, and who wrote in them."""

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.audit import Action, record
from survey_app.audit.models import AuditEvent
from survey_app.audit.services import Actor
from survey_app.errors import Conflict, Invalid
from survey_app.i18n import _
from survey_app.questions.canonical import content_hash, plain
from survey_app.questions.models import QuestionSet, QuestionSetVersion
from survey_app.questions.schema import QuestionDocument
from survey_app.vietnamese import slugify

LONGEST_SLUG = 80
IN_WORK = ("draft", "in_review")


def set_for(session: Session, document: QuestionDocument, slug: str) -> QuestionSet:
    """Return the set of this slug (by default made of the title); a new one when there is none.

    Raises:
        Invalid: no slug can be made of that.
        Conflict: the set is of another kind.
    """
    slug = slugify(slug or document.title)[:LONGEST_SLUG].strip("-")
    if not slug:
        raise Invalid(_("Xin đặt mã cho bộ câu hỏi bằng chữ không dấu, ví dụ vong-1."))
    question_set = session.scalar(select(QuestionSet).filter_by(slug=slug))
    if question_set is None:
        question_set = QuestionSet(
            slug=slug, kind=document.kind, title=document.title, created_at=clock.now()
        )
        session.add(question_set)
        session.flush()
    if question_set.kind != document.kind:
        raise Conflict(_("Mã “%(slug)s” đã thuộc về một bộ câu hỏi loại khác.", slug=slug))
    return question_set


def free_slug(session: Session, title: str) -> str:
    """Return a slug made of the title that no set has yet."""
    base = slugify(title)[: LONGEST_SLUG - 5].strip("-") or "bo-cau-hoi"
    base = f"{base}-1" if base == "new" else base  # /organiser/questions/new is a page
    taken = set(session.scalars(select(QuestionSet.slug).where(QuestionSet.slug.like(f"{base}%"))))
    number = 1
    while (slug := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return slug


def version_with(session: Session, set_id: int, digest: str) -> QuestionSetVersion | None:
    """Return the newest version of a set that has this content."""
    return session.scalars(
        select(QuestionSetVersion)
        .filter_by(question_set_id=set_id, content_hash=digest)
        .order_by(QuestionSetVersion.number.desc())
    ).first()


def newest_approved(session: Session, set_id: int) -> QuestionSetVersion | None:
    """Return the version that a round opened now would ask."""
    return session.scalars(
        select(QuestionSetVersion)
        .filter_by(question_set_id=set_id, state="approved")
        .order_by(QuestionSetVersion.number.desc())
        .limit(1)
    ).first()


def current_with(session: Session, set_id: int, digest: str) -> QuestionSetVersion | None:
    """Return the draft or the newest approved version, if it has this content.

    What was retired or replaced is no hit: who imports it again wants it back.
    """
    for version in (draft_of(session, set_id), newest_approved(session, set_id)):
        if version is not None and version.content_hash == digest:
            return version
    return None


def draft_of(session: Session, set_id: int) -> QuestionSetVersion | None:
    """Return the draft of a set, if it has one."""
    return session.scalar(
        select(QuestionSetVersion).where(
            QuestionSetVersion.question_set_id == set_id, QuestionSetVersion.state.in_(IN_WORK)
        )
    )


def new_version(
    session: Session,
    question_set: QuestionSet,
    document: QuestionDocument,
    *,
    actor: Actor,
    source: str,
    by_release: bool = False,
) -> QuestionSetVersion:
    """Add the next version of a set: a draft, or one that the release review approved."""
    newest = session.scalar(
        select(func.max(QuestionSetVersion.number)).filter_by(question_set_id=question_set.id)
    )
    version = QuestionSetVersion(
        question_set_id=question_set.id,
        number=(newest or 0) + 1,
        state="approved" if by_release else "draft",
        document=plain(document),
        content_hash=content_hash(document),
        revision=1,
        author_id=user_id(actor),
        approver_id=None,
        approved_by_release=by_release,
        created_at=clock.now(),
        approved_at=clock.now() if by_release else None,
    )
    session.add(version)
    if newest is None:
        question_set.title = document.title
    session.flush()
    note_saved(session, version, actor, source)
    return version


def user_id(actor: Actor) -> int | None:
    """Return the user's id when a user acts."""
    return actor.actor_id if actor.actor_kind == "user" else None


def note_saved(session: Session, version: QuestionSetVersion, actor: Actor, source: str) -> None:
    """Log once per version and person that they wrote in it; the second-reader rule asks this."""
    subject = ("question_version", version.id)
    if wrote_in(session, version.id, actor):
        return
    record(session, Action.QUESTIONS_SAVED, actor, subject, version=version.number, source=source)


def wrote_in(session: Session, version_id: int, actor: Actor) -> bool:
    """Whether this person has written anything in the version."""
    found = session.scalar(
        select(
            exists().where(
                AuditEvent.action == Action.QUESTIONS_SAVED.code,
                AuditEvent.subject_kind == "question_version",
                AuditEvent.subject_id == version_id,
                AuditEvent.actor_kind == actor.actor_kind,
                AuditEvent.actor_id == actor.actor_id
                if actor.actor_id is not None
                else AuditEvent.actor_id.is_(None),
            )
        )
    )
    return bool(found)
