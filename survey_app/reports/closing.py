"""At closing, the figures are frozen and everyone of the committee gets them in one mail.

The mail is made of that snapshot alone, so it says the same as every later report made of it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.models import RoleGrant, User
from survey_app.accounts.scope import JOB
from survey_app.campaigns.models import Round
from survey_app.campaigns.queries import campaign_of
from survey_app.campaigns.settings import round_settings
from survey_app.extensions import current_settings
from survey_app.i18n import _, speaking
from survey_app.invitations import form_xlsx
from survey_app.invitations.anonymous import FormBoard
from survey_app.invitations.boards import Board
from survey_app.invitations.participation_xlsx import kind_label, rule_text, totals
from survey_app.mailing.composing import Mail, Skip, render_mail
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.mailing.outbox import Item, enqueue_many
from survey_app.reports import snapshots
from survey_app.reports.boards import board_in
from survey_app.reports.gathering import gather

KIND: Final = "digest"
ROLES: Final = ("committee_reviewer", "campaign_monitor")
# Attempts that were open at closing are settled within this; the figures are read when it leaves.
SETTLING: Final = timedelta(minutes=1)


def freeze_and_tell(session: Session, round_id: int, now: datetime) -> int:
    """Take the snapshot of a round that is over, once, and queue its mails; return how many."""
    round_ = session.get_one(Round, round_id)
    session.flush()
    if snapshots.of_closing(session, round_id) is None:
        campaign = campaign_of(session, round_)
        snapshots.take(session, campaign, JOB, now, occasion="closing", round_id=round_id)
    return enqueue_closing_mails(session, round_id, now)


def enqueue_closing_mails(session: Session, round_id: int, now: datetime) -> int:
    """Queue one mail for each committee user of the round's campaign; return how many were new."""
    round_ = session.get_one(Round, round_id)
    settings = round_settings(round_.settings)
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
            for user_id in committee_users(session, round_.campaign_id)
        ],
    )


def committee_users(session: Session, campaign_id: int) -> Sequence[int]:
    """Return the ids of the active reviewers and monitors of a campaign."""
    users = session.scalars(
        select(User.id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(
            User.is_active.is_(True),
            RoleGrant.role.in_(ROLES),
            RoleGrant.campaign_id.is_(None) | (RoleGrant.campaign_id == campaign_id),
        )
        .distinct()
    )
    return sorted(users)


def compose_closing(
    session: Session, message: OutboxMessage, items: list[OutboxItem]
) -> Mail | Skip:
    """Write the mail with the figures frozen when the round was over.

    Mails that an earlier version queued have no snapshot: they get the figures of this moment.
    """
    del items
    user = session.get(User, message.recipient_id)
    round_ = session.get(Round, message.subject_id) if message.subject_id else None
    if user is None or not user.is_active:
        return Skip("left")
    if round_ is None or round_.state == "cancelled":
        return Skip("round_cancelled")
    campaign = campaign_of(session, round_)
    frozen = snapshots.of_closing(session, round_.id)
    if frozen is not None:
        figures = snapshots.figures_of(frozen)
    else:
        figures = gather(session, campaign, clock.now())
    board = board_in(figures, round_.id)
    if board is None:
        return Skip("not_open")
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
