"""The share of units at or below each point of a grid."""

from __future__ import annotations

import numpy as np

from dbt_jetstream.statistics.histogram import Histogram


def empirical_cdf(histogram: Histogram, points: np.ndarray) -> np.ndarray:
    """Return the share of units whose value is at most each point.

    Args:
        histogram: A branch's values, at least one. No piece may have units on both sides of a
            point.
        points: Where to evaluate, shape (m,).

    Returns:
        Shares in [0, 1], shape (m,).
    """
    up_to = np.concatenate([[0.0], np.cumsum(histogram.counts)])
    shares = up_to[np.searchsorted(histogram.highest, points, side="right")] / histogram.units
    return np.asarray(shares)
