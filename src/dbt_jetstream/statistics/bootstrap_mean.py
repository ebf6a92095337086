"""The Bayesian bootstrap of a mean (Rubin 1981), evaluated instead of sampled.

One replicate weights the units by Dirichlet(1, …, 1). Units with equal values pool their weights, so
the weights of the distinct values are Dirichlet(counts): gammas over their sum. With a_i = v_i - t,

    P(mean <= t) = P(sum_i G_i a_i <= 0),    G_i ~ Gamma(counts_i) independent.

The cumulants of that sum are known in closed form, and a saddlepoint gives its distribution with an
error that falls with the number of units that share the variance. Where few do, the values that
carry it are set apart first: a Dirichlet vector is neutral, so that with a value v of c units set
apart from n others

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
from scipy.interpolate import PchipInterpolator
from scipy.special import betainc, betaincinv, gammaincinv, ndtr, ndtri

from dbt_jetstream.statistics.histogram import Histogram
from dbt_jetstream.statistics.law import NODE_WEIGHTS, NODES, Law

# Scores at which the distribution is evaluated; between them it is interpolated.
EVALUATED_SCORES = np.linspace(-5.5, 5.5, 23)
# With fewer units sharing the variance, the saddlepoint's error passes a thousandth of an interval.
FEWEST_SHARING = 12.0
# With more, the law is so close to a gamma's that the first guess where to evaluate it is good.
MANY_SHARING = 300.0


def bootstrap_mean_law(histogram: Histogram) -> Law:
    """Return the distribution of a mean under the Bayesian bootstrap.

    Args:
        histogram: A branch's values, clipped already where they shall be.

    Returns:
        Its law. Undefined without units and with infinite or NaN values; a single value for sure
        where all units agree.
    """
    if not histogram.is_finite:
        return Law.constant(math.nan)
    values, counts = histogram.values, histogram.counts
    if len(values) == 1:
        return Law.constant(float(values[0]))
    apart = _values_to_set_apart(histogram)
    others = Histogram(np.delete(values, apart), np.delete(counts, apart))
    law = _two_point_law(others) if len(others.values) == 2 else _saddlepoint_law(others)
    for i in reversed(apart):
        law, others = _with_value(law, others, float(values[i]), float(counts[i]))
    return law


def _values_to_set_apart(histogram: Histogram) -> list[int]:
    """List the positions of values that carry too much of the variance, the greatest first."""
    apart: list[int] = []
    values, counts = histogram.values, histogram.counts.copy()
    while np.count_nonzero(counts) > 2:
        deviations = values - (counts @ values) / counts.sum()
        if _units_sharing_variance(deviations, counts) >= FEWEST_SHARING:
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
        return np.asarray(low + (high - low) * betaincinv(a, b, ndtr(scores)))

    return Law.of(quantile, histogram.mean)


def _with_value(law: Law, others: Histogram, value: float, count: float) -> tuple[Law, Histogram]:
    """Put a value back: return the law of all, and all.

    Integrates over the narrower of the two sources of spread, for which the other's distribution
    function is smooth.
    """
    together = Histogram.of(np.append(others.values, value), np.append(others.counts, count))
    n = count + others.units
    spread_of_share = math.sqrt(count * others.units / (n * n * (n + 1)))
    is_wider = abs(value - law.mean) * spread_of_share > law.spread
    below = _given_others if is_wider else _given_share
    probabilities = below(law, value, count, others.units)
    return _law_through(lambda means: ndtri(probabilities(means)), together, rounds=3), together


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
    share = betaincinv(count, others, ndtr(NODES))

    def below(means: np.ndarray) -> np.ndarray:
        return law.cdf((means[:, None] - share * value) / (1 - share)) @ NODE_WEIGHTS

    return below


def _saddlepoint_law(histogram: Histogram) -> Law:
    """Evaluate the law by the saddlepoint, in units that keep the numbers near 1."""
    mean = histogram.mean
    scale = float(np.abs(histogram.values - mean).max())
    deviations = (histogram.values - mean) / scale

    def scores(means: np.ndarray) -> np.ndarray:
        return _scores_by_saddlepoint(deviations, histogram.counts, (means - mean) / scale)

    sharing = _units_sharing_variance(deviations, histogram.counts)
    return _law_through(scores, histogram, rounds=1 if sharing > MANY_SHARING else 3)


def _units_sharing_variance(deviations: np.ndarray, counts: np.ndarray) -> float:
    """Participation ratio of the squared deviations: 1 where one unit makes all the variance."""
    squares = deviations**2
    return float((counts @ squares) ** 2 / (counts @ squares**2))


def _targets(histogram: Histogram) -> np.ndarray:
    """Means that spread over the law: quantiles of a shifted gamma with its first three moments.

    The moments of a Dirichlet mean are m2/(n + 1) and 2 m3/((n + 1)(n + 2)), with m2 and m3 the
    central moments of the data. The gamma covers even a law that a single giant value makes
    exponential.
    """
    n, mean = histogram.units, histogram.mean
    deviations = histogram.values - mean
    spread = math.sqrt(histogram.counts @ deviations**2 / n / (n + 1))
    third = 2 * (histogram.counts @ deviations**3) / n / ((n + 1) * (n + 2))
    targets = spread * _gamma_quantiles(float(third / spread**3))
    # A gamma ends on one side where the law, with giants on both, may not.
    beyond = spread * np.array([0.25, 0.5, 1.0, 2.0, 4.0])
    targets = np.concatenate([targets[0] - beyond, targets, targets[-1] + beyond])
    low, high = deviations[0], deviations[-1]
    margin = 1e-6 * (high - low)
    return np.asarray(mean + np.unique(np.clip(targets, low + margin, high - margin)))


def _gamma_quantiles(skewness: float) -> np.ndarray:
    """Quantiles at EVALUATED_SCORES of a standardised gamma with the given skewness."""
    if abs(skewness) < 1e-3:
        return EVALUATED_SCORES
    shape = 4 / skewness**2
    probabilities = ndtr(EVALUATED_SCORES if skewness > 0 else -EVALUATED_SCORES)
    quantiles = (gammaincinv(shape, probabilities) - shape) / math.sqrt(shape)
    return np.asarray(quantiles if skewness > 0 else -quantiles)


def _scores_by_saddlepoint(
    deviations: np.ndarray, counts: np.ndarray, targets: np.ndarray
) -> np.ndarray:
    """Normal scores of P(mean <= target): the modified signed root r* of the saddlepoint."""
    a = deviations[None, :] - targets[:, None]
    s = _saddlepoints(a, counts)
    shrunk = 1 - s[:, None] * a
    cumulant = -(np.log(shrunk) @ counts)
    curvature = (a / shrunk) ** 2 @ counts
    root = np.sign(s) * np.sqrt(np.maximum(-2 * cumulant, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = root + np.log(s * np.sqrt(curvature) / root) / root
    # At the mean itself both roots vanish; the neighbours interpolate it.
    return np.where(np.abs(root) < 1e-2, np.nan, scores)


def _saddlepoints(a: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Solve sum_i c_i a_i / (1 - s a_i) = 0 for each row of `a`, by Newton within brackets."""
    low, high = 1 / a.min(axis=1), 1 / a.max(axis=1)
    s = np.zeros(len(a))
    for _ in range(100):
        ratio = a / (1 - s[:, None] * a)
        slope = ratio @ counts
        low, high = np.where(slope < 0, s, low), np.where(slope > 0, s, high)
        step = s - slope / ((ratio**2) @ counts)
        inside = (step > low) & (step < high)
        moved = np.where(inside, step, (low + high) / 2)
        if np.allclose(moved, s, rtol=1e-12, atol=0):
            return moved
        s = moved
    return s


def _law_through(
    scores_of: Callable[[np.ndarray], np.ndarray], histogram: Histogram, rounds: int
) -> Law:
    """Join evaluated points of a law monotonically.

    Args:
        scores_of: Normal scores of P(mean <= t) for an array of t; NaN where it cannot tell.
        histogram: The data; its range bounds the law.
        rounds: How often to evaluate; each round puts the points where the last one found that
            the evaluated scores lie.
    """
    means = _targets(histogram)
    for remaining in reversed(range(rounds)):
        scores = scores_of(means)
        usable = np.isfinite(scores) & (np.abs(scores) < 7)
        scores, means = scores[usable], means[usable]
        rising = np.concatenate([[True], np.diff(np.maximum.accumulate(scores)) > 1e-9])
        curve = PchipInterpolator(scores[rising], means[rising], extrapolate=False)
        first, last = float(scores[rising][0]), float(scores[rising][-1])
        if remaining:
            means = np.unique(curve(np.clip(EVALUATED_SCORES, first, last)))

    def quantile(at: np.ndarray) -> np.ndarray:
        return np.asarray(curve(np.clip(at, first, last)))

    return Law.of(quantile, histogram.mean)
