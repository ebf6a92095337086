"""How often the interval of a clipped mean holds it, against simulation."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from dbt_jetstream.trust.heavy_tail import clipped_coverage, heavy_tails

SHARE = 0.005
UNITS = 4_000
Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]
LAWS: dict[str, Draw] = {
    "heavy": lambda rng, size: rng.lognormal(0, 1.5, size) * (rng.random(size) > 1 / 3),
    "power": lambda rng, size: rng.pareto(1.5, size),
    "light": lambda rng, size: rng.exponential(1, size),
    "counts": lambda rng, size: rng.negative_binomial(0.3, 0.05, size).astype(float),
    "none": lambda rng, size: rng.normal(0, 1, size),
}


@pytest.mark.parametrize("name", LAWS)
def test_the_coverage_is_what_simulation_finds(name: str) -> None:
    rng = np.random.default_rng(5)
    many = LAWS[name](rng, (1, 2_000_000))
    truth = np.minimum(many, np.quantile(many, 1 - SHARE)).mean()
    # 3,000 experiments: a standard error of 0.6 %.
    units = LAWS[name](rng, (3_000, UNITS))
    clipped = np.minimum(units, np.quantile(units, 1 - SHARE, axis=1, keepdims=True))
    reach = 1.96 * clipped.std(axis=1) / np.sqrt(UNITS)
    held = np.mean(np.abs(clipped.mean(axis=1) - truth) < reach)
    told = [clipped_coverage(np.sort(one), np.ones(UNITS), SHARE) for one in units[:100]]
    assert np.mean(np.array(told, float)) == pytest.approx(held, abs=0.02)


def test_too_few_units_say_nothing() -> None:
    assert clipped_coverage(np.arange(500.0), np.ones(500), SHARE) is None
    assert clipped_coverage([1.0], [10_000], SHARE) is None


def test_units_are_counted_as_often_as_they_are() -> None:
    values = np.arange(1.0, 101.0) ** 2
    alone = clipped_coverage(np.repeat(values, 30), np.ones(3_000), 0.05)
    assert clipped_coverage(values, np.full(100, 30), 0.05) == alone


def test_a_finding_names_metric_and_branch() -> None:
    rng = np.random.default_rng(1)
    pieces = [
        {
            "analysis_period": "overall",
            "window_index": 1,
            "analysis_basis": "enrollments",
            "segment": "all",
            "metric": metric,
            "series": "values",
            "branch": "control",
            "value": float(value),
            "units": 1,
        }
        for metric in ("clicks", "other")
        for value in rng.pareto(1.5, 5_000)
    ]
    mean = {
        "metric": "clicks",
        "series": "values",
        "drop_highest": SHARE,
        "confidence_interval": 0.95,
    }
    (found,) = heavy_tails(pieces, [mean])
    assert (found.metric, found.branch, found.units, found.state) == (
        "clicks",
        "control",
        5_000,
        "ok",
    )
    assert found.value is not None
    assert 0.8 < found.value < 0.92
    assert "the 95% interval of the mean of clicks holds the truth in about" in found.message


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [1e300, 1e-300])
def test_the_coverage_does_not_depend_on_the_size_of_values(size: float) -> None:
    values = np.sort(np.random.default_rng(8).pareto(1.5, 5_000))
    units = np.ones(len(values))
    expected = clipped_coverage(values, units, SHARE)
    assert clipped_coverage(values * size, units, SHARE) == pytest.approx(expected, rel=1e-9)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_values_that_are_not_finite_leave_the_tail_unknown(value: float) -> None:
    values = np.sort(np.append(np.random.default_rng(8).pareto(1.5, 4_900), np.full(100, value)))
    assert clipped_coverage(values, np.ones(len(values)), SHARE) is None
