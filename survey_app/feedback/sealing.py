"""Ballots as bytes: one size per form, sealed so that only the worker's key opens them. Pure.

A packed ballot is the length of its JSON (4 bytes), the JSON, and zeros up to the size of the form;
sealed it is libsodium's `crypto_box_seal` (X25519, XSalsa20-Poly1305) of that, 48 bytes more. A
ballot carries its group's number and the answers: no person, no time, no order.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Final

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from survey_app.feedback.answers import Answers
from survey_app.feedback.items import LONGEST_NUMBER, Item, items_of
from survey_app.questions.schema import QuestionDocument

_LENGTH_BYTES: Final = 4
_STEP: Final = 256  # sizes are rounded up to it
_PUNCTUATION: Final = 8  # of one entry in the JSON: quotes, colon, comma, brackets
_BYTES_PER_CHARACTER: Final = 4  # of UTF-8 at most; an escaped quotation mark needs two
_GROUP_BYTES: Final = 64  # the frame with the number of the group


class DamagedBallot(Exception):
    """A ballot that the key does not open, or that holds something else."""


@dataclass(frozen=True)
class Ballot:
    """What one person said, and the group it counts in."""

    group: int
    answers: Answers


def new_key() -> bytes:
    """Return a fresh private key: 32 bytes."""
    return bytes(PrivateKey.generate())


def public_half(key: bytes) -> str:
    """Return what ballots are sealed with, as text."""
    return base64.b64encode(bytes(PrivateKey(key).public_key)).decode()


def ballot_bytes(document: QuestionDocument) -> int:
    """Return the packed size of every ballot of a form: what its longest answers could need."""
    needed = _LENGTH_BYTES + _GROUP_BYTES + sum(_longest(item) for item in items_of(document))
    return -(-needed // _STEP) * _STEP


def _longest(item: Item) -> int:
    if item.kind == "text":
        value = item.longest * _BYTES_PER_CHARACTER
    elif item.kind == "number":
        # Written out in full, "1e9" is refused; leading and trailing signs are counted in.
        value = 2 * LONGEST_NUMBER
    elif item.kind == "several":
        value = sum(len(name) + _PUNCTUATION for name in item.choice_ids)
    else:
        value = max((len(name) for name in item.choice_ids), default=0)
    return len(item.key) + value + _PUNCTUATION


def seal(public_key: str, size: int, ballot: Ballot) -> str:
    """Return a ballot as the urn keeps it: text of the same length for every ballot of a form.

    Raises:
        ValueError: it needs more than `size` bytes, which no form's answers do.
    """
    packed = _pack(size, ballot)
    box = SealedBox(PublicKey(base64.b64decode(public_key)))
    return base64.b64encode(box.encrypt(packed)).decode()


def unseal(key: bytes, sealed: str) -> Ballot:
    """Open a ballot.

    Raises:
        DamagedBallot: it was made for another key, was altered, or holds no ballot.
    """
    try:
        packed = SealedBox(PrivateKey(key)).decrypt(base64.b64decode(sealed, validate=True))
        length = int.from_bytes(packed[:_LENGTH_BYTES], "big")
        content: dict[str, Any] = json.loads(packed[_LENGTH_BYTES : _LENGTH_BYTES + length])
        return Ballot(int(content["group"]), dict(content["answers"]))
    except (CryptoError, binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        # Chained it would carry the text that could not be read into a log.
        raise DamagedBallot from None


def _pack(size: int, ballot: Ballot) -> bytes:
    content = {"group": ballot.group, "answers": ballot.answers}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    packed = len(text).to_bytes(_LENGTH_BYTES, "big") + text
    if len(packed) > size:
        raise ValueError("a ballot larger than its form allows")
    return packed.ljust(size, b"\0")
