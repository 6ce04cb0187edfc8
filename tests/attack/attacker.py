"""The attacker: every feature of people against every feature of answers, straight or by ballots.

`examine` gives all strategies of a round, each with its guesses, for `chance` to judge; `attack`
gives one guess per person, where the strategies most to be trusted agree best.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.attack import matching, traces
from tests.attack.evidence import Evidence, Person
from tests.attack.features import Feature
from tests.attack.findings import Findings, Guess, Trend, clean
from tests.attack.matching import FORMS
from tests.attack.world import Answers, World

_BESIDE = 64  # bytes between a text and a name that belong together


def attack(evidence: Evidence, people: list[Person]) -> dict[str, str]:
    """Return the text each person is thought to have written."""
    return examine(evidence, people).together()


def examine(evidence: Evidence, people: list[Person]) -> Findings:
    """Try everything on one round."""
    world = World(evidence, people)
    seen = traces.Traces(evidence, world)
    findings = Findings()
    for answers in world.answers:
        _Attempt(seen, answers, findings).make()
    return findings


class _Attempt:
    """All strategies against the answers to one question."""

    def __init__(self, seen: traces.Traces, answers: Answers, findings: Findings) -> None:
        self._seen, self._answers, self._findings = seen, answers, findings
        self._value = {item: clean(value) for item, value in answers.value.items()}
        self._people_features = seen.of_people
        self._items = seen.of_answers(answers)

    def make(self) -> None:
        """Make the guesses."""
        for name, pairs in self._shared():
            self._add("key", name, pairs)
        self._residues()
        self._by_features()

    def _add(self, way: str, name: str, pairs: Mapping[str, Any]) -> None:
        """Take what fits the groups; a value that both share is better evidence than those."""
        answers = self._answers
        fitting = {
            who: item
            for who, item in pairs.items()
            if item in answers.value
            and (way == "key" or answers.person_class.get(who) == answers.item_class[item])
        }
        if fitting:
            self._append(way, name, list(fitting), list(fitting.values()))

    def _append(self, way: str, name: str, people: list[str], items: list[Any]) -> None:
        records = [self._value[item] for item in items]
        whole = f"{way}: {name} ~ {self._answers.name}"
        self._findings.guesses.append(Guess(whole, self._answers.what, way, people, records))

    def _shared(self) -> Iterator[tuple[str, dict[str, Any]]]:
        answers = self._answers
        if answers.owner:
            yield "the row says whose it is", {one: item for item, one in answers.owner.items()}
        columns = traces.telling_columns(answers.rows)
        for form in FORMS:
            for name, theirs in columns.items():
                for source in self._seen.columns:
                    found = matching.shared(self._seen.became(source, form), theirs, form)
                    if len(found) >= 3:
                        yield f"{form} of {source} in {name}", found

    def _residues(self) -> None:
        if self._answers.what != "text":
            return
        item_of = {value: item for item, value in self._answers.value.items()}
        for table, said in self._seen.in_one_row().items():
            pairs = {who: item_of[text] for who, text in said.items() if text in item_of}
            self._add("key", f"in one row of {table}", pairs)
        for kind, found in self._seen.next_to_each_other():
            known = [(far, who, item_of[text]) for far, who, text in found if text in item_of]
            self._add("residue", kind, matching.greedy(known))
            beside = [one for one in known if one[0] <= _BESIDE]
            self._add("beside", kind, matching.greedy(beside))

    def _by_features(self) -> None:
        answers = self._answers
        people = [
            (one, matching.ranked(one, answers.person_class)) for one in self._people_features
        ]
        items = [(one, matching.ranked(one, answers.item_class)) for one in self._items]
        item_ranks = [self._text_ranks(order) for _one, order in items]
        for mine, my_order in people:
            my_ranks = matching.ranks(my_order)
            for (theirs, their_order), their_ranks in zip(items, item_ranks, strict=True):
                if (mine.kind == "size") == (theirs.kind == "size"):
                    self._by_rank(mine, my_order, theirs, their_order)
                    if answers.what == "text":
                        name = f"trend: {mine.name} ~ {answers.name} by {theirs.name}"
                        self._findings.trends.append(Trend(name, my_ranks, their_ranks))
                self._by_value(mine, theirs)

    def _text_ranks(self, order: Mapping[Any, list[Any]]) -> dict[str, float]:
        return {self._value[item]: rank for item, rank in matching.ranks(order).items()}

    def _by_rank(self, mine: Feature, my_order: Any, theirs: Feature, their_order: Any) -> None:
        for turned in (False, True) if self._answers.what == "text" else (False,):
            people, items = matching.by_rank(my_order, their_order, turned=turned)
            name = f"{mine.name} ~ {theirs.name}{' turned' if turned else ''}"
            self._append("rank", name, people, items)

    def _by_value(self, mine: Feature, theirs: Feature) -> None:
        if mine.kind != theirs.kind or mine.kind not in ("transaction", "time"):
            return
        self._add(
            "equal",
            f"{mine.name} ~ {theirs.name}",
            matching.equal(mine, theirs),
        )
        values = (*mine.values.values(), *theirs.values.values())
        if all(isinstance(value, int | float) for value in values):
            near = matching.nearest(
                mine, theirs, self._answers.person_class, self._answers.item_class
            )
            self._add("nearest", f"{mine.name} ~ {theirs.name}", near)
