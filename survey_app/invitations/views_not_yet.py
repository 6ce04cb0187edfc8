"""Who of a cell has not taken part in a quiz yet, for those who help: its secretary, the monitor.

The list says started, not started, or that mail does not arrive; never a score, and nothing of
forms. It opens by a button, which is logged, and only while the quiz can still be taken.
"""

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.cells import own_cell
from survey_app.accounts.doors import scope_in, signed_in
from survey_app.accounts.scope import ALL_CELLS, Scope
from survey_app.campaigns.models import Round
from survey_app.campaigns.queries import round_by_slug
from survey_app.database import reading, writing
from survey_app.errors import Conflict, NotAllowed, NotFound
from survey_app.i18n import _
from survey_app.invitations import queries
from survey_app.invitations.following import LIVE
from survey_app.invitations.names_open import are_open, open_names
from survey_app.invitations.participation import CellRow, participation
from survey_app.invitations.queries import PAGE, PersonLine
from survey_app.web.refusing import number_of

SECRETARY = "cell_secretary"
MONITOR = "campaign_monitor"
NOT_YET = ("started", "not_started", "undeliverable")
NOWHERE = "-"  # the people of no cell


@dataclass(frozen=True)
class Place:
    """The cell whose people a list is about; `cell_id` is `None` for the people of no cell."""

    slug: str
    name: str
    cell_id: int | None

    @property
    def scope(self) -> Scope:
        """Its people and no others."""
        return ALL_CELLS if self.cell_id is None else Scope(frozenset({self.cell_id}))

    def key(self, round_: Round) -> str:
        """What an opened list is remembered by."""
        return f"{round_.id}/{self.slug}"


def of_own_cell(slug: str) -> ResponseReturnValue:
    """The secretary's list."""
    with reading() as session:
        round_, place = _own(session, slug)
        return _page(session, round_, place, "secretary")


def open_own_cell(slug: str) -> ResponseReturnValue:
    """Log the opening, then show it."""
    with writing() as session:
        round_, place = _own(session, slug)
        _open(session, round_, place)
    return redirect(url_for("secretary.people", slug=slug, cell=place.slug), code=303)


def of_any_cell(slug: str) -> ResponseReturnValue:
    """The monitor's list of one cell, or the cells to choose from."""
    with reading() as session:
        round_, scope = _monitored(session, slug)
        if not request.args.get("cell"):
            rows = _left_per_cell(session, round_, scope)
            cells = {row.cell_id for row in rows}
            slugs = {cell: _slug_of(session, cell) for cell in cells}
            return render_template(
                "invitations/not_yet_cells.html", round=round_, rows=rows, slugs=slugs
            )
        return _page(session, round_, _monitored_place(session, scope), "committee")


def open_any_cell(slug: str) -> ResponseReturnValue:
    """Log the opening, then show it."""
    with writing() as session:
        round_, scope = _monitored(session, slug)
        place = _monitored_place(session, scope)
        _open(session, round_, place)
    return redirect(url_for("committee.people", slug=slug, cell=place.slug), code=303)


def _own(session: Session, slug: str) -> tuple[Round, Place]:
    round_ = _quiz(session, slug)
    scope = scope_in(round_.campaign_id, SECRETARY)
    cell = own_cell(session, scope, request.values.get("cell", ""))
    return round_, Place(cell.slug, cell.name, cell.id)


def _monitored(session: Session, slug: str) -> tuple[Round, Scope]:
    """The quiz, and the cells the user is to watch over and urge on in its campaign."""
    round_ = _quiz(session, slug)
    if not signed_in().has(MONITOR, campaign_id=round_.campaign_id):
        raise NotAllowed(
            _(
                "Danh sách có tên chỉ mở cho đồng chí được phân công theo dõi, đôn đốc, và cho bí "
                "thư với chi bộ của mình. Cấp ủy xem số người theo chi bộ, không có tên."
            )
        )
    return round_, signed_in().scope(MONITOR, campaign_id=round_.campaign_id)


def _monitored_place(session: Session, scope: Scope) -> Place:
    slug = request.values.get("cell", "")
    if slug == NOWHERE and scope.cells is None:
        return Place(NOWHERE, _("Chưa gắn chi bộ"), None)
    if not slug:
        raise NotFound(_("Xin chọn một chi bộ."))
    cell = own_cell(session, scope, slug)
    return Place(cell.slug, cell.name, cell.id)


def _quiz(session: Session, slug: str) -> Round:
    round_ = round_by_slug(session, slug)
    if round_.kind != "quiz":
        raise NotFound(_("Chỉ vòng thi có danh sách ai chưa làm. Phiếu ẩn danh không có."))
    if round_.state not in LIVE or clock.now() >= round_.closes_at:
        raise Conflict(
            _(
                "Danh sách ai chưa làm chỉ có khi vòng thi đang mở, để giúp người chưa làm. "
                "Vòng này không mở."
            )
        )
    return round_


def _left_per_cell(session: Session, round_: Round, scope: Scope) -> list[CellRow]:
    """The cells, members and others added up, with how many could still take part."""
    found: dict[int | None, CellRow] = {}
    for row in participation(session, round_, clock.now(), scope=scope).rows:
        seen = found.get(row.cell_id)
        counts = seen.counts + row.counts if seen else row.counts
        found[row.cell_id] = CellRow(row.cell_id, row.name, row.kind, row.group_name, counts)
    return list(found.values())


def _slug_of(session: Session, cell_id: int | None) -> str:
    if cell_id is None:
        return NOWHERE
    return own_cell(session, Scope(frozenset({cell_id})), "").slug


def _open(session: Session, round_: Round, place: Place) -> None:
    _lines, total = _find(session, round_, place)
    about = {} if place.cell_id is None else {"cell_id": place.cell_id}
    open_names(session, place.key(round_), round_.id, "not_yet", total, clock.now(), **about)


def _find(
    session: Session,
    round_: Round,
    place: Place,
    *,
    state: str = "",
    search: str = "",
    page: int = 1,
) -> tuple[list[PersonLine], int]:
    return queries.people(
        session,
        round_.id,
        scope=place.scope,
        among=NOT_YET,
        nowhere=place.cell_id is None,
        state=state if state in NOT_YET else None,
        search=search,
        page=page,
    )


def _page(session: Session, round_: Round, place: Place, audience: str) -> str:
    now = clock.now()
    opened = are_open(place.key(round_), now)
    state, search = request.args.get("state", ""), request.args.get("q", "")
    page = max(1, min(number_of(request.args.get("page"), 1), 10_000))
    lines: list[PersonLine] = []
    total = 0
    if opened:
        lines, total = _find(session, round_, place, state=state, search=search, page=page)
    _lines, everybody = _find(session, round_, place)
    return render_template(
        "invitations/not_yet.html",
        round=round_,
        place=place,
        audience=audience,
        opened=opened,
        lines=lines,
        total=total,
        everybody=everybody,
        states=NOT_YET,
        state=state,
        search=search,
        now=now,
        page=page,
        pages=max(1, -(-total // PAGE)),
    )
