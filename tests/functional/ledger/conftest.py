"""The ledger's services need an application around them (its clock, its settings)."""

import pytest
from flask import Flask


@pytest.fixture(autouse=True)
def application(request: pytest.FixtureRequest):
    """Services called without a request stand in its context; pages push their own."""
    if "client" in request.fixturenames:
        yield
        return
    app: Flask = request.getfixturevalue("app")
    with app.app_context():
        yield
