"""Services speak the language last set in this thread; a test that read English pages leaves it."""

import pytest

from survey_app.i18n import set_locale


@pytest.fixture(autouse=True)
def vietnamese() -> None:
    """Begin each test in Vietnamese."""
    set_locale("vi")
