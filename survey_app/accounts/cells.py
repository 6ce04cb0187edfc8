"""The cells a role can be bound to. They belong to `people`, which hands their list down."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy.orm import Session

from survey_app.accounts.scope import Scope
from survey_app.errors import Invalid, NotFound
from survey_app.i18n import _

_EXTENSION = "survey.cells_for_roles"


@dataclass(frozen=True)
class CellChoice:
    """A cell by id, slug and present name."""

    id: int
    slug: str
    name: str


ListCells = Callable[[Session], Sequence[CellChoice]]


def install(app: Flask, list_cells: ListCells) -> None:
    """Hand down how the cells are listed, in the committee's own order."""
    app.extensions[_EXTENSION] = list_cells


def known_cells(session: Session) -> Sequence[CellChoice]:
    """Return the cells of this installation."""
    list_cells: ListCells = current_app.extensions[_EXTENSION]
    return list_cells(session)


def cell_by_slug(session: Session, slug: str) -> CellChoice:
    """Return the cell of this slug.

    Raises:
        Invalid: there is none.
    """
    found = next((cell for cell in known_cells(session) if cell.slug == slug), None)
    if found is None:
        raise Invalid(_("Không có chi bộ nào mang mã “%(slug)s”.", slug=slug))
    return found


def cells_in(session: Session, scope: Scope) -> list[CellChoice]:
    """Return the cells of `scope`, in the committee's own order."""
    return [cell for cell in known_cells(session) if scope.includes(cell.id)]


def own_cell(session: Session, scope: Scope, slug: str) -> CellChoice:
    """Return the cell of this slug, if it is in `scope`; without one, the first there is.

    Raises:
        NotFound: there is none, or it is not among those one may see.
    """
    own = cells_in(session, scope)
    found = next((cell for cell in own if slug in ("", cell.slug)), None)
    if found is None:
        raise NotFound(_("Chi bộ này không thuộc phạm vi của đồng chí."))
    return found
