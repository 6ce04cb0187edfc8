"""What a form needs before it opens: its urn's key, and the groups that its ballots can name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Round, RoundCell
from survey_app.campaigns.services import lock_round
from survey_app.campaigns.settings import RoundSettings, round_settings
from survey_app.errors import Conflict
from survey_app.extensions import current_settings
from survey_app.feedback import sealing, turnout
from survey_app.feedback.grouping import PAPER, WHOLE, AskedCell, Node, groups_of, tree_of
from survey_app.feedback.keys import KeyCabinet
from survey_app.feedback.models import BallotGroup, Urn
from survey_app.formatting import today
from survey_app.i18n import _, _n
from survey_app.invitations.anonymous import FormBoard, FormFacts
from survey_app.invitations.asking import Asked, CellAndKind, FrozenCell, cells_of_round
from survey_app.invitations.models import Invitation, Receipt
from survey_app.invitations.readiness import Check
from survey_app.questions import library


def urnless_drafts(session: Session) -> list[int]:
    """Return the draft forms that have no key yet."""
    missing = ~select(Urn.round_id).where(Urn.round_id == Round.id).exists()
    found = select(Round.id).where(Round.kind == "feedback", Round.state == "draft", missing)
    return list(session.scalars(found.order_by(Round.id)))


def make_urn(session: Session, round_id: int, cabinet: KeyCabinet) -> None:
    """Give a draft form its key; one that has one keeps it.

    The key file is there before the row that names it: cut off between the two, a file nobody needs
    is left behind, never a row without its key. Command and worker may want it at the same moment.

    Raises:
        OSError: the key cannot be written.
    """
    lock_round(session, round_id)
    if session.get(Urn, round_id) is None:
        session.add(Urn(round_id=round_id, public_key=cabinet.make(), state="ready"))
        session.flush()


@dataclass(frozen=True)
class FeedbackKind:
    """What the launch of a form does beside that of a quiz (see `invitations.kinds`)."""

    def prepare(self, session: Session, round_: Round) -> None:
        """Make the urn's key here, unless it has one."""
        if round_.state == "draft":
            make_urn(session, round_.id, KeyCabinet(current_settings().keys_path))

    def checks(
        self,
        session: Session,
        round_: Round,
        settings: RoundSettings,
        asked: Sequence[Asked],
        cells: dict[CellAndKind, FrozenCell],
    ) -> Iterator[Check]:
        """Yield what stands between a draft form and its launch."""
        urn = session.get(Urn, round_.id)
        if urn is None or urn.state != "ready":
            message = _(
                "Hòm phiếu chưa có khóa. Tiến trình nền (worker) tạo khóa trong vài giây; xin tải "
                "lại trang. Nếu vẫn chưa có, tiến trình nền đang không chạy."
            )
            yield Check("no_urn", "blocking", message)
        elif urn.problem:
            yield Check("urn_problem", "blocking", _("Không tìm thấy khóa của hòm phiếu."))
        else:
            yield Check("urn", "ok", _("Hòm phiếu đã có khóa; khóa chỉ nằm trên máy chủ nền."))
        groups = groups_of(asked_cells(asked, cells), settings.group_floor)
        people = sum(group.eligible for group in groups)
        if people < settings.group_floor:
            message = _(
                "Phiếu ẩn danh cần ít nhất %(floor)s người được mời; hiện có %(people)s.",
                floor=settings.group_floor,
                people=people,
            )
            yield Check("too_few_people", "blocking", message)
            return
        merged = sum(1 for group in groups if group.is_merged)
        if merged:
            message = _n(
                "%(n)s nhóm gồm nhiều chi bộ ghép lại, vì chi bộ nhỏ không có kết quả riêng.",
                merged,
            )
            yield Check("merged_groups", "warning", message)

    def launched(self, session: Session, round_: Round, settings: RoundSettings) -> None:
        """Fix the groups, make everybody's receipt and open the urn, in the launch's transaction.

        Raises:
            Conflict: the urn has no key.
        """
        urn = session.get(Urn, round_.id)
        if urn is None or urn.state != "ready" or round_.version_id is None:
            raise Conflict(_("Hòm phiếu chưa có khóa nên phiếu chưa mở được."))
        _store_groups(session, round_.id, settings.group_floor)
        receipts = select(
            literal(round_.id), Invitation.id, literal(False, Receipt.is_sent.type)
        ).where(Invitation.round_id == round_.id)
        columns = ["round_id", "invitation_id", "is_sent"]
        session.execute(insert(Receipt).from_select(columns, receipts.order_by(Invitation.id)))
        document = library.approved(session, round_.version_id).document
        urn.ballot_bytes = sealing.ballot_bytes(document)
        urn.small_group, urn.group_floor = settings.small_group, settings.group_floor
        urn.state = "open"

    def board(self, session: Session, round_: Round, now: datetime, *, scope: Scope) -> FormBoard:
        """Return what may be told of who took part."""
        return turnout.board(session, round_, now, scope=scope)

    def facts(self, session: Session, round_: Round, asked: Sequence[Asked]) -> FormFacts:
        """Return what the organiser's page says; a draft's groups are those of a launch today."""
        if round_.state != "draft":
            return turnout.facts(session, round_, ())
        settings, people = round_settings(round_.settings), list(asked)
        cells = cells_of_round(session, settings, today(clock.now()), people)
        to_come = groups_of(asked_cells(people, cells), settings.group_floor)
        return turnout.facts(session, round_, to_come)


def asked_cells(
    asked: Sequence[Asked], cells: dict[CellAndKind, FrozenCell]
) -> tuple[AskedCell, ...]:
    """Return the cells of a round to come, both kinds of people together."""
    people: dict[int | None, int] = {}
    for person in asked:
        people[person.cell_id] = people.get(person.cell_id, 0) + 1
    known = {cell.id: cell for cell in cells.values()}
    return tuple(
        AskedCell(key, cell.name or _("Chưa gắn chi bộ"), _roof(cell), people.get(key, 0))
        for key, cell in sorted(known.items(), key=lambda one: (one[1].position, one[0] or 0))
    )


def _roof(cell: FrozenCell | RoundCell) -> str | None:
    return cell.parent_name or cell.group_name


def _store_groups(session: Session, round_id: int, floor: int) -> None:
    query = select(RoundCell).where(RoundCell.round_id == round_id)
    rows = session.scalars(query.order_by(RoundCell.position, RoundCell.id)).all()
    people: dict[int | None, int] = {}
    frozen: dict[int | None, RoundCell] = {}
    for cell in rows:
        frozen.setdefault(cell.cell_id, cell)
        people[cell.cell_id] = people.get(cell.cell_id, 0) + cell.invited
    cells = [
        AskedCell(key, cell.name or _("Chưa gắn chi bộ"), _roof(cell), people[key])
        for key, cell in frozen.items()
    ]
    nodes = tree_of(groups_of(cells, floor))
    session.add_all(_row(round_id, node) for node in nodes)
    number_of = {key: node.number for node in nodes for key in node.cells}
    for row in rows:
        row.ballot_group = number_of[row.cell_id]
    # In every form, used or not: made when papers come, it would tell that some have.
    session.add(_row(round_id, Node(PAPER, WHOLE, (), 0)))
    session.flush()


def _row(round_id: int, node: Node) -> BallotGroup:
    assert node.parent is not None or node.number == WHOLE
    return BallotGroup(
        round_id=round_id,
        number=node.number,
        parent=node.parent,
        names=list(node.names),
        eligible=node.eligible,
        sent=None,
    )
