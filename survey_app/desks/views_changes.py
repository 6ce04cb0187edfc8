"""What an organiser enters about a person of the roster: another cell, another kind, leaving.

What follows for rounds that run is shown right afterwards, and decided there.
"""

from datetime import date
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import clock, formatting
from survey_app.accounts.doors import signed_in
from survey_app.accounts.scope import Actor
from survey_app.campaigns.access import ORGANISERS
from survey_app.database import reading, writing
from survey_app.desks.person_forms import KindForm, LeaveForm, MoveForm
from survey_app.errors import Conflict, DomainError, Invalid
from survey_app.i18n import _
from survey_app.invitations.ledger_forms import ReasonForm
from survey_app.invitations.proposals import proposals
from survey_app.people import changes
from survey_app.people.cell_choices import cell_choices
from survey_app.people.models import Person
from survey_app.people.queries import person_by_public_id, stays_of
from survey_app.web.error_pages import status_of
from survey_app.web.refusing import number_of

MOVE, KIND, LEAVE = "move", "kind", "leave"
_FORMS: Final[dict[str, type[ReasonForm]]] = {MOVE: MoveForm, KIND: KindForm, LEAVE: LeaveForm}


def show(public_id: str, what: str) -> ResponseReturnValue:
    """The form of one kind of change."""
    with reading() as session:
        one = find(session, public_id)
        form = _form(session, what, blank=True)
        stays = stays_of(session, one.id, formatting.today(clock.now()))
    return _page(one, what, form, stays)


def enter(public_id: str, what: str) -> ResponseReturnValue:
    """Store it, then show what would follow in live rounds."""
    with reading() as session:
        one = find(session, public_id)
        form = _form(session, what)
        stays = stays_of(session, one.id, formatting.today(clock.now()))
    if not form.validate():
        return _page(one, what, form, stays), 422
    try:
        with writing() as session:
            _store(session, one.id, what, form, signed_in())
    except (Conflict, Invalid) as error:
        return _page(one, what, form, stays, error), status_of(error)
    flash(told(what, one.full_name), "good")
    return redirect(next_page(one), code=303)


def imported() -> ResponseReturnValue:
    """After an import: what it proposes for live rounds, or the list when they agree with it."""
    with reading() as session:
        waiting = proposals(session, formatting.today(clock.now()))
    return redirect(url_for("ledger.show" if waiting else "roster.people"))


def find(session: Session, public_id: str) -> Person:
    """Return a person whom the signed-in user may change.

    Raises:
        NotFound: there is none.
    """
    return person_by_public_id(session, public_id, scope=signed_in().scope(*ORGANISERS))


def next_page(one: Person) -> str:
    """The proposals for live rounds, if this person's facts call for any; else their own page."""
    with reading() as session:
        waiting = proposals(session, formatting.today(clock.now()), person_id=one.id)
    if waiting:
        return url_for("ledger.show", person=one.public_id)
    return url_for("roster.person", public_id=one.public_id)


def told(what: str, name: str) -> str:
    """What was stored, and that rounds do not follow by themselves."""
    return {
        MOVE: _("Đã ghi chi bộ mới của %(name)s. Vòng đang chạy chỉ đổi khi ghi sổ.", name=name),
        KIND: _("Đã ghi đối tượng mới của %(name)s. Vòng đang chạy chỉ đổi khi ghi sổ.", name=name),
        LEAVE: _(
            "Đã ghi %(name)s thôi sinh hoạt. Không còn thư nào gửi cho người này; vòng đang chạy "
            "chỉ đổi khi ghi sổ.",
            name=name,
        ),
    }[what]


def _form(session: Session, what: str, *, blank: bool = False) -> ReasonForm:
    form = _FORMS[what](formdata=None) if blank else _FORMS[what]()
    if isinstance(form, MoveForm):
        cells = [(str(cell.id), cell.name) for cell in cell_choices(session)]
        form.cell.choices = [("", _("Chọn chi bộ")), *cells]
    return form


def _store(session: Session, person_id: int, what: str, form: ReasonForm, actor: Actor) -> None:
    reason = form.reason.data or ""
    if isinstance(form, MoveForm):
        cell_id = number_of(form.cell.data)
        day = _day(form.day.day)
        changes.move_to_cell(session, person_id, cell_id, day, reason=reason, actor=actor)
    elif isinstance(form, KindForm):
        chosen = form.kind.data
        changes.change_kind(
            session,
            person_id,
            "non_member" if chosen == "non_member" else "party_member",
            probationary=chosen == "probationary",
            day=_day(form.day.day),
            reason=reason,
            actor=actor,
        )
    elif isinstance(form, LeaveForm):
        changes.leave(session, person_id, _day(form.day.day), reason=reason, actor=actor)
    else:  # the address of the page names one of the three
        raise AssertionError(what)


def _day(day: date | None) -> date:
    assert day is not None  # the field is required and was read
    return day


def _page(
    one: Person,
    what: str,
    form: ReasonForm,
    stays: object,
    problem: DomainError | None = None,
) -> str:
    return render_template(
        "people/change.html",
        person=one,
        what=what,
        form=form,
        stays=stays,
        problem=problem,
        kind_now=changes.kind_name(one.kind, one.probationary),
        action=request.path,
    )
