"""The Bayesian bootstrap's law against exact forms, large samples of it, and mozanalysis."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mozanalysis.bayesian_stats import bayesian_bootstrap
from scipy import stats

from dbt_jetstream.statistics.bootstrap_mean import bootstrap_mean_law
from dbt_jetstream.statistics.compare import compare_branches
from dbt_jetstream.statistics.histogram import Histogram

RNG = np.random.default_rng(20)
Z = stats.norm.ppf(0.975)


def histogram_of(data: np.ndarray) -> Histogram:
    return Histogram.of(*np.unique(data, return_counts=True))


SMALL = {
    "two apart and one between": np.array([0.0, 1.0, 10.0]),
    "four": np.array([-2.0, 0.5, 1.0, 1.5]),
    "a ladder": np.arange(10.0),
    "two clusters": np.array([0, 0.001, 0.002, 0.003, 1, 1.001, 1.002, 1.003]),
    "one giant of 5": np.array([0.1, 0.4, 0.6, 0.9, 50.0]),
    "one giant of 40": np.append(RNG.random(39), 50.0),
    "giants on both sides": np.concatenate([RNG.random(20), [-90, 50.0]]),
    "normal, 12": RNG.standard_normal(12),
    "normal, 40": RNG.standard_normal(40),
    "exponential, 13": RNG.exponential(size=13),
    "log-normal, 30": np.exp(2 * RNG.standard_normal(30)),
    "Cauchy, 16": RNG.standard_cauchy(16),
    "Pareto, 20": RNG.pareto(1.0, 20),
}


def exactly_below(data: np.ndarray, mean: float) -> Fraction:
    """P(mean of weights Dirichlet(1, …, 1) on distinct values <= `mean`), in exact fractions.

    The law's density is a B-spline with the values as knots (Curry and Schoenberg 1966), whence
    P(> t) = sum over v_i > t of (v_i - t)^(n - 1) / prod over j != i of (v_i - v_j).
    """
    t, values = Fraction(mean), [Fraction(float(v)) for v in data]
    return 1 - sum(
        (v - t) ** (len(values) - 1) / math.prod(v - other for other in values if other != v)
        for v in values
        if v > t
    )


@pytest.mark.parametrize("name", SMALL)
def test_few_units_have_the_exact_law(name: str) -> None:
    """The probabilities of the interval's ends, as normal scores, lie within 0.5 % of its width."""
    data = SMALL[name]
    law = bootstrap_mean_law(histogram_of(data))
    scores = np.array([-3.3, -Z, 0.3, Z, 3.3])
    below = [exactly_below(data, mean) for mean in law.quantile(scores)]
    found = [stats.norm.ppf(float(p)) if p < 0.5 else stats.norm.isf(float(1 - p)) for p in below]
    assert found == pytest.approx(scores, rel=0, abs=0.005 * 2 * Z)


@pytest.mark.parametrize(("low", "high"), [((0, 9990), (1, 10)), ((-3, 2), (5, 1))])
def test_two_values_are_a_beta(low: tuple, high: tuple) -> None:
    law = bootstrap_mean_law(Histogram.of([low[0], high[0]], [low[1], high[1]]))
    beta = stats.beta(high[1], low[1], loc=low[0], scale=high[0] - low[0])
    expected = (beta.mean(), beta.ppf(0.025), beta.ppf(0.975))
    assert law.estimate(0.95) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("units", [1, 7])
def test_units_that_agree_leave_no_doubt(units: int) -> None:
    assert bootstrap_mean_law(Histogram.of([2.5], [units])).estimate(0.95) == (2.5, 2.5, 2.5)


@pytest.mark.parametrize("values", [[], [math.inf], [1, -math.inf], [1, 2, math.nan]])
def test_without_units_or_with_infinite_values_the_mean_is_undefined(values: list) -> None:
    estimate = bootstrap_mean_law(Histogram.of(values, np.ones(len(values)))).estimate(0.95)
    assert all(math.isnan(number) for number in estimate)


LARGE = {
    "log-normal sigma 2, 100": np.exp(2 * RNG.standard_normal(100)),
    "Pareto 1.5, 10,000": np.round(RNG.pareto(1.5, 10_000), 2),
    "3 not zero of 10,000": np.append(np.zeros(9997), [1.0, 2.0, 5.0]),
    "10 not zero of 10,000": np.append(np.zeros(9990), np.arange(1.0, 11.0)),
    "a giant in 2,000": np.append(np.round(RNG.standard_normal(1999), 1), 1e5),
    "counts": RNG.negative_binomial(0.5, 0.1, 2000).astype(float),
    "zero-inflated log-normal": np.where(
        RNG.random(1000) < 0.7, 0, np.exp(1.2 * RNG.standard_normal(1000))
    ),
}
DRAWS = 100_000


def draw_means(histogram: Histogram, rng: np.random.Generator) -> np.ndarray:
    """Sample the Bayesian bootstrap by gammas, in slices that fit into memory."""
    slices = []
    for _ in range(20):
        weights = rng.standard_gamma(histogram.counts, (DRAWS // 20, len(histogram.counts)))
        slices.append(weights @ histogram.values / weights.sum(axis=1))
    return np.concatenate(slices)


@pytest.mark.parametrize("name", LARGE)
def test_many_units_have_the_law_that_draws_have(name: str) -> None:
    """The shares of draws below the ends are what they should be.

    Of B draws, a share p is found with the standard error sqrt(p (1 - p) / B): 0.05 % for the ends'
    2.5 % and B = 100,000. Five of them are allowed, for 14 shares, which is 1.1 % of the width:
    0.0025 over the normal density 0.0584 at the end, over 3.92. The mean's standard error is
    sd / sqrt(B).
    """
    histogram = histogram_of(LARGE[name])
    point, lower, upper = bootstrap_mean_law(histogram).estimate(0.95)
    draws = draw_means(histogram, np.random.default_rng(4))
    allowed = 5 * math.sqrt(0.025 * 0.975 / DRAWS)
    assert np.mean(draws <= lower) == pytest.approx(0.025, abs=allowed)
    assert np.mean(draws >= upper) == pytest.approx(0.025, abs=allowed)
    assert point == pytest.approx(draws.mean(), abs=5 * draws.std() / math.sqrt(DRAWS))


def test_very_many_units_have_a_normal_law() -> None:
    # The bootstrap's standard error is sqrt(m2 / (n + 1)): here m2 = 2/3 and n = 3e8. Skewness is
    # zero by symmetry.
    estimate = bootstrap_mean_law(Histogram.of([4, 5, 6], [1e8, 1e8, 1e8])).estimate(0.95)
    width = Z * math.sqrt(2 / 3 / (3e8 + 1))
    assert estimate == pytest.approx((5, 5 - width, 5 + width), abs=1e-3 * width, rel=0)


def test_giants_of_all_sizes_are_not_too_large_to_square() -> None:
    estimate = bootstrap_mean_law(Histogram.of(2.0 ** np.arange(1000), np.ones(1000))).estimate(0.9)
    # The mean is (2^1000 - 1) / 1000.
    assert estimate.point == pytest.approx(2.0**999 / 500)
    assert 0 < estimate.lower < estimate.point < estimate.upper


def test_the_law_does_not_depend_on_the_order_of_rows_by_a_bit() -> None:
    values, counts = RNG.exponential(size=300), RNG.integers(1, 9, 300)
    order = RNG.permutation(300)
    forth = bootstrap_mean_law(Histogram.of(values, counts))
    back = bootstrap_mean_law(Histogram.of(values[order], counts[order]))
    assert forth.table.tobytes() == back.table.tobytes()
    assert forth.mean == back.mean


data = st.lists(
    st.tuples(st.integers(-1000, 1000), st.integers(1, 50)), min_size=1, max_size=30
).map(lambda rows: np.array(rows, dtype=float).T)


@settings(max_examples=40, deadline=None)
@given(data, st.floats(-100, 100), st.sampled_from([-3.0, 0.01, 7.0]))
def test_the_law_shifts_and_scales_with_the_values(
    rows: np.ndarray, shift: float, scale: float
) -> None:
    values, counts = rows
    law = bootstrap_mean_law(Histogram.of(values, counts))
    moved = bootstrap_mean_law(Histogram.of(shift + scale * values, counts))
    point, lower, upper = law.estimate(0.95)
    expected = (shift + scale * point, *sorted((shift + scale * lower, shift + scale * upper)))
    allowed = abs(scale) * (0.002 * (upper - lower) + 1e-9)
    assert moved.estimate(0.95) == pytest.approx(expected, rel=1e-9, abs=allowed)


def test_branches_compare_as_in_mozanalysis() -> None:
    """Against 100,000 of mozanalysis' draws.

    A quantile's standard error there is sqrt(0.0244 / 100,000) / 0.0584 / 3.92 = 0.22 % of the
    width of a normal law's interval (see the test of conversion rates), and more in a long upper
    tail; 1.3 % is about five, for 21 numbers.
    """
    clients = {
        "control": np.round(np.exp(RNG.standard_normal(400))),
        "a": np.round(np.exp(0.2 + RNG.standard_normal(400))),
        "b": np.round(np.exp(1.5 * RNG.standard_normal(60))),
    }
    frame = pd.concat([pd.DataFrame({"branch": b, "value": v}) for b, v in clients.items()])
    np.random.seed(11)  # mozanalysis draws from numpy's global state
    expected = bayesian_bootstrap.compare_branches(
        frame, "value", "control", num_samples=100_000, individual_summary_quantiles=(0.025, 0.975)
    )
    laws = {b: bootstrap_mean_law(histogram_of(v)) for b, v in clients.items()}
    rows = [r for r in compare_branches(laws) if r.comparison_to_branch in (None, "control")]
    assert len(rows) == 3 + 2 * 2
    for row in rows:
        reference = _expected(expected, row.branch, row.comparison)
        allowed = 0.013 * (reference[2] - reference[1])
        assert row.estimate == pytest.approx(reference, rel=0, abs=allowed)


def _expected(results: dict, branch: str, comparison: str | None) -> tuple[float, float, float]:
    if comparison is None:
        found = results["individual"][branch]
        return found["mean"], found["0.025"], found["0.975"]
    prefix = {"difference": "abs_uplift", "relative_uplift": "rel_uplift"}[comparison]
    found = results["comparative"][branch]
    return found[prefix, "exp"], found[prefix, "0.025"], found[prefix, "0.975"]
