"""Reading the free texts of a form over before others see them; names in them are marked."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.doors import signed_in
from survey_app.campaigns.access import organised_round
from survey_app.campaigns.models import Round, RoundCell
from survey_app.database import reading, writing
from survey_app.errors import Invalid, NotFound, Problem
from survey_app.feedback import reviewing
from survey_app.feedback.flagging import NameBook
from survey_app.feedback.results import ItemResult, Results
from survey_app.feedback.reviewing import CHOICES, PAGE, Decision, Tally
from survey_app.feedback.summary import results
from survey_app.i18n import _, _n
from survey_app.people.models import CellName, Person
from survey_app.web.error_pages import status_of
from survey_app.web.refusing import number_of

_CHOICE, _BEFORE, _WORDS, _WORDS_BEFORE = "choice_", "before_", "words_", "words_before_"


def texts(slug: str) -> ResponseReturnValue:
    """The texts of one item, page by page, in an order that says nothing."""
    return _show(slug, {}, ())


def review(slug: str) -> ResponseReturnValue:
    """Keep what was decided about the texts of a page."""
    form = request.form
    decisions = {
        name.removeprefix(_CHOICE): Decision(choice, form.get(_WORDS + name[len(_CHOICE) :], ""))
        for name, choice in form.items()
        if name.startswith(_CHOICE) and choice in CHOICES and _is_new(name, choice, form)
    }
    try:
        with writing() as session:
            round_, _found = _readable(session, slug)
            done = reviewing.decide(session, round_.id, decisions, signed_in())
    except Invalid as error:
        return _show(slug, decisions, error.problems), status_of(error)
    flash(_n("Đã lưu lựa chọn cho %(n)s ý kiến.", done.total()), "good")
    return redirect(_back(slug), code=303)


def show_clean(slug: str) -> ResponseReturnValue:
    """Show every text of an item in which nothing is marked."""
    item = request.form.get("item", "")
    with writing() as session:
        round_, _found = _readable(session, slug)
        flags = name_book(session).flags
        shown = reviewing.show_clean(session, round_.id, item, flags, signed_in())
    flash(_n("Đã cho hiện %(n)s ý kiến không có chỗ nào bị đánh dấu.", shown), "good")
    return redirect(_back(slug), code=303)


def name_book(session: Session) -> NameBook:
    """Return everybody's name and every cell's, as texts may hold them."""
    people = session.scalars(select(Person.full_name).distinct())
    now = session.scalars(select(CellName.name).distinct())
    then = session.scalars(select(RoundCell.name).where(RoundCell.name.is_not(None)).distinct())
    return NameBook.of(people, [*now, *(name for name in then if name)])


def _show(slug: str, decisions: Mapping[str, Decision], problems: Sequence[Problem]) -> str:
    with reading() as session:
        round_, found = _readable(session, slug)
        tallies = reviewing.tallies(session, round_.id)
        items = [item for item in found.items if item.key in tallies]
        item = _chosen(items)
        tally = tallies[item.key] if item else Tally()
        waiting_only = _asked("show") == "new"
        page = max(1, number_of(_asked("page")) or 1)
        flags = name_book(session).flags
        lines = []
        if item:
            lines = reviewing.page_of(
                session, round_.id, item.key, flags, page=page, waiting_only=waiting_only
            )
        clean = reviewing.clean_count(session, round_.id, item.key, flags) if item else 0
    return render_template(
        "feedback/texts.html",
        round=round_,
        items=items,
        tallies=tallies,
        item=item,
        lines=lines,
        clean=clean,
        page=page,
        pages=-(-(tally.new if waiting_only else tally.total) // PAGE),
        waiting_only=waiting_only,
        decisions=decisions,
        linked=[(problem.message, f"#text-{problem.where}") for problem in problems],
        wrong={problem.where: problem.message for problem in problems},
    )


def _readable(session: Session, slug: str) -> tuple[Round, Results]:
    """Return the round and its results; where nothing may be told, nobody reads texts either."""
    round_ = organised_round(session, slug)
    found = results(session, round_.id)
    if not found.is_told:
        raise NotFound(_("Phiếu này chưa đếm, hoặc có quá ít phiếu, nên không có ý kiến để đọc."))
    return round_, found


def _chosen(items: list[ItemResult]) -> ItemResult | None:
    """Return the item asked for, else the first that has texts waiting, else the first."""
    asked = [item for item in items if item.key == _asked("item")]
    waiting = [item for item in items if item.unread]
    return next(iter([*asked, *waiting, *items]), None)


def _asked(name: str) -> str:
    """Return what the address or the form says: a page that comes back keeps its place."""
    return request.values.get(name, "")


def _is_new(name: str, choice: str, form: Mapping[str, str]) -> bool:
    """Whether a choice is another than the page came with: what somebody else chose stays."""
    key = name[len(_CHOICE) :]
    if choice != form.get(_BEFORE + key, ""):
        return True
    return choice == "change" and form.get(_WORDS + key) != form.get(_WORDS_BEFORE + key)


def _back(slug: str) -> str:
    asked: dict[str, Any] = {
        name: _asked(name) for name in ("item", "show", "page") if _asked(name)
    }
    return url_for("rounds.texts", slug=slug, **asked)
