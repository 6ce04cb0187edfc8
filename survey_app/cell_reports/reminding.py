"""A quiet reminder to the secretaries of one cell: what is missing, until when, whom to ask."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.models import RoleGrant, User
from survey_app.accounts.scope import Scope
from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.queries import campaign_of
from survey_app.cell_reports.owing import Owing, owing, periods_of
from survey_app.errors import Conflict
from survey_app.extensions import current_settings
from survey_app.formatting import day, moment, today
from survey_app.i18n import _, _n, speaking
from survey_app.mailing.composing import Mail, Skip, register, render_mail, subject_about
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.mailing.outbox import Item, enqueue_many

KIND: Final = "cell_reminder"


@dataclass(frozen=True)
class Outlook:
    """Whether a cell may be reminded now, of which period's round, and if not, why."""

    period: Round | None
    why_not: str | None


def outlook(session: Session, campaign: Campaign, one: Owing, now: datetime) -> Outlook:
    """Look at what `remind` would do now."""
    periods = periods_of(session, campaign.id, now)
    missing = [report.period for report in one.missing]
    period = next(iter(missing or periods), None)
    return Outlook(period, _why_not(one, period, now))


def remind(session: Session, campaign: Campaign, one: Owing, actor: Actor, now: datetime) -> int:
    """Queue one mail to each secretary of the cell; return how many.

    Whether anything is still missing is asked again when the mail leaves.

    Raises:
        Conflict: nothing is missing, nobody can be written to, or it was done today.
    """
    look = outlook(session, campaign, one, now)
    if look.why_not or look.period is None:
        raise Conflict(look.why_not or _("Chưa có kỳ báo cáo nào."))
    queued = enqueue_many(session, _items(look.period, one, now))
    if not queued:
        raise Conflict(_already())
    subject, period_id = ("cell", one.cell.id), look.period.id
    record(session, Action.DUTY_REMINDED, actor, subject, users=queued, round_id=period_id)
    return queued


def _items(period: Round, one: Owing, now: datetime) -> list[Item]:
    """One a day for each cell, period and secretary: the key says so, whoever presses when."""
    name = f"{KIND}:{period.id}:{one.cell.id}:{today(now).isoformat()}"
    return [
        Item(
            kind=KIND,
            recipient=("user", user.id),
            subject=("round", period.id),
            dedupe_key=f"{name}:{user.id}",
            payload={"cell": one.cell.id},
        )
        for user in one.secretaries
    ]


def _why_not(one: Owing, period: Round | None, now: datetime) -> str | None:
    if not one.is_owing:
        return _("Chi bộ này không còn thiếu gì.")
    if period is None:
        return _("Chưa có kỳ báo cáo nào đã mở, nên chưa nhắc qua thư được.")
    if not one.secretaries:
        return _("Chi bộ này chưa có tài khoản bí thư, nên không gửi thư được.")
    last = one.reminded.get(period.id)
    if last is not None and today(last) == today(now):
        return _already()
    return None


def _already() -> str:
    return _("Hôm nay đã nhắc chi bộ này rồi. Mỗi ngày chỉ nhắc một lần.")


def write(campaign: Campaign, cells: list[Owing], user: User, now: datetime) -> Mail:
    """Return the reminder to one secretary about these cells, in their language."""
    with speaking(user.locale):
        words = _words(campaign, cells, user, now)
    url = f"{current_settings().base_url}/secretary/"
    subject, text, html = render_mail("cell_reminder", user.locale, None, action_url=url, **words)
    return Mail(user.email, user.name, subject, text, html, unsubscribe_url=None, kind="reminder")


def compose(session: Session, message: OutboxMessage, items: list[OutboxItem]) -> Mail | Skip:
    """Write the mail with what is missing at this moment; nothing missing, no mail."""
    user = session.get(User, message.recipient_id)
    round_ = session.get(Round, message.subject_id) if message.subject_id else None
    if user is None or not user.is_active:
        return Skip("left")
    if round_ is None or round_.state == "cancelled":
        return Skip("round_cancelled")
    campaign = campaign_of(session, round_)
    asked = frozenset(int(item.payload["cell"]) for item in items)
    own = asked & _cells_of(session, user.id, campaign.id)
    if not own:
        return Skip("left")
    now = clock.now()
    found = owing(session, campaign, now, scope=Scope(own))
    cells = [one for one in found if one.is_owing]
    return write(campaign, cells, user, now) if cells else Skip("answered")


def _cells_of(session: Session, user_id: int, campaign_id: int) -> frozenset[int]:
    cells = session.scalars(
        select(RoleGrant.cell_id).where(
            RoleGrant.user_id == user_id,
            RoleGrant.role == "cell_secretary",
            RoleGrant.campaign_id.is_(None) | (RoleGrant.campaign_id == campaign_id),
        )
    )
    return frozenset(cell_id for cell_id in cells if cell_id is not None)


def _words(campaign: Campaign, cells: list[Owing], user: User, now: datetime) -> dict[str, Any]:
    names = ", ".join(one.cell.name for one in cells)
    news = _("Hệ thống chưa có những số liệu sau của %(cells)s.", cells=names)
    contact = ", ".join(filter(None, (campaign.contact_name, campaign.contact_phone)))
    return {
        "tag": campaign.tag,
        "subject": subject_about(names, lambda name: _("Số liệu còn thiếu: %(cell)s", cell=name)),
        "preheader": news,
        "greeting": _("Kính gửi đồng chí %(name)s,", name=user.name),
        "news": news,
        "cells": [(one.cell.name, missing_words(one, now)) for one in cells],
        "action_label": _("Mở trang chi bộ (cần đăng nhập)"),
        "after": [
            _(
                "Nếu đã gửi bằng giấy hoặc chi bộ chưa có gì để báo, xin nhắn %(contact)s.",
                contact=contact or campaign.issuer,
            )
        ],
        "closing": [_("Trân trọng."), campaign.issuer],
    }


def missing_words(one: Owing, now: datetime) -> list[str]:
    """Say what is missing and until when, a line each."""
    lines = [_report_words(report.period.title, report.until, now) for report in one.missing]
    if one.rolled_out is False:
        lines.append(_("Ngày triển khai, quán triệt Kế hoạch (bổ sung vào báo cáo đã gửi)"))
    if one.unticked:
        lines.append(
            _n(
                "Điểm danh %(n)s buổi sinh hoạt chuyên đề: %(days)s",
                len(one.unticked),
                days=", ".join(day(held.held_on) for held in one.unticked),
            )
        )
    return lines


def _report_words(title: str, until: datetime, now: datetime) -> str:
    """Until when, or since when no more; whether it may still come is the organisers' to say."""
    if until > now:
        return _("%(title)s: hạn gửi %(moment)s", title=title, moment=moment(until))
    return _("%(title)s: hạn gửi đã qua (%(moment)s)", title=title, moment=moment(until))


def install(app: Flask) -> None:
    """Hand the composer to the mail package."""
    register(app, KIND, compose)
