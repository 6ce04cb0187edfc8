"""What the attacker says of a round, before anybody tells it the truth."""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.attack.matching import greedy

# How much a strategy counts where all are put together.
_TRUST = {
    "key": 1000.0,
    "beside": 300.0,
    "residue": 30.0,
    "equal": 300.0,
    "nearest": 30.0,
    "rank": 1.0,
}


@dataclass(frozen=True)
class Guess:
    """People and, side by side, the records one strategy gives them (texts, or levels)."""

    name: str
    what: str
    way: str
    people: list[str]
    records: list[str]


@dataclass(frozen=True)
class Trend:
    """Ranks of people and of texts which, if one goes with the other, tell something."""

    name: str
    people: Mapping[str, float]
    records: Mapping[str, float]


@dataclass
class Findings:
    """All that was tried in a round."""

    guesses: list[Guess] = field(default_factory=list)
    trends: list[Trend] = field(default_factory=list)

    def together(self) -> dict[str, str]:
        """Return one text per person: the strategies vote, each by the trust it deserves."""
        votes: dict[tuple[str, str], float] = defaultdict(float)
        for guess in self.guesses:
            if guess.what == "text":
                for pair in zip(guess.people, guess.records, strict=True):
                    votes[pair] += _TRUST[guess.way]
        best = sorted(((-weight, *pair) for pair, weight in votes.items()))
        return greedy(best)


def clean(text: str) -> str:
    """Return a text as it is compared."""
    return unicodedata.normalize("NFC", text).strip()
