"""The distribution of a branch's parameter, and of two branches' difference and ratio.

A law is what a resampling method would draw from, had it drawn infinitely often: the posterior of a
conversion rate, or the bootstrap distribution of a mean. Two branches' laws are independent, so the
distribution of their difference or ratio is one integral, which replaces pairing up draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from dbt_jetstream.statistics.estimate import Estimate

# Normal scores on which a law is tabulated. Beyond lies less than 2e-9 of its mass.
SCORES = np.linspace(-6.0, 6.0, 241)

# Gauss-Legendre nodes and weights for an expectation under the standard normal.
_ROOTS, _WEIGHTS = np.polynomial.legendre.leggauss(96)
NODES = 6.0 * _ROOTS
NODE_WEIGHTS = _WEIGHTS * np.exp(-(NODES**2) / 2)
NODE_WEIGHTS /= NODE_WEIGHTS.sum()

UNDEFINED = Estimate(math.nan, math.nan, math.nan)


@dataclass(frozen=True)
class Law:
    """A one-dimensional distribution, given by its quantile function.

    Attributes:
        mean: Its mean.
        quantile: Maps normal scores (the standard normal's quantiles) to its own; vectorised.
        table: Its quantiles at `SCORES`, ascending.
        nodes: Its quantiles at `NODES`.
    """

    mean: float
    quantile: Callable[[np.ndarray], np.ndarray]
    table: np.ndarray
    nodes: np.ndarray

    @classmethod
    def of(cls, quantile: Callable[[np.ndarray], np.ndarray], mean: float) -> Law:
        """Tabulate a distribution given by its quantiles at normal scores."""
        table = np.maximum.accumulate(quantile(SCORES))
        return cls(mean, quantile, table, np.interp(NODES, SCORES, table))

    @classmethod
    def constant(cls, value: float) -> Law:
        """Return the law of a parameter that is known; NaN where it is undefined."""
        return cls.of(lambda scores: np.full(np.shape(scores), value), value)

    @property
    def is_defined(self) -> bool:
        """Whether its values are finite."""
        return math.isfinite(self.mean) and bool(np.isfinite(self.table).all())

    @property
    def is_constant(self) -> bool:
        """Whether all its mass lies on one value."""
        return bool(self.table[0] == self.table[-1])

    @property
    def spread(self) -> float:
        """Half the width of the middle 68 % of its mass; a standard deviation where it is normal."""
        lower, upper = np.interp([-1.0, 1.0], SCORES, self.table)
        return float(upper - lower) / 2

    def cdf(self, x: np.ndarray) -> np.ndarray:
        """Return the probability of at most `x`."""
        if self.is_constant:
            return np.asarray(x >= self.table[0], dtype=float)
        return np.asarray(ndtr(np.interp(x, self.table, SCORES, left=-np.inf, right=np.inf)))

    def estimate(self, confidence: float) -> Estimate:
        """Return the mean and the equal-tailed interval that holds `confidence` of the mass."""
        if not self.is_defined:
            return UNDEFINED
        lower, upper = self.quantile(ndtri(np.array(_tails(confidence))))
        return Estimate(self.mean, float(lower), float(upper))


def _tails(confidence: float) -> tuple[float, float]:
    return (1 - confidence) / 2, (1 + confidence) / 2


def difference(treatment: Law, reference: Law, confidence: float) -> Estimate:
    """Estimate treatment - reference of two independent laws.

    Args:
        treatment: The law of the branch under test.
        reference: The law of the branch that it is compared to.
        confidence: Mass inside the interval, in (0, 1).

    Returns:
        The difference of the means, and quantiles of the distribution of the difference,
        P(T - R <= d) = E[F_T(d + R)].
    """
    if not (treatment.is_defined and reference.is_defined):
        return UNDEFINED
    point = treatment.mean - reference.mean
    tails = _tails(confidence)
    if reference.is_constant:
        ends = treatment.quantile(ndtri(np.array(tails))) - reference.mean
        return Estimate(point, *map(float, ends))
    if treatment.is_constant:
        lower, upper = treatment.mean - reference.quantile(ndtri(np.array(tails)))[::-1]
        return Estimate(point, float(lower), float(upper))

    def cdf(d: float) -> float:
        return float(NODE_WEIGHTS @ treatment.cdf(reference.nodes + d))

    bracket = (treatment.table[0] - reference.table[-1], treatment.table[-1] - reference.table[0])
    return Estimate(point, *(_root(cdf, tail, bracket) for tail in tails))


def relative_uplift(treatment: Law, reference: Law, confidence: float) -> Estimate:
    """Estimate treatment / reference - 1 of two independent laws.

    Args:
        treatment: The law of the branch under test.
        reference: The law of the branch that it is compared to.
        confidence: Mass inside the interval, in (0, 1).

    Returns:
        E[T] E[1/R] - 1, and quantiles of the distribution of the ratio. Undefined where the
        reference is zero, or as likely positive as negative: then the ratio has no mean.
    """
    if not (treatment.is_defined and reference.is_defined) or _touches_zero(reference):
        return UNDEFINED
    if treatment.is_constant and treatment.mean == 0:
        return Estimate(-1.0, -1.0, -1.0)
    sign = math.copysign(1.0, reference.mean)
    # What little mass lies beyond zero cannot have a ratio; the rest keeps its proportions.
    inside = sign * reference.nodes > 0
    nodes, weights = reference.nodes[inside], NODE_WEIGHTS[inside] / NODE_WEIGHTS[inside].sum()
    point = treatment.mean * float(weights @ (1 / nodes)) - 1

    def cdf(uplift: float) -> float:
        below = treatment.cdf((1 + uplift) * nodes)
        return float(weights @ (below if sign > 0 else 1 - below))

    if treatment.is_constant:
        return _inverted(treatment.mean, reference, confidence, point)
    corners = np.outer(treatment.table[[0, -1]], 1 / nodes[[0, -1]]) - 1
    bracket = (float(corners.min()), float(corners.max()))
    return Estimate(point, *(_root(cdf, tail, bracket) for tail in _tails(confidence)))


def _touches_zero(law: Law) -> bool:
    """Whether more than one in a million of the mass lies on the other side of zero."""
    inner = law.table[np.abs(SCORES) <= 4.75]
    return bool(law.mean == 0 or inner[0] * inner[-1] <= 0)


def _inverted(value: float, reference: Law, confidence: float, point: float) -> Estimate:
    """Return the interval of a constant over a law that keeps its sign."""
    ends = value / reference.quantile(ndtri(np.array(_tails(confidence)))) - 1
    return Estimate(point, float(ends.min()), float(ends.max()))


def _root(cdf: Callable[[float], float], probability: float, bracket: tuple[float, float]) -> float:
    """Solve cdf(x) = probability."""
    low, high = bracket
    if not low < high:
        return low
    tolerance = 1e-9 * (high - low)
    if cdf(low) >= probability:
        return low
    if cdf(high) <= probability:
        return high
    return float(brentq(lambda x: cdf(x) - probability, low, high, xtol=tolerance))
