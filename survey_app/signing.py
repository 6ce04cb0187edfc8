"""Signed tokens: 16 bytes of identity and a version under HMAC-SHA256, one purpose each. Pure.

A token is the base64url text of identity (16 bytes), version (2 bytes) and a 128-bit tag: 46
characters. Nothing of it needs to be stored; raising the version somewhere revokes what was issued.
"""

import base64
import binascii
import hashlib
import hmac
import secrets

TOKEN_LENGTH = 46
_ID_BYTES = 16
_VERSION_BYTES = 2
_TAG_BYTES = 16


def new_public_id() -> str:
    """Return a fresh random identity: 128 bits as 22 characters of base64url."""
    return _text(secrets.token_bytes(_ID_BYTES))


def pack_numbers(first: int, second: int) -> str:
    """Return an identity that carries two non-negative numbers below 2**63."""
    return _text(first.to_bytes(8, "big") + second.to_bytes(8, "big"))


def unpack_numbers(identity: str) -> tuple[int, int]:
    """Return the two numbers of `pack_numbers`."""
    raw = _bytes(identity)
    return int.from_bytes(raw[:8], "big"), int.from_bytes(raw[8:], "big")


def sign(key: bytes, purpose: str, identity: str, version: int = 1) -> str:
    """Return the token of `identity` at `version` for `purpose`."""
    payload = _bytes(identity) + version.to_bytes(_VERSION_BYTES, "big")
    return _text(payload + _tag(key, purpose, payload))


def read(key: bytes, purpose: str, token: str) -> tuple[str, int] | None:
    """Return (identity, version) of a token, or `None` when it is not ours or was damaged."""
    if len(token) != TOKEN_LENGTH:
        return None
    try:
        raw = _bytes(token)
    except (binascii.Error, ValueError):
        return None
    payload, tag = raw[:-_TAG_BYTES], raw[-_TAG_BYTES:]
    # Re-encoding refuses a second spelling of the same bytes.
    if _text(raw) != token or not hmac.compare_digest(tag, _tag(key, purpose, payload)):
        return None
    version = int.from_bytes(payload[_ID_BYTES:], "big")
    return _text(payload[:_ID_BYTES]), version


def _tag(key: bytes, purpose: str, payload: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + payload, hashlib.sha256)[:_TAG_BYTES]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
