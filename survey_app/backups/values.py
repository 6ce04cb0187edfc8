"""How a row looks in a backup, the same whichever database it comes from or goes to.

A table is read and written by its columns' kinds alone, never by the models, so that a backup of an
older schema is as readable as one of today.
"""

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnClause,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    String,
    Text,
    cast,
    column,
    inspect,
    table,
)
from sqlalchemy.sql.expression import ColumnElement, TableClause
from sqlalchemy.types import JSON, TypeEngine

from survey_app.database import UtcDateTime


class Kind(StrEnum):
    """What a column holds. JSON goes as its text, so that SQL's NULL and JSON's null differ."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    FLOAT = "float"
    TEXT = "text"
    MOMENT = "moment"
    DAY = "day"
    JSON = "json"
    BYTES = "bytes"


# In this order: a boolean is no integer, a moment no day.
_KINDS: tuple[tuple[type[TypeEngine[Any]], Kind], ...] = (
    (Boolean, Kind.BOOLEAN),
    (DateTime, Kind.MOMENT),
    (Date, Kind.DAY),
    (JSON, Kind.JSON),
    (LargeBinary, Kind.BYTES),
    (Float, Kind.FLOAT),
    (Integer, Kind.INTEGER),
    (String, Kind.TEXT),
)
_TYPES: dict[Kind, TypeEngine[Any]] = {
    Kind.BOOLEAN: Boolean(),
    Kind.INTEGER: BigInteger(),
    Kind.FLOAT: Float(),
    Kind.TEXT: Text(),
    Kind.MOMENT: UtcDateTime(),
    Kind.DAY: Date(),
    Kind.JSON: Text(),
    Kind.BYTES: LargeBinary(),
}
Columns = list[tuple[str, Kind]]


def columns_of(connection: Connection, name: str) -> Columns:
    """Return the columns of a table as they stand in the database.

    Raises:
        TypeError: a column of a type that no kind covers.
    """
    return [
        (found["name"], _kind_of(name, found["name"], found["type"]))
        for found in inspect(connection).get_columns(name)
    ]


def _kind_of(table_name: str, name: str, type_: TypeEngine[Any]) -> Kind:
    for known, kind in _KINDS:
        if isinstance(type_, known):
            return kind
    raise TypeError(f"{table_name}.{name}: backups know no {type_!r}")


def clause(name: str, columns: Columns) -> TableClause:
    """Return a table to read or write, with one type per kind."""
    typed: list[ColumnClause[Any]] = [column(key, _TYPES[kind]) for key, kind in columns]
    return table(name, *typed)


def selected(found: TableClause, columns: Columns) -> list[ColumnElement[Any]]:
    """Return what to select of a table: JSON as the text the database keeps or writes it as."""
    return [
        cast(found.c[key], Text).label(key) if kind is Kind.JSON else found.c[key]
        for key, kind in columns
    ]


def line(row: Sequence[Any], columns: Columns) -> bytes:
    """Return one row as a line."""
    values = [
        None if value is None else _OUT.get(kind, _same)(value)
        for value, (_name, kind) in zip(row, columns, strict=True)
    ]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def row(text: bytes, columns: Columns) -> list[Any]:
    """Return the values of a line, JSON still as text.

    Raises:
        ValueError: it is no line of such a table.
    """
    values = json.loads(text)
    if not isinstance(values, list) or len(values) != len(columns):
        raise ValueError("not as many values as columns")
    return [
        None if value is None else _IN[kind](value)
        for value, (_name, kind) in zip(values, columns, strict=True)
    ]


def as_dicts(rows: Iterable[Sequence[Any]], columns: Columns) -> list[dict[str, Any]]:
    """Return rows as parameters of an INSERT."""
    names = [name for name, _kind in columns]
    return [dict(zip(names, values, strict=True)) for values in rows]


def _same(value: Any) -> Any:
    return value


def _of(type_: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) is not type_:
            raise ValueError(f"a {type_.__name__} is expected")
        return value

    return check


def _readable(value: Any) -> str:
    text: str = _of(str)(value)
    json.loads(text)
    return text


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(_of(str)(value))
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    return moment.astimezone(UTC)


_OUT: dict[Kind, Callable[[Any], Any]] = {
    Kind.MOMENT: datetime.isoformat,
    Kind.DAY: date.isoformat,
    Kind.BYTES: lambda value: base64.b64encode(value).decode(),
}
_IN: dict[Kind, Callable[[Any], Any]] = {
    Kind.BOOLEAN: _of(bool),
    Kind.INTEGER: _of(int),
    Kind.FLOAT: float,
    Kind.TEXT: _of(str),
    Kind.MOMENT: _moment,
    Kind.DAY: lambda value: date.fromisoformat(_of(str)(value)),
    Kind.JSON: _readable,
    Kind.BYTES: lambda value: base64.b64decode(_of(str)(value), validate=True),
}
