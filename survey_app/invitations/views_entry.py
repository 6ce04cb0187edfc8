"""Entering something about one person of a round."""

from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import clock, formatting
from survey_app.accounts.cells import CellChoice
from survey_app.accounts.doors import signed_in
from survey_app.campaigns.access import organisers_scope
from survey_app.campaigns.models import Round
from survey_app.campaigns.settings import round_settings
from survey_app.database import reading, writing
from survey_app.errors import DomainError
from survey_app.i18n import _
from survey_app.invitations import ledger, ledger_queries, ledger_words
from survey_app.invitations.asking import people_asked
from survey_app.invitations.following import LIVE
from survey_app.invitations.ledger import Why
from survey_app.invitations.ledger_forms import EntryForm
from survey_app.invitations.ledger_queries import Place
from survey_app.invitations.models import LedgerEntry
from survey_app.invitations.views_ledger import launched
from survey_app.people.cell_choices import cell_choices
from survey_app.people.models import Person
from survey_app.people.queries import person_by_public_id
from survey_app.web.error_pages import status_of
from survey_app.web.refusing import number_of

NOWHERE = "-"


def person(slug: str, public_id: str) -> ResponseReturnValue:
    """Where one person counts in a round, what was entered about them, what can be entered."""
    with reading() as session:
        round_, one = _find(session, slug, public_id)
        found = ledger_queries.place_of(session, round_.id, one.id)
        form = _form(session, round_, one, found, blank=True)
    return _page(slug, public_id, form)


def enter(slug: str, public_id: str) -> ResponseReturnValue:
    """Enter what was chosen, with its reason."""
    with reading() as session:
        round_, one = _find(session, slug, public_id)
        found = ledger_queries.place_of(session, round_.id, one.id)
        form = _form(session, round_, one, found)
    if not form.validate():
        return _page(slug, public_id, form), 422
    why = Why(form.reason.data or "", signed_in(), clock.now())
    cell_id = number_of(form.cell.data) or None
    try:
        with writing() as session:
            entry = _enter(session, round_.id, one.id, form.act.data, cell_id, why)
            kind = entry.kind
    except DomainError as error:
        return _page(slug, public_id, form, error), status_of(error)
    flash(
        _(
            "Đã ghi vào sổ: %(what)s, %(name)s.",
            what=ledger_words.kind_words(kind),
            name=one.full_name,
        ),
        "good",
    )
    return redirect(url_for("ledger.round", slug=slug), code=303)


def _enter(
    session: Session, round_id: int, person_id: int, act: str, cell_id: int | None, why: Why
) -> LedgerEntry:
    match act:
        case "join":
            return ledger.join(session, round_id, person_id, cell_id, why)
        case "transfer":
            return ledger.transfer(session, round_id, person_id, cell_id, why)
        case "exemption":
            return ledger.exempt(session, round_id, person_id, why)
        case "exemption_ended":
            return ledger.end_exemption(session, round_id, person_id, why)
        case _:
            kind = act.removeprefix("kind:")
            return ledger.change_kind(session, round_id, person_id, kind, cell_id, why)


def _find(session: Session, slug: str, public_id: str) -> tuple[Round, Person]:
    round_ = launched(session, slug)
    return round_, person_by_public_id(session, public_id, scope=organisers_scope(round_))


def _form(
    session: Session,
    round_: Round,
    one: Person,
    found: tuple[Place, bool] | None,
    *,
    blank: bool = False,
) -> EntryForm:
    """The acts that are possible now, and the cells; the roster's own cell is chosen first."""
    home = _home(session, round_, one, formatting.today(clock.now()))
    options = {"formdata": None} if blank else {}
    form = EntryForm(cell=str(home or NOWHERE), **options)
    form.act.choices = _acts(round_, found)
    form.cell.choices = [*_cells(cell_choices(session)), (NOWHERE, _("Chưa gắn chi bộ"))]
    return form


def _acts(round_: Round, found: tuple[Place, bool] | None) -> list[tuple[str, str]]:
    if found is None:
        joins = round_.state in LIVE and clock.now() < round_.closes_at
        return [("join", _("Thêm vào vòng và gửi thư mời"))] if joins else []
    place, is_exempt = found
    if place.kind == "party_member":
        kind = "kind:non_member", _("Đổi đối tượng: tính là quần chúng")
    else:
        kind = "kind:party_member", _("Đổi đối tượng: tính là đảng viên")
    out = (
        ("exemption_ended", _("Thôi miễn: lại tính vào mẫu số"))
        if is_exempt
        else ("exemption", _("Miễn: không tính vào mẫu số"))
    )
    return [("transfer", _("Chuyển sang chi bộ khác")), kind, out]


def _home(session: Session, round_: Round, one: Person, day: date) -> int | None:
    asked = people_asked(session, round_settings(round_.settings), day)
    return next((each.cell_id for each in asked if each.person_id == one.id), None)


def _cells(cells: list[CellChoice]) -> list[tuple[str, str]]:
    return [(str(cell.id), cell.name) for cell in cells]


def _page(slug: str, public_id: str, form: EntryForm, problem: DomainError | None = None) -> str:
    with reading() as session:
        round_, one = _find(session, slug, public_id)
        found = ledger_queries.place_of(session, round_.id, one.id)
        lines = ledger_queries.entries_of(session, round_.id, one.id)
    return render_template(
        "ledger/person.html",
        round=round_,
        person=one,
        place=found[0] if found else None,
        is_exempt=bool(found and found[1]),
        lines=lines,
        form=form,
        takes=ledger.takes_entries(round_),
        problem=problem,
        words=ledger_words,
    )
