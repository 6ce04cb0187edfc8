"""Who is answering in this browser, and the signed tickets that pages carry for their posts."""

from typing import Any

from flask import session

from survey_app import signing
from survey_app.extensions import current_settings
from survey_app.invitations.entries import Entry

_SESSION_KEY = "member"


def sit_down(public_id: str, link_version: int) -> None:
    """Note in the session cookie whose link was confirmed here; there is room for one person."""
    session[_SESSION_KEY] = [public_id, link_version]


def leave() -> None:
    """Forget the person of this browser."""
    session.pop(_SESSION_KEY, None)


def is_seated(entry: Entry) -> bool:
    """Whether the person of this browser is that of `entry`, by a link not revoked since."""
    return session.get(_SESSION_KEY) == [entry.public_id, entry.link_version]


def seated_elsewhere(entry: Entry) -> str | None:
    """Return the public id of the other invitation whose link was confirmed in this browser."""
    seated: list[Any] = session.get(_SESSION_KEY) or [None]
    public_id: str | None = seated[0]
    return None if public_id == entry.public_id else public_id


def make_ticket(purpose: str, identity: str, link_version: int) -> str:
    """Return a page's ticket; it lets answers in after the cookie is lost, nothing else."""
    return signing.sign(current_settings().secret_key.encode(), purpose, identity, link_version)


def holds_ticket(ticket: object, purpose: str, identity: str, link_version: int) -> bool:
    """Whether `ticket` was given out for this purpose and identity under the present link."""
    if not isinstance(ticket, str):
        return False
    settings = current_settings()
    keys = (settings.secret_key, *settings.secret_key_fallbacks)
    expected = (identity, link_version)
    return any(signing.read(key.encode(), purpose, ticket) == expected for key in keys)
