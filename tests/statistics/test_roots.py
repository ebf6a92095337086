"""Quantiles found from distribution functions against scipy's and exact ones."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dbt_jetstream.statistics.roots import Guess, quantile_of

LAWS = {
    "normal": stats.norm(3, 2),
    "gamma": stats.gamma(0.4),
    "Cauchy": stats.cauchy(),
    "beta": stats.beta(0.5, 900),
    "log-normal": stats.lognorm(2),
}
ENDS = st.sampled_from([0.005, 0.025, 0.3, 0.5, 0.95, 0.995])


def bracket_of(law: stats.rv_continuous) -> tuple[float, float]:
    return float(law.ppf(1e-15)), float(law.isf(1e-15))


@given(st.sampled_from(sorted(LAWS)), ENDS, st.floats(-1e3, 1e3), st.floats(-4, 4))
def test_a_quantile_is_that_of_scipy_from_any_guess(
    name: str, probability: float, centre: float, size: float
) -> None:
    law, scale = LAWS[name], 10**size
    guess = Guess(centre, scale)
    found = quantile_of(law.cdf, probability, bracket_of(law), guess)
    expected = law.ppf(probability)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9 * scale)


@pytest.mark.parametrize("scale", [0.0, 1e-300, 1e-30, 1e30, math.inf, math.nan])
def test_a_scale_that_is_none_costs_no_accuracy(scale: float) -> None:
    """The middle of a law with a long tail may lie within a rounding error."""
    found = quantile_of(stats.gamma(0.4).cdf, 0.975, (0, 50), Guess(0, scale))
    assert found == pytest.approx(stats.gamma(0.4).ppf(0.975), rel=1e-9)


def test_a_normal_law_guessed_right_takes_two_looks() -> None:
    looks: list[float] = []

    def cdf(x: float) -> float:
        looks.append(x)
        return float(stats.norm.cdf(x, 3, 2))

    quantile_of(cdf, 0.975, (-20, 20), Guess(2.9, 2))
    assert len(looks) == 2


@pytest.mark.parametrize(("probability", "expected"), [(0.025, 1.0), (0.3, 5.0), (0.9, 5.0)])
def test_a_jump_over_the_probability_is_its_quantile(probability: float, expected: float) -> None:
    """A law of two values, 1 with the probability 0.2 and 5."""

    def cdf(x: float) -> float:
        return 0.2 * (x >= 1) + 0.8 * (x >= 5)

    assert quantile_of(cdf, probability, (0, 6), Guess(2, 1)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("bracket", "expected"), [((1, 4), 1), ((-4, -1), -1), ((2, 2), 2)])
def test_beyond_the_bracket_its_end_is_returned(bracket: tuple, expected: float) -> None:
    median = quantile_of(stats.norm.cdf, 0.5, bracket, Guess(0, 1))
    assert median == pytest.approx(expected, abs=1e-9)


def test_probabilities_that_rounding_takes_out_of_bounds_are_none() -> None:
    def cdf(x: float) -> float:
        return float(stats.norm.cdf(x)) * (1 + 4e-16)

    assert quantile_of(cdf, 0.5, (-8, 80), Guess(40, 1)) == pytest.approx(0, abs=1e-9)
    assert math.isfinite(quantile_of(cdf, 1 - 1e-16, (-8, 80), Guess(40, 1)))
