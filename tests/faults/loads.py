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
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

_HIDDEN = re.compile(r'name="(ticket|revision)" value="([^"]*)"')
_CHOICE = re.compile(r'name="q_([\w-]+)" value="([\w-]+)"')
LOST = (OSError, http.client.HTTPException)


class Ledger:
    """One line per acknowledgement, synced to the disk."""

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


@dataclass
class Driver:
    """One member's program: retries what was not acknowledged, as their page would."""

    port: int
    link: str
    ledger: Ledger
    seed: int
    patience: float = 60.0
    failures: list[str] = field(default_factory=list)
    cookie: str = ""

    def run(self) -> None:
        """Answer everything, hand in, and once more for good measure."""
        try:
            chance = random.Random(self.seed)
            location = self._send("POST", self.link, {"who": "me"})[1]["location"]
            page = self._send("GET", location)[2]
            hidden = dict(_HIDDEN.findall(page))
            choices: dict[str, list[str]] = {}
            for question, choice in _CHOICE.findall(page):
                choices.setdefault(question, []).append(choice)
            given: dict[str, str] = {}
            for sequence, (question, offered) in enumerate(choices.items(), 1):
                given[question] = chance.choice(offered)
                self._autosave(location, hidden, sequence, {question: [given[question]]})
                self.ledger.note(link=self.link, question=question, value=given[question])
            form = {"action": "submit", "ticket": hidden["ticket"], "revision": "9999"}
            for _time in range(2):
                status, headers, _body = self._send("POST", location, form)
                assert status == 303 and headers["location"].endswith("/result"), (status, headers)
                self.ledger.note(link=self.link, submitted=True)
        except Exception as error:
            self.failures.append(f"{self.link[:9]}…: {error!r}")

    def _autosave(
        self, location: str, hidden: dict[str, str], sequence: int, answers: dict[str, list[str]]
    ) -> None:
        body = {
            "ticket": hidden["ticket"],
            "writer": f"driver-{self.seed}",
            "sequence": sequence,
            "revision": 0,
            "answers": answers,
        }
        status, _headers, text = self._send("POST", f"{location}/save", json.dumps(body))
        assert status == 200, (status, text)

    def _send(
        self, method: str, path: str, body: dict[str, str] | str | None = None
    ) -> tuple[int, dict[str, str], str]:
        """Send until there is an answer that is no server error."""
        until = time.monotonic() + self.patience
        while True:
            try:
                answer = self._once(method, path, body)
                if answer[0] < 500:
                    return answer
            except LOST:
                pass
            if time.monotonic() > until:
                raise TimeoutError(f"{method} {path[:12]}: no answer in {self.patience} s")
            time.sleep(0.05)

    def _once(
        self, method: str, path: str, body: dict[str, str] | str | None
    ) -> tuple[int, dict[str, str], str]:
        json_body = isinstance(body, str)
        kind = "application/json" if json_body else "application/x-www-form-urlencoded"
        data = body if json_body or body is None else urlencode(body)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {"Content-Type": kind, "Cookie": self.cookie}
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            text = response.read().decode()
            answered = {name.lower(): value for name, value in response.getheaders()}
            if "set-cookie" in answered:
                self.cookie = answered["set-cookie"].partition(";")[0]
            return response.status, answered, text
        finally:
            connection.close()


def drive(drivers: Iterable[Driver], meanwhile: Any) -> list[str]:
    """Let all drivers run, `meanwhile(still_running)` beside them; return what failed."""
    drivers = list(drivers)
    threads = [threading.Thread(target=driver.run) for driver in drivers]
    for thread in threads:
        thread.start()
    meanwhile(lambda: any(thread.is_alive() for thread in threads))
    for thread in threads:
        thread.join()
    return [failure for driver in drivers for failure in driver.failures]
