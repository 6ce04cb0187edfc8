"""The organiser's pages of people and cells."""

from datetime import date
from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from survey_app import clock, formatting
from survey_app.accounts.doors import signed_in
from survey_app.accounts.scope import Actor, Scope
from survey_app.database import reading, writing
from survey_app.errors import Invalid, NotAllowed
from survey_app.i18n import _
from survey_app.people import queries, services, wording
from survey_app.people.address_changes import addresses_changed
from survey_app.people.changes import changes_of
from survey_app.people.forms import AddressForm, WishesForm
from survey_app.people.models import KINDS, Person
from survey_app.people.queries import Filter
from survey_app.people.roster.template import roster_template
from survey_app.web.refusing import number_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROLES = ("organiser", "administrator")


def organiser() -> Actor:
    """Return who is at the page; approvers of questions have no business with people.

    Raises:
        NotAllowed: the user is neither organiser nor administrator.
    """
    actor = signed_in()
    if not actor.has(*ROLES):
        raise NotAllowed(_("Trang này dành cho ban tổ chức và người quản trị."))
    return actor


def scope_of_reader() -> Scope:
    """The cells whose people the signed-in user may see."""
    return organiser().scope(*ROLES)


def today() -> date:
    """The day it is where the product is used."""
    return formatting.today(clock.now())


def people() -> ResponseReturnValue:
    """Everybody, narrowed by typing without marks."""
    scope, chosen = scope_of_reader(), _filter()
    with reading() as session:
        cells = queries.list_cells(session, today(), scope=scope)
        found = queries.list_people(
            session, chosen, today(), scope=scope, page=number_of(request.args.get("page"), 1)
        )
    shown = {name: value for name, value in vars(chosen).items() if value}
    names = {"words": "q"}
    args = {names.get(name, name): value for name, value in shown.items()}
    return render_template(
        "people/people.html",
        found=found,
        chosen=chosen,
        cells=cells,
        narrowed=bool(shown),
        page_url=lambda page: url_for("roster.people", **args, page=page),
        kind_words=wording.kind_words,
    )


def _filter() -> Filter:
    kind = request.args.get("kind", "")
    address = request.args.get("address", "")
    return Filter(
        words=request.args.get("q", "").strip()[:100],
        cell=request.args.get("cell", "")[:100],
        kind=kind if kind in KINDS else "",
        address=address if address == "unreachable" else "",
    )


def cells() -> ResponseReturnValue:
    """The cells in the committee's own order, with their people of today."""
    scope = scope_of_reader()
    with reading() as session:
        found = queries.list_cells(session, today(), scope=scope)
        nowhere = queries.list_people(session, Filter(cell="-"), today(), scope=scope)
    return render_template("people/cells.html", cells=found, nowhere=nowhere.total)


def template() -> ResponseReturnValue:
    """An empty roster with the headings that are understood."""
    organiser()
    return send_file(
        BytesIO(roster_template()),
        mimetype=XLSX,
        as_attachment=True,
        download_name="mau-danh-sach.xlsx",
    )


def person(public_id: str) -> ResponseReturnValue:
    """One person: what is known, where they belong, how they are reached."""
    with reading() as session:
        one = queries.person_by_public_id(session, public_id, scope=scope_of_reader())
    address = AddressForm(formdata=None, email=one.email)
    return _person_page(one, address, _wishes(one))


def _wishes(one: Person) -> WishesForm:
    return WishesForm(
        formdata=None,
        form_of_address=one.form_of_address,
        locale=one.locale,
        wants_reminders=one.wants_reminders,
    )


def _person_page(one: Person, address: AddressForm, wishes: WishesForm) -> str:
    with reading() as session:
        stays = queries.stays_of(session, one.id, today())
        sharing = queries.sharing_mailbox(session, one)
        history = changes_of(session, one.id)
        kept = session.get(Person, one.merged_into_id) if one.merged_into_id else None
    return render_template(
        "people/person.html",
        person=one,
        stays=stays,
        sharing=sharing,
        history=history,
        kept=kept,
        may_change=kept is None and one.left_on is None,
        address=address,
        wishes=wishes,
        kind_words=wording.kind_words,
        change_kind_words=wording.change_kind_words,
        membership_words=wording.membership_words,
    )


def address(public_id: str) -> ResponseReturnValue:
    """Store a new mail address."""
    actor, scope, form = organiser(), scope_of_reader(), AddressForm()
    with reading() as session:
        one = queries.person_by_public_id(session, public_id, scope=scope)
    if not form.validate():
        return _person_page(one, form, _wishes(one)), 422
    try:
        with writing() as session:
            services.correct_address(session, one.id, form.email.data or "", actor)
            addresses_changed(session, [one.id])
    except Invalid as error:
        form.email.errors = [error.message]
        return _person_page(one, form, _wishes(one)), 422
    flash(
        _(
            "Đã lưu địa chỉ thư của %(name)s. Nếu vòng thi đang mở, xin gửi lại thư mời từ trang "
            "của vòng.",
            name=one.full_name,
        ),
        "good",
    )
    return redirect(url_for("roster.person", public_id=public_id), code=303)


def wishes(public_id: str) -> ResponseReturnValue:
    """Store how somebody is spoken to."""
    actor, scope, form = organiser(), scope_of_reader(), WishesForm()
    with reading() as session:
        one = queries.person_by_public_id(session, public_id, scope=scope)
    if not form.validate():
        return _person_page(one, AddressForm(formdata=None, email=one.email), form), 422
    with writing() as session:
        services.set_wishes(
            session,
            one.id,
            form_of_address=form.form_of_address.data,
            locale=form.locale.data,
            wants_reminders=form.wants_reminders.data,
            actor=actor,
        )
    flash(_("Đã lưu cách gửi thư cho %(name)s.", name=one.full_name), "good")
    return redirect(url_for("roster.person", public_id=public_id), code=303)
