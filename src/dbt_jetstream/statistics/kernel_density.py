"""A smooth density of a branch's values."""

from __future__ import annotations

import math

import numpy as np

from dbt_jetstream.statistics.histogram import Histogram

# Beyond this many bandwidths, a normal density is below 1e-16 of its peak.
REACH = 8.5


def scott_bandwidth(units: float) -> float:
    """Return units ** (-1/5): Scott's rule for one dimension, not scaled by the spread.

    References:
        scikit-learn's KernelDensity(bandwidth="scott"), whose results this reproduces.
        Scott, D. W. (1992). Multivariate Density Estimation, section 6.5.
    """
    return math.pow(units, -0.2)


def kernel_density(histogram: Histogram, points: np.ndarray) -> np.ndarray:
    """Return a Gaussian kernel density estimate with Scott's bandwidth.

    Args:
        histogram: A branch's values, at least one.
        points: Where to evaluate, ascending, shape (m,).

    Returns:
        Densities, shape (m,).
    """
    bandwidth = scott_bandwidth(histogram.units)
    values, counts = histogram.values, histogram.counts
    first = np.searchsorted(values, points - REACH * bandwidth)
    last = np.searchsorted(values, points + REACH * bandwidth, side="right")
    sums = [
        counts[i:j] @ np.exp(-(((values[i:j] - point) / bandwidth) ** 2) / 2)
        for point, i, j in zip(points, first, last, strict=True)
    ]
    return density_of_sums(np.array(sums), histogram.units)


def density_of_sums(sums: np.ndarray, units: float) -> np.ndarray:
    """Return densities of sums of exp(-z^2 / 2) over units, z their distances in bandwidths."""
    return sums / (units * scott_bandwidth(units) * math.sqrt(2 * math.pi))
