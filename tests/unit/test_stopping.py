"""A signal that comes in the middle of the wait it is to end."""

import signal
import subprocess
import sys
import threading
import time

from survey_app.stopping import Stop

# Waits in its main thread in short pieces, as the runner does, while signals rain on it.
PROGRAM = """
import os, signal, threading, time
from survey_app.stopping import Stop
stop = Stop(signal.SIGTERM)
print("ready", flush=True)
while not stop.wait(0.0005):
    pass
print("stopped", flush=True)
"""


def test_whoever_waits_is_woken() -> None:
    stop = Stop()
    assert stop.wait(0.01) is False
    waiting = [threading.Thread(target=stop.wait) for _n in range(3)]
    for thread in waiting:
        thread.start()
    stop.set()
    stop.set()
    for thread in waiting:
        thread.join(5)
        assert not thread.is_alive()
    assert stop.is_set() and stop.wait(60) is True


def test_a_signal_in_the_middle_of_a_wait_stops_it() -> None:
    for number in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout and process.stdout.readline() == "ready\n"
        time.sleep(0.01 + number * 0.003)
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=20)[0] == "stopped\n"


def test_setting_it_takes_no_lock() -> None:
    """What deadlocked: a handler's `set` while the same thread held the lock inside `wait`."""
    stop = Stop()
    with stop._cond:  # type: ignore[attr-defined]
        stop.set()
    assert stop.wait(0)
