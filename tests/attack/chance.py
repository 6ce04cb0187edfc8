"""Does a set of guesses beat chance? Null distributions, pooled over rounds, and the verdict.

The null hypothesis is exchangeability: whatever the attacker holds, within a group every way of
giving the group's m records to its m writers is equally likely. All three statistics take the
guesses as given and shuffle the truth within groups, so they hold however a guess came about.

*Texts* (unique). A guess that lies within the person's group is right with chance 1/m. If k of a
group's guesses do, the hits H have E[H] = k/m; the j-th factorial moment is at most (k/m)^j, since
j people guessed differently are all right with chance (m-j)!/m! and two who were given the same
text never both are. So E[exp(tH)] <= exp(k/m (exp(t)-1)) for t > 0: the sum over independent groups
and rounds has no heavier tail than a Poisson variable with mean L = sum k/m, whose exact upper tail
is the p-value (for k = m, fixed points of a permutation: mean 1, variance 1, distance to Poisson(1)
below 2^m/m!).

*Levels* (few values). With a_ij = [guess of i = level of record j] the hits are sum a_i,pi(i),
whose mean and variance under a random permutation are Hoeffding's (1951); groups and rounds add up,
and the sum over hundreds of groups is judged as normal.

*Trends*: do ranks of people go with ranks of their records, though no guess be right? The sum of
products of ranks within groups has mean 0 and variance Sxx Syy/(m-1); normal, two-sided.

Several strategies: Bonferroni, p = min(1, number x smallest p), over all that were tried.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from tests.attack.findings import Findings, clean

ALARM = 1e-6


@dataclass(frozen=True)
class Answer:
    """What a person really gave: a text nobody else gave, and a level of the scale as stored."""

    text: str
    level: str | None = None


@dataclass(frozen=True)
class Score:
    """Right guesses, how many chance would give, and how likely chance gives as many."""

    hits: float
    expected: float
    p: float


def poisson_tail(hits: int, mean: float) -> float:
    """Return P(X >= hits) of a Poisson variable, exact down to the smallest float."""
    if hits <= 0 or mean <= 0:
        return 1.0 if hits <= 0 else 0.0
    if hits <= mean:
        return max(0.0, 1.0 - _poisson_sum(range(hits - 1, -1, -1), mean))
    return min(1.0, _poisson_sum(range(hits, hits + 100_000), mean))


def _poisson_sum(counts: Iterable[int], mean: float) -> float:
    """Add up P(X = n) from the largest on, until nothing more comes."""
    total = 0.0
    for count in counts:
        term = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))
        total += term
        if term <= total * 1e-17:
            break
    return total


def normal_tail(z: float) -> float:
    """Return P(Z >= z)."""
    return 0.5 * math.erfc(z / math.sqrt(2))


def score(
    guesses: Mapping[str, str], truth: Mapping[str, Answer], groups: Mapping[str, Hashable]
) -> Score:
    """Hold guessed texts, by person, against the truth.

    `groups` says to which group a person's text is known to belong; where texts are stored without
    their group, give everybody the same one. People not in `truth` gave nothing.
    """
    hits, mean = text_hits(guesses.items(), Writers(truth, groups))
    return Score(hits, mean, poisson_tail(hits, mean))


class Writers:
    """The truth of a round, arranged for looking up."""

    def __init__(self, truth: Mapping[str, Answer], groups: Mapping[str, Hashable]) -> None:
        self.text = {person: clean(answer.text) for person, answer in truth.items()}
        self.level = {person: answer.level for person, answer in truth.items() if answer.level}
        self.group = {person: groups[person] for person in truth}
        self.group_of_text = {text: self.group[person] for person, text in self.text.items()}
        sizes = Counter(self.group.values())
        self.chance = {group: 1 / size for group, size in sizes.items() if size > 1}


def text_hits(guesses: Iterable[tuple[str, str]], writers: Writers) -> tuple[int, float]:
    """Return how many guesses are right and how many chance would give."""
    hits, mean = 0, 0.0
    group_of, group_of_text, texts, chance = (
        writers.group,
        writers.group_of_text,
        writers.text,
        writers.chance,
    )
    for person, text in guesses:
        group = group_of.get(person)
        if group in chance and group_of_text.get(text) == group:
            mean += chance[group]
            hits += texts[person] == text
    return hits, mean


def level_hits(guesses: Iterable[tuple[str, str]], writers: Writers) -> tuple[int, float, float]:
    """Return how many guesses are right, how many chance would give, and the variance of that."""
    guessed: dict[Hashable, Counter[str]] = defaultdict(Counter)
    given: dict[Hashable, Counter[str]] = defaultdict(Counter)
    hits = 0
    for person, level in guesses:
        if person in writers.level:
            guessed[writers.group[person]][level] += 1
            hits += writers.level[person] == level
    for person, level in writers.level.items():
        given[writers.group[person]][level] += 1
    moments = [_moments(guessed[group], given[group]) for group in guessed]
    alone = sum(mean for mean, variance in moments if variance is None)  # certain: tells nothing
    mean = sum(mean for mean, variance in moments if variance is not None)
    return hits - round(alone), mean, sum(variance or 0.0 for _mean, variance in moments)


def _moments(guessed: Counter[str], given: Counter[str]) -> tuple[float, float | None]:
    """Return mean and variance of the hits in one group; no variance if there is but one writer."""
    m = given.total()
    if m < 2:
        return float(sum(given[level] for level in guessed)), None
    s = sum(guessed[level] * given[level] for level in guessed)
    rows = sum(guessed[level] * given[level] ** 2 for level in guessed)
    columns = sum(given[level] * guessed[level] ** 2 for level in given)
    return s / m, (s - rows / m - columns / m + s * s / m**2) / (m - 1)


def trend(
    people: Mapping[str, float], records: Mapping[str, float], writers: Writers
) -> tuple[float, float]:
    """Return the sum of products of ranks and its variance; `records` by text."""
    pairs: dict[Hashable, list[tuple[float, float]]] = defaultdict(list)
    for person, text in writers.text.items():
        if person in people and text in records:
            pairs[writers.group[person]].append((people[person], records[text]))
    total = variance = 0.0
    for found in pairs.values():
        m = len(found)
        if m < 3:
            continue
        x, y = sum(a for a, _ in found) / m, sum(b for _, b in found) / m
        total += sum((a - x) * (b - y) for a, b in found)
        sxx, syy = sum((a - x) ** 2 for a, _ in found), sum((b - y) ** 2 for _, b in found)
        variance += sxx * syy / (m - 1)
    return total, variance


@dataclass
class Pool:
    """A strategy's result, added up over rounds. `variance` is `None` for texts."""

    what: str
    rounds: int = 0
    hits: float = 0.0
    expected: float = 0.0
    variance: float = 0.0

    @property
    def p(self) -> float:
        """Return how likely chance does as well."""
        if self.what == "text":
            return poisson_tail(int(self.hits), self.expected)
        if self.variance <= 0:
            return 1.0
        z = (self.hits - self.expected) / math.sqrt(self.variance)
        return normal_tail(z) if self.what == "level" else 2 * normal_tail(abs(z))


@dataclass
class Verdict:
    """All strategies, the best first, and what they say together."""

    pools: dict[str, Pool] = field(default_factory=dict)

    @property
    def ranking(self) -> list[tuple[str, Pool]]:
        """Return strategies by how unlikely their success is."""
        return sorted(self.pools.items(), key=lambda entry: (entry[1].p, entry[0]))

    @property
    def p(self) -> float:
        """Return the p-value of all together, corrected for their number."""
        smallest = min((pool.p for pool in self.pools.values()), default=1.0)
        return min(1.0, smallest * len(self.pools))

    @property
    def alarm(self) -> bool:
        """Return whether somebody can be linked."""
        return self.p < ALARM

    def table(self, rows: int = 12) -> str:
        """Return the best strategies, for a log."""
        head = f"{len(self.pools)} strategies, together p = {self.p:.3g}"
        return "\n".join([head, *(_line(name, pool) for name, pool in self.ranking[:rows])])


class Tally:
    """Adds up the findings of rounds and gives the verdict."""

    def __init__(self) -> None:
        self._pools: dict[str, Pool] = {}
        self._named: Counter[str] = Counter()

    def add(
        self,
        findings: Findings,
        truth: Mapping[str, Answer],
        groups: Mapping[str, Hashable],
        text_groups: Mapping[str, Hashable] | None = None,
    ) -> None:
        """Hold a round's findings against the truth.

        Args:
            findings: of `attacker.examine`.
            truth: what each person gave who gave something.
            groups: the group stored with the answers, by person.
            text_groups: the same for texts, where those are stored otherwise.
        """
        self._named.clear()
        of_levels = Writers(truth, groups)
        of_texts = Writers(truth, text_groups) if text_groups is not None else of_levels
        for guess in findings.guesses:
            pairs = zip(guess.people, guess.records, strict=True)
            if guess.what == "text":
                self._put(guess.name, "text", *text_hits(pairs, of_texts), 0.0)
            else:
                self._put(guess.name, "level", *level_hits(pairs, of_levels))
        for one in findings.trends:
            total, variance = trend(one.people, one.records, of_texts)
            self._put(one.name, "trend", total, 0.0, variance)
        together = text_hits(findings.together().items(), of_texts)
        self._put("all together", "text", *together, 0.0)

    def _put(self, name: str, what: str, hits: float, expected: float, variance: float) -> None:
        self._named[name] += 1  # two of a name in one round would not be independent
        whole = f"{name} ({what})" if self._named[name] == 1 else f"{name} ({self._named[name]})"
        pool = self._pools.setdefault(whole, Pool(what))
        pool.rounds += 1
        pool.hits += hits
        pool.expected += expected
        pool.variance += variance

    def verdict(self) -> Verdict:
        """Return what all rounds say together."""
        return Verdict(self._pools)


def _line(name: str, pool: Pool) -> str:
    return (
        f"p={pool.p:8.2g}  {pool.what:5}  hits {pool.hits:8.1f}  by chance {pool.expected:8.1f}"
        f"  rounds {pool.rounds:3}  {name}"
    )
