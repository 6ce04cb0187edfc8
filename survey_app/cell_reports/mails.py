"""The mail that asks a secretary for the report, written at the moment of sending."""

from datetime import datetime

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.models import RoleGrant, User
from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.queries import campaign_of
from survey_app.cell_reports.duties import duties_of_round, last_moment
from survey_app.cell_reports.notices import NOTICE
from survey_app.extensions import current_settings
from survey_app.formatting import day_and_month, moment
from survey_app.i18n import _, _n, speaking
from survey_app.invitations.duty_board import DutyLine
from survey_app.mailing.composing import Mail, Skip, register, render_mail, subject_about
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.questions import library


def compose_notice(
    session: Session, message: OutboxMessage, items: list[OutboxItem]
) -> Mail | Skip:
    """Write the mail about the reports that this secretary still owes."""
    del items
    now = clock.now()
    user = session.get(User, message.recipient_id)
    round_ = session.get(Round, message.subject_id) if message.subject_id else None
    if user is None or not user.is_active:
        return Skip("left")
    if round_ is None or round_.state == "cancelled":
        return Skip("round_cancelled")
    scope = _scope(session, user.id, round_.campaign_id)
    mine = duties_of_round(session, round_.id, scope=scope, now=now)
    if not mine:
        return Skip("left")
    wanted = [line for line in mine if _is_wanted(line, round_, now)]
    if not wanted:
        return Skip("answered" if all(line.is_reported for line in mine) else "closed")
    with speaking(user.locale):
        words = _words(session, round_, user, wanted)
    base = current_settings().base_url
    one = wanted[0] if len(wanted) == 1 else None
    path = f"/secretary/reports/{round_.slug}/{one.cell_slug}" if one else "/secretary/reports"
    subject, text, html = render_mail("notice", user.locale, None, action_url=base + path, **words)
    return Mail(user.email, user.name, subject, text, html, unsubscribe_url=None, kind=NOTICE)


def _scope(session: Session, user_id: int, campaign_id: int) -> Scope:
    cells = session.scalars(
        select(RoleGrant.cell_id).where(
            RoleGrant.user_id == user_id,
            RoleGrant.role == "cell_secretary",
            RoleGrant.cell_id.is_not(None),
            RoleGrant.campaign_id.is_(None) | (RoleGrant.campaign_id == campaign_id),
        )
    )
    return Scope(frozenset(cell_id for cell_id in cells if cell_id is not None))


def _is_wanted(line: DutyLine, round_: Round, now: datetime) -> bool:
    """A report that was sent is not asked for again, unless it was opened again."""
    answered = line.is_reported and line.reopened_until is None
    return not answered and last_moment(round_, line.reopened_until) > now


def _words(
    session: Session, round_: Round, user: User, wanted: list[DutyLine]
) -> dict[str, object]:
    campaign: Campaign = campaign_of(session, round_)
    assert round_.version_id is not None  # it is launched
    document = library.approved(session, round_.version_id).document
    questions = len(document.ready_questions)
    cells = ", ".join(line.cell for line in wanted)
    until = max(last_moment(round_, line.reopened_until) for line in wanted)
    news = _(
        "Ban tổ chức mời %(cells)s gửi “%(title)s”, trước %(moment)s.",
        cells=cells,
        title=round_.title,
        moment=moment(until),
    )
    return {
        "tag": campaign.tag,
        "subject": subject_about(
            round_.title,
            lambda title: _(
                "[%(tag)s] %(title)s – hạn gửi %(day)s",
                tag=campaign.tag,
                title=title,
                day=day_and_month(until),
            ),
        ),
        "preheader": news,
        "before": [_("Kính gửi đồng chí %(name)s,", name=user.name), news],
        "action_label": _("Ghi báo cáo (cần đăng nhập)"),
        "details": [
            (_("Chi bộ"), cells),
            (_("Hạn gửi"), moment(until)),
            (_("Người để hỏi"), _contact(campaign)),
        ],
        "after": [
            _n(
                "Báo cáo có %(n)s mục; mục nào chưa có số liệu thì để trống. Có thể lưu nháp rồi "
                "ghi tiếp, và sửa lại cho đến khi hết hạn.",
                questions,
            )
        ],
        "closing": [_("Trân trọng."), campaign.issuer],
    }


def _contact(campaign: Campaign) -> str:
    return ", ".join(filter(None, (campaign.contact_name, campaign.contact_phone)))


def install(app: Flask) -> None:
    """Hand the composer to the mail package."""
    register(app, NOTICE, compose_notice)
