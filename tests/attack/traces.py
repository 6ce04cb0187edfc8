"""Gathers what people, ballots and answers left behind, as features to be paired.

A ballot is a bridge: once a person is thought to be the writer of a ballot (by transaction, commit,
hour and order, or a shared value), whatever the ballot has, the person has too.
"""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from tests.attack import events, matching, plain, residue
from tests.attack.commits import Commits
from tests.attack.evidence import Evidence
from tests.attack.features import Feature, Placed, of_rows, size, telling
from tests.attack.world import Answers, Ballots, World

_MANY = 0.5  # part of those who answered that a bridge must carry
_BACKUPS = "backups' "
_BALLOT = "\0"  # before the name of a ballot, where people and ballots stand together
Columns = dict[str, dict[Any, str]]


def telling_columns(rows: Mapping[Any, Placed]) -> Columns:
    """Return the columns whose values are nearly all different, as strings, by item."""
    found: Columns = {}
    for name in next(iter(rows.values())).row.values if rows else ():
        values = {
            item: _text(one.row.values[name])
            for item, one in rows.items()
            if one.row.values.get(name) is not None
        }
        if len(set(values.values())) >= max(3, 0.9 * len(rows)):
            found[name] = values
    return found


def _text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


class Traces:
    """Everything about the people of a round; `of_answers` adds what an answer left."""

    def __init__(self, evidence: Evidence, world: World) -> None:
        self._world = world
        tables = {
            name: table for seen in (*world.open, world.after) for name, table in seen.items()
        }
        of_interest = {
            *world.linked,
            *(one.table for one in world.ballots),
            *(one.table for one in world.answers),
        }
        self._commits = Commits(evidence, {name: tables[name] for name in sorted(of_interest)})
        self.columns: Columns = {}
        self._became: dict[tuple[str, str], matching.Became] = {}
        self._hours: dict[str, Feature] = {}
        self.of_people = [*self._of_linked(), *events.of_people(evidence, world)]
        self._bridges: dict[str, dict[str, str]] = {}
        for ballots in world.ballots:
            self.of_people += self._by_ballots(ballots)
        self.of_people += self._by_events(evidence)
        self._search = self._looked_for(evidence)
        self._plain = plain.Sought(world, self._texts())

    def _of_linked(self) -> Iterator[Feature]:
        for name, linked in self._world.linked.items():
            hours = {who: number for who, (number, _one) in linked.changed.items()}
            rows = {who: one for who, (_number, one) in linked.changed.items()}
            yield from _while_open(f"{name} changed", hours, rows)
            self._keep_hours(name, name, hours)
            if name in self._world.linked_in_backups:
                in_backups = self._world.linked_in_backups[name].changed
                hours_there = {who: number for who, (number, _one) in in_backups.items()}
                self._keep_hours(f"{_BACKUPS}{name}", name, hours_there)
                yield Feature(f"{name} changed: {_BACKUPS}hour", "order", hours_there)
            newest = linked.after or linked.open
            yield from of_rows(f"{name} after", linked.after, live=bool(hours))
            yield from of_rows(f"{name} open", linked.open, live=bool(hours))
            counted = self._commits.features(name, f"{name} after", linked.after, counted=True)
            while_open = self._commits.features(name, f"{name} open", linked.open, counted=False)
            yield from telling([*counted, *while_open], len(newest))
            for column, values in telling_columns(newest).items():
                self.columns[f"{name}.{column}"] = values

    def became(self, source: str, form: str) -> matching.Became:
        """Return whose value of a column may have become what."""
        if (source, form) not in self._became:
            self._became[source, form] = matching.became(self.columns[source], form)
        return self._became[source, form]

    def _keep_hours(self, key: str, name: str, hours: dict[str, int]) -> None:
        if len(hours) >= len(self._world.people) / 10:
            self._hours[key] = Feature(name, "order", hours)

    def of_answers(self, answers: Answers) -> list[Feature]:
        """Return the features of the answers to one question."""
        lengths = {item: size(value) for item, value in answers.value.items()}
        found = [
            *of_rows("answer", answers.rows),
            Feature("length of the text", "size", lengths),
            *self._commits.features(answers.table, "answer", answers.rows, counted=True),
        ]
        if answers.what == "text":
            item_of = {value: item for item, value in answers.value.items()}
            for kind, sightings in self._search.seen.items():
                for when, places in residue.orders(sightings, len(self._world.open)).items():
                    values = {item_of[text]: at for text, at in places.items() if text in item_of}
                    found.append(Feature(f"raw {kind} {when}", "order", values))
            for source, rows in self._plain.places.items():
                values = {item_of[text]: at for text, at in rows.items() if text in item_of}
                found.append(Feature(f"plain in {source}", "order", values))
        return telling(found, len(answers.rows))

    def _by_ballots(self, ballots: Ballots) -> Iterator[Feature]:
        """Build the bridges to a table of ballots; yield what comes over them."""
        hours = {item: number for item, (number, _one) in ballots.came.items()}
        rows = {item: one for item, (_number, one) in ballots.came.items()}
        commits = self._commits.features(ballots.table, "", ballots.last, counted=False)
        mine = telling(
            [*_while_open("", hours, rows), *of_rows("last", ballots.last), *commits], len(rows)
        )
        columns = telling_columns(ballots.last)
        for way, bridge in [*self._bridges_to(ballots, mine, columns, hours)]:
            label = f"ballot of {ballots.table} by {way}"
            self._bridges[label] = {
                who: f"{_BALLOT}{ballots.table}{item}" for who, item in bridge.items()
            }
            for feature in mine:
                yield feature.renamed(f"{label}: ", bridge)
            for name, values in columns.items():
                own = {who: values[item] for who, item in bridge.items() if item in values}
                self.columns[f"{label}: {name}"] = own

    def _bridges_to(
        self, ballots: Ballots, mine: list[Feature], columns: Columns, hours: Mapping[Any, int]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        if ballots.owner:
            yield "owner", {who: item for item, who in ballots.owner.items()}
        enough = _MANY * len(ballots.came)
        same = [
            found
            for one in self.of_people
            if one.kind == "transaction"
            for other in mine
            if other.kind == "transaction"
            if len(found := matching.equal(one, other)) >= enough
        ]
        if same:
            yield "same transaction", max(same, key=len)
        shared = [
            found
            for theirs in columns.values()
            for source in list(self.columns)
            for form in matching.FORMS
            if len(found := matching.shared(self.became(source, form), theirs, form)) >= enough
        ]
        if shared:
            yield "shared value", max(shared, key=len)
        yield from self._in_order(mine, hours, "")
        if ballots.table in self._world.ballots_in_backups:
            came = self._world.ballots_in_backups[ballots.table].came
            yield from self._in_order(
                mine, {item: at for item, (at, _one) in came.items()}, _BACKUPS
            )

    def _in_order(
        self, mine: list[Feature], hours: Mapping[Any, int], source: str
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Pair by hour and, within the hour, by order: whatever order there is on both sides."""
        person_hours = self._hours_like(hours, source)
        if person_hours is None:
            return
        classes: dict[Any, Hashable] = dict(person_hours.values)
        prefix = f"{person_hours.name} "
        order = _first(
            self.of_people, classes, prefix, ("commit", "xmin", "ctid", "rowid", "place")
        )
        if order is None:
            return
        people = matching.ranked(order, classes)
        for end in ("commit", "xmin", "ctid", "rowid", "written", "place"):
            theirs = _first(mine, hours, "", (end,))
            if theirs is not None:
                items = matching.ranked(theirs, dict(hours))
                found = matching.by_rank(people, items, turned=False)
                yield f"{source}hour and {end}", dict(zip(*found, strict=True))

    def _hours_like(self, hours: Mapping[Any, int], source: str) -> Feature | None:
        """Return when people's rows changed, of that table which changed most like the ballots."""

        def unlike(feature: Feature) -> int:
            mine, theirs = list(feature.values.values()), list(hours.values())
            return sum(abs(mine.count(at) - theirs.count(at)) for at in {*mine, *theirs})

        known = [
            one for key, one in self._hours.items() if key.startswith(_BACKUPS) == bool(source)
        ]
        return min(known, key=unlike, default=None)

    def _by_events(self, evidence: Evidence) -> Iterator[Feature]:
        """Lines of a log or files, as many as people: paired with them in order of time."""
        best = max(self._hours.values(), key=lambda one: len(one.values), default=None)
        if best is None:
            return
        classes: dict[Any, Hashable] = dict.fromkeys(best.values)
        ends = ("commit", "xmin", "ctid", "place")
        order = _first(self.of_people, best.values, f"{best.name} ", ends)
        for name, count, found in events.crowds(evidence, len(best.values)):
            if order is not None:
                items = dict.fromkeys(range(count))
                places = matching.ranked(Feature(name, "order", {at: at for at in items}), items)
                pairs = matching.by_rank(matching.ranked(order, classes), places, turned=False)
                bridge = dict(zip(*pairs, strict=True))
                yield from (one.renamed(f"{name}: ", bridge) for one in found)

    def _texts(self) -> set[str]:
        known = [answers for answers in self._world.answers if answers.what == "text"]
        return {value for answers in known for value in answers.value.values()}

    def _looked_for(self, evidence: Evidence) -> residue.Search:
        world = self._world
        texts = [(text, text) for text in self._texts()]
        names = [*world.owners.tokens.items()]
        for ballots in world.ballots:
            for values in telling_columns(ballots.last).values():
                names += [
                    (value, f"{_BALLOT}{ballots.table}{item}")
                    for item, value in values.items()
                    if len(value) <= 64
                ]
        search = residue.Search(residue.Needles(texts, pieces=True), residue.Needles(names))
        for number, snapshot in enumerate([*evidence.snapshots, evidence.after]):
            search.look(number, snapshot)
        return search

    def in_one_row(self) -> dict[str, dict[str, str]]:
        """Return who stands in a row with which text, by the table."""
        return self._plain.owners

    def next_to_each_other(self) -> Iterator[tuple[str, list[tuple[int, str, str]]]]:
        """Yield (distance, person, text) of what stands close together in raw files."""
        for kind, sightings in self._search.seen.items():
            found = residue.neighbours(sightings)
            yield f"raw {kind}", [one for one in found if not one[1].startswith(_BALLOT)]
            for label, bridge in self._bridges.items():
                writer = {ballot: who for who, ballot in bridge.items()}
                known = [(far, writer[who], text) for far, who, text in found if who in writer]
                yield f"{label}: raw {kind}", known


def _while_open(
    prefix: str, hours: Mapping[Any, int], rows: Mapping[Any, Placed]
) -> Iterator[Feature]:
    """Yield the hour in which a row came or changed, and the order within the hour."""
    yield Feature(f"{prefix}:hour", "order", hours)
    for one in of_rows(prefix, rows):
        by_row = one.name.startswith(f"{prefix}:")
        if by_row and one.kind == "order":
            values = {item: (hours[item], value) for item, value in one.values.items()}
            yield Feature(one.name, "order", values)
        elif by_row:
            yield one


def _first(
    features: list[Feature], items: Mapping[Any, Any], prefix: str, ends: tuple[str, ...]
) -> Feature | None:
    """Return the first feature of that name that nearly all items have."""
    for end in ends:
        for one in features:
            named = one.name.startswith(prefix) and one.name.endswith(f":{end}")
            if not named or " after" in one.name:
                continue
            if sum(item in one.values for item in items) >= _MANY * len(items):
                return one
    return None
