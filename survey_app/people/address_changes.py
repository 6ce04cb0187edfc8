"""What follows from a new mail address. Rounds stand above; they hand it down as a function."""

from collections.abc import Callable, Iterable

from flask import Flask, current_app
from sqlalchemy.orm import Session

_EXTENSION = "survey.address_changed"

AddressesChanged = Callable[[Session, Iterable[int]], None]


def install(app: Flask, hook: AddressesChanged) -> None:
    """Let `hook` hear, in the same unit of work, whose address became another one."""
    app.extensions[_EXTENSION] = hook


def addresses_changed(session: Session, person_ids: Iterable[int]) -> None:
    """Tell that these people's addresses are others now; called by whoever changed them."""
    hook: AddressesChanged = current_app.extensions[_EXTENSION]
    hook(session, person_ids)
