"""Everything that is kept as a number, counted again from what it was counted from.

One grouped query per tally, whatever the number of people. Rounds whose people have gone
(`retention`) cannot be counted again: there the kept number is all there is.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Executable, func, select
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
from survey_app.invitations import recount
from survey_app.invitations.models import Invitation
from survey_app.people.cells import cell_name_on
from survey_app.quizzes.distribution import counted_scores, kept_scores
from survey_app.quizzes.models import Attempt
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


# (round_cell id, what is counted) -> how many
Numbers = dict[tuple[int, str], int]


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
    for kept, counted in (_people(session), _attempts(session), _mailed(session), _days(session)):
        for cell_id, what in sorted({*kept, *counted}):
            numbers = kept.get((cell_id, what), 0), counted.get((cell_id, what), 0)
            if cell_id in cells and numbers[0] != numbers[1]:
                yield Difference(cells[cell_id].where, what, *numbers)
    yield from _results(session, {cell.round_id: cell.slug for cell in cells.values()})


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


def _people(session: Session) -> tuple[Numbers, Numbers]:
    labels = {
        "invited": _("số người được mời"),
        "done": _("số người đã làm bài"),
        "started": _("số người đang làm dở"),
        "exempt": _("số người được miễn"),
        "undeliverable": _("số người không gửi được thư"),
    }
    kept: Numbers = {}
    for cell in session.scalars(select(RoundCell)):
        kept |= {(cell.id, label): getattr(cell, name) for name, label in labels.items()}
    counted: Numbers = {}
    for round_id in _rounds(session):
        for cell_id, counts in recount.recount(session, round_id).items():
            counted |= {(cell_id, label): getattr(counts, n) for n, label in labels.items()}
    return kept, counted


def _rounds(session: Session) -> Sequence[int]:
    return session.scalars(select(RoundCell.round_id).distinct()).all()


def _attempts(session: Session) -> tuple[Numbers, Numbers]:
    what = _("số lượt làm bài")
    handed_in = (
        select(Attempt.round_cell_id, func.count())
        .where(Attempt.state == "submitted", Attempt.round_cell_id.is_not(None))
        .group_by(Attempt.round_cell_id)
    )
    kept = select(RoundCell.id, RoundCell.attempts)
    return _numbers(session, kept, what), _numbers(session, handed_in, what)


def _mailed(session: Session) -> tuple[Numbers, Numbers]:
    what = _("số người đã được gửi thư mời")
    counted = {
        (cell_id, what): number
        for round_id in _rounds(session)
        for cell_id, number in recount.recount_mailed(session, round_id).items()
    }
    return _numbers(session, select(RoundCell.id, RoundCell.mailed), what), counted


def _numbers(session: Session, query: Executable, what: str) -> Numbers:
    return {(cell_id, what): many for cell_id, many in session.execute(query)}


def _days(session: Session) -> tuple[Numbers, Numbers]:
    kept: Numbers = {}
    counted: Numbers = {}
    for round_id in _rounds(session):
        kept |= _per_day(recount.kept_days(session, round_id))
        counted |= _per_day(recount.recount_days(session, round_id))
    return kept, counted


def _per_day(days: dict[recount.CellDay, int]) -> Numbers:
    return {
        (cell_id, _("số người làm xong ngày %(day)s", day=day(on))): number
        for (cell_id, on), number in days.items()
    }


def _results(session: Session, rounds: dict[int, str]) -> Iterator[Difference]:
    """Yield where the results that a final round keeps are not those of its best attempts."""
    final = select(Round.id).where(
        Round.kind == "quiz", Round.state.in_(("finalised", "archived")), Round.id.in_(rounds)
    )
    for round_id in session.scalars(final.order_by(Round.id)).all():
        kept = Counter(kept_scores(session, round_id))
        counted = Counter(counted_scores(session, round_id))
        people = kept.total(), counted.total()
        if people[0] != people[1]:
            yield Difference(rounds[round_id], _("số người có kết quả"), *people)
        elif kept != counted:  # which result has how many is told by no one, the doctor neither
            what = _("số người có kết quả như đã chấm")
            yield Difference(rounds[round_id], what, people[0], (kept & counted).total())


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
