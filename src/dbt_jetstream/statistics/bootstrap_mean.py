"""The Bayesian bootstrap of a mean (Rubin 1981), evaluated instead of sampled.

One replicate weights the units by Dirichlet(1, …, 1). Units with equal values pool their weights,
so the weights of the distinct values are Dirichlet(counts), gammas over their sum. With
a_i = v_i - t,

    P(mean <= t) = P(sum_i G_i a_i <= 0),    G_i ~ Gamma(counts_i) independent.

The cumulants of that sum are known in closed form, and a saddlepoint gives its distribution with an
error that falls with the number of units that share the variance. The saddlepoint s of t solves
sum_i c_i / (1 - s a_i) = n. As 1 - s a_i = (1 + s t)(1 - x v_i) with x = s / (1 + s t), that reads
1 + s t = sum_i c_i / (1 - x v_i) / n: s and t follow from the tilt x, and nothing need be solved.

Where few units share the variance, the values that carry it are set apart first: a Dirichlet vector
is neutral, so that with a value v of c units set apart from n others

    mean = (1 - B) * mean of the others + B * v,    B ~ Beta(c, n) independent of the others,

which one integral puts back. Two values alone are a Beta, exactly.

References:
    Rubin, D. B. (1981). The Bayesian Bootstrap. Annals of Statistics 9, 130-134.
    Lugannani, R. and Rice, S. (1980). Saddle point approximation for the distribution of the sum of
    independent random variables. Advances in Applied Probability 12, 475-490.
    Barndorff-Nielsen, O. E. (1986). Inference on full or partial parameters based on the
    standardized signed log likelihood ratio. Biometrika 73, 307-322.
    Connor, R. J. and Mosimann, J. E. (1969). Concepts of independence for proportions. Journal of
    the American Statistical Association 64, 194-206.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.special import betainc, ndtri

from dbt_jetstream.statistics.histogram import Histogram
from dbt_jetstream.statistics.law import NODE_WEIGHTS, NODES, Law, beta_quantiles, law_of_points

# Scores near which the distribution is evaluated; between them it is interpolated. Zero is not
# among them, for there the saddlepoint's formula is 0/0.
EVALUATED_SCORES = np.linspace(-7.25, 7.25, 30)
# With fewer units sharing the variance, the saddlepoint's error passes 0.2 % of a width.
FEWEST_SHARING = 12.0
# Below this share of the variance, it does not matter how few units have it.
NEGLIGIBLE_VARIANCE = 1e-7


def bootstrap_mean_law(histogram: Histogram) -> Law:
    """Return the distribution of a mean under the Bayesian bootstrap.

    Args:
        histogram: A branch's values, clipped already where they shall be. Of pieces, mean and
            variance count.

    Returns:
        Its law. Undefined without units and with infinite or NaN values; a single value for sure
        where all units agree.
    """
    if not histogram.is_finite:
        return Law.constant(math.nan)
    histogram, unit = histogram.spread(), histogram.unit
    if unit != 1:
        return bootstrap_mean_law(histogram.divided(unit)).times(unit)
    values, counts = histogram.values, histogram.counts
    if len(values) == 1:
        return Law.constant(float(values[0]))
    apart = _values_to_set_apart(histogram)
    others = Histogram.of(np.delete(values, apart), np.delete(counts, apart))
    law = _two_point_law(others) if len(others.values) == 2 else _saddlepoint_law(others)
    units = others.units
    for i in reversed(apart):
        law = _with_value(law, units, float(values[i]), float(counts[i]))
        units += float(counts[i])
    return law


def _values_to_set_apart(histogram: Histogram) -> list[int]:
    """List the positions of values that carry too much of the variance, the greatest first."""
    apart: list[int] = []
    values, counts = histogram.values - histogram.mean, histogram.counts.copy()
    values /= np.abs(values).max()
    negligible = NEGLIGIBLE_VARIANCE * (counts @ values**2)
    while np.count_nonzero(counts) > 2:
        deviations = values - (counts @ values) / counts.sum()
        is_shared = _units_sharing_variance(deviations, counts) >= FEWEST_SHARING
        if is_shared or counts @ deviations**2 < negligible:
            break
        greatest = int(np.argmax(np.where(counts > 0, np.abs(deviations), -1)))
        apart.append(greatest)
        counts[greatest] = 0
    return apart


def _two_point_law(histogram: Histogram) -> Law:
    """The weight of the higher of two values is Beta(its units, the other's)."""
    low, high = histogram.values
    b, a = histogram.counts

    def quantile(scores: np.ndarray) -> np.ndarray:
        return np.asarray(low + (high - low) * beta_quantiles(a, b, scores))

    return Law.of(quantile, histogram.mean)


def _with_value(law: Law, others: float, value: float, count: float) -> Law:
    """Put a value back: return the law of the mean of all.

    Integrates over the narrower of the two sources of spread, for which the other's distribution
    function is smooth.

    Args:
        law: The law of the mean of the others.
        others: How many units they are.
        value: Above or below all of them.
        count: How many units have it.
    """
    n = count + others
    mean = law.mean + count / n * (value - law.mean)
    spread_of_share = math.sqrt(count * others / (n * n * (n + 1)))
    is_wider = abs(value - law.mean) * spread_of_share > law.spread
    below = (_given_others if is_wider else _given_share)(law, value, count, others)
    # Where both sources lie at the same score, the mean of all has about that score or more.
    shares = beta_quantiles(count, others, math.copysign(1, value - law.mean) * EVALUATED_SCORES)
    means = (1 - shares) * law.quantile(EVALUATED_SCORES) + shares * value
    coarse = law_of_points(ndtri(below(means)), means, mean)
    means = np.unique(coarse.quantile(EVALUATED_SCORES))
    return law_of_points(ndtri(below(means)), means, mean)


Probabilities = Callable[[np.ndarray], np.ndarray]


def _given_others(law: Law, value: float, count: float, others: float) -> Probabilities:
    """Return P(mean <= t), for an array of t, integrated over the mean of the others."""
    distance = value - law.nodes

    def below(means: np.ndarray) -> np.ndarray:
        share = np.clip((means[:, None] - law.nodes) / distance, 0, 1)
        given = betainc(count, others, share)
        return np.asarray(np.where(distance > 0, given, 1 - given) @ NODE_WEIGHTS)

    return below


def _given_share(law: Law, value: float, count: float, others: float) -> Probabilities:
    """Return P(mean <= t), for an array of t, integrated over the weight of the value."""
    share = beta_quantiles(count, others, NODES)

    def below(means: np.ndarray) -> np.ndarray:
        return law.cdf((means[:, None] - share * value) / (1 - share)) @ NODE_WEIGHTS

    return below


def _saddlepoint_law(histogram: Histogram) -> Law:
    """Evaluate the law by the saddlepoint, in units that keep the numbers near 1."""
    mean, counts = histogram.mean, histogram.counts
    scale = float(np.abs(histogram.values - mean).max())
    deviations = (histogram.values - mean) / scale
    deviations -= (counts @ deviations) / histogram.units
    scores, means = _scores_and_means(_tilts(deviations, counts), deviations, counts)
    return law_of_points(scores, mean + scale * means, mean)


def _units_sharing_variance(deviations: np.ndarray, counts: np.ndarray) -> float:
    """Participation ratio of the squared deviations: 1 where one unit makes all the variance."""
    squares = deviations**2
    return float((counts @ squares) ** 2 / (counts @ squares**2))


def _tilts(deviations: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return tilts whose signed roots lie near EVALUATED_SCORES, shape (t,).

    A tilt x keeps all 1 - x * deviation positive. Trials from tiny to that limit show where the
    roots lie; they decide where the law is evaluated, not what is found there.
    """
    reach = np.geomspace(0.1, 200, 16) / math.sqrt(counts @ deviations**2)
    limits = 1 / deviations[[0, -1], None]
    # The exponent's bound keeps a tilt more than a rounding error away from its limit.
    tilts = np.unique(limits * -np.expm1(-np.minimum(reach / np.abs(limits), 30.0)))
    roots, _ = _roots_and_growth(tilts, deviations, counts)
    return np.unique(np.interp(EVALUATED_SCORES, roots, tilts))


def _roots_and_growth(
    tilts: np.ndarray, deviations: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the signed roots w of tilts, and the growth s * t, both of shape (t,).

    w^2 / 2 = sum_i c_i log(1 - s a_i). The deviations sum to 0; taking their sums out leaves terms
    of second order, so that tilts near 0 lose no digits.
    """
    x = tilts[:, None] * deviations
    growth = (x * x / (1 - x)) @ counts / counts.sum()
    half = counts.sum() * np.log1p(growth) + (np.log1p(-x) + x) @ counts
    return np.sign(tilts) * np.sqrt(2 * np.maximum(half, 0)), growth


def _scores_and_means(
    tilts: np.ndarray, deviations: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return normal scores of P(mean <= t), and t, at tilts: the modified signed root r*."""
    root, growth = _roots_and_growth(tilts, deviations, counts)
    s = tilts * (1 + growth)
    means = growth / s
    # K''(s) is the sum of c_i a_i^2 / (1 - s a_i)^2.
    ratios = (deviations - means[:, None]) / (1 - tilts[:, None] * deviations)
    slope = s * np.sqrt(ratios**2 @ counts) / (1 + growth)
    return root + np.log(slope / root) / root, means
