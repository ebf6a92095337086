"""The ratio of two means against resampled units."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from mozanalysis.frequentist_stats.bootstrap import compare_branches as original_comparison

from dbt_jetstream.statistics.compare import compare_branches
from dbt_jetstream.statistics.law import SIGN_SCORE
from dbt_jetstream.statistics.population_ratio import ORDERS, CrossMoments, population_ratio_law
from tiers import sample

UPLIFT = ("relative_uplift", "b")


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


# Conversions of 1,000 units in a treatment and in its reference.
@pytest.mark.parametrize("conversions", sample([(14, 12), (0, 12), (20, 15), (17, 17), (3, 30)], 5))
def test_the_uplift_of_few_conversions_has_the_originals_point(
    conversions: tuple[int, int],
) -> None:
    units, draws = 1000, 10_000
    rng = np.random.default_rng(4)
    values = {
        branch: (np.arange(units) < converted, 1.0 + rng.poisson(5, units))
        for branch, converted in zip(("treatment", "control"), conversions, strict=True)
    }
    rows = compare_branches({b: population_ratio_law(_moments(*v)) for b, v in values.items()})
    (found,) = [
        row.estimate
        for row in rows
        if (row.comparison, row.branch) == ("relative_uplift", "treatment")
    ]
    frames = [pd.DataFrame({"y": y, "x": x, "branch": b}) for b, (y, x) in values.items()]
    original = original_comparison(
        pd.concat(frames),
        ["y", "x"],
        "control",
        stat_fn=lambda data: data[:, 0].mean() / data[:, 1].mean(),
        num_samples=draws,
    )
    uplift = original["comparative"]["treatment"]["rel_uplift"]
    width = uplift["0.975"] - uplift["0.025"]
    # The mean of its draws scatters by 0.4 % of the width, more for a tail as heavy as this.
    assert found.point == pytest.approx(uplift["exp"], abs=0.015 * width)


def test_a_reference_that_is_often_zero_leaves_the_uplift_without_a_point() -> None:
    """In most runs of the original one draw of ten thousand has no conversion."""
    values = (np.arange(1000) < 7, 1.0 + np.random.default_rng(4).poisson(5, 1000))
    law = population_ratio_law(_moments(*values))
    (row,) = [r for r in compare_branches({"a": law, "b": law}) if r[:3] == ("a", *UPLIFT)]
    assert math.isnan(row.estimate.point)
    assert row.estimate.lower < 0 < row.estimate.upper


def test_earlier_versions_have_fewer_points() -> None:
    values = (np.arange(1000) < 13, 1.0 + np.random.default_rng(4).poisson(5, 1000))
    law = population_ratio_law(_moments(*values))
    for within, has_point in ((SIGN_SCORE, False), (3.8, True)):
        rows = compare_branches({"a": law, "b": law}, mean_within=within)
        (row,) = [r for r in rows if r[:3] == ("a", *UPLIFT)]
        assert math.isfinite(row.estimate.point) is has_point


def test_a_fixed_ratio_has_no_spread() -> None:
    x = np.arange(1.0, 50.0)
    assert population_ratio_law(_moments(2 * x, x)).interval(0.95) == pytest.approx((2.0, 2.0))


def test_a_denominator_of_zeros_is_undefined() -> None:
    law = population_ratio_law(_moments(np.ones(9), np.zeros(9)))
    assert math.isnan(law.mean)
