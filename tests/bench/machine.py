"""Servers on one core, the driver on the other, and the CPU time that servers used."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager, suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
SERVER_CORE, DRIVER_CORE = 0, 1


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _stat(pid: int) -> tuple[int, float] | None:
    """Return (parent, CPU seconds with those of ended children) of a process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1]), sum(int(fields[index]) for index in (11, 12, 13, 14)) / TICKS


def _processes() -> dict[int, tuple[int, float]]:
    found = {int(path.name): _stat(int(path.name)) for path in Path("/proc").glob("[0-9]*")}
    return {pid: stat for pid, stat in found.items() if stat}


def tree(root: int) -> set[int]:
    """Return `root` and all that descend from it."""
    processes = _processes()
    found = {root}
    while True:
        more = {pid for pid, (parent, _cpu) in processes.items() if parent in found} - found
        if not more:
            return found
        found |= more


def cpu_seconds(roots: set[int]) -> float:
    """Return the CPU time used so far by the trees of `roots`."""
    processes = _processes()
    pids = set().union(*(tree(root) for root in roots))
    return sum(processes[pid][1] for pid in pids if pid in processes)


def server_of(backend: int) -> set[int]:
    """Return the main process of the PostgreSQL server that runs `backend` on this machine.

    Others on the machine are none of our business: neither their time nor their cores.
    """
    stat = _stat(backend)
    try:
        is_ours = Path(f"/proc/{backend}/comm").read_text().strip() == "postgres"
    except OSError:
        is_ours = False
    return {stat[0]} if stat and is_ours else set()


def pin(roots: set[int], core: int) -> None:
    """Keep the trees of `roots` on one core."""
    for pid in set().union(*(tree(root) for root in roots)):
        with suppress(OSError):  # one that has ended meanwhile needs no pinning
            for task in Path(f"/proc/{pid}/task").iterdir():
                with suppress(OSError):
                    os.sched_setaffinity(int(task.name), {core})


def gunicorn(port: int, application: str, *options: str) -> list[str]:
    """Return the command line of the web server, as shipped."""
    shipped = ["--config", "python:survey_app.gunicorn_conf", "--bind", f"127.0.0.1:{port}"]
    return [sys.executable, "-m", "gunicorn", *shipped, *options, application]


@contextmanager
def running(
    command: list[str], environ: Mapping[str, str], cores: Set[int] = frozenset({SERVER_CORE})
) -> Iterator[int]:
    """Run a program on `cores` until the block ends; yields its process id."""
    process = subprocess.Popen(
        command,
        env={**os.environ, **environ},
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(40)


@contextmanager
def serving(
    command: list[str],
    environ: Mapping[str, str],
    port: int,
    ready: str,
    cores: Set[int] = frozenset({SERVER_CORE}),
) -> Iterator[int]:
    """Run a web server until the block ends; yields its process id."""
    with running(command, environ, cores) as pid:
        _wait(f"http://127.0.0.1:{port}{ready}")
        yield pid


def rss_mb(root: int) -> float:
    """Return the memory of a process and its descendants."""
    page = os.sysconf("SC_PAGE_SIZE") / 2**20
    return sum(_resident(pid) for pid in tree(root)) * page


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0


def wait_for_port(port: int) -> None:
    """Wait until somebody listens there.

    Raises:
        TimeoutError: nobody did for ten seconds.
    """
    for _try in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"port {port}")


def _wait(url: str) -> None:
    for _try in range(200):
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(url)
