"""Names of questions and choices that survive reordering.

A position is never a name: shuffling, inserting and correcting must leave answers where they are.
`new_id` is for things made in the editor; `derived_id` is for files that carry no ids, so that
reading the same file twice gives the same document and the same hash.
"""

import hashlib
import secrets
from collections.abc import Container
from typing import Final

from survey_app.vietnamese import same_text_key

ID_PATTERN: Final = r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$"
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # no letter that is read as another
_LENGTH: Final = 8


def new_id() -> str:
    """Return a fresh random id."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def derived_id(*parts: str, taken: Container[str] = ()) -> str:
    """Return the id that always belongs to these words; the next free one when it is taken."""
    words = "\x1f".join(same_text_key(part) for part in parts)
    for attempt in range(10_000):
        digest = hashlib.sha256(f"{words}\x1e{attempt}".encode()).digest()
        name = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:_LENGTH])
        if name not in taken:
            return name
    raise RuntimeError("ten thousand ids of one text are taken")
