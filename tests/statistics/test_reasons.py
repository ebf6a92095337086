"""A result that is missing for its values' sake has a reason in words."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dbt_jetstream.statistics.histogram import Histogram
from dbt_jetstream.statistics.reasons import undefined_reason


def _joint(y: list[float], x: list[float]) -> dict[str, float]:
    """The moments of numerators and denominators, scaled to [0, 1] between their ends."""
    ends = {"y_lowest": min(y), "y_highest": max(y), "x_lowest": min(x), "x_highest": max(x)}
    scaled = [[(v - min(side)) / ((max(side) - min(side)) or 1.0) for v in side] for side in (y, x)]
    products = {
        f"y{a}_x{b}": float(np.mean(np.array(scaled[0]) ** a * np.array(scaled[1]) ** b))
        for a in range(5)
        for b in range(5 - a)
        if a + b
    }
    return {"units": float(len(y)), **ends, **products}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1.0, math.nan], "a value is NaN"),
        ([1.0, math.inf], "a value is infinite"),
        ([-math.inf, math.nan], "a value is NaN"),
    ],
)
def test_a_value_that_is_no_number_is_the_reason(values: list[float], words: str) -> None:
    histogram = Histogram.of(np.array(values), np.ones(len(values)))
    reason = undefined_reason(histogram, None, is_ratio=False)
    assert reason == f"{words}, which leaves the result undefined"


def test_a_covariate_that_is_no_number_is_the_reason_too() -> None:
    histogram = Histogram.of(np.array([1.0, 2.0]), np.ones(2))
    ends = {"y_lowest": 1.0, "y_highest": 2.0, "x_lowest": 0.0, "x_highest": math.nan}
    reason = undefined_reason(histogram, ends, is_ratio=False)
    assert reason == "a value is NaN, which leaves the result undefined"


def test_denominators_of_zero_are_the_reason() -> None:
    joint = _joint([1.0, 2.0, 3.0], [0.0, 0.0, 0.0])
    reason = undefined_reason(None, joint, is_ratio=True)
    assert reason == "all denominators are 0, so that there is no ratio"


def test_denominators_that_cancel_out_are_the_reason() -> None:
    # Their mean is 0.5, with a standard error of more.
    joint = _joint([1.0, 2.0, 3.0, 4.0], [-3.0, 5.0, -2.0, 2.0])
    reason = undefined_reason(None, joint, is_ratio=True)
    assert reason == "the denominators' mean, 0.5, is too close to 0 for a ratio"


def test_plain_values_are_no_reason() -> None:
    histogram = Histogram.of(np.array([0.0, 2.0]), np.ones(2))
    assert undefined_reason(histogram, None, is_ratio=False) is None
    assert undefined_reason(None, None, is_ratio=True) is None
