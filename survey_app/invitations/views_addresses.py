"""The secretary puts mail addresses of the own cell right; who is how far is not told here."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import clock, formatting
from survey_app.accounts.cells import cells_in
from survey_app.accounts.doors import scope_in, signed_in
from survey_app.accounts.scope import Scope
from survey_app.campaigns.queries import current_campaign
from survey_app.database import reading, writing
from survey_app.errors import Invalid, NotFound
from survey_app.i18n import _
from survey_app.invitations import reaching
from survey_app.people import queries
from survey_app.people.models import Person
from survey_app.people.queries import Filter
from survey_app.web.error_pages import status_of
from survey_app.web.refusing import number_of

ROLE = "cell_secretary"


def addresses() -> ResponseReturnValue:
    """The people of the own cells by given name; those whom no mail reaches are asked for first."""
    everybody = request.args.get("all") == "yes"
    words = request.args.get("q", "").strip()[:100]
    chosen = Filter(words=words, address="" if everybody or words else "unreachable")
    with reading() as session:
        scope = _scope(session)
        cells = cells_in(session, scope)
        found = queries.list_people(
            session,
            chosen,
            formatting.today(clock.now()),
            scope=scope,
            page=number_of(request.args.get("page"), 1),
        )
    return render_template(
        "invitations/addresses.html",
        found=found,
        cells=cells,
        words=words,
        everybody=everybody,
        page_url=lambda page: url_for(
            "secretary.addresses", q=words or None, all="yes" if everybody else None, page=page
        ),
    )


def address(public_id: str) -> ResponseReturnValue:
    """One person's address; whom no mail could reach before is invited again."""
    actor, now = signed_in(), clock.now()
    with reading() as session:
        person = _person(session, public_id)
    if request.method == "GET":
        return _address_page(person, person.email or "")
    typed = request.form.get("email", "")
    try:
        with writing() as session:
            person = _person(session, public_id)
            reaching.correct_and_invite(session, person.id, typed, actor, now)
    except Invalid as error:
        return _address_page(person, typed, error), status_of(error)
    flash(
        _(
            "Đã lưu địa chỉ thư của %(name)s. Vòng thi nào đang mở mà chưa làm thì thư mời được "
            "gửi lại vào địa chỉ mới; phiếu góp ý do ban tổ chức gửi.",
            name=person.full_name,
        ),
        "good",
    )
    return redirect(url_for("secretary.addresses"), code=303)


def _scope(session: Session) -> Scope:
    campaign = current_campaign(session)
    if campaign is None:
        raise NotFound(_("Chưa có chiến dịch nào. Xin hỏi ban tổ chức."))
    return scope_in(campaign.id, ROLE)


def _person(session: Session, public_id: str) -> Person:
    return queries.person_by_public_id(session, public_id, scope=_scope(session))


def _address_page(person: Person, email: str, problem: Invalid | None = None) -> str:
    return render_template("invitations/address.html", person=person, email=email, problem=problem)
