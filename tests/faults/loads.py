"""Members as a load: each answers and hands in over HTTP and writes down what was acknowledged.

The ledger is on the driver's side and on the disk before the next request leaves, so that it can
be held against the database after whatever happened to the server.
"""

import http.client
import json
import os
import random
import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

_HIDDEN = re.compile(r'name="(ticket|revision)" value="([^"]*)"')
_CHOICE = re.compile(r'name="q_([\w-]+)" value="([\w-]+)"')
LOST = (OSError, http.client.HTTPException)


class Ledger:
    """One line per answer of the server, synced to the disk.

    `link` says who; beside it stands what was done: `began`, `question` with `value`, `submitted`.
    With `refused` the server said that it did not.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("a+b")
        self._lock = threading.Lock()

    def note(self, **entry: object) -> None:
        """Write an entry down before anything else happens."""
        line = json.dumps(entry).encode() + b"\n"
        with self._lock:
            self._file.write(line)
            self._file.flush()
            os.fsync(self._file.fileno())

    def entries(self) -> list[dict[str, Any]]:
        """Return all entries."""
        with self._lock:
            self._file.seek(0)
            return [json.loads(line) for line in self._file]


class Stopped(Exception):
    """The server answered that it is too late."""


class Client:
    """A member's browser, or what is left of one: requests, the cookie, and tries until it works.

    `unwell` gathers every answer from 500 on, as (status, Retry-After).
    """

    def __init__(self, port: int, patience: float = 60.0) -> None:
        self._port = port
        self._patience = patience
        self.cookie = ""
        self.unwell: list[tuple[int, str | None]] = []
        self.slowest = 0.0

    def send(
        self, method: str, path: str, body: dict[str, str] | str | None = None
    ) -> tuple[int, dict[str, str], str]:
        """Send until there is an answer that is no server error."""
        until = time.monotonic() + self._patience
        while True:
            try:
                answer = self.once(method, path, body)
                if answer[0] < 500:
                    return answer
            except LOST:
                pass
            if time.monotonic() > until:
                raise TimeoutError(f"{method} {path[:12]}: no answer in {self._patience} s")
            time.sleep(0.05)

    def once(
        self, method: str, path: str, body: dict[str, str] | str | None = None
    ) -> tuple[int, dict[str, str], str]:
        """Send once; return status, headers and text."""
        json_body = isinstance(body, str)
        kind = "application/json" if json_body else "application/x-www-form-urlencoded"
        data = body if json_body or body is None else urlencode(body)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=40)
        begun = time.monotonic()
        try:
            headers = {"Content-Type": kind, "Cookie": self.cookie}
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            text = response.read().decode()
            answered = {name.lower(): value for name, value in response.getheaders()}
            if "set-cookie" in answered and response.status < 400:
                self.cookie = answered["set-cookie"].partition(";")[0]
            if response.status >= 500:
                self.unwell.append((response.status, answered.get("retry-after")))
            return response.status, answered, text
        finally:
            self.slowest = max(self.slowest, time.monotonic() - begun)
            connection.close()


@dataclass
class Paper:
    """What the answering page of an attempt holds."""

    location: str
    ticket: str
    revision: int
    choices: dict[str, list[str]]

    @classmethod
    def read(cls, location: str, page: str) -> "Paper":
        """Read it off the page."""
        choices: dict[str, list[str]] = {}
        for question, choice in _CHOICE.findall(page):
            choices.setdefault(question, []).append(choice)
        hidden = dict(_HIDDEN.findall(page))
        return cls(location, hidden["ticket"], int(hidden["revision"]), choices)

    def save(self, writer: str, sequence: int, question: str, value: str) -> str:
        """Return the body of an autosave of one answer."""
        body = {
            "ticket": self.ticket,
            "writer": writer,
            "sequence": sequence,
            "revision": self.revision,
            "answers": {question: [value]},
        }
        return json.dumps(body)

    def submit(self) -> dict[str, str]:
        """Return the form that hands it in."""
        return {"action": "submit", "ticket": self.ticket, "revision": "9999"}


@dataclass
class Driver:
    """One member's program: retries what was not acknowledged, as their page would."""

    port: int
    link: str
    ledger: Ledger
    seed: int
    pause: float = 0.0  # seconds between two answers
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = Client(self.port)

    def run(self) -> None:
        """Answer everything, hand in, and once more for good measure."""
        try:
            paper = self._begin()
            self._answer(paper)
            for _time in range(2):
                answer = self.client.send("POST", paper.location, paper.submit())
                assert answer[0] == 303 and answer[1]["location"].endswith("/result"), answer[:2]
                self.ledger.note(link=self.link, submitted=True)
        except Stopped:
            pass
        except Exception as error:
            self.failures.append(f"{self.link[:9]}…: {error!r}")

    def _begin(self) -> Paper:
        answer = self.client.send("POST", self.link, {"who": "me"})
        assert answer[0] == 303, answer[:2]
        self.ledger.note(link=self.link, began=True)
        location = answer[1]["location"]
        return Paper.read(location, self.client.send("GET", location)[2])

    def _answer(self, paper: Paper) -> None:
        chance = random.Random(self.seed)
        for sequence, (question, offered) in enumerate(paper.choices.items(), 1):
            value = chance.choice(offered)
            body = paper.save(f"driver-{self.seed}", sequence, question, value)
            sent = time.time()
            status, _headers, text = self.client.send("POST", f"{paper.location}/save", body)
            said = {"link": self.link, "question": question, "value": value, "sent": sent}
            if status == 410:
                self.ledger.note(**said, refused=True, told=time.time())
                raise Stopped
            assert status == 200, (status, text)
            self.ledger.note(**said)
            time.sleep(self.pause)


def drive(
    drivers: Iterable[Driver], meanwhile: Callable[[Callable[[], bool]], object] = lambda _on: None
) -> list[Driver]:
    """Let all drivers run, `meanwhile(still_running)` beside them; nobody may have failed.

    Every server error must have been an honest one: 503, and when to come again.
    """
    drivers = list(drivers)
    threads = [threading.Thread(target=driver.run) for driver in drivers]
    for thread in threads:
        thread.start()
    meanwhile(lambda: any(thread.is_alive() for thread in threads))
    for thread in threads:
        thread.join()
    assert [failure for driver in drivers for failure in driver.failures] == []
    unwell = [answer for driver in drivers for answer in driver.client.unwell]
    assert [answer for answer in unwell if answer[0] != 503 or not answer[1]] == []
    return drivers
