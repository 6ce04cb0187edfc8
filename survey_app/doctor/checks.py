"""What the doctor says: one finding per check. Pure."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    `name` is stable, for programs: `database.schema`. `message` is for people and says what to do
    when the state is not `ok`. `where` is a round, a cell, a file or a setting.
    """

    name: str
    state: State
    message: str
    where: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """Return it as INTERFACE prints it."""
        return asdict(self)


def ok(name: str, message: str, where: str | None = None) -> Check:
    """Return a finding that is as it should be."""
    return Check(name, "ok", message, where)


def warning(name: str, message: str, where: str | None = None) -> Check:
    """Return a finding that works, and should not stay."""
    return Check(name, "warning", message, where)


def problem(name: str, message: str, where: str | None = None) -> Check:
    """Return a finding that needs somebody."""
    return Check(name, "problem", message, where)


def all_good(checks: Iterable[Check]) -> bool:
    """Whether nothing needs somebody; a warning alone does not."""
    return all(check.state != "problem" for check in checks)
