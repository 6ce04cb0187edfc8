"""Where the processes under test are born: forked from one that has imported the product already.

A process then starts in a twentieth of a second instead of one, so that there can be hundreds of
deaths. The forking one has no threads, no database and no settings; each child gets its own
environment, session and log, and is a process like any other from there on.
"""

import ctypes
import importlib
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path

# What the children need, imported once, here.
import gunicorn.app.wsgiapp
import gunicorn.workers.gthread  # noqa: F401
import psycopg  # noqa: F401
import pysqlite3.dbapi2  # noqa: F401

import survey_app.cli
import survey_app.jobs
import survey_app.routes
import survey_app.worker  # noqa: F401

_BIRTHS = multiprocessing.get_context("forkserver")
_BIRTHS.set_forkserver_preload(["tests.faults.nursery"])


def _become(
    module: str, arguments: list[str], environ: dict[str, str], log: str, folder: str
) -> None:
    os.setsid()
    if sys.platform == "linux":  # go with the forking process, which goes with the test's
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for standard in (1, 2):
        os.dup2(descriptor, standard)
    sys.argv = [module, *arguments]
    found = importlib.import_module(module)
    (found.main if hasattr(found, "main") else found.run)()


class Child:
    """A process that runs `main()` (or `run()`) of a module; the part of `Popen` that tests use."""

    def __init__(
        self, module: str, arguments: list[str], environ: Mapping[str, str], log: Path
    ) -> None:
        whole = {**os.environ, **environ}
        self._process: BaseProcess = _BIRTHS.Process(
            target=_become, args=(module, arguments, whole, str(log), str(Path.cwd())), daemon=True
        )
        self._process.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """Return its status once it has ended (-9: killed)."""
        return self._process.exitcode

    def wait(self, timeout: float = 60.0) -> int:
        """Wait for its end and return its status."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(str(self._process.name), timeout)
        return self._process.exitcode

    def kill(self) -> None:
        """Kill -9."""
        self._process.kill()
        self.wait()

    def stop(self) -> None:
        """End it in good order."""
        self._process.terminate()
        self.wait()
