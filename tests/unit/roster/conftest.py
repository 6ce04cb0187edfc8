"""Where strangers' rosters lie, if they are at hand."""

import os
from pathlib import Path

import pytest

from survey_app import clock
from survey_app.people.roster import read_roster

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def shared():
    named = os.environ.get("SURVEY_SHARED") or os.environ.get("SURVEY_TEST_SHARED")
    folder = Path(named) if named else ROOT.parent / "shared"
    if not (folder / "data" / "roster").is_dir():
        pytest.skip("the shared rosters are not here")
    return folder


@pytest.fixture
def read():
    """Read bytes made by a test."""

    def reading(data, name="danh-sach.xlsx", **options):
        return read_roster(data, name, **options)

    return reading


@pytest.fixture(autouse=True)
def real_clock():
    clock.use_source(None)
