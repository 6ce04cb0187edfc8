"""Logs, mails and file times: when something happened about somebody, or about nobody by name."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from tests.attack.evidence import Evidence
from tests.attack.features import Feature, telling
from tests.attack.world import World

_WORDS = re.compile(r"[^\w.@+-]+")
_NUMBER = re.compile(r"(?<![\w-])\d+(?:\.\d+)?(?=[A-Za-z]{0,2}(?![\w-]))")  # 12, 1.5, 30ms
_CHANGING = re.compile(r"[\w.-]*\d[\w.-]*|[\w-]{16,}")  # from line to line: numbers, tokens


def of_people(evidence: Evidence, world: World) -> list[Feature]:
    """Return when a log, a mail or a file names somebody."""
    found = [*_mails(evidence, world), *_logs(evidence, world), *_files(evidence, world)]
    return telling(found, len(world.people))


def _mails(evidence: Evidence, world: World) -> Iterator[Feature]:
    times: dict[str, dict[str, list[tuple[float, int]]]] = defaultdict(lambda: defaultdict(list))
    for mail in evidence.mails():
        for address in mail.recipients:
            if person := world.owners.tokens.get(address):
                times[mail.kind][person].append((mail.at, len(mail.content)))
    for kind, of in sorted(times.items()):
        yield Feature(f"mail {kind} first", "time", {who: at[0][0] for who, at in of.items()})
        yield Feature(f"mail {kind} last", "time", {who: at[-1][0] for who, at in of.items()})
        sizes = {who: at[-1][1] for who, at in of.items()}
        yield Feature(f"mail {kind} size", "size", sizes)


def _logs(evidence: Evidence, world: World) -> Iterator[Feature]:
    for name, lines in evidence.logs().items():
        first: dict[str, int] = {}
        last: dict[str, int] = {}
        for number, line in enumerate(lines):
            for word in _WORDS.split(line):
                if person := world.owners.tokens.get(word):
                    first.setdefault(person, number)
                    last[person] = number
        yield Feature(f"log {name} first", "order", first)
        yield Feature(f"log {name} last", "order", last)


def _files(evidence: Evidence, world: World) -> Iterator[Feature]:
    for snapshot in (evidence.snapshots[-1], evidence.after):
        named: dict[str, dict[str, Any]] = {}
        for file in snapshot.files():
            for word in (file["path"], *re.split(r"[/.]", file["path"])):
                if person := world.owners.tokens.get(word):
                    named[person] = file
        when = "after" if snapshot is evidence.after else "open"
        for key, kind in (("mtime", "time"), ("ctime", "time"), ("size", "size")):
            values = {who: file[key] for who, file in named.items()}
            yield Feature(f"files {when} {key}", kind, values)


def crowds(evidence: Evidence, people: int) -> Iterator[tuple[str, int, list[Feature]]]:
    """Yield what happened about as often as there were people: name, how often, its numbers.

    The items are numbered in the order of time.
    """
    for name, lines in evidence.logs().items():
        alike: dict[str, list[list[float]]] = defaultdict(list)
        for line in lines:
            numbers = [float(number) for number in _NUMBER.findall(line)]
            alike[_CHANGING.sub("#", line)].append(numbers)
        for number, (_form, found) in enumerate(sorted(alike.items())):
            if _about(len(found), people):
                yield f"log {name} lines {number}", len(found), _numbers(found)
    for snapshot in (evidence.snapshots[-1], evidence.after):
        folders: dict[str, list[list[float]]] = defaultdict(list)
        for file in sorted(snapshot.files(), key=lambda file: file["mtime"]):
            folders[str(PurePath(file["path"]).parent)].append([file["size"]])
        for number, (_folder, found) in enumerate(sorted(folders.items())):
            if _about(len(found), people):
                yield f"files {snapshot.name} {number}", len(found), _numbers(found)


def _about(count: int, people: int) -> bool:
    return people * 0.5 <= count <= people * 1.5


def _numbers(rows: list[list[float]]) -> list[Feature]:
    """Return each number of a line as a size, and the order of the lines."""
    found = [Feature("order", "order", dict(enumerate(range(len(rows)))))]
    for at in range(min(len(row) for row in rows)):
        values = {item: row[at] for item, row in enumerate(rows)}
        found.append(Feature(f"number {at}", "size", values))
    return telling(found, len(rows))
