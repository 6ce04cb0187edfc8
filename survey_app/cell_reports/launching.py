"""A period of cell reports as a kind of round: what its launch needs, makes and tells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask.typing import ResponseReturnValue
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Round, RoundCell
from survey_app.cell_reports import views_round
from survey_app.cell_reports.duties import board_of_duties, secretaries_of
from survey_app.cell_reports.models import Duty
from survey_app.cell_reports.notices import tell_secretaries
from survey_app.i18n import _
from survey_app.invitations.asking import FrozenCell
from survey_app.invitations.duty_board import DutyBoard
from survey_app.invitations.readiness import Check


@dataclass(frozen=True)
class CellReportKind:
    """Rounds that ask each cell once, through its secretary (see `invitations.kinds`)."""

    def checks(
        self, session: Session, round_: Round, cells: Sequence[FrozenCell]
    ) -> Iterator[Check]:
        """Yield whether somebody can answer for each cell."""
        names = cells_without_secretary(session, round_, cells)
        if names:
            message = _(
                "Chưa có tài khoản bí thư cho: %(cells)s. Có thể mở tài khoản sau, hoặc ban tổ "
                "chức nhập từ bản giấy.",
                cells=", ".join(names),
            )
            yield Check("no_secretary", "warning", message)
        else:
            yield Check("secretaries", "ok", _("Chi bộ nào cũng có bí thư để báo cáo."))

    def launched(self, session: Session, round_: Round, leave: datetime) -> int:
        """Make one duty for each cell, and queue one mail for each of their secretaries."""
        cell_ids = list(
            session.scalars(
                select(RoundCell.cell_id)
                .where(RoundCell.round_id == round_.id, RoundCell.cell_id.is_not(None))
                .order_by(RoundCell.position, RoundCell.id)
            )
        )
        known = [cell_id for cell_id in cell_ids if cell_id is not None]
        rows = [{"round_id": round_.id, "cell_id": cell_id} for cell_id in known]
        session.execute(insert(Duty), rows)
        return tell_secretaries(session, round_, known, leave)

    def board(self, session: Session, round_: Round, now: datetime, *, scope: Scope) -> DutyBoard:
        """Return how the cells stand."""
        return board_of_duties(session, round_, now, scope=scope)

    def show(self, round_: Round) -> ResponseReturnValue:
        """The organiser's page of the period."""
        return views_round.show(round_)

    def confirm(self, round_: Round, action: str) -> ResponseReturnValue:
        """Ask once."""
        return views_round.confirm(round_, action)

    def act(self, round_: Round, action: str) -> ResponseReturnValue:
        """Do it."""
        return views_round.act(round_, action)


def cells_without_secretary(
    session: Session, round_: Round, cells: Sequence[FrozenCell]
) -> list[str]:
    """Return the names of the cells for which nobody can sign in, in their order."""
    ids = [cell.id for cell in cells if cell.id is not None]
    known = secretaries_of(session, round_.campaign_id, ids)
    return [cell.name or "" for cell in cells if cell.id not in known]
