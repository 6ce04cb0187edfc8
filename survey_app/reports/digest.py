"""The weekly digest: how things stand, to each secretary for the own cell, to the committee whole.

Once a week, on Monday at 07:30, while something is open. It is made of a snapshot of that hour, so
what it says can be looked up later. It names nobody: lists stand behind the sign-in.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import formatting
from survey_app.accounts.models import RoleGrant, User
from survey_app.accounts.scope import JOB
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.settings import campaign_settings
from survey_app.extensions import current_settings
from survey_app.i18n import _, _n, speaking
from survey_app.invitations.participation import NON_MEMBER, PARTY_MEMBER, Participation
from survey_app.mailing.composing import Mail, Skip, render_mail, subject_about
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.mailing.outbox import Item, enqueue_many
from survey_app.reports import snapshots
from survey_app.reports.closing import KIND, committee_users
from survey_app.reports.document import Figures
from survey_app.reports.models import Snapshot
from survey_app.reports.overview import Overview

HOUR: Final = time(7, 30)  # local
LATEST: Final = timedelta(hours=12)  # a worker that slept all Monday says nothing on Tuesday


def send_weekly(session: Session, now: datetime) -> int:
    """Queue this week's digests of every campaign whose hour has come; return how many were new."""
    monday = _monday(now)
    due = datetime.combine(monday, HOUR, tzinfo=formatting.zone())
    if not due <= now < due + LATEST:
        return 0
    return sum(
        _of_campaign(session, campaign, monday, now)
        for campaign in session.scalars(select(Campaign).order_by(Campaign.id)).all()
        if campaign_settings(campaign.settings).weekly_digest
    )


def _monday(now: datetime) -> date:
    today = formatting.today(now)
    return today - timedelta(days=today.weekday())


def _of_campaign(session: Session, campaign: Campaign, monday: date, now: datetime) -> int:
    if not _anything_open(session, campaign.id, now) or _taken_since(session, campaign.id, monday):
        return 0
    committee = set(committee_users(session, campaign.id))
    secretaries = _secretaries(session, campaign.id)
    if not committee and not secretaries:
        return 0
    snapshot = snapshots.take(session, campaign, JOB, now, occasion="digest")
    figures = snapshots.figures_of(snapshot)
    wanted = [(user_id, "") for user_id in sorted(committee)] + [
        (user_id, str(cell_id))
        for user_id, cell_id in secretaries
        if _has_something(figures, cell_id)
    ]
    return enqueue_many(
        session,
        [
            Item(
                kind=KIND,
                recipient=("user", user_id),
                subject=("snapshot", snapshot.id),
                dedupe_key=f"digest:{campaign.id}:{monday}:{user_id}:{cell}",
                payload={"cell": int(cell)} if cell else {},
            )
            for user_id, cell in wanted
        ],
    )


def _anything_open(session: Session, campaign_id: int, now: datetime) -> bool:
    found = select(Round.id).where(
        Round.campaign_id == campaign_id,
        Round.state.in_(("scheduled", "open")),
        Round.opens_at <= now,
        Round.closes_at > now,
    )
    return session.scalar(found.limit(1)) is not None


def _taken_since(session: Session, campaign_id: int, monday: date) -> bool:
    begin = datetime.combine(monday, time(), tzinfo=formatting.zone())
    found = select(Snapshot.id).where(
        Snapshot.campaign_id == campaign_id,
        Snapshot.occasion == "digest",
        Snapshot.as_of >= begin,
    )
    return session.scalar(found.limit(1)) is not None


def _secretaries(session: Session, campaign_id: int) -> list[tuple[int, int]]:
    """The active secretaries with each of their cells."""
    rows = session.execute(
        select(RoleGrant.user_id, RoleGrant.cell_id)
        .join(User, User.id == RoleGrant.user_id)
        .where(
            User.is_active.is_(True),
            RoleGrant.role == "cell_secretary",
            RoleGrant.campaign_id.is_(None) | (RoleGrant.campaign_id == campaign_id),
        )
        .distinct()
    )
    return sorted((user_id, cell_id) for user_id, cell_id in rows if cell_id is not None)


def _has_something(figures: Figures, cell_id: int) -> bool:
    """Whether a cell is asked for anything that is open."""
    own = Overview(figures.within(frozenset({cell_id})))
    return bool(_running(own)) or any(
        cell_id in period.silent and period.state == "open" for period in figures.periods
    )


def _running(overview: Overview) -> list[Participation]:
    return [board for board in overview.quizzes if board.is_open and board.total.invited]


def compose_weekly(
    session: Session, message: OutboxMessage, items: list[OutboxItem]
) -> Mail | Skip:
    """Write the digest of a week from its snapshot."""
    user = session.get(User, message.recipient_id)
    snapshot = session.get(Snapshot, message.subject_id) if message.subject_id else None
    if user is None or not user.is_active or snapshot is None:
        return Skip("left")
    cells = sorted({item.payload["cell"] for item in items if "cell" in item.payload})
    whole = any("cell" not in item.payload for item in items)
    figures = snapshots.figures_of(snapshot)
    campaign = session.get_one(Campaign, snapshot.campaign_id)
    base = current_settings().base_url
    with speaking(user.locale):
        names = {one.id: one.name for one in figures.cells}
        paragraphs = [
            *(whole_words(figures) if whole else ()),
            *(words for cell in cells for words in cell_words(figures, cell)),
        ]
        if whole:
            about = _("Toàn Đảng bộ")
        else:
            about = names.get(cells[0], "") if len(cells) == 1 else _("Các chi bộ của đồng chí")
        day = formatting.day(snapshot.as_of)
        as_of = _("Số liệu chốt lúc %(moment)s.", moment=formatting.moment(snapshot.as_of))
        anonymous = _("Phiếu góp ý là ẩn danh, không có danh sách người gửi.")
        subject, text, html = render_mail(
            "digest",
            user.locale,
            None,
            tag=campaign.tag,
            title=subject_about(
                about,
                lambda short: (
                    f"[{campaign.tag}] "
                    + _("%(about)s: tham gia đến %(day)s", about=short, day=day)
                ),
            ),
            preheader=paragraphs[0],
            before=[_("Kính gửi đồng chí %(name)s,", name=user.name), *paragraphs],
            after=[f"{as_of} {anonymous}" if figures.forms else as_of],
            action_url=f"{base}/committee/" if whole else f"{base}/secretary/",
            action_label=_("Xem trên trang (cần đăng nhập)"),
            closing=[_("Trân trọng."), campaign.issuer],
        )
    return Mail(user.email, user.name, subject, text, html, unsubscribe_url=None, kind=KIND)


def whole_words(figures: Figures) -> list[str]:
    """What the committee reads: the sentence, and how many cells are silent in what."""
    overview = Overview(figures, is_live=False)
    found = [overview.sentence]
    for board in overview.forms:
        if board.is_open:
            found.append(f"{board.title}: {board.headline(today=False)}")
    for period, words, silent in overview.periods:
        if period.state == "open":
            left = _n("Còn %(n)s chi bộ chưa báo cáo.", len(silent)) if silent else ""
            until = _("Hạn: %(moment)s.", moment=formatting.moment(period.closes_at))
            found.append(f"{period.title}: {words} {left} {until}".replace("  ", " "))
    return [words for words in (*found, overview.participation_goal, overview.candidates) if words]


def cell_words(figures: Figures, cell_id: int) -> list[str]:
    """What a secretary reads of one cell: how many, what is recorded, what to do. No name."""
    own = Overview(figures.within(frozenset({cell_id})), is_live=False)
    name = own.name_of(cell_id)
    found, todo = [], []
    for board in _running(own):
        found.append(_of_quiz(name, board))
        left = board.total.left
        if left:
            until = formatting.moment(board.closes_at)
            todo.append(_n("nhắc %(n)s người chưa thi trước %(until)s", left, until=until))
    held = sum(row.sessions for row in own.figures.sessions)
    found.append(_n("%(cell)s: đã ghi nhận %(n)s buổi sinh hoạt chuyên đề.", held, cell=name))
    if not held:
        todo.append(_("ghi buổi sinh hoạt chuyên đề đã tổ chức"))
    for period in figures.periods:
        if period.state == "open" and cell_id in period.silent:
            until = formatting.moment(period.closes_at)
            todo.append(_("gửi “%(title)s” trước %(until)s", title=period.title, until=until))
    if todo:
        steps = "; ".join(f"({number}) {words}" for number, words in enumerate(todo, 1))
        found.append(_("Việc cần làm: %(steps)s.", steps=steps))
    return found


def _of_quiz(name: str, board: Participation) -> str:
    parts = [_kind(board, kind) for kind in _kinds(board)]
    return f"{name}, {board.title}: {', '.join(parts)}."


def _kinds(board: Participation) -> Iterable[str]:
    return [kind for kind in (PARTY_MEMBER, NON_MEMBER) if board.total_of(kind).base]


def _kind(board: Participation, kind: str) -> str:
    counts = board.total_of(kind)
    values = {
        "done": formatting.number(counts.done),
        "base": formatting.number(counts.base),
        "rate": formatting.percent(counts.rate),
    }
    if kind == PARTY_MEMBER:
        return _("%(done)s/%(base)s đảng viên (%(rate)s) đã thi", **values)
    return _("%(done)s/%(base)s quần chúng, CCVCLĐ (%(rate)s) đã thi", **values)
