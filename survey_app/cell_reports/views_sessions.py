"""The secretary's pages of study sessions: entered, ticked, put right, removed."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import clock, formatting
from survey_app.accounts.cells import CellChoice, cells_in, own_cell
from survey_app.accounts.doors import scope_in, signed_in
from survey_app.campaigns import when
from survey_app.campaigns.models import Campaign
from survey_app.campaigns.queries import current_campaign
from survey_app.campaigns.seen import fingerprint_of, refuse_other
from survey_app.cell_reports import attendance, session_services, sessions
from survey_app.cell_reports.attendance import Line, Mark, TickedMeanwhile
from survey_app.cell_reports.models import ATTENDANCE_STATES, StudySession
from survey_app.cell_reports.session_forms import SessionForm, marks_of
from survey_app.cell_reports.session_services import Facts
from survey_app.database import reading, writing
from survey_app.errors import Conflict, DomainError, Invalid, NotFound
from survey_app.i18n import _
from survey_app.web.error_pages import status_of

ROLE = "cell_secretary"


@dataclass(frozen=True)
class Row:
    """One line of the page of ticks: what is chosen there, and what stands in the database."""

    line: Line
    chosen: str | None
    has_reflection: bool
    clashes: bool = False

    @property
    def seen(self) -> str:
        """What stands there now, to be compared when the page comes back."""
        return f"{self.line.state or ''},{'yes' if self.line.reflection_on else ''}"


def list_sessions() -> ResponseReturnValue:
    """The sessions of the own cells with their attendance, the newest first."""
    with reading() as session:
        campaign = current_campaign(session)
        cells: list[CellChoice] = []
        found: list[StudySession] = []
        if campaign:
            scope = scope_in(campaign.id, ROLE)
            cells = cells_in(session, scope)
            found = sessions.list_sessions(session, campaign.id, scope=scope)
        added = sessions.totals(session, campaign.id, scope=scope) if campaign else {}
    return render_template(
        "cell_reports/sessions.html",
        campaign=campaign,
        cells=[(cell, [one for one in found if one.cell_id == cell.id]) for cell in cells],
        totals=added,
        is_ticked=sessions.is_ticked,
    )


def new() -> ResponseReturnValue:
    """Enter a session; the topic is the campaign's until somebody writes another."""
    with reading() as session:
        campaign, cell = _campaign_and_cell(session)
        own = cells_in(session, scope_in(campaign.id, ROLE))
    if request.method == "GET":
        form = SessionForm(formdata=None, topic=session_services.default_topic(campaign))
        return _form_page(form, cell, own=own)
    form, actor, now = SessionForm(), signed_in(), clock.now()
    facts = form.facts()
    if facts is None:
        return _form_page(form, cell, own=own), 422
    try:
        with writing() as session:
            held = session_services.enter(
                session, campaign, cell.id, facts, actor, now, with_others=form.with_others.data
            )
    except (Invalid, Conflict) as error:
        form.blame(error.problems)
        return _form_page(form, cell, own=own, problem=error), status_of(error)
    flash(_("Đã lưu buổi sinh hoạt. Xin điểm danh dưới đây."), "good")
    return redirect(url_for("study_sessions.show", session_id=held.id), code=303)


def show(session_id: int) -> ResponseReturnValue:
    """One session with its list to tick."""
    with reading() as session:
        held, cell = _own(session, session_id)
        return _session_page(session, held, cell)


def save_attendance(session_id: int) -> ResponseReturnValue:
    """Store the whole page of ticks; with `rest`, whoever is not ticked was there."""
    marks, actor, now = marks_of(request.form), signed_in(), clock.now()
    try:
        handed_in_on = when.parse_day(request.form.get("handed_in_on", ""))
        with writing() as session:
            held, _cell = _own(session, session_id, lock=True)
            rest = request.form.get("rest") == "present"
            attendance.save(session, held, marks, handed_in_on, actor, now, rest_present=rest)
    except (Invalid, TickedMeanwhile) as error:
        with reading() as session:
            held, cell = _own(session, session_id)
            return _session_page(session, held, cell, marks, error), status_of(error)
    flash(
        _("Đã lưu điểm danh: có mặt %(n)s/%(all)s.", n=held.present, all=held.expected),
        "good",
    )
    return redirect(url_for("study_sessions.show", session_id=session_id), code=303)


def change_list(session_id: int) -> ResponseReturnValue:
    """Put somebody on the list who came, or take somebody off who was not expected."""
    actor, now, public_id = signed_in(), clock.now(), request.form.get("person", "")
    with writing() as session:
        held, _cell = _own(session, session_id, lock=True)
        if request.form.get("action") == "take_off":
            name = attendance.take_off(session, held, public_id, actor, now)
            done = _("Đã đưa %(name)s ra khỏi danh sách buổi này.", name=name)
        else:
            name = attendance.add_person(session, held, public_id, actor, now)
            done = _("Đã thêm %(name)s và ghi có mặt.", name=name)
    flash(done, "good")
    return redirect(url_for("study_sessions.show", session_id=session_id), code=303)


def edit(session_id: int) -> ResponseReturnValue:
    """Put right what is said of a session."""
    with reading() as session:
        held, cell = _own(session, session_id)
        facts, others = session_services.facts_of(held), session_services.expects_others
        with_others = others(session, held)
    if request.method == "GET":
        form = SessionForm.showing(facts, with_others=with_others)
        return _form_page(form, cell, held=held, seen=fingerprint_of(vars(facts)))
    form, seen = SessionForm(), request.form.get("seen", "")
    typed = form.facts()
    if typed is None:
        return _form_page(form, cell, held=held, seen=seen), 422
    try:
        redrawn = _change(session_id, typed, form.with_others.data, seen)
    except (Invalid, Conflict) as error:
        form.blame(error.problems)
        seen = fingerprint_of(vars(facts))
        page = _form_page(form, cell, held=held, seen=seen, problem=error)
        return page, status_of(error)
    flash(_("Đã lưu."), "good")
    if redrawn:
        flash(_("Danh sách điểm danh đã được lập lại theo những gì vừa sửa."))
    return redirect(url_for("study_sessions.show", session_id=session_id), code=303)


def remove(session_id: int) -> ResponseReturnValue:
    """Ask first; then remove the session and its list."""
    if request.method == "GET":
        with reading() as session:
            held, cell = _own(session, session_id)
        return render_template("cell_reports/session_remove.html", held=held, cell=cell)
    actor = signed_in()
    with writing() as session:
        held, _cell = _own(session, session_id, lock=True)
        session_services.remove(session, held, actor)
    flash(_("Đã xóa buổi sinh hoạt ngày %(day)s.", day=formatting.day(held.held_on)), "good")
    return redirect(url_for("study_sessions.list"), code=303)


def _change(session_id: int, facts: Facts, with_others: bool, seen: str) -> bool:
    with writing() as session:
        held, _cell = _own(session, session_id, lock=True)
        refuse_other(fingerprint_of(vars(session_services.facts_of(held))), seen)
        campaign = session.get_one(Campaign, held.campaign_id)
        return session_services.change(
            session, campaign, held, facts, signed_in(), clock.now(), with_others=with_others
        )


def _campaign_and_cell(session: Session) -> tuple[Campaign, CellChoice]:
    campaign = current_campaign(session)
    if campaign is None:
        raise NotFound(_("Chưa có chiến dịch nào. Xin hỏi ban tổ chức."))
    slug = request.values.get("cell", "")
    return campaign, own_cell(session, scope_in(campaign.id, ROLE), slug)


def _own(
    session: Session, session_id: int, *, lock: bool = False
) -> tuple[StudySession, CellChoice]:
    """A session of this campaign, of a cell whose secretary is at the page."""
    campaign = current_campaign(session)
    if campaign is None:
        raise NotFound(_("Chưa có chiến dịch nào. Xin hỏi ban tổ chức."))
    scope = signed_in().scope(ROLE, campaign_id=campaign.id)
    held = sessions.find_session(session, campaign.id, session_id, scope=scope, lock=lock)
    cell = next((cell for cell in cells_in(session, scope) if cell.id == held.cell_id), None)
    if cell is None:
        raise NotFound(_("Không có buổi sinh hoạt này trong chi bộ của đồng chí."))
    return held, cell


def _form_page(
    form: SessionForm,
    cell: CellChoice,
    *,
    own: list[CellChoice] | None = None,
    held: StudySession | None = None,
    seen: str = "",
    problem: DomainError | None = None,
) -> str:
    return render_template(
        "cell_reports/session_form.html",
        form=form,
        cell=cell,
        own=own or [],
        held=held,
        is_ticked=bool(held and sessions.is_ticked(held)),
        seen=seen,
        problem=problem if problem and not problem.problems else None,
    )


def _session_page(
    session: Session,
    held: StudySession,
    cell: CellChoice,
    marks: dict[str, Mark] | None = None,
    problem: DomainError | None = None,
) -> str:
    clashes = problem.people if isinstance(problem, TickedMeanwhile) else frozenset[str]()
    lines = attendance.list_of(session, held)
    rows = [_row(line, (marks or {}).get(line.public_id), clashes) for line in lines]
    return render_template(
        "cell_reports/session.html",
        held=held,
        cell=cell,
        groups=_groups(rows),
        is_ticked=sessions.is_ticked(held),
        unticked=sum(row.line.state is None for row in rows),
        missing=attendance.missing_from(session, held),
        extra=[line for line in lines if line.is_extra],
        states=ATTENDANCE_STATES,
        handed_in_on=request.form.get("handed_in_on") or _typed(clock.now()),
        problem=problem,
    )


def _groups(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    titles = {True: _("Đảng viên"), False: _("Quần chúng, CCVCLĐ")}
    groups = [
        (title, [row for row in rows if row.line.is_member is is_member])
        for is_member, title in titles.items()
    ]
    return [(title, own) for title, own in groups if own]


def _row(line: Line, mark: Mark | None, clashes: frozenset[str]) -> Row:
    """What somebody chose stays chosen; what they did not touch shows how it stands by now."""
    there = line.state, line.reflection_on is not None
    if mark is None:
        return Row(line, *there)
    state = there[0] if mark.state == mark.seen_state else mark.state
    reflection = there[1] if mark.reflection == mark.seen_reflection else mark.reflection
    return Row(line, state, reflection, line.public_id in clashes)


def _typed(now: datetime) -> str:
    day: date = formatting.today(now)
    return f"{day.day}/{day.month}/{day.year}"
