"""Everything that is kept as a number, counted again from what it was counted from.

One grouped query per round and tally, whatever the number of people. Rounds whose people have gone
(`retention`) cannot be counted again: there the kept number is all there is.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from survey_app import clock
from survey_app.campaigns.models import Round, RoundCell
from survey_app.campaigns.queries import LAUNCHED
from survey_app.cell_reports import sessions
from survey_app.cell_reports.models import StudySession
from survey_app.doctor.checks import Check, ok, problem
from survey_app.errors import Conflict
from survey_app.formatting import day, local
from survey_app.i18n import _, _n
from survey_app.invitations.models import Invitation
from survey_app.people.cells import cell_name_on
from survey_app.quizzes import recount
from survey_app.quizzes.distribution import counted_scores, kept_scores
from survey_app.reports.models import Snapshot
from survey_app.reports.snapshots import figures_of
from survey_app.retention import ends_of_campaigns_over

_MOST = 20  # differences that are told one by one


@dataclass(frozen=True)
class Difference:
    """A number that is kept and what it should be; `what` says which, `where` whose."""

    where: str
    what: str
    kept: int
    counted: int

    @property
    def sentence(self) -> str:
        """Return it in words."""
        return _(
            "%(what)s: đang ghi %(kept)s, đếm lại được %(counted)s.",
            what=self.what,
            kept=self.kept,
            counted=self.counted,
        )


@dataclass(frozen=True)
class _Cell:
    """One row of a round, and what it is called."""

    round_id: int
    slug: str
    where: str


def look(session: Session) -> Iterator[Check]:
    """Yield each difference, or that there is none; then the study sessions and the snapshots."""
    yield from _told("tallies.rounds", of_rounds(session), _("Số liệu mọi vòng khớp khi đếm lại."))
    yield from _told(
        "tallies.sessions", of_sessions(session), _("Số liệu buổi sinh hoạt khớp khi đếm lại.")
    )
    yield from of_snapshots(session)


def _told(name: str, found: Iterable[Difference], all_right: str) -> Iterator[Check]:
    differences = list(found)
    if not differences:
        yield ok(name, all_right)
    for one in differences[:_MOST]:
        advice = _("Xin sao lưu ngay, rồi báo người bảo trì; số liệu này chưa dùng được.")
        yield problem(name, f"{one.sentence} {advice}", one.where)
    if len(differences) > _MOST:
        message = _n("Còn %(n)s số liệu khác không khớp khi đếm lại.", len(differences) - _MOST)
        yield problem(name, message)


def of_rounds(session: Session) -> Iterator[Difference]:
    """Yield where the tally of a launched round is not what its people and attempts add up to."""
    cells = _cells_to_count(session)
    for round_id, slug in sorted({(cell.round_id, cell.slug) for cell in cells.values()}):
        found = recount.differences(session, round_id, by_moments=False)
        for one in found:
            if one.tally != "scores":
                cell_id, what = _what(one)
                yield Difference(cells[cell_id].where, what, one.kept, one.counted)
        if any(one.tally == "scores" for one in found):
            yield _results(session, round_id, slug)


def _what(one: recount.Difference) -> tuple[int, str]:
    """Return of which round_cell, and what is counted there, in words."""
    if one.tally == "days":
        cell_id, on = one.where
        return cell_id, _("số người làm xong ngày %(day)s", day=day(on))
    words = {
        "invited": _("số người được mời"),
        "done": _("số người đã làm bài"),
        "started": _("số người đang làm dở"),
        "exempt": _("số người được miễn"),
        "undeliverable": _("số người không gửi được thư"),
        "attempts": _("số lượt làm bài"),
        "mailed": _("số người đã được gửi thư mời"),
    }
    return one.where, words[one.tally]


def _results(session: Session, round_id: int, slug: str) -> Difference:
    """Say that kept results are not those of the best attempts; which has how many is not told."""
    kept = Counter(kept_scores(session, round_id))
    counted = Counter(counted_scores(session, round_id))
    if kept.total() != counted.total():
        return Difference(slug, _("số người có kết quả"), kept.total(), counted.total())
    what = _("số người có kết quả như đã chấm")
    return Difference(slug, what, kept.total(), (kept & counted).total())


def _cells_to_count(session: Session) -> dict[int, _Cell]:
    """Return round_cell id -> its names, of the rounds that still hold everybody they counted."""
    over = ends_of_campaigns_over(session, local(clock.now()).date())
    counting = func.count().filter(Invitation.superseded_by_id.is_(None))
    people = _per_round(session, counting, Invitation.round_id)
    invited = _per_round(session, func.sum(RoundCell.invited), RoundCell.round_id)
    rows = session.execute(
        select(Round, RoundCell)
        .join(RoundCell, RoundCell.round_id == Round.id)
        .where(Round.state.in_((*LAUNCHED, "cancelled")))
    )
    found = {}
    for round_, cell in rows:
        may_have_gone = round_.state == "archived" or round_.campaign_id in over
        if may_have_gone and people.get(round_.id, 0) < invited[round_.id]:
            continue
        kind = _("đảng viên") if cell.kind == "party_member" else _("quần chúng")
        name = cell.name or _("Chưa gắn chi bộ")
        where = f"{round_.slug} · {name} · {kind}"
        found[cell.id] = _Cell(round_.id, round_.slug, where)
    return found


def _per_round(
    session: Session, number: ColumnElement[int], by: InstrumentedAttribute[int]
) -> dict[int, int]:
    rows = session.execute(select(by, number).group_by(by))
    return {round_id: int(many) for round_id, many in rows}


def of_sessions(session: Session) -> Iterator[Difference]:
    """Yield where the totals of a study session are not what its list says, while there is one."""
    labels = {
        "expected": _("số người phải dự"),
        "present": _("số người có mặt"),
        "excused": _("số người vắng có lý do"),
        "absent": _("số người vắng"),
        "on_duty": _("số người đi công tác"),
        "reflections": _("số bài thu hoạch"),
    }
    counted = sessions.recount(session)
    for held in session.scalars(select(StudySession).order_by(StudySession.id)):
        again = counted.get(held.id, {})  # without a list its totals are all there is
        for name, number in again.items():
            if getattr(held, name) != number:
                where = f"{cell_name_on(session, held.cell_id, held.held_on)} · {day(held.held_on)}"
                yield Difference(where, labels[name], getattr(held, name), number)


def of_snapshots(session: Session) -> Iterator[Check]:
    """Yield each snapshot that is not what its checksum was made of, or that there is none."""
    broken = 0
    for snapshot in session.scalars(select(Snapshot).order_by(Snapshot.id)):
        if _is_whole(snapshot):
            continue
        broken += 1
        message = _(
            "Lần chốt số liệu này không còn như lúc chốt: đã bị sửa trong cơ sở dữ liệu. Xin đừng "
            "dùng nó cho báo cáo; xin so với bản sao lưu, rồi chốt lại."
        )
        yield problem("tallies.snapshots", message, _("lần chốt %(n)s", n=snapshot.number))
    if not broken:
        yield ok("tallies.snapshots", _("Mọi lần chốt số liệu còn nguyên như lúc chốt."))


def _is_whole(snapshot: Snapshot) -> bool:
    try:
        figures_of(snapshot)
    except Conflict:
        return False
    return True
