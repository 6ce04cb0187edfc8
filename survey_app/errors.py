"""Errors that mean something to a user. They know no HTTP; `web/error_pages.py` maps them once."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong with what was given, in the reader's language.

    `where` names a row, cell, paragraph or line, or is `None`.
    """

    code: str
    message: str
    where: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """Return the JSON shape of INTERFACE: code, message, where."""
        return {"code": self.code, "message": self.message, "where": self.where}


class DomainError(Exception):
    """Something the user asked for cannot be done; the message says why and what to do."""

    def __init__(self, message: str, *, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)


class NotAllowed(DomainError):
    """This user may not do or see this."""


class NotFound(DomainError):
    """There is no such thing, or not for this user."""


class Conflict(DomainError):
    """The state of things has changed, or forbids it now."""


class Expired(DomainError):
    """It was possible, but its time is over."""


class Invalid(DomainError):
    """What was given cannot be understood or breaks a rule; `problems` says where."""


class Throttled(DomainError):
    """Too many tries; `retry_after` seconds until the next one is taken."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
