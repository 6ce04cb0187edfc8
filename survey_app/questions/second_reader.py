"""Whether approval needs a second person. Campaigns decide it, and hand the question down."""

from collections.abc import Callable

from flask import Flask, current_app
from sqlalchemy.orm import Session

_EXTENSION = "survey.second_reader"
Ask = Callable[[Session], bool]


def install(app: Flask, ask: Ask) -> None:
    """Hand down how to find out."""
    app.extensions[_EXTENSION] = ask


def required(session: Session) -> bool:
    """Whether an author may not approve their own draft; no, unless a campaign asks for it."""
    ask: Ask | None = current_app.extensions.get(_EXTENSION)
    return ask is not None and ask(session)
