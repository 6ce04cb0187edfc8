"""Helpers for tests in which mail leaves."""

from flask import Flask

from survey_app.mailing import sender


def send_all(app: Flask, worker_id: str = "test") -> int:
    """Send everything that is due, as the worker would; return how many mails were dealt with."""
    handled = 0
    while batch := sender.run_once(app, worker_id):
        handled += batch
    return handled
