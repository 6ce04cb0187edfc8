"""A mail server that fails by a fixed schedule: the same seed gives each recipient the same faults.

What it did stands in `log` and what it took in `received`: that is the truth, whatever the sender
believes. Of all tries 10 % get a 4xx and 3 % a 5xx, 3 % lose the line before an answer to the dot
(half of them after the mail was taken), 3 % right after it, and 1 % are never answered.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.smtp_sink import SmtpSink

# Fault -> how many of 1000 tries have it.
SHARES = {
    "later": 70,
    "later after the dot": 30,
    "never": 30,
    "dropped, not taken": 15,
    "dropped, taken": 15,
    "taken, answered, dropped": 30,
    "hangs at rcpt": 4,
    "hangs, not taken": 3,
    "hangs, taken": 3,
}
TAKEN = {"", "dropped, taken", "taken, answered, dropped", "hangs, taken"}
# The line died between the dot and its answer: nobody can know.
UNCLEAR = {"dropped, not taken", "dropped, taken", "hangs, not taken", "hangs, taken"}


@dataclass(frozen=True)
class Try:
    """One mail that was offered: for whom, the how-manieth time, and what was done to it."""

    recipient: str
    number: int
    fault: str


def fault_of(seed: int, recipient: str, number: int) -> str:
    """Return what happens to the `number`-th try for `recipient`; mostly nothing."""
    roll = random.Random(f"{seed}/{recipient}/{number}").randrange(1000)
    for fault, share in SHARES.items():
        roll -= share
        if roll < 0:
            return fault
    return ""


class FaultySink(SmtpSink):
    """See the module."""

    def __init__(self, seed: int, port: int) -> None:
        super().__init__(port)
        self._seed = seed
        self._tries: Counter[str] = Counter()
        self.log: list[Try] = []

    def last_fault(self, recipient: str) -> str:
        """Return what was done to the newest try for `recipient`."""
        return [one.fault for one in self.log if one.recipient == recipient][-1]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del session, options
        self._tries[address] += 1
        number = self._tries[address]
        fault = fault_of(self._seed, address, number)
        self.log.append(Try(address, number, fault))
        if fault == "hangs at rcpt":
            await self._hang(server)
        if fault == "later":
            return "451 4.7.1 Greylisted, please come again"
        if fault == "never":
            return "550 5.1.1 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del session
        fault = self.last_fault(envelope.rcpt_tos[0])
        if fault in TAKEN:
            self._keep(envelope, answered=fault in {"", "taken, answered, dropped"})
        if fault.startswith("hangs"):
            await self._hang(server)
        if fault.startswith("dropped"):
            server.transport.abort()
        if fault == "later after the dot":
            return "452 4.3.1 Out of room, please come again"
        if fault == "taken, answered, dropped":
            await server.push("250 2.0.0 Accepted and gone")
            server.transport.close()
        return "250 2.0.0 Accepted"

    async def _hang(self, server: SMTP) -> None:
        await asyncio.sleep(30)
        server.transport.abort()
