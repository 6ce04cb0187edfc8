"""Keeps a few programs running: starts again what dies, waits longer each time, then gives up."""

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

LOOK_SECONDS = 0.2
STOP_SECONDS = 15.0
KILL_SECONDS = 2.0
# Deaths within this time count; after `MOST_DEATHS` of them the program is not started again.
MEMORY_SECONDS = 60.0
MOST_DEATHS = 5
_PR_SET_PDEATHSIG = 1


class GaveUp(Exception):
    """A program keeps dying; the message shows the end of its log."""


@dataclass(frozen=True)
class Program:
    """What to run, where its output goes."""

    name: str
    command: Sequence[str]
    log: Path
    environ: Mapping[str, str]
    folder: Path


def _die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent is gone, however it went (Linux)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _end_group(group: int, until: float) -> None:
    """Wait for what a program has started and left behind; kill what is there after `until`."""
    while _lives(group) and time.monotonic() < until:
        time.sleep(0.05)
    _kill_group(group)
    patience = time.monotonic() + KILL_SECONDS
    while _lives(group) and time.monotonic() < patience:
        time.sleep(0.02)


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


class _Child:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths: list[float] = []
        self.start_at = 0.0
        program.log.parent.mkdir(parents=True, exist_ok=True)
        self._log: IO[bytes] = program.log.open("wb")

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own programs
            self.program.command,
            env=dict(self.program.environ),
            cwd=self.program.folder,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            # Ctrl-C goes to us alone; we stop the children in their order.
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )

    def died(self, now: float) -> None:
        if self.process is not None:
            _kill_group(self.process.pid)  # what it left would hold its port
        self.process = None
        self.deaths = [at for at in self.deaths if now - at < MEMORY_SECONDS] + [now]
        self.start_at = now + min(8.0, 0.25 * 2 ** (len(self.deaths) - 1))

    def stop(self) -> None:
        if self.process is not None:
            until = time.monotonic() + STOP_SECONDS
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                _kill_group(self.process.pid)
                self.process.wait()
            _end_group(self.process.pid, until)
            self.process = None
        self._log.close()


class Supervisor:
    """Runs programs for the length of a `with` block; `watch` until `stop` is set."""

    def __init__(self, programs: Sequence[Program], stop: threading.Event) -> None:
        self._programs = programs
        self._stop = stop
        self._children: list[_Child] = []

    def __enter__(self) -> Self:
        for program in self._programs:
            child = _Child(program)
            self._children.append(child)
            child.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for child in reversed(self._children):
            child.stop()

    def watch(self) -> None:
        """Keep the programs running until `stop` is set.

        Raises:
            GaveUp: one of them keeps dying.
        """
        while not self._stop.wait(LOOK_SECONDS):
            self.look()

    def look(self) -> None:
        """Look once at each program and start again what died.

        Raises:
            GaveUp: one of them keeps dying.
        """
        now = time.monotonic()
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                self._note_death(child, now)
            elif child.process is None and now >= child.start_at:
                child.start()

    def _note_death(self, child: _Child, now: float) -> None:
        status = child.process.returncode if child.process else 0
        child.died(now)
        name = child.program.name
        if len(child.deaths) >= MOST_DEATHS:
            raise GaveUp(
                f"“{name}” liên tục dừng (mã {status}); cuối nhật ký {child.program.log.name}:\n"
                f"“{name}” keeps dying (status {status}); the end of {child.program.log.name}:\n\n"
                f"{_last_lines(child.program.log)}"
            )
        print(
            f"“{name}” đã dừng (mã {status}), đang chạy lại. · "
            f"“{name}” died (status {status}), starting it again.",
            flush=True,
        )


def _last_lines(path: Path, count: int = 15) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(f"  {line}" for line in lines[-count:])
