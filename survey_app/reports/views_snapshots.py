"""Frozen figures on their pages: taken, read, compared, corrected; the whole committee reads."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.doors import scope_in, signed_in
from survey_app.accounts.models import User
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.queries import current_campaign
from survey_app.database import reading, writing
from survey_app.errors import Conflict, Invalid, NotAllowed, NotFound
from survey_app.i18n import _
from survey_app.invitations.views_committee import READERS
from survey_app.reports import snapshots
from survey_app.reports.differences import differences
from survey_app.reports.models import Snapshot
from survey_app.reports.overview import Overview, few_names
from survey_app.reports.views_home import may_take, sections_of
from survey_app.reports.whole_table import whole_table
from survey_app.web.error_pages import status_of


def index() -> ResponseReturnValue:
    """All snapshots, the newest first, and the form that takes one."""
    return _list_page()


def _list_page(error: Invalid | None = None) -> str:
    with reading() as session:
        campaign = _campaign(session)
        scope_in(campaign.id, *READERS)
        found = snapshots.all_of(session, campaign.id)
        lines = [(one, _who(session, one), _numbers(found).get(one.corrects_id)) for one in found]
    return render_template(
        "reports/snapshots.html",
        campaign=campaign,
        lines=lines,
        after=found[0].number if found else 0,
        may_take=may_take(campaign.id),
        note=request.form.get("note", ""),
        problems=error.problems if error else (),
    )


def take() -> ResponseReturnValue:
    """Freeze the figures of now."""
    try:
        with writing() as session:
            campaign = _taking(session)
            made = snapshots.take_once(
                session,
                campaign,
                signed_in(),
                clock.now(),
                after=request.form.get("after", 0, type=int),
                note=request.form.get("note", ""),
            )
    except Invalid as error:
        return _list_page(error), status_of(error)
    flash(_("Đã chốt số liệu lần %(number)s.", number=made.number), "good")
    return redirect(url_for("snapshots.show", number=made.number), code=303)


def show(number: int) -> ResponseReturnValue:
    """One snapshot: its figures, its checksum, what it corrects and what corrected it."""
    return _page(number)


def correct(number: int) -> ResponseReturnValue:
    """Freeze the figures of now as the correction of an earlier snapshot."""
    try:
        with writing() as session:
            campaign = _taking(session)
            made = snapshots.take_once(
                session,
                campaign,
                signed_in(),
                clock.now(),
                after=request.form.get("after", 0, type=int),
                corrects=snapshots.by_number(session, campaign.id, number),
                reason=request.form.get("reason", ""),
            )
    except Invalid as error:
        page = _page(number, error)
        return page if isinstance(page, tuple) else (page, status_of(error))
    flash(_("Đã chốt số liệu lần %(number)s, có ghi đính chính.", number=made.number), "good")
    return redirect(url_for("snapshots.show", number=made.number), code=303)


def print_view(number: int) -> ResponseReturnValue:
    """The frozen table per cell on A4 sheets, landscape."""
    with reading() as session:
        campaign = _campaign(session)
        scope = scope_in(campaign.id, *READERS)
        snapshot = snapshots.by_number(session, campaign.id, number)
        figures = snapshots.figures_of(snapshot).within(scope.cells)
    return render_template(
        "committee/whole_print.html",
        campaign=campaign,
        table=whole_table(figures),
        as_of=figures.as_of,
        sentence=Overview(figures, is_live=False).sentence,
        snapshot=snapshot,
        groups=short_groups(snapshot.checksum),
    )


def _page(number: int, error: Invalid | None = None) -> str | tuple[str, int]:
    with reading() as session:
        campaign = _campaign(session)
        scope = scope_in(campaign.id, *READERS)
        snapshot = snapshots.by_number(session, campaign.id, number)
        found = snapshots.all_of(session, campaign.id)
        who = _who(session, snapshot)
        round_ = session.get(Round, snapshot.round_id) if snapshot.round_id else None
    try:
        figures = snapshots.figures_of(snapshot).within(scope.cells)
    except Conflict as conflict:
        page = render_template("reports/broken.html", snapshot=snapshot, why=conflict.message)
        return page, status_of(conflict)
    corrected = next((one for one in found if one.id == snapshot.corrects_id), None)
    overview = Overview(figures, is_live=False)
    return render_template(
        "reports/snapshot.html",
        campaign=campaign,
        snapshot=snapshot,
        who=who,
        round=round_,
        groups=short_groups(snapshot.checksum),
        overview=overview,
        sections=sections_of(overview.current),
        table=whole_table(figures),
        corrected=corrected,
        changes=_changes(corrected, overview, scope.cells),
        corrections=[one for one in found if one.corrects_id == snapshot.id],
        after=found[0].number,
        may_take=may_take(campaign.id),
        reason=request.form.get("reason", ""),
        problems=error.problems if error else (),
        few_names=few_names,
    )


def _changes(
    corrected: Snapshot | None, overview: Overview, cells: frozenset[int] | None
) -> list[str] | None:
    """What differs from the corrected one; `None` when that cannot be read any more."""
    if corrected is None:
        return []
    try:
        before = snapshots.figures_of(corrected).within(cells)
    except Conflict:
        return None
    return differences(before, overview.figures)


def short_groups(checksum: str) -> list[str]:
    """Return the 64 digits in groups of four, as people compare them."""
    return [checksum[start : start + 4] for start in range(0, len(checksum), 4)]


def _who(session: Session, snapshot: Snapshot) -> str:
    user = session.get(User, snapshot.taken_by) if snapshot.taken_by else None
    return user.name if user else _("hệ thống")


def _numbers(found: list[Snapshot]) -> dict[int | None, int]:
    return {one.id: one.number for one in found}


def _taking(session: Session) -> Campaign:
    campaign = _campaign(session)
    if not may_take(campaign.id):
        raise NotAllowed(
            _("Chỉ ban tổ chức, quản trị và người theo dõi chiến dịch chốt được số liệu.")
        )
    return campaign


def _campaign(session: Session) -> Campaign:
    campaign = current_campaign(session)
    if campaign is None:
        raise NotFound(_("Chưa có chiến dịch nào."))
    return campaign
