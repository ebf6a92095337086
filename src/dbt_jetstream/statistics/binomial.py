"""The posterior of a conversion rate."""

from __future__ import annotations

import numpy as np

from dbt_jetstream.statistics.histogram import Histogram
from dbt_jetstream.statistics.law import Law, beta_quantiles


def binomial_law(conversions: float, units: float) -> Law:
    """Return the posterior of a conversion rate under a uniform prior.

    The posterior is Beta(1 + conversions, 1 + units - conversions).

    Args:
        conversions: Units that converted, 0 <= conversions <= units.
        units: Units observed.

    Raises:
        ValueError: If the counts contradict each other.

    References:
        Gelman et al., Bayesian Data Analysis, 3rd ed., section 2.1.
    """
    if not 0 <= conversions <= units:
        message = (
            f"expected 0 <= conversions <= units, found {conversions:g} conversions of {units:g} "
            "units: count each unit once"
        )
        raise ValueError(message)
    a, b = 1 + conversions, 1 + units - conversions

    def quantile(scores: np.ndarray) -> np.ndarray:
        return beta_quantiles(a, b, scores)

    return Law.of(quantile, a / (a + b))


def binomial_law_of(histogram: Histogram) -> Law:
    """Return the posterior of the share of units whose value is 1.

    Raises:
        ValueError: If a value is neither 0 nor 1.
    """
    other = histogram.values[~np.isin(histogram.values, (0.0, 1.0))]
    if len(other):
        message = f"binomial needs a metric of 0 and 1, or true and false; found {other[0]:g}"
        raise ValueError(message)
    return binomial_law(float(histogram.counts @ histogram.values), histogram.units)
