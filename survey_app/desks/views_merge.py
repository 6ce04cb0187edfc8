"""Two entries of the roster that are one person: looked for, compared, merged."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock, formatting
from survey_app.accounts.doors import signed_in
from survey_app.campaigns.access import ORGANISERS
from survey_app.campaigns.models import Round
from survey_app.cell_reports.attendance import follow_merge
from survey_app.database import reading, writing
from survey_app.desks.views_changes import find, next_page
from survey_app.errors import DomainError, Invalid
from survey_app.i18n import _
from survey_app.invitations import merging
from survey_app.invitations.ledger import CORRECTABLE
from survey_app.invitations.ledger_forms import ReasonForm
from survey_app.invitations.models import Invitation
from survey_app.people import wording
from survey_app.people.models import Person
from survey_app.people.queries import Filter, PersonLine, list_people, stays_of
from survey_app.quizzes import queries
from survey_app.web.error_pages import status_of

PAPERS = merging.Papers(queries.answering, queries.handed_in)


@dataclass(frozen=True)
class Side:
    """One of the two entries, as they are compared."""

    person: Person
    cell: str
    rounds: tuple[str, ...]


def show(public_id: str) -> ResponseReturnValue:
    """Look for the other entry by name; with `?other` compare the two and ask for the reason."""
    other = request.args.get("other", "")
    if other:
        return _comparison(public_id, other, ReasonForm(formdata=None))
    with reading() as session:
        one = find(session, public_id)
        search = request.args.get("q", one.full_name).strip()[:100]
        found = list_people(
            session,
            Filter(words=search),
            formatting.today(clock.now()),
            scope=signed_in().scope(*ORGANISERS),
        )
    lines: list[PersonLine] = [line for line in found.lines if line.id != one.id]
    return render_template(
        "people/merge_find.html",
        person=one,
        lines=lines,
        search=search,
        kind_words=wording.kind_words,
    )


def merge(public_id: str) -> ResponseReturnValue:
    """Merge the other entry into this one."""
    other, form = request.form.get("other", ""), ReasonForm()
    if not form.validate():
        return _comparison(public_id, other, form), 422
    try:
        with writing() as session:
            kept, gone = find(session, public_id), find(session, other)
            merging.merge(
                session,
                kept.id,
                gone.id,
                reason=form.reason.data or "",
                actor=signed_in(),
                now=clock.now(),
                papers=PAPERS,
            )
            follow_merge(session, kept.id, gone.id)
    except DomainError as error:
        return _comparison(public_id, other, form, error), status_of(error)
    flash(_("Đã gộp thành một người: %(name)s.", name=kept.full_name), "good")
    return redirect(next_page(kept), code=303)


def _comparison(
    public_id: str, other: str, form: ReasonForm, problem: DomainError | None = None
) -> str:
    if public_id == other:
        raise Invalid(_("Đây là cùng một dòng trong danh sách. Xin chọn dòng kia."))
    with reading() as session:
        sides = [_side(session, find(session, one)) for one in (public_id, other)]
    both = sorted(set(sides[0].rounds) & set(sides[1].rounds))
    return render_template(
        "people/merge.html",
        kept=sides[0],
        other=sides[1],
        both=both,
        form=form,
        problem=problem,
        kind_words=wording.kind_words,
        swap=url_for("roster.merge", public_id=other, other=public_id),
    )


def _side(session: Session, one: Person) -> Side:
    stays = stays_of(session, one.id, formatting.today(clock.now()))
    cell = next((stay.cell_name for stay in stays if stay.ends_on is None), "")
    rounds = session.scalars(
        select(Round.title)
        .join(Invitation, Invitation.round_id == Round.id)
        .where(
            Invitation.person_id == one.id,
            Invitation.superseded_by_id.is_(None),
            Round.kind == "quiz",
            Round.state.in_(CORRECTABLE),
        )
        .order_by(Round.opens_at, Round.id)
    )
    return Side(one, cell, tuple(rounds))
