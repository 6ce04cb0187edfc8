"""At closing, one mail to everyone of the committee: the sentence, the table, the link."""

from datetime import datetime, timedelta
from typing import Final

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.models import RoleGrant, User
from survey_app.accounts.scope import ALL_CELLS
from survey_app.campaigns.models import Round
from survey_app.campaigns.queries import campaign_of
from survey_app.campaigns.settings import round_settings
from survey_app.extensions import current_settings
from survey_app.i18n import _, speaking
from survey_app.invitations import form_xlsx
from survey_app.invitations.anonymous import FormBoard
from survey_app.invitations.boards import Board, board_of
from survey_app.invitations.participation_xlsx import kind_label, rule_text, totals
from survey_app.mailing.composing import Mail, Skip, register, render_mail
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.mailing.outbox import Item, enqueue_many

KIND: Final = "digest"
ROLES: Final = ("committee_reviewer", "campaign_monitor")
# Attempts that were open at closing are settled within this; the figures are read when it leaves.
SETTLING: Final = timedelta(minutes=1)


def enqueue_closing_mails(session: Session, round_id: int, now: datetime) -> int:
    """Queue one mail for each committee user of the round's campaign; return how many were new."""
    round_ = session.get_one(Round, round_id)
    settings = round_settings(round_.settings)
    users = session.scalars(
        select(User.id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            User.is_active.is_(True),
            RoleGrant.role.in_(ROLES),
            RoleGrant.campaign_id.is_(None) | (RoleGrant.campaign_id == round_.campaign_id),
        )
        .distinct()
    )
    settled = min(round_.closes_at, now) + timedelta(seconds=settings.grace_seconds) + SETTLING
    return enqueue_many(
        session,
        [
            Item(
                kind=KIND,
                recipient=("user", user_id),
                subject=("round", round_id),
                dedupe_key=f"closing:{round_id}:{user_id}",
                not_before=max(now, settled),
            )
            for user_id in sorted(users)
        ],
    )


def compose_closing(
    session: Session, message: OutboxMessage, items: list[OutboxItem]
) -> Mail | Skip:
    """Write the mail with the figures of this moment."""
    del items
    user = session.get(User, message.recipient_id)
    round_ = session.get(Round, message.subject_id) if message.subject_id else None
    if user is None or not user.is_active:
        return Skip("left")
    if round_ is None or round_.state == "cancelled":
        return Skip("round_cancelled")
    board = board_of(session, round_, clock.now(), scope=ALL_CELLS)
    campaign = campaign_of(session, round_)
    with speaking(user.locale):
        headline = board.headline(today=False)
        words = {
            "headline": headline,
            "preheader": headline,
            **_table(board),
            "action_label": _("Mở bảng tham gia (cần đăng nhập)"),
            "closing": [_("Trân trọng."), campaign.issuer],
            "greeting": _("Kính gửi đồng chí %(name)s,", name=user.name),
        }
    subject, text, html = render_mail(
        "closing_form" if board.is_anonymous else "closing",
        user.locale,
        None,
        tag=campaign.tag,
        round=round_,
        board=board,
        action_url=f"{current_settings().base_url}/committee/rounds/{round_.slug}",
        **words,
    )
    return Mail(user.email, user.name, subject, text, html, unsubscribe_url=None, kind=KIND)


def _table(board: Board) -> dict[str, object]:
    if isinstance(board, FormBoard):
        return {"rule": form_xlsx.rule_text(board)}
    return {
        "rule": rule_text(),
        "totals": totals(board),
        "kinds": {row.kind: kind_label(row.kind) for row in board.rows},
    }


def install(app: Flask) -> None:
    """Hand the composer to the mail package."""
    register(app, KIND, compose_closing)
