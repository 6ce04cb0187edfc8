"""What became of the people who were invited: the five states that always add up. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Counts:
    """How many people were invited and what became of them; attempts are counted apart."""

    invited: int = 0
    done: int = 0
    started: int = 0
    exempt: int = 0
    undeliverable: int = 0
    attempts: int = 0

    @property
    def not_started(self) -> int:
        """Who is left, so that the five states always add up."""
        return self.invited - self.done - self.started - self.exempt - self.undeliverable

    @property
    def base(self) -> int:
        """What a rate is divided by: the invited without the exempt."""
        return self.invited - self.exempt

    @property
    def left(self) -> int:
        """Who could still take part."""
        return self.base - self.done

    @property
    def rate(self) -> float | None:
        """The share of `done` in `base`, `None` when there is nobody to divide by."""
        return self.done / self.base if self.base else None

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, name) + getattr(other, name) for name in COLUMNS))

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers in INTERFACE's order."""
        return {
            "invited": self.invited,
            "done": self.done,
            "started": self.started,
            "not_started": self.not_started,
            "exempt": self.exempt,
            "undeliverable": self.undeliverable,
            "attempts": self.attempts,
            "rate": None if self.rate is None else round(self.rate, 4),
        }


COLUMNS: Final = ("invited", "done", "started", "exempt", "undeliverable", "attempts")


def add_up(parts: Iterable[Counts]) -> Counts:
    """Return the sum."""
    known = tuple(parts)
    return Counts(*(sum(getattr(one, name) for one in known) for name in COLUMNS))


def above_half(parts: Iterable[Counts]) -> int:
    """Return how many of `parts` have more than half of their people done."""
    return sum(one.done * 2 > one.base for one in parts)
