"""The installation under test as processes: web server, workers, senders; their clock and logs.

Everything a process writes goes to `*.log` in the rig's folder, where the checker reads it.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.faults import failpoints
from tests.faults.nursery import Child
from tests.live import Server, free_port

PATIENCE = 60.0
WITH_FAILPOINTS = "tests.faults.web_process:app"


class _Server(Server):
    """The web server, born in the nursery."""

    def _spawn(self, command: list[str]) -> Any:
        place = command.index("gunicorn")
        return Child("gunicorn.app.wsgiapp", command[place + 1 :], self._environ, self._log)


class Rig:
    """Starts processes on one database and ends them all at the end."""

    def __init__(self, environ: Mapping[str, str], folder: Path) -> None:
        self._environ = dict(environ)
        self.folder = folder
        self._children: list[Child] = []
        self._servers: list[Server] = []

    def environ_for(self, fail: str = "", **more: object) -> dict[str, str]:
        """Return a process's environment; `fail` as in `failpoints`, `more` as in `steps`."""
        named = {f"FAULT_{name.upper()}": str(value) for name, value in more.items()}
        if self.clock.exists():
            named["FAULT_CLOCK"] = str(self.clock)
        return {**self._environ, "FAIL": fail, "FAIL_FOLDER": str(self.folder), **named}

    def web(self, fail: str = "", **more: object) -> Server:
        """Start the web server and wait until it answers."""
        log = self.folder / "web.log"
        server = _Server(self.environ_for(fail, **more), free_port(), log, WITH_FAILPOINTS)
        self._servers.append(server)
        server.start()
        return server

    def worker(self, fail: str = "", name: str = "worker") -> Child:
        """Start a worker."""
        return self.child("tests.faults.worker_process", fail=fail, name=name)

    def sender(self, fail: str = "") -> Child:
        """Start a process that sends until all mail is settled."""
        return self.child("tests.faults.sending_process", fail=fail, name="sender")

    def child(self, module: str, *arguments: str, fail: str = "", name: str) -> Child:
        """Start any process of this folder."""
        log = self.folder / f"{name}.log"
        self._children.append(Child(module, list(arguments), self.environ_for(fail), log))
        return self._children[-1]

    @property
    def clock(self) -> Path:
        """The file that the processes' clocks look at, once there is one."""
        return self.folder / "clock.json"

    def move_clock(self, offset: timedelta) -> None:
        """Let all clocks of the installation be `offset` away from the machine's."""
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(json.dumps({"offset_seconds": offset.total_seconds()}))
        fresh.replace(self.clock)

    def passes(self, point: str) -> int:
        """Return how often a planned failpoint was passed."""
        return failpoints.passes(self.folder, point)

    def logs(self) -> Iterator[tuple[str, str]]:
        """Yield name and text of what the processes wrote."""
        for path in sorted(self.folder.glob("*.log")):
            yield path.name, path.read_text(errors="replace")

    def close(self) -> None:
        """End every process."""
        for server in self._servers:
            server.stop()
        for child in self._children:
            if child.poll() is None:
                child.kill()


def until(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Wait until `condition()` is true."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, f"waited {patience:g} s in vain: {what}"
        time.sleep(0.02)


class Keeper:
    """A service manager: starts a process again whenever it was killed, until the block ends."""

    def __init__(self, start: Callable[[], Child]) -> None:
        self._start = start
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep)
        self.deaths = 0
        self.ended_by_itself: list[int] = []

    def __enter__(self) -> "Keeper":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()
        assert set(self.ended_by_itself) <= {0}, self.ended_by_itself

    def _keep(self) -> None:
        child = self._start()
        while not self._over.wait(0.02):
            status = child.poll()
            if status is None:
                continue
            if status != -9:
                self.ended_by_itself.append(status)
                return
            self.deaths += 1
            child = self._start()
        child.stop()


def kept_alive(start: Callable[[], Child], condition: Callable[[], object], what: str) -> int:
    """Start a process again whenever it dies, until `condition()`; return how often it died."""
    with Keeper(start) as keeper:
        until(condition, what)
    return keeper.deaths
