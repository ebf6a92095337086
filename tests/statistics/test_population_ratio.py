"""The ratio of two means against resampled units."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dbt_jetstream.statistics.population_ratio import ORDERS, CrossMoments, population_ratio_law


def _moments(y: np.ndarray, x: np.ndarray) -> CrossMoments:
    dy, dx = ((v - v.mean()) / (abs(v.mean()) or 1.0) for v in (y, x))
    products = {(a, b): float(np.mean(dy**a * dx**b)) for a, b in ORDERS}
    return CrossMoments(float(len(y)), y.mean(), x.mean(), products)


@pytest.mark.parametrize("units", [200, 3000])
@pytest.mark.parametrize("sign", [1, -1])
def test_the_interval_is_that_of_resampled_units(units: int, sign: int) -> None:
    rng = np.random.default_rng(units)
    x = rng.poisson(3, units) * 1.0
    y = sign * rng.binomial(rng.poisson(3, units) + x.astype(int), 0.2) * 1.0
    law = population_ratio_law(_moments(y, x))
    drawn = [rng.integers(0, units, (500, units)) for _ in range(40)]
    ratios = np.concatenate([y[i].mean(axis=1) / x[i].mean(axis=1) for i in drawn])
    lower, upper = np.quantile(ratios, [0.025, 0.975])
    # Twenty thousand draws scatter by 0.5 % of the width (one standard deviation).
    assert law.interval(0.95) == pytest.approx((lower, upper), abs=0.015 * (upper - lower))
    assert law.mean == pytest.approx(ratios.mean(), abs=0.01 * (upper - lower))


SPARSE = {
    "5 of 1,000 units": lambda _: np.arange(1000) < 5,
    "10 of 1,000 units": lambda _: np.arange(1000) < 10,
    "amounts of 5 units": lambda rng: np.where(np.arange(1000) < 5, rng.exponential(1, 1000), 0),
    "heavy tail": lambda rng: np.exp(2 * rng.standard_normal(300)),
    "less of few units": lambda _: 3.0 - (np.arange(1000) < 5),
}


@pytest.mark.parametrize("name", SPARSE)
def test_few_units_that_carry_the_numerator(name: str) -> None:
    rng = np.random.default_rng(2)
    y = SPARSE[name](rng) * 1.0
    x = 1 + rng.poisson(1, len(y)) * 1.0
    drawn = [rng.integers(0, len(y), (500, len(y))) for _ in range(80)]
    ratios = np.concatenate([y[i].mean(axis=1) / x[i].mean(axis=1) for i in drawn])
    lower, upper = np.quantile(ratios, [0.025, 0.975])
    # Of a handful of conversions the resampled ratio jumps from one number of them to the next.
    found = population_ratio_law(_moments(y, x)).interval(0.95)
    assert found == pytest.approx((lower, upper), abs=0.03 * (upper - lower))


def test_a_fixed_ratio_has_no_spread() -> None:
    x = np.arange(1.0, 50.0)
    assert population_ratio_law(_moments(2 * x, x)).interval(0.95) == pytest.approx((2.0, 2.0))


def test_a_denominator_of_zeros_is_undefined() -> None:
    law = population_ratio_law(_moments(np.ones(9), np.zeros(9)))
    assert math.isnan(law.mean)
