"""The campaign's front page, and "gửi lại liên kết cho tôi"."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app import clock, formatting
from survey_app.campaigns.models import Campaign, Round, RoundCell
from survey_app.campaigns.queries import current_campaign
from survey_app.database import reading, writing
from survey_app.desks.contact import CurrentContact
from survey_app.errors import Throttled
from survey_app.i18n import _
from survey_app.invitations import reaching
from survey_app.mailing.building import is_address
from survey_app.quizzes.messages import Contact
from survey_app.quizzes.views_stateless import find_practice
from survey_app.vietnamese import tidy
from survey_app.web import throttle
from survey_app.web.doors import same_site_post

SHOWN_STATES = ("scheduled", "open", "closed", "finalised")
# Requests for a lost link in an hour; a whole office may share one network address.
MOST_PER_MAILBOX = 3
MOST_PER_PLACE = 60
Milestone = tuple[str, str, str | None, str]


@dataclass(frozen=True)
class OpenRound:
    """The round one can take part in now."""

    title: str
    closes: str


@dataclass(frozen=True)
class Totals:
    """Totals of the last round that is over; nobody is named."""

    round: str
    people: str
    invited: str
    rate: str
    cells: str


def front() -> ResponseReturnValue:
    """The front page of the newest campaign, or how to begin when there is none."""
    now = clock.now()
    with reading() as session:
        campaign = current_campaign(session)
        if campaign is None:
            return render_template("desks/empty.html")
        rounds = list(
            session.scalars(
                select(Round)
                .where(Round.campaign_id == campaign.id, Round.state.in_(SHOWN_STATES))
                .order_by(Round.opens_at)
            )
        )
        page = _front_values(session, campaign, rounds, now)
    return render_template("desks/front.html", **page)


def _front_values(
    session: Session, campaign: Campaign, rounds: list[Round], now: datetime
) -> dict[str, object]:
    is_open = [
        one
        for one in rounds
        if one.state in {"scheduled", "open"} and one.opens_at <= now < one.closes_at
    ]
    # Of forms nothing stands on a public page.
    over = [one for one in rounds if one.state == "finalised" and one.kind == "quiz"]
    return {
        "campaign": {
            "title": campaign.title,
            "theme": campaign.theme,
            "issuer": campaign.issuer,
        },
        "brand": campaign.tag,
        "contact": Contact(campaign.contact_name, campaign.contact_phone)
        if campaign.contact_name
        else None,
        "timeline": _timeline(campaign, rounds, now),
        "days_left": _days_left(is_open[0].closes_at, now) if is_open else None,
        "round": OpenRound(is_open[0].title, formatting.moment(is_open[0].closes_at))
        if is_open
        else None,
        "has_practice": find_practice(session) is not None,
        "code_url": None,
        "totals": _totals(session, over[-1]) if over else None,
    }


def _days_left(until: datetime, now: datetime) -> int:
    return (formatting.today(until) - formatting.today(now)).days


def _timeline(campaign: Campaign, rounds: list[Round], now: datetime) -> list[Milestone]:
    today = formatting.today(now)
    dated: list[tuple[date, Milestone]] = []
    if campaign.plan_date:
        number = campaign.plan_number
        title = (
            _("Ban hành Kế hoạch số %(number)s", number=number)
            if number
            else (_("Ban hành Kế hoạch"))
        )
        dated.append((campaign.plan_date, _milestone(campaign.plan_date, title, today)))
    for one in rounds:
        opens = formatting.local(one.opens_at).date()
        state = "next" if now < one.opens_at else "now" if now < one.closes_at else "done"
        text = _("đến %(closes)s", closes=formatting.moment(one.closes_at))
        dated.append((opens, (formatting.day(opens), one.title, text, state)))
    if campaign.anniversary_date:
        title = _("Ngày kỷ niệm")
        day = campaign.anniversary_date
        dated.append((day, _milestone(day, title, today)))
    return [milestone for _day, milestone in sorted(dated, key=lambda pair: pair[0])]


def _milestone(day: date, title: str, today: date) -> Milestone:
    state = "done" if day < today else "now" if day == today else "next"
    return formatting.day(day), title, None, state


def _totals(session: Session, round_: Round) -> Totals | None:
    invited, exempt, done, cells, all_cells = session.execute(
        select(
            func.coalesce(func.sum(RoundCell.invited), 0),
            func.coalesce(func.sum(RoundCell.exempt), 0),
            func.coalesce(func.sum(RoundCell.done), 0),
            func.count(func.distinct(RoundCell.cell_id)).filter(RoundCell.done > 0),
            func.count(func.distinct(RoundCell.cell_id)),
        ).where(RoundCell.round_id == round_.id)
    ).one()
    asked = invited - exempt
    if asked <= 0:
        return None
    return Totals(
        round=round_.title,
        people=formatting.number(done),
        invited=formatting.number(asked),
        rate=formatting.percent(done / asked),
        cells=f"{formatting.number(cells)}/{formatting.number(all_cells)}",
    )


def ask_link() -> ResponseReturnValue:
    """The form of "gửi lại liên kết cho tôi"."""
    return _lost_link_page("")


def send_link() -> ResponseReturnValue:
    """Take the address and answer alike whether it is known or not."""
    same_site_post()
    email = _typed_address()
    if not is_address(email):
        error = _("Xin ghi đủ địa chỉ thư, ví dụ ten@coquan.example.")
        return _lost_link_page(email[:254], error), 422
    hour = timedelta(hours=1)
    with writing() as session:
        tries = throttle.hit(session, "lost-link", email.lower(), window=hour)
        place = request.remote_addr or ""
        tries_here = throttle.hit(session, "lost-link-place", place, window=hour)
        if tries > MOST_PER_MAILBOX or tries_here > MOST_PER_PLACE:
            raise Throttled(
                _("Liên kết vừa được gửi lại mấy lần. Xin xem cả mục thư rác, rồi thử lại sau."),
                retry_after=3600,
            )
        reaching.resend_to_mailbox(session, email, clock.now())
    return render_template("desks/lost_link_sent.html", email=email, contact=CurrentContact())


def _lost_link_page(email: str, error: str | None = None) -> str:
    return render_template(
        "desks/lost_link.html", error=error, email=email, contact=CurrentContact()
    )


def _typed_address() -> str:
    """Return the address without what stays at its ends when it is copied out of a sentence."""
    return tidy(request.form.get("email", "")).strip(" ,;.:<>()\"'")
