"""The results of a round as its board shows them; the package that knows them lends the counting.

The registry holds code, not state: it is filled once by the composition root.
"""

from collections.abc import Callable

from sqlalchemy.orm import Session

Band = tuple[int, int, int]  # lowest and highest number of right answers, people
Counting = Callable[[Session, int], tuple[Band, ...]]

_counting: list[Counting] = []


def register(counting: Counting) -> None:
    """Let `counting` tell the bands of a round; see `quizzes.distribution.score_bands`."""
    _counting[:] = [counting]


def bands_of(session: Session, round_id: int) -> tuple[Band, ...]:
    """Return the bands of a round that is final, of everybody together; none before."""
    return _counting[0](session, round_id) if _counting else ()
