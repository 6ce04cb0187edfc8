"""The whole job table, and what lower packages are handed from higher ones."""

from flask import Flask


def install(app: Flask) -> None:
    """Hand the composers to the mail package."""
    del app
