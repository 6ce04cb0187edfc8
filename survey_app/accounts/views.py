"""Sign-in and sign-out pages."""

from flask.typing import ResponseReturnValue


def password() -> ResponseReturnValue:
    """Placeholder until the sign-in slice lands in the next commit."""
    return "", 200


def link(token: str) -> ResponseReturnValue:
    """Placeholder until the sign-in slice lands in the next commit."""
    return token and "", 200


def leave() -> ResponseReturnValue:
    """Placeholder until the sign-in slice lands in the next commit."""
    return "", 200
