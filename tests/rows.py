"""One valid row for every table, made from the metadata alone, so that new tables come for free."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    func,
    select,
)
from sqlalchemy.types import JSON, TypeDecorator

START = datetime(2024, 9, 18, 2, 0, tzinfo=UTC)


def fill_every_table(connection: Connection, metadata: MetaData) -> None:
    """Insert one row into each empty table, parents first, references filled in."""
    for table in metadata.sorted_tables:
        if not connection.scalar(select(func.count()).select_from(table)):
            connection.execute(table.insert().values(row_for(connection, table)))


def row_for(connection: Connection, table: Table) -> dict[str, Any]:
    """Return values for one row of `table`; its parents must have a row."""
    choices = _allowed_values(table)
    return {
        column.name: choices.get(column.name) or _value(connection, column, place)
        for place, column in enumerate(table.columns)
        if not _left_out(column)
    }


def _left_out(column: Column[Any]) -> bool:
    alone = len(column.table.primary_key.columns) == 1
    own_number = alone and column.primary_key and isinstance(column.type, Integer)
    own_number = own_number and not column.foreign_keys
    to_itself = any(key.column.table is column.table for key in column.foreign_keys)
    return own_number or (to_itself and bool(column.nullable))


def _allowed_values(table: Table) -> dict[str, str]:
    """Read `column IN ('a', 'b')` checks: the first value of each is taken."""
    allowed: dict[str, str] = {}
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            found = re.fullmatch(r"(\w+) IN \('([^']+)'.*\)", str(constraint.sqltext))
            if found:
                allowed[found[1]] = found[2]
    return allowed


def _value(connection: Connection, column: Column[Any], place: int) -> Any:
    for key in column.foreign_keys:
        return connection.scalar(select(key.column).limit(1))
    type_ = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    # Later columns get later moments: "closes after it opens" holds.
    examples: tuple[tuple[type[Any], Any], ...] = (
        (Boolean, False),
        (DateTime, START + timedelta(hours=place)),
        (Date, date(2024, 9, 1) + timedelta(days=place)),
        (JSON, {}),
        (Integer, 0),
        (Float, 0.0),
        (LargeBinary, b"x"),
    )
    return next((value for kind, value in examples if isinstance(type_, kind)), column.name)
