"""The faults that are put into the product on purpose still fit the code they were written for."""

import pytest

from tests.faults.mutants import MUTANTS, ROOT, Mutant


@pytest.mark.parametrize("one", MUTANTS, ids=lambda one: one.name)
def test_each_edit_of_a_mutant_fits_exactly_once(one: Mutant) -> None:
    for file, old, new in one.edits:
        assert old != new
        text = (ROOT / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file}: {old!r} is there {text.count(old)} times"


@pytest.mark.parametrize("one", MUTANTS, ids=lambda one: one.name)
def test_the_tests_that_should_see_a_mutant_are_there(one: Mutant) -> None:
    assert (ROOT / one.tests.split()[0]).is_file()
