"""The null distributions, against counting out all permutations."""

import itertools
import math
from collections import Counter
from fractions import Fraction

import pytest

from tests.attack.chance import (
    ALARM,
    Answer,
    Tally,
    Writers,
    level_hits,
    poisson_tail,
    score,
    trend,
)
from tests.attack.findings import Findings, Guess

TEXTS = [f"lời góp ý số {number}" for number in range(6)]


def orders(values):
    """Every way of giving the values to people p0, p1, ..."""
    for order in itertools.permutations(values):
        yield {f"p{number}": value for number, value in enumerate(order)}


def mean_and_variance(values):
    values = list(values)
    mean = sum(values) / len(values)
    return mean, sum((value - mean) ** 2 for value in values) / len(values)


@pytest.mark.parametrize("mean", [0.3, 1.0, 7.5, 40.0])
@pytest.mark.parametrize("hits", [0, 1, 3, 8, 60])
def test_the_poisson_tail_is_the_sum_of_its_terms(hits, mean):
    terms = [mean**n * math.exp(-mean) / math.factorial(n) for n in range(hits, hits + 100)]
    assert poisson_tail(hits, mean) == pytest.approx(sum(terms), rel=1e-9)


def test_the_poisson_tail_goes_down_to_the_smallest_numbers():
    assert poisson_tail(200, 16.0) == pytest.approx(1e-141, rel=0.1)
    assert poisson_tail(10_000, 800.0) == 0.0
    assert poisson_tail(5, 0.0) == 0.0 and poisson_tail(0, 0.0) == 1.0


@pytest.mark.parametrize("guessed", [1, 4, 6])
def test_chance_gives_the_expected_number_of_texts(guessed):
    guesses = {f"p{number}": TEXTS[-1 - number] for number in range(guessed)}
    group = {f"p{number}": "cell" for number in range(6)}
    found = [
        score(guesses, {who: Answer(text) for who, text in truth.items()}, group)
        for truth in orders(TEXTS)
    ]
    mean, variance = mean_and_variance(one.hits for one in found)
    assert all(one.expected == pytest.approx(guessed / 6) for one in found)
    assert mean == pytest.approx(guessed / 6)
    assert variance <= guessed / 6 + 1e-9, "not more than a Poisson variable has"


def test_a_guess_in_another_group_counts_for_nothing():
    truth = {f"p{number}": Answer(text) for number, text in enumerate(TEXTS)}
    group = {f"p{number}": number // 3 for number in range(6)}
    found = score({"p0": TEXTS[5], "p1": TEXTS[1], "p9": TEXTS[0]}, truth, group)
    assert (found.hits, found.expected) == (1, pytest.approx(1 / 3))


def test_somebody_alone_in_a_group_proves_nothing():
    found = score({"p0": TEXTS[0]}, {"p0": Answer(TEXTS[0])}, {"p0": "cell"})
    assert (found.hits, found.expected, found.p) == (0, 0.0, 1.0)


def fixed_points(m):
    """How many permutations of m things have how many fixed points."""
    derangements = [1, 0]
    for n in range(2, m + 1):
        derangements.append((n - 1) * (derangements[-1] + derangements[-2]))
    return [
        Fraction(math.comb(m, n) * derangements[m - n], math.factorial(m)) for n in range(m + 1)
    ]


@pytest.mark.parametrize("m", [2, 3, 5, 12])
def test_where_the_alarm_is_given_chance_is_never_likelier_than_said(m):
    groups = 40
    exact = [Fraction(1)]
    for _group in range(groups):
        longer = [Fraction(0)] * (len(exact) + m)
        for a, b in itertools.product(enumerate(exact), enumerate(fixed_points(m))):
            longer[a[0] + b[0]] += a[1] * b[1]
        exact = longer[:160]
    seen = 0
    for hits in range(groups, min(groups * m, 100)):
        said = poisson_tail(hits, groups)
        if said < ALARM:
            seen += 1
            assert float(sum(exact[hits:])) <= said * 1.01
    assert seen or m == 2


@pytest.mark.parametrize("guesses", ["aabbc", "aabb", "ccccc", "ab"])
def test_mean_and_variance_of_levels(guesses):
    guess = [(f"p{number}", level) for number, level in enumerate(guesses)]
    group = {f"p{number}": 1 for number in range(5)}
    found = []
    for truth in orders("aabbc"):
        answers = {who: Answer(f"{who} viết", level) for who, level in truth.items()}
        found.append(level_hits(guess, Writers(answers, group)))
    mean, variance = mean_and_variance(hits for hits, _mean, _variance in found)
    assert found[0][1] == pytest.approx(mean)
    assert found[0][2] == pytest.approx(variance)


def test_mean_and_variance_of_trends():
    ranks = {f"p{number}": rank for number, rank in enumerate([0.0, 1.0, 2.0, 3.0, 4.0])}
    values = dict(zip(TEXTS, [3.0, 0.0, 1.0, 4.0, 2.0], strict=False))
    found = []
    for truth in orders(TEXTS[:5]):
        answers = {who: Answer(text) for who, text in truth.items()}
        found.append(trend(ranks, values, Writers(answers, dict.fromkeys(truth, "cell"))))
    mean, variance = mean_and_variance(total for total, _variance in found)
    assert mean == pytest.approx(0.0)
    assert found[0][1] == pytest.approx(variance)


def test_rounds_add_up_and_many_strategies_cost_something():
    truth = {f"p{number}": Answer(text, "1") for number, text in enumerate(TEXTS)}
    group = dict.fromkeys(truth, "cell")
    people, texts = list(truth), [answer.text for answer in truth.values()]
    right = Guess("right", "text", "rank", people, texts)
    wrong = Guess("wrong", "text", "rank", people, texts[1:] + texts[:1])
    tally = Tally()
    for _round in range(10):
        tally.add(Findings([right, wrong]), truth, group)
    verdict = tally.verdict()
    assert verdict.pools["right (text)"].hits == 60
    assert verdict.pools["right (text)"].expected == pytest.approx(10)
    assert verdict.pools["wrong (text)"].hits == 0
    assert verdict.p == pytest.approx(len(verdict.pools) * poisson_tail(60, 10.0))
    assert verdict.alarm and "right" in verdict.table()
    assert Counter(pool.rounds for pool in verdict.pools.values()) == {10: 3}


def test_two_strategies_of_one_name_are_not_added_up_in_a_round():
    truth = {f"p{number}": Answer(text) for number, text in enumerate(TEXTS)}
    guess = Guess("same", "text", "rank", list(truth), TEXTS)
    tally = Tally()
    tally.add(Findings([guess, guess]), truth, dict.fromkeys(truth, "cell"))
    assert {pool.hits for pool in tally.verdict().pools.values()} == {6}
