"""Passwords cost little here; the real price is asserted by one test."""

import pytest
from argon2 import PasswordHasher

from survey_app.accounts import passwords


@pytest.fixture(autouse=True)
def real_hasher(monkeypatch: pytest.MonkeyPatch) -> PasswordHasher:
    """Make hashing cheap, and return the hasher of the product."""
    real = passwords._hasher
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", cheap)
    return real
