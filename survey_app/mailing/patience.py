"""How long one mail may take: a server that drips a byte per second never times out by itself."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Patience:
    """Calls `lose` when a step takes longer than `seconds`.

    One thread for a line's life, not a timer for each step: timers cost more than sending a mail.
    """

    def __init__(self, seconds: float, lose: Callable[[], None]) -> None:
        self._seconds, self._lose = seconds, lose
        self._changing = threading.Lock()
        self._until: float | None = None
        self._over = threading.Event()
        threading.Thread(target=self._look, name="patience", daemon=True).start()

    @contextmanager
    def step(self) -> Iterator[None]:
        """Let the block take as long as patience lasts."""
        with self._changing:
            self._until = time.monotonic() + self._seconds
        try:
            yield
        finally:
            with self._changing:
                self._until = None

    def stop(self) -> None:
        """Look no more."""
        self._over.set()

    def _look(self) -> None:
        while not self._over.wait(self._seconds / 20):
            with self._changing:
                if self._until is not None and time.monotonic() > self._until:
                    self._lose()
