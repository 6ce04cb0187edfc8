"""Which cells have not sent their figures, for the committee; and a reminder to one of them."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.cells import own_cell
from survey_app.accounts.doors import scope_in, signed_in
from survey_app.accounts.models import User
from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Campaign
from survey_app.campaigns.queries import current_campaign, is_open, list_rounds, round_by_slug
from survey_app.cell_reports import reminding, sessions
from survey_app.cell_reports.owing import Owing, owing, periods_of
from survey_app.database import reading, writing
from survey_app.errors import NotAllowed, NotFound
from survey_app.i18n import _, _n
from survey_app.invitations.views_committee import READERS
from survey_app.mailing.composing import Mail

URGING = ("campaign_monitor", "organiser", "administrator")


def board() -> ResponseReturnValue:
    """Who is late, whose report is still to come, who has gaps, and the others.

    Who may remind sees the way to it.
    """
    now = clock.now()
    with reading() as session:
        campaign = current_campaign(session)
        cells: list[Owing] = []
        if campaign:
            scope = scope_in(campaign.id, *READERS)
            cells = owing(session, campaign, now, scope=scope)
            periods = periods_of(session, campaign.id, now)
            added = sessions.totals(session, campaign.id, scope=scope)
            quizzes = _open_quizzes(session, campaign)
    return render_template(
        "cell_reports/owing.html",
        campaign=campaign,
        now=now,
        late=[one for one in cells if one.is_late],
        awaited=[one for one in cells if one.is_awaited],
        gaps=[one for one in cells if one.is_owing and not one.missing],
        complete=[one for one in cells if not one.is_owing],
        periods=periods if campaign else [],
        totals=added if campaign else {},
        quizzes=quizzes if campaign and _holds(campaign, "campaign_monitor") else [],
        may_urge=campaign is not None and _holds(campaign, *URGING),
    )


def preview(cell_slug: str) -> ResponseReturnValue:
    """The reminder exactly as it will leave, before anything is sent."""
    with reading() as session:
        campaign, one = _cell(session, cell_slug)
        now = clock.now()
        look = reminding.outlook(session, campaign, one, now)
        mails = [(user, reminding.write(campaign, [one], user, now)) for user in one.secretaries]
    return render_template(
        "cell_reports/remind.html",
        one=one,
        why_not=look.why_not,
        period=look.period,
        mails=mails if one.is_owing else [],
        missing=reminding.missing_words(one, now),
    )


def mail(cell_slug: str) -> ResponseReturnValue:
    """The HTML part alone, under a policy that lets its inline styles work and nothing else."""
    with reading() as session:
        campaign, one = _cell(session, cell_slug)
        html = _mail_to(campaign, one, request.args.get("to", "")).html
    response = Response(html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    return response


def remind(cell_slug: str) -> ResponseReturnValue:
    """Queue the reminder; once a day for each cell and period."""
    with writing() as session:
        campaign, one = _cell(session, cell_slug)
        users = reminding.remind(session, campaign, one, signed_in(), clock.now())
    flash(_n("Đang gửi thư nhắc tới %(n)s bí thư của %(cell)s.", users, cell=one.cell.name), "good")
    return redirect(url_for("duties.board"), code=303)


def _cell(session: Session, cell_slug: str) -> tuple[Campaign, Owing]:
    """One cell with what it owes, for those who may urge it on.

    Raises:
        NotAllowed: the user only looks on.
        NotFound: there is no campaign, or the cell is not in sight.
    """
    campaign = current_campaign(session)
    if campaign is None:
        raise NotFound(_("Chưa có chiến dịch nào. Xin hỏi ban tổ chức."))
    if not _holds(campaign, *URGING):
        raise NotAllowed(
            _(
                "Việc nhắc chi bộ dành cho đồng chí được phân công theo dõi, đôn đốc và ban tổ "
                "chức. Cấp ủy xem được chi bộ nào còn thiếu số liệu."
            )
        )
    cell = own_cell(session, signed_in().scope(*URGING, campaign_id=campaign.id), cell_slug)
    found = owing(session, campaign, clock.now(), scope=Scope(frozenset({cell.id})))
    return campaign, found[0]


def _holds(campaign: Campaign, *roles: str) -> bool:
    return signed_in().has(*roles, campaign_id=campaign.id)


def _mail_to(campaign: Campaign, one: Owing, number: str) -> Mail:
    user: User | None = next((user for user in one.secretaries if str(user.id) == number), None)
    if user is None or not one.is_owing:
        raise NotFound(_("Không có thư này."))
    return reminding.write(campaign, [one], user, clock.now())


def _open_quizzes(session: Session, campaign: Campaign) -> list[tuple[str, str]]:
    """Slug and title of the quizzes that can be taken now."""
    now = clock.now()
    return [
        (line.slug, line.title)
        for line in list_rounds(session, campaign.id)
        if line.kind == "quiz" and is_open(round_by_slug(session, line.slug), now)
    ]
