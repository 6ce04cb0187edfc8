"""Commands: `flask --app survey_app …`. Exit 0 done, 1 refused, 2 wrong usage."""

from flask import Flask


def install(app: Flask) -> None:
    """Add the commands to `app`."""
    del app
