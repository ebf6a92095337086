"""The ratio of two means over the same units, under the ordinary bootstrap, evaluated.

Of n units drawn with replacement, mean(y) / mean(x) is at most r where mean(y - r x) is at most 0,
as long as mean(x) is positive. That mean of n independent draws has cumulants known from the first
four moments of y and x, and an Edgeworth expansion gives its distribution for every r. Where few
units carry the mean it is too skewed for that; a shifted gamma with its first three moments, which
is a distribution whatever the skewness, takes over.

References:
    Efron, B. (1979). Bootstrap methods: another look at the jackknife. Annals of Statistics 7.
    Hall, P. (1992). The Bootstrap and Edgeworth Expansion, sections 2.4 and 3.5.
    Johnson, N. L., Kotz, S. and Balakrishnan, N. (1994). Continuous Univariate Distributions,
    section 17.2 (Pearson type III).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy.special import gammainc, gammaincc, ndtri

from dbt_jetstream.statistics.law import Law, law_of_points
from dbt_jetstream.statistics.magnitude import unit_of

# Scores at which the distribution is evaluated.
TRIALS = np.linspace(-7.5, 7.5, 121)
# A denominator whose mean lies closer to 0, in standard errors, has no useful ratio.
LEAST_SCORE = 3.0
# Beyond this skewness of the mean, the Edgeworth expansion is farther off than a gamma.
MOST_SKEWNESS = 0.4


class CrossMoments(NamedTuple):
    """Moments of a branch's numerators y and denominators x, both clipped already.

    Attributes:
        units: Units.
        numerator_mean: Mean of y.
        denominator_mean: Mean of x.
        products: Means of dy^a dx^b by (a, b), 2 <= a + b <= 4, where dy and dx are the deviations
            from the means, in units of the means' sizes or of 1 where a mean is 0.
        unit: What the ratio is counted in: both means are those of values in units of their own.
    """

    units: float
    numerator_mean: float
    denominator_mean: float
    products: dict[tuple[int, int], float]
    unit: float = 1.0


ORDERS = [(total - b, b) for total in (2, 3, 4) for b in range(total + 1)]


def cross_moments(joint: Mapping[str, float]) -> CrossMoments:
    """Return the moments of a branch's numerators y and denominators x.

    Args:
        joint: `units`, the ends `y_lowest`, `y_highest`, `x_lowest` and `x_highest` between which
            the clipped values are scaled to [0, 1], and the mean products `y1_x0` to `y0_x4`.
    """
    means, scales, centres, units = [], [], [], []
    for side, first in (("y", "y1_x0"), ("x", "y0_x1")):
        ends, scaled = (joint[f"{side}_lowest"], joint[f"{side}_highest"]), joint[first]
        unit = unit_of(ends)
        lowest, highest = (end / unit for end in ends)
        reach = highest - lowest
        mean = lowest + reach * scaled
        units.append(unit)
        means.append(mean)
        centres.append(scaled)
        scales.append(reach / (abs(mean) or 1.0))
    products = {
        (a, b): scales[0] ** a * scales[1] ** b * _central_product(joint, centres, a, b)
        for a, b in ORDERS
    }
    return CrossMoments(joint["units"], means[0], means[1], products, units[0] / units[1])


def _central_product(joint: Mapping[str, float], centres: list[float], a: int, b: int) -> float:
    """Return the mean product of powers of deviations from the products of the values."""
    terms = [
        math.comb(a, i)
        * math.comb(b, j)
        * (-centres[0]) ** (a - i)
        * (-centres[1]) ** (b - j)
        * (joint[f"y{i}_x{j}"] if i + j else 1.0)
        for i in range(a + 1)
        for j in range(b + 1)
    ]
    return math.fsum(terms)


def population_ratio_law(moments: CrossMoments) -> Law:
    """Return the distribution of mean(y) / mean(x) under the ordinary bootstrap.

    Returns:
        Its law; undefined without units, with infinite values, and where the denominator's mean is
        within three standard errors of 0.
    """
    if moments.unit != 1:
        return population_ratio_law(moments._replace(unit=1.0)).times(moments.unit)
    n, numerator, denominator = moments[:3]
    usable = n >= 1 and math.isfinite(numerator) and math.isfinite(denominator)
    if not usable or denominator == 0 or not np.isfinite(list(moments.products.values())).all():
        return Law.constant(math.nan)
    if math.sqrt(moments.products[0, 2] / n) * LEAST_SCORE >= 1:
        return Law.constant(math.nan)
    ratio = numerator / denominator
    y_scale, x_scale = abs(numerator) or 1.0, abs(denominator)
    relative = ratio * x_scale / y_scale
    spread = math.sqrt(max(_central(moments, relative, 2), 0.0) / n)
    if not spread > 0:
        return Law.constant(ratio)
    sign = math.copysign(1.0, denominator)
    ratios = relative + spread * TRIALS * (1 + np.abs(TRIALS) * spread)
    skewness = _standardised(moments, relative, sign)[1]
    score = _pearson_score if abs(skewness) > MOST_SKEWNESS else _edgeworth_score
    scores = np.array([sign * score(*_standardised(moments, r, sign)) for r in ratios])
    law = law_of_points(scores, ratios * y_scale / x_scale, ratio)
    return replace(law, mean=law.expectation())


def _standardised(moments: CrossMoments, ratio: float, sign: float) -> tuple[float, float, float]:
    """Standardise the mean of y - ratio * x: return 0's score, skewness and excess kurtosis."""
    n = moments.units
    mean = math.copysign(1.0 if moments.numerator_mean else 0.0, moments.numerator_mean)
    mean -= ratio * sign
    m2, m3, m4 = (_central(moments, ratio, order) for order in (2, 3, 4))
    skewness = m3 / math.pow(m2, 1.5) / math.sqrt(n)
    return -mean / math.sqrt(m2 / n), skewness, (m4 / m2**2 - 3) / n


def _edgeworth_score(z: float, skewness: float, kurtosis: float) -> float:
    """Return the normal score of the probability below z, Edgeworth inverted."""
    return (
        z
        - skewness * (z * z - 1) / 6
        - kurtosis * (z**3 - 3 * z) / 24
        + skewness**2 * (4 * z**3 - 7 * z) / 36
    )


def _pearson_score(z: float, skewness: float, _: float) -> float:
    """Return the normal score of the probability below z, of a shifted gamma with this skewness."""
    shape = 4 / skewness**2
    x = math.copysign(1.0, skewness) * z * math.sqrt(shape) + shape
    if x <= 0:
        return -math.copysign(math.inf, skewness)
    below, above = gammainc(shape, x), gammaincc(shape, x)
    score = float(ndtri(below) if below < above else -ndtri(above))
    return math.copysign(1.0, skewness) * score


def _central(moments: CrossMoments, ratio: float, order: int) -> float:
    """Return the central moment of y - ratio * x, in the products' units."""
    return sum(
        math.comb(order, b) * (-ratio) ** b * moments.products[order - b, b]
        for b in range(order + 1)
    )
