"""The cells by their present names, as other packages ask for them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock, formatting
from survey_app.accounts.cells import CellChoice
from survey_app.people.models import Cell, CellName


def cell_choices(session: Session) -> list[CellChoice]:
    """Return all cells in the committee's own order, each with the name it has today."""
    today = formatting.today(clock.now())
    names: dict[int, str] = {}
    for row in session.scalars(select(CellName).order_by(CellName.valid_from)):
        begun = row.valid_from is None or row.valid_from <= today
        over = row.valid_to is not None and row.valid_to < today
        if row.cell_id not in names or (begun and not over):
            names[row.cell_id] = row.name
    cells = session.scalars(select(Cell).order_by(Cell.position, Cell.id))
    return [CellChoice(cell.id, cell.slug, names.get(cell.id, cell.slug)) for cell in cells]
