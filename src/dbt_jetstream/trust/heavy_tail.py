"""How much of a clipped mean's interval a heavy tail takes away."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

# The tail is looked at between the clip's share of units divided and multiplied by this.
REACH = 2.0
FEWEST = 2


def clipped_coverage(
    values: ArrayLike, units: ArrayLike, share: float, nominal: float = 0.95
) -> float | None:
    """Estimate how often a clipped mean's interval holds the mean that it is an interval for.

    The interval takes the value at which a branch was clipped for granted, but that is a quantile
    of the same units: the influence function of a mean clipped at its own quantile has, beside
    that of the clipped values, the term (share / density at the quantile) (1{x > quantile} -
    share). What it adds to the variance is nothing to speak of where the tail is light. Share
    over density is estimated from two quantiles around: where the tail is exponential, it is
    their difference over 2 log `REACH`.

    Args:
        values: The values before clipping, n of them, ascending.
        units: How many units have each, n counts.
        share: The share of the highest units that was clipped, above 0.
        nominal: The interval's probability mass.

    Returns:
        The coverage, in (0, nominal]; None where too few units lie above the upper quantile.

    References:
        Huber & Ronchetti (2009), Robust Statistics, 2nd ed., sections 3.2 and 3.3: the influence
        functions of quantiles, and of means that winsorize at them.
    """
    x, n = np.asarray(values, float), np.asarray(units, float)
    below = np.cumsum(n) / n.sum()
    if share * n.sum() / REACH < FEWEST:
        return None
    near, clip, far = (
        x[np.searchsorted(below, 1 - part)] for part in (share * REACH, share, share / REACH)
    )
    slope = (far - near) / (2 * math.log(REACH))
    clipped = np.minimum(x, clip)
    mean = np.average(clipped, weights=n)
    variance = np.average((clipped - mean) ** 2, weights=n)
    if variance == 0:
        return None
    more = slope**2 * share * (1 - share) + 2 * slope * share * (clip - mean)
    reach = stats.norm.ppf((1 + nominal) / 2) * math.sqrt(variance / (variance + more))
    return float(2 * stats.norm.cdf(reach) - 1)
