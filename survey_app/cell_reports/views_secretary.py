"""The secretary's pages: what the own cell owes, its report, and what was sent before."""

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.doors import signed_in
from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.queries import (
    CELL_REPORT,
    LAUNCHED,
    campaign_of,
    current_campaign,
    round_by_slug,
)
from survey_app.cell_reports import answers, recognition
from survey_app.cell_reports.duties import (
    duties_of_round,
    last_moment,
    latest_revision,
    may_write,
)
from survey_app.cell_reports.history import versions
from survey_app.cell_reports.owing import periods_of
from survey_app.cell_reports.pages import (
    Sheet,
    answer_words,
    overtaken_sheet,
    posted,
    stored_sheet,
    typed_sheet,
    typed_text,
)
from survey_app.cell_reports.recognition import Proposal
from survey_app.cell_reports.reporting import Overtaken, Owed, TooLate, owed, write
from survey_app.cell_reports.wording import in_own_language
from survey_app.database import reading, writing
from survey_app.errors import Invalid
from survey_app.formatting import moment
from survey_app.i18n import _
from survey_app.invitations.duty_board import DutyLine
from survey_app.questions import library
from survey_app.web.error_pages import status_of


@dataclass(frozen=True)
class DutyItem:
    """One report that a cell owes or has sent: how many of its items are still empty."""

    round: Round
    line: DutyLine
    left: int
    items: int
    until: datetime
    may_write: bool


def list_() -> ResponseReturnValue:
    """The reports of the own cells, those that are wanted first."""
    now = clock.now()
    with reading() as session:
        campaign = current_campaign(session)
        items = _items(session, campaign, now) if campaign else []
    wanted = [item for item in items if item.may_write]
    return render_template(
        "cell_reports/duties.html",
        wanted=sorted(wanted, key=lambda item: (item.line.is_reported, item.until)),
        others=[item for item in items if not item.may_write],
        now=now,
    )


def _items(session: Session, campaign: Campaign, now: datetime) -> list[DutyItem]:
    scope = _scope(campaign.id)
    rounds = session.scalars(
        select(Round)
        .where(
            Round.campaign_id == campaign.id,
            Round.kind == CELL_REPORT,
            Round.state.in_(LAUNCHED),
        )
        .order_by(Round.closes_at.desc(), Round.id.desc())
    )
    return [
        _item(session, round_, line, now)
        for round_ in rounds
        for line in duties_of_round(session, round_.id, scope=scope, now=now)
    ]


def _item(session: Session, round_: Round, line: DutyLine, now: datetime) -> DutyItem:
    assert round_.version_id is not None  # it is launched
    document = library.approved(session, round_.version_id).document
    latest = latest_revision(session, line.duty_id)
    left = answers.missing(document, latest.answers if latest else {})
    until = last_moment(round_, line.reopened_until)
    open_now = may_write(round_, line.reopened_until, now)
    return DutyItem(round_, line, len(left), len(document.ready_questions), until, open_now)


def _scope(campaign_id: int) -> Scope:
    return signed_in().scope("cell_secretary", campaign_id=campaign_id)


def _owed(
    session: Session, slug: str, cell_slug: str, now: datetime, *, lock: bool = False
) -> Owed:
    scope = _scope(round_by_slug(session, slug).campaign_id)
    return owed(session, slug, cell_slug, now, scope=scope, lock=lock)


def show(slug: str, cell_slug: str) -> ResponseReturnValue:
    """The report, to go on writing or to read."""
    with reading() as session:
        found = _owed(session, slug, cell_slug, clock.now())
        sheet = stored_sheet(found, found.latest)
        return _page(session, found, sheet, review="review" in request.args)


def save(slug: str, cell_slug: str) -> ResponseReturnValue:
    """Keep a draft, send, or note a proposal; what is still empty is shown once before sending."""
    now, action = clock.now(), request.form.get("action", "draft")
    with reading() as session:
        found = _owed(session, slug, cell_slug, now)
        read = answers.read(found.document, posted())
        if read.problems and found.may_write:
            return _page(session, found, typed_sheet(found, read.problems)), 422
    left = answers.missing(found.document, read.values)
    send = action == "send_as_is" or (action == "send" and not left)
    try:
        with writing() as session:
            found = _owed(session, slug, cell_slug, now, lock=True)
            seen = request.form.get("seen", "")
            if read.values or found.latest or send or not found.may_write:
                write(session, found, read.values, signed_in(), seen=seen, send=send)
            if action == "propose":
                recognition.propose(session, found, recognition.typed(request.form), signed_in())
    except TooLate as error:
        return _too_late(slug, cell_slug, error), status_of(error)
    except Overtaken as error:
        return _overtaken(slug, cell_slug, error), status_of(error)
    except Invalid as error:
        with reading() as session:
            found = _owed(session, slug, cell_slug, now)
            return _page(session, found, typed_sheet(found, error.problems)), status_of(error)
    return _saved(slug, cell_slug, action, now, sent=send)


def _saved(
    slug: str, cell_slug: str, action: str, now: datetime, *, sent: bool
) -> ResponseReturnValue:
    """Say what was done; a proposal that was begun beside it stays on the page."""
    if action == "propose":
        flash(_("Đã ghi đề nghị. Ban tổ chức và Đảng ủy xem xét, quyết định."), "good")
    elif sent:
        flash(_("Đã gửi báo cáo lúc %(moment)s.", moment=moment(now)), "good")
    elif action != "send":
        flash(_("Đã lưu nháp lúc %(moment)s. Báo cáo chưa gửi.", moment=moment(now)), "good")
    review = action == "send" and not sent
    if action != "propose" and recognition.is_begun(recognition.typed(request.form)):
        flash(_("Đề nghị biểu dương ở cuối trang chưa được ghi; xin bấm “Ghi đề nghị”."), "care")
        with reading() as session:
            found = _owed(session, slug, cell_slug, now)
            return _page(session, found, stored_sheet(found, found.latest), review=review)
    where = url_for(
        "secretary_duties.show",
        slug=slug,
        cell_slug=cell_slug,
        review=1 if review else None,
        _anchor="recognition" if action == "propose" else None,
    )
    return redirect(where, code=303)


def _overtaken(slug: str, cell_slug: str, error: Overtaken) -> str:
    with reading() as session:
        found = _owed(session, slug, cell_slug, clock.now())
        sheet = overtaken_sheet(session, found, found.latest, error.message)
        return _page(session, found, sheet)


def _too_late(slug: str, cell_slug: str, error: TooLate) -> str:
    with reading() as session:
        found = _owed(session, slug, cell_slug, clock.now())
        return render_template(
            "cell_reports/too_late.html",
            found=found,
            why=error.message,
            told=typed_text(found),
            campaign=campaign_of(session, found.round),
        )


def _page(session: Session, found: Owed, sheet: Sheet, *, review: bool = False) -> str:
    values = found.latest.answers if found.latest else {}
    shown = found.latest if found.may_write else (found.counted or found.latest)
    proposals, elsewhere = _by_period(session, found)
    return render_template(
        "cell_reports/report.html",
        found=found,
        sheet=sheet,
        campaign=campaign_of(session, found.round),
        missing=answers.missing(sheet.document, values),
        words=answer_words(sheet.document, shown.answers if shown else {}),
        review=review,
        proposals=proposals,
        elsewhere=elsewhere,
        proposal=recognition.typed(request.form) if request.method == "POST" else {},
    )


def _by_period(
    session: Session, found: Owed
) -> tuple[list[Proposal], list[tuple[str, list[Proposal]]]]:
    """The cell's proposals of this period, and by title those of others: the last open by then."""
    periods = sorted(
        periods_of(session, found.round.campaign_id, found.now), key=lambda one: one.opens_at
    )
    own: list[Proposal] = []
    others: dict[str, list[Proposal]] = {}
    for one in recognition.of_cell(session, found.round.campaign_id, found.duty.cell_id):
        begun = [period for period in periods if period.opens_at <= one.created_at]
        if not begun or begun[-1].id == found.round.id:
            own.append(one)
        else:
            others.setdefault(begun[-1].title, []).append(one)
    return own, list(others.items())


def history(slug: str, cell_slug: str) -> ResponseReturnValue:
    """Who wrote what when."""
    with reading() as session:
        found = _owed(session, slug, cell_slug, clock.now())
        document = in_own_language(found.document)
        lines = versions(session, found.duty.id, document, drafts=True)
    return render_template("cell_reports/history.html", found=found, versions=lines)
