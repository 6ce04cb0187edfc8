"""Rounds over their life: made, changed, copied, opened, closed, cancelled.

Launching, which asks people, lives in `invitations.launch`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from survey_app import clock, formatting
from survey_app.accounts.scope import JOB
from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.campaigns.models import Round
from survey_app.campaigns.queries import due_to_close, due_to_open
from survey_app.campaigns.seen import refuse_changed
from survey_app.campaigns.settings import RoundSettings, round_settings
from survey_app.errors import Conflict, Invalid, NotFound, Problem
from survey_app.i18n import _
from survey_app.people.models import Cell
from survey_app.questions.models import QuestionSet
from survey_app.vietnamese import slugify, tidy

LONGEST_SLUG = 80
USUAL_HOUR = 17  # at which a new round closes unless somebody says otherwise
RESERVED = frozenset({"new"})  # /organiser/rounds/new is a page


@dataclass(frozen=True)
class RoundPlan:
    """What an organiser says about a round before anyone is asked."""

    title: str
    question_set: str
    opens_at: datetime
    closes_at: datetime
    settings: RoundSettings = field(default_factory=RoundSettings)
    slug: str = ""


def create_round(
    session: Session, campaign_id: int, plan: RoundPlan, actor: Actor, *, copied_from: str = ""
) -> Round:
    """Make a draft round.

    Raises:
        Invalid: the plan does not hold together; `problems` says where.
        Conflict: the slug is taken.
    """
    question_set = _checked(session, plan)
    title = tidy(plan.title)
    round_ = Round(
        campaign_id=campaign_id,
        slug=_own_slug(session, plan.slug, title),
        title=title,
        kind=question_set.kind,
        state="draft",
        question_set_id=question_set.id,
        version_id=None,
        opens_at=plan.opens_at,
        closes_at=plan.closes_at,
        settings=plan.settings.plain(),
        created_by=actor.actor_id,
        created_at=clock.now(),
    )
    session.add(round_)
    session.flush()
    details = {"copied_from": copied_from} if copied_from else {}
    record(session, Action.ROUND_CREATED, actor, ("round", round_.id), slug=round_.slug, **details)
    return round_


def change_round(
    session: Session, round_id: int, plan: RoundPlan, actor: Actor, *, seen: str = ""
) -> Round:
    """Change a draft. Its slug stays, because links and lists name it.

    Raises:
        Conflict: it is launched; what was promised to people is frozen. Or `seen`, the fingerprint
            of what the form showed, is not that of the round any more.
        Invalid: the plan does not hold together.
    """
    round_ = lock_round(session, round_id)
    if round_.state != "draft":
        raise Conflict(
            _(
                "Vòng thi đã phát động nên cài đặt không đổi được nữa. "
                "Có thể sao chép thành vòng mới."
            )
        )
    refuse_changed(round_, seen)
    question_set = _checked(session, plan)
    values: dict[str, Any] = {
        "title": tidy(plan.title),
        "kind": question_set.kind,
        "question_set_id": question_set.id,
        "opens_at": plan.opens_at,
        "closes_at": plan.closes_at,
        "settings": plan.settings.plain(),
    }
    changed = sorted(name for name, value in values.items() if getattr(round_, name) != value)
    for name in changed:
        setattr(round_, name, values[name])
    if changed:
        record(session, Action.ROUND_CHANGED, actor, ("round", round_.id), fields=changed)
    return round_


def copy_round(session: Session, round_id: int, actor: Actor) -> Round:
    """Make a draft like this round: opens at its launch, closes whole days later, as long as it."""
    source, now = find_round(session, round_id), clock.now()
    settings = round_settings(source.settings).model_copy(
        update={"mails_leave_at": None, "opens_at_launch": True}
    )
    length = max(source.closes_at - source.opens_at, timedelta(hours=1))
    closes_at = _clock_time_of_closing(source)
    while closes_at <= source.closes_at or closes_at < now + length:
        closes_at = (formatting.local(closes_at) + timedelta(days=1)).astimezone(UTC)
    plan = RoundPlan(
        title=_("%(title)s (bản sao)", title=source.title),
        question_set=session.get_one(QuestionSet, source.question_set_id).slug,
        opens_at=now,
        closes_at=closes_at,
        settings=settings,
        slug=_free_slug(session, source.slug),
    )
    return create_round(session, source.campaign_id, plan, actor, copied_from=source.slug)


def close_early(session: Session, round_id: int, actor: Actor, now: datetime) -> Round:
    """Close an open round now; whoever is answering is taken as far as they came.

    Raises:
        Conflict: it is not open.
    """
    round_ = lock_round(session, round_id)
    if round_.state not in ("scheduled", "open") or not round_.opens_at < now < round_.closes_at:
        raise Conflict(_("Vòng thi này không mở, nên không có gì để đóng."))
    round_.closes_at = now
    _set_state(session, round_, "closed", Action.ROUND_CLOSED, actor, early=True)
    round_.closed_at = now
    return round_


def cancel_round(session: Session, round_id: int, actor: Actor) -> Round:
    """Call a round off. Mails not yet sent are skipped, links answer that it is cancelled.

    Raises:
        Conflict: it is over already.
    """
    round_ = lock_round(session, round_id)
    if round_.state not in ("draft", "scheduled", "open"):
        raise Conflict(_("Vòng thi đã kết thúc nên không hủy được nữa."))
    _set_state(session, round_, "cancelled", Action.ROUND_CANCELLED, actor)
    return round_


def open_due(session: Session, now: datetime) -> list[int]:
    """Open every launched round whose hour has come; return their ids. Idempotent."""
    rounds = _due(session, due_to_open(now))
    for round_ in rounds:
        _set_state(session, round_, "open", Action.ROUND_OPENED, JOB)
    return [round_.id for round_ in rounds]


def close_due(session: Session, now: datetime) -> list[int]:
    """Close every round whose time is over; return their ids. Idempotent."""
    rounds = _due(session, due_to_close(now))
    for round_ in rounds:
        _set_state(session, round_, "closed", Action.ROUND_CLOSED, JOB, early=False)
        round_.closed_at = now
    return [round_.id for round_ in rounds]


def find_round(session: Session, round_id: int) -> Round:
    """Return a round.

    Raises:
        NotFound: there is none of this id.
    """
    round_ = session.get(Round, round_id)
    if round_ is None:
        raise NotFound(_("Không có vòng thi này."))
    return round_


def lock_round(session: Session, round_id: int) -> Round:
    """Return a round that nobody else can change until this unit of work ends.

    Raises:
        NotFound: there is none of this id.
    """
    round_ = session.get(Round, round_id, with_for_update=True, populate_existing=True)
    if round_ is None:
        raise NotFound(_("Không có vòng thi này."))
    return round_


def settings_from_texts(texts: Mapping[str, str], cells: Sequence[str] = ()) -> RoundSettings:
    """Read `NAME=VALUE` pairs of the command line; JSON where it parses, else the text itself.

    Raises:
        Invalid: an unknown name or a wrong value.
    """
    document: dict[str, Any] = {"cells": list(cells)} if cells else {}
    for name, text in texts.items():
        try:
            document[name] = json.loads(text)
        except ValueError:
            document[name] = text
    return round_settings(document)


def _set_state(
    session: Session, round_: Round, state: str, action: Action, actor: Actor, **details: Any
) -> None:
    round_.state = state
    record(session, action, actor, ("round", round_.id), **details)


def _due(session: Session, condition: ColumnElement[bool]) -> list[Round]:
    return list(
        session.scalars(select(Round).where(condition).order_by(Round.id).with_for_update())
    )


def _checked(session: Session, plan: RoundPlan) -> QuestionSet:
    problems: list[Problem] = []
    if not tidy(plan.title):
        problems.append(Problem("no_title", _("Xin đặt tên cho vòng thi."), "title"))
    if plan.closes_at <= plan.opens_at:
        problems.append(Problem("window", _("Giờ đóng phải sau giờ mở."), "closes"))
    question_set = session.scalar(select(QuestionSet).where(QuestionSet.slug == plan.question_set))
    if question_set is None:
        message = _("Không có bộ câu hỏi nào mang mã “%(slug)s”.", slug=plan.question_set)
        problems.append(Problem("no_questions", message, "questions"))
    if plan.settings.cells != "all":
        known = set(session.scalars(select(Cell.slug).where(Cell.slug.in_(plan.settings.cells))))
        for slug in plan.settings.cells:
            if slug not in known:
                message = _("Không có chi bộ nào mang mã “%(slug)s”.", slug=slug)
                problems.append(Problem("no_cell", message, "cells"))
    if problems or question_set is None:
        raise Invalid(_("Vòng thi chưa lưu được."), problems=problems)
    return question_set


def _own_slug(session: Session, wanted: str, title: str) -> str:
    slug = slugify(wanted or title)[:LONGEST_SLUG].strip("-") or "vong-thi"
    if wanted:
        if slug != wanted or slug in RESERVED:
            raise Invalid(_("Mã chỉ gồm chữ thường không dấu, số và gạch nối, ví dụ vong-1."))
        if session.scalar(select(Round.id).where(Round.slug == slug)) is not None:
            raise Conflict(_("Đã có vòng thi mang mã “%(slug)s”.", slug=slug))
        return slug
    return _free_slug(session, slug)


def _free_slug(session: Session, wanted: str) -> str:
    base, number, slug = wanted[: LONGEST_SLUG - 4], 1, wanted
    while (
        slug in RESERVED or session.scalar(select(Round.id).where(Round.slug == slug)) is not None
    ):
        number += 1
        slug = f"{base}-{number}"
    return slug


def _clock_time_of_closing(round_: Round) -> datetime:
    """When it closed; one closed early, at an odd second, counts as closing at the usual hour."""
    local = formatting.local(round_.closes_at)
    if local.second or local.microsecond:
        local = local.replace(hour=USUAL_HOUR, minute=0, second=0, microsecond=0)
    return local.astimezone(UTC)
