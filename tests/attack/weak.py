"""The urn made weak on purpose, in the simulation's process only: the attacker must see it.

Each is the smallest change of the real code that does away with one of its precautions.
"""

import itertools
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from survey_app import signing
from survey_app.feedback import counting, sealing, urns
from survey_app.feedback.answers import Answers
from survey_app.feedback.models import CountedText

_LENGTH_BYTES = 4


class Weakness(StrEnum):
    """Which precaution is missing."""

    XMIN = "texts stored with the receipt, in one transaction that is never rewritten"
    SIZE = "ballots as long as what is in them"
    ORDER = "ballots and texts kept in the order of coming"


_now: list[Weakness] = []


@contextmanager
def made(weakness: Weakness | None) -> Iterator[None]:
    """Weaken the urn while the block runs."""
    with ExitStack() as undone:
        for owner, name, other in _CHANGES[weakness]() if weakness else ():
            real = getattr(owner, name)
            undone.callback(setattr, owner, name, real)
            setattr(owner, name, other)
        _now[:] = [weakness] if weakness else []
        undone.callback(_now.clear)
        yield


def keeps_to_the_pages() -> bool:
    """Whether sending over the pages does the same as sending with `also_in_the_transaction`."""
    return _now != [Weakness.XMIN]


def also_in_the_transaction(session: Session, round_id: int, said: Answers) -> None:
    """Do what the weak urn does beside the receipt."""
    if _now != [Weakness.XMIN]:
        return
    row = {"key": signing.new_public_id(), "round_id": round_id, "item": "q7", "state": "new"}
    session.execute(insert(CountedText), [{**row, "text": said["q7"]}])


def _rewritten_never() -> list[tuple[Any, str, Any]]:
    return [
        (urns, "rewrite_receipts", lambda _session, _round_id: None),
        (counting, "_insert_texts", lambda *_all: None),
    ]


def _unpadded() -> list[tuple[Any, str, Any]]:
    def pack(_size: int, ballot: sealing.Ballot) -> bytes:
        content = {"group": ballot.group, "answers": ballot.answers}
        text = json.dumps(content, ensure_ascii=False).encode()
        return len(text).to_bytes(_LENGTH_BYTES, "big") + text

    return [(sealing, "_pack", pack)]


def _in_order() -> list[tuple[Any, str, Any]]:
    numbers = itertools.count(1)

    def next_number() -> str:
        return f"{next(numbers):016}"

    return [
        (signing, "new_public_id", next_number),
        (counting, "new_public_id", next_number),
        (counting.Tally, "mix", lambda _tally: None),
    ]


_CHANGES = {
    Weakness.XMIN: _rewritten_never,
    Weakness.SIZE: _unpadded,
    Weakness.ORDER: _in_order,
}
