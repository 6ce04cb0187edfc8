"""What a backup says about itself: its format, where it comes from, and what is in it."""

import tomllib
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

PRODUCT = "survey-app"
FORMAT = 1
# The only files beside the database that are part of an installation; nothing else is put back.
SETTINGS = "survey.env"
CLOCK = "clock.json"
FILES = (SETTINGS, CLOCK)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str


class TableMember(_Part):
    """The rows of one table: JSON lines, each an array in the order of `columns`.

    `columns` holds (name, kind), see `values.Kind`. `last_id` is the highest number ever given to
    a row, deleted ones included, or `None` where rows are not numbered.
    """

    rows: int
    columns: list[tuple[str, str]]
    last_id: int | None


class FileMember(_Part):
    """A file of the instance folder, `size` bytes long."""

    size: int


class Manifest(BaseModel):
    """The head of a backup; `revision` is that of the database's schema."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    product: str
    format: int
    product_version: str
    made_at: datetime
    dialect: str
    revision: str
    tables: dict[str, TableMember]
    files: dict[str, FileMember]

    @property
    def rows(self) -> int:
        """How many rows there are in all tables but that of ballots.

        While a form is open nobody is told how many have sent one, not by two backups either.
        """
        return sum(table.rows for name, table in self.tables.items() if name != "ballot")

    def rows_of(self, table: str) -> int:
        """Return how many rows a table has (0 when the backup does not know it)."""
        return self.tables[table].rows if table in self.tables else 0

    def counts(self) -> dict[str, int]:
        """Return what the audit log tells of a backup: how much it is, and nobody's name."""
        return {
            "people": self.rows_of("person"),
            "attempts": self.rows_of("attempt"),
            "rows": self.rows,
        }


def product_version() -> str:
    """Return the version of this product."""
    project = Path(__file__).resolve().parents[2] / "pyproject.toml"
    if not project.is_file():
        return "unknown"
    version: str = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]
    return version
