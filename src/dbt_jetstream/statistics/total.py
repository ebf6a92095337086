"""The sum of a branch's values."""

from __future__ import annotations

import math

from dbt_jetstream.statistics.histogram import Histogram


def total(histogram: Histogram) -> float:
    """Return the sum over units, correctly rounded; 0 without units, NaN with infinities."""
    if not len(histogram.values):
        return 0.0
    if not histogram.is_finite:
        return math.nan
    return math.fsum((histogram.counts * histogram.values).tolist())
