"""Programs are kept running, stopped in order, and given up on with the reason shown."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from survey_app.supervisor import GaveUp, Program, Supervisor

ROOT = Path(__file__).resolve().parents[3]
SLEEPS = "import time; print('up', flush=True); time.sleep(60)"
NOTES_ITS_END = """
import signal, sys, time
def end(*_):
    open(sys.argv[2], "a").write(sys.argv[1]); sys.exit()
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
time.sleep(60)
"""
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPS}"


def program(folder, code, name="one", *arguments):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return Program(name, command, folder / "logs" / f"{name}.log", os.environ, folder)


def until(condition):
    end = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_up(program):
    return program.log.exists() and "up" in program.log.read_text()


def process_of(supervisor, number=0):
    return supervisor._children[number].process


def test_what_dies_is_started_again(tmp_path, capsys):
    one = program(tmp_path, SLEEPS)
    with Supervisor([one], threading.Event()) as supervisor:
        until(lambda: is_up(one))
        first = process_of(supervisor).pid
        os.kill(first, signal.SIGKILL)
        until(lambda: supervisor.look() or (process_of(supervisor) and is_alive(supervisor, first)))
        second = process_of(supervisor)
        assert second.poll() is None
    assert second.poll() is not None
    assert "“one” died (status -9)" in capsys.readouterr().out


def is_alive(supervisor, other_than):
    process = process_of(supervisor)
    return process.pid != other_than and process.poll() is None


def test_what_keeps_dying_is_given_up_with_the_end_of_its_log(tmp_path):
    dying = program(tmp_path, "import sys; print('no such table: x'); sys.exit(3)")
    started = time.monotonic()
    with (
        pytest.raises(GaveUp, match="no such table: x") as error,
        Supervisor([dying], threading.Event()) as supervisor,
    ):
        supervisor.watch()
    assert "status 3" in str(error.value)
    assert time.monotonic() - started > 3, "it waits longer each time"


def test_they_are_stopped_in_reverse_order(tmp_path):
    ends = tmp_path / "ends"
    programs = [program(tmp_path, NOTES_ITS_END, name, name, ends) for name in "abc"]
    with Supervisor(programs, threading.Event()):
        until(lambda: all(map(is_up, programs)))
    assert ends.read_text() == "cba"


def test_what_ignores_sigterm_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("survey_app.supervisor.STOP_SECONDS", 0.3)
    stubborn = program(tmp_path, STUBBORN)
    with Supervisor([stubborn], threading.Event()) as supervisor:
        until(lambda: is_up(stubborn))
        process = process_of(supervisor)
    assert process.returncode == -signal.SIGKILL


def test_what_a_program_leaves_behind_is_killed_before_all_is_said_to_have_stopped(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("survey_app.supervisor.STOP_SECONDS", 0.5)
    code = (
        "import subprocess, sys, time\n"
        f"worker = subprocess.Popen([sys.executable, '-c', {STUBBORN!r}])\n"
        "print('worker', worker.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    master = program(tmp_path, code)
    with Supervisor([master], threading.Event()):
        until(lambda: is_up(master) and "worker" in master.log.read_text())
        worker = int(master.log.read_text().split("worker ")[1].split()[0])
        assert state(worker) != "Z"
    assert state(worker) == "Z"  # dead, or gone altogether


def test_nothing_is_left_behind_when_the_supervisor_itself_is_killed(tmp_path):
    code = (
        "import os, sys, threading\nfrom pathlib import Path\n"
        "from survey_app.supervisor import Program, Supervisor\n"
        f"code = {SLEEPS!r}\n"
        "one = Program('one', [sys.executable, '-c', code], Path(sys.argv[1]), os.environ, '.')\n"
        "with Supervisor([one], threading.Event()) as supervisor:\n"
        "    print(supervisor._children[0].process.pid, flush=True)\n"
        "    supervisor.watch()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path / "log"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    child = int(parent.stdout.readline())
    until(lambda: (tmp_path / "log").exists() and "up" in (tmp_path / "log").read_text())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: not Path(f"/proc/{child}").exists() or "Z" in state(child))


def state(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"
