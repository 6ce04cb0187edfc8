"""The ledger's pages of the organiser: what is proposed, what was entered, and entering it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import clock, formatting
from survey_app.accounts.doors import signed_in
from survey_app.campaigns.access import ORGANISERS, organised_round, organisers_scope
from survey_app.campaigns.models import Round
from survey_app.database import reading, writing
from survey_app.errors import Conflict, DomainError
from survey_app.i18n import _, _n
from survey_app.invitations import deciding, ledger_queries, ledger_words, proposals
from survey_app.invitations.ledger import CORRECTABLE, Why, takes_entries
from survey_app.invitations.ledger_forms import ReasonForm
from survey_app.invitations.proposals import Line
from survey_app.people.models import Person
from survey_app.people.queries import Filter, PersonLine, list_people, person_by_public_id
from survey_app.vietnamese import search_key
from survey_app.web.error_pages import status_of
from survey_app.web.refusing import form_number, number_of

SHOWN = 200  # proposals of one kind on the page; the numbers are always whole
FOUND = 20  # people who are offered for an entry


@dataclass(frozen=True)
class Group:
    """The proposals of one kind, with the form that decides about them."""

    kind: str
    lines: Sequence[Line]
    form: ReasonForm

    def __post_init__(self) -> None:
        self.form.reason.description = ""  # said once, above all groups

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.lines)


def show() -> ResponseReturnValue:
    """What the facts of today would change in live rounds, and where each ledger is."""
    return _page(request.args)


def decide() -> ResponseReturnValue:
    """Enter or decline one proposal, or enter all of one kind, under one reason."""
    actor, now = signed_in(), clock.now()
    kind = request.form.get("kind", "")
    form = ReasonForm(prefix=kind)
    if not form.validate():
        return _page(request.form, form, kind), 422
    why = Why(form.reason.data or "", actor, now)
    act, _sep, key = request.form.get("do", "").partition(":")
    day = formatting.today(now)
    try:
        with writing() as session:
            keys = [key] if key else _all_keys(session, kind)
            if act == "decline":
                number = deciding.decline(session, keys, day, why)
                told = _n("Đã ghi nhận không đưa %(n)s đề xuất vào sổ.", number)
            else:
                number = len(deciding.accept(session, keys, day, why))
                told = _n("Đã ghi %(n)s dòng vào sổ biến động.", number)
    except DomainError as error:
        return _page(request.form, form, kind, error), status_of(error)
    flash(told, "good")
    narrowing = _narrowing(request.form)
    back = url_for("ledger.show", person=narrowing.get("person"), q=narrowing.get("q"))
    return redirect(back, code=303)


def take_back(declined_id: int) -> ResponseReturnValue:
    """Let a declined proposal be proposed again."""
    with writing() as session:
        deciding.take_back(session, declined_id)
    flash(_("Đã rút lại. Đề xuất ấy lại nằm trong danh sách."), "good")
    return redirect(url_for("ledger.show"), code=303)


def of_round(slug: str) -> ResponseReturnValue:
    """What was entered in a round: newest first or by given name, narrowed by typing."""
    search = request.args.get("q", "").strip()[:100]
    names_first = request.args.get("sort") == "name"
    page = max(1, min(number_of(request.args.get("page"), 1), 10_000))
    now = clock.now()
    with reading() as session:
        round_ = launched(session, slug)
        scope = organisers_scope(round_)
        lines, total = ledger_queries.entries(
            session, round_.id, scope=scope, search=search, names_first=names_first, page=page
        )
        people = _found(session, search)
        places = ledger_queries.places_of(session, round_.id, [one.id for one in people])
        today = formatting.today(now)
        waiting = len(proposals.proposals(session, today, round_id=round_.id))
    return render_template(
        "ledger/round.html",
        round=round_,
        takes=takes_entries(round_),
        lines=lines,
        total=total,
        page=page,
        pages=max(1, -(-total // ledger_queries.PAGE)),
        search=search,
        names_first=names_first,
        people=people,
        places=places,
        waiting=waiting,
        words=ledger_words,
    )


def launched(session: Session, slug: str) -> Round:
    """Return a launched quiz round that the signed-in user organises.

    Raises:
        NotFound, NotAllowed: as `organised_round`.
        Conflict: it has no ledger, said why.
    """
    round_ = organised_round(session, slug)
    if round_.kind != "quiz":
        raise Conflict(
            _(
                "Chỉ vòng thi có sổ biến động. Nhóm của phiếu ẩn danh cố định từ khi phát động, để "
                "không ai suy ra được ai đã gửi phiếu."
            )
        )
    if round_.launched_at is None:
        raise Conflict(
            _("Vòng thi chưa phát động nên chưa có sổ biến động: cứ sửa danh sách người.")
        )
    return round_


def _found(session: Session, search: str) -> Sequence[PersonLine]:
    """People of the roster with this name, to enter something about them."""
    if not search_key(search):
        return ()
    scope, today = signed_in().scope(*ORGANISERS), formatting.today(clock.now())
    return list_people(session, Filter(words=search), today, scope=scope).lines[:FOUND]


def _narrowing(values: object) -> dict[str, str]:
    """What the list is narrowed to: one person, or a name."""
    assert hasattr(values, "get")
    found = {name: values.get(name, "").strip()[:100] for name in ("person", "q")}
    return {name: value for name, value in found.items() if value}


def _narrowed(session: Session, values: dict[str, str]) -> list[Line]:
    day = formatting.today(clock.now())
    lines = proposals.lines(session, proposals.proposals(session, day), day)
    person, words = values.get("person"), search_key(values.get("q", "")).split()
    return [
        line
        for line in lines
        if (not person or line.public_id == person)
        and all(word in search_key(line.name) for word in words)
    ]


def _all_keys(session: Session, kind: str) -> list[str]:
    """All proposals of a kind as the page counted them.

    Raises:
        Conflict: there are more or fewer by now.
    """
    found = [
        line.proposal.key
        for line in _narrowed(session, _narrowing(request.form))
        if line.proposal.kind == kind
    ]
    if len(found) != form_number("seen"):
        raise Conflict(
            _(
                "Danh sách đề xuất vừa thay đổi: trước là %(before)s, nay là %(now)s. Chưa ghi gì. "
                "Xin xem lại rồi bấm lần nữa.",
                before=form_number("seen"),
                now=len(found),
            )
        )
    return found


def _page(
    values: object,
    typed: ReasonForm | None = None,
    kind: str = "",
    problem: DomainError | None = None,
) -> str:
    narrowing, day = _narrowing(values), formatting.today(clock.now())
    with reading() as session:
        lines = _narrowed(session, narrowing)
        declined = deciding.declined(session, day)
        rounds = proposals.rounds_with_ledger(session, CORRECTABLE)
        person = _person(session, narrowing.get("person", ""))
    groups = [
        Group(
            name,
            [line for line in lines if line.proposal.kind == name],
            typed if typed is not None and name == kind else _blank(name),
        )
        for name in proposals.KINDS
    ]
    return render_template(
        "ledger/show.html",
        groups=[group for group in groups if group.total],
        total=len(lines),
        declined=declined,
        rounds=rounds,
        titles={round_.id: round_.title for round_, _entries in rounds},
        narrowing=narrowing,
        person=person,
        problem=problem,
        words=ledger_words,
        limit=SHOWN,
    )


def _blank(kind: str) -> ReasonForm:
    return ReasonForm(formdata=None, prefix=kind)


def _person(session: Session, public_id: str) -> Person | None:
    if not public_id:
        return None
    return person_by_public_id(session, public_id, scope=signed_in().scope(*ORGANISERS))
