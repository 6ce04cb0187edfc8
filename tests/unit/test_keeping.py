"""The shelf keeps what was used last, and nothing that failed."""

import pytest

from survey_app.keeping import Shelf


def test_a_thing_is_made_once_while_it_is_kept() -> None:
    shelf: Shelf[str, object] = Shelf(2)
    first = shelf.get("a", object)
    assert shelf.get("a", object) is first


def test_what_was_not_used_for_longest_goes_first() -> None:
    shelf: Shelf[str, object] = Shelf(2)
    first, second = shelf.get("a", object), shelf.get("b", object)
    shelf.get("a", object)
    shelf.get("c", object)
    assert shelf.get("a", object) is first
    assert shelf.get("b", object) is not second


def test_a_failure_is_not_kept() -> None:
    shelf: Shelf[str, int] = Shelf(2)
    with pytest.raises(ZeroDivisionError):
        shelf.get("a", lambda: 1 // 0)
    assert shelf.get("a", lambda: 7) == 7
