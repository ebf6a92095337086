"""Says in words why a branch's values leave a statistic undefined."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from dbt_jetstream.statistics.histogram import Histogram
from dbt_jetstream.statistics.population_ratio import cross_moments


def undefined_reason(
    histogram: Histogram | None, joint: Mapping[str, float] | None, *, is_ratio: bool
) -> str | None:
    """Say why a branch has no result; None where its values do not tell.

    Args:
        histogram: Its values; None where the statistic has no series.
        joint: The moments of two values per unit; None where the statistic has none.
        is_ratio: Whether these are a ratio's numerators and denominators.
    """
    if histogram is not None and not np.isfinite(histogram.values).all():
        return f"{_odd(histogram.values.tolist())}, which leaves the result undefined"
    if joint is None:
        return None
    ends = [
        joint[f"{side}_{end}"]
        for side in "yx"
        for end in ("lowest", "highest")
        if f"{side}_{end}" in joint
    ]
    if not all(math.isfinite(end) for end in ends):
        return f"{_odd(ends)}, which leaves the result undefined"
    return _of_denominators(joint) if is_ratio else None


def _odd(values: list[float]) -> str:
    return "a value is NaN" if any(math.isnan(value) for value in values) else "a value is infinite"


def _of_denominators(joint: Mapping[str, float]) -> str | None:
    if joint["x_lowest"] == joint["x_highest"] == 0:
        return "all denominators are 0, so that there is no ratio"
    mean = cross_moments(joint).denominator_mean
    return f"the denominators' mean, {mean:.4g}, is too close to 0 for a ratio"
