"""Cells: found by name, made when a roster names a new one, and what they were called on a day."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.people.models import Cell, CellName
from survey_app.vietnamese import same_text_key, slugify, tidy

LONGEST_SLUG = 80
_PREFIX = re.compile(rf"^{re.escape(same_text_key('chi bộ'))}\s+")


def cell_key(name: str | None) -> str | None:
    """Equal for names that mean the same cell, with or without the words "Chi bộ"."""
    if not name or not tidy(name):
        return None
    key = same_text_key(re.sub(r"\s*[-–—]\s*", " - ", name))
    return _PREFIX.sub("", key) or key


@dataclass
class CellBook:
    """All cells of the installation by the key of their present name."""

    by_key: dict[str, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    slugs: set[str] = field(default_factory=set)
    last_position: int = 0

    def id_of(self, name: str | None) -> int | None:
        """Return the cell of this name, if there is one."""
        return self.by_key.get(cell_key(name) or "")

    def new_names(self, names: Iterable[str | None]) -> tuple[str, ...]:
        """Return the names among `names` that no cell has, each once, in their order."""
        found: dict[str, str] = {}
        for name in names:
            key = cell_key(name)
            if name and key and key not in self.by_key:
                found.setdefault(key, tidy(name))
        return tuple(found.values())

    def free_slug(self, name: str) -> str:
        """Return a slug for `name` that no cell has yet."""
        slug = slugify(name)[:LONGEST_SLUG].strip("-") or "chi-bo"
        candidate, number = slug, 1
        while candidate in self.slugs:
            number += 1
            ending = f"-{number}"
            candidate = slug[: LONGEST_SLUG - len(ending)].strip("-") + ending
        return candidate


def load_cells(session: Session, today: date) -> CellBook:
    """Return all cells with what they are called on `today` (former names lead to them too)."""
    book = CellBook()
    for cell_id, slug, position in session.execute(select(Cell.id, Cell.slug, Cell.position)):
        book.slugs.add(slug)
        book.last_position = max(book.last_position, position)
        book.names[cell_id] = slug
    for row in _named(session, today):
        key = cell_key(row.name)
        if key:
            book.by_key[key] = row.cell_id
        book.names[row.cell_id] = row.name
    return book


def cell_names(session: Session, today: date) -> dict[int, str]:
    """Return cell id -> what it is called on `today`; its slug when nobody ever named it.

    Without the keys that names are found by: at 500 cells they are most of the work.
    """
    slugs = {row.id: row.slug for row in session.execute(select(Cell.id, Cell.slug))}
    return slugs | {row.cell_id: row.name for row in _named(session, today)}


def _named(session: Session, today: date) -> list[Row[int, str, date | None, date | None]]:
    """All names, those that hold on `today` last."""
    rows = session.execute(
        select(CellName.cell_id, CellName.name, CellName.valid_from, CellName.valid_to).order_by(
            CellName.valid_from.is_not(None), CellName.valid_from, CellName.id
        )
    ).all()
    present = [row for row in rows if _holds(row.valid_from, row.valid_to, today)]
    return [*rows, *present]


def _holds(valid_from: date | None, valid_to: date | None, day: date) -> bool:
    return (valid_from is None or valid_from <= day) and (valid_to is None or day <= valid_to)


def add_cells(
    session: Session, book: CellBook, names: Iterable[str | None], *, is_sample: bool = False
) -> list[int]:
    """Make the cells that `book` does not know yet, after the last one; return their ids."""
    made = []
    for name in book.new_names(names):
        book.last_position += 1
        cell = Cell(
            slug=book.free_slug(name),
            position=book.last_position,
            is_sample=is_sample,
            created_at=clock.now(),
        )
        session.add(cell)
        session.flush()
        session.add(CellName(cell_id=cell.id, name=name))
        book.by_key[cell_key(name) or ""] = cell.id
        book.names[cell.id] = name
        book.slugs.add(cell.slug)
        made.append(cell.id)
    return made


def cell_name_on(session: Session, cell_id: int, day: date) -> str:
    """Return what a cell was called on `day`; its slug when nobody ever named it."""
    name = session.scalar(
        select(CellName.name)
        .where(
            CellName.cell_id == cell_id,
            or_(CellName.valid_from.is_(None), CellName.valid_from <= day),
            or_(CellName.valid_to.is_(None), CellName.valid_to >= day),
        )
        .order_by(CellName.valid_from.is_(None), CellName.valid_from.desc(), CellName.id.desc())
        .limit(1)
    )
    return name or session.scalars(select(Cell.slug).where(Cell.id == cell_id)).one()
