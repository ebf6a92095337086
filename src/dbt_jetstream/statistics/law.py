"""The distribution of a branch's parameter, and of two branches' difference and ratio.

A law is what a resampling method would draw from, had it drawn infinitely often: the posterior of a
conversion rate, or the bootstrap distribution of a mean. Two branches' laws are independent, so the
distribution of their difference or ratio is one integral, which replaces pairing up draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import betainccinv, betaincinv, ndtr, ndtri

from dbt_jetstream.statistics.estimate import UNDEFINED, Estimate, tails
from dbt_jetstream.statistics.magnitude import unit_of
from dbt_jetstream.statistics.monotone import monotone_curve
from dbt_jetstream.statistics.roots import Guess, quantile_of

# Normal scores on which a law is tabulated. Beyond lies 1e-15 of its mass.
SCORES = np.linspace(-8.0, 8.0, 321)

# Gauss-Legendre nodes and weights for an expectation under the standard normal.
_ROOTS, _WEIGHTS = np.polynomial.legendre.leggauss(128)
NODES = 8.0 * _ROOTS
NODE_WEIGHTS = _WEIGHTS * np.exp(-(NODES**2) / 2)
NODE_WEIGHTS /= NODE_WEIGHTS.sum()

# Midpoints and weights for an integrand that jumps, as a ratio's does where its reference is zero.
MIDPOINTS = (np.arange(2000) + 0.5) / 2000 * 16.0 - 8.0
MIDPOINT_WEIGHTS = np.exp(-(MIDPOINTS**2) / 2)
MIDPOINT_WEIGHTS /= MIDPOINT_WEIGHTS.sum()

# A reference with less mass than beyond this score on the other side of zero counts as keeping its
# sign: one draw in three million would notice.
SIGN_SCORE = 5.0
# The same for a mean over the original's 10,000 draws: in half of its runs none lies beyond it, and
# there is a mean.
DRAWN_SCORE = 3.8

# Beyond, one minus a probability has lost the digits that its score needs.
FARTHEST_SCORE = 7.0


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
        return cls(mean, quantile, table, np.maximum.accumulate(quantile(NODES)))

    @classmethod
    def constant(cls, value: float) -> Law:
        """Return the law of a parameter that is known; NaN where it is undefined."""
        return cls.of(lambda scores: np.full(np.shape(scores), value), value)

    @property
    def unit(self) -> float:
        """What values are divided by before they are computed with: see `unit_of`."""
        return unit_of(self.table[[0, -1]].tolist())

    def times(self, factor: float) -> Law:
        """Return the law of the parameter times a positive number."""
        return Law.of(lambda scores: factor * self.quantile(scores), factor * self.mean)

    def divided(self, divisor: float) -> Law:
        """Return the law of the parameter divided by a positive number."""
        if divisor == 1:
            return self
        return Law.of(lambda scores: self.quantile(scores) / divisor, self.mean / divisor)

    @property
    def is_defined(self) -> bool:
        """Whether its values are finite."""
        return math.isfinite(self.mean) and bool(np.isfinite(self.table).all())

    @cached_property
    def is_constant(self) -> bool:
        """Whether all its mass lies on one value."""
        return bool(self.table[0] == self.table[-1])

    @cached_property
    def spread(self) -> float:
        """Half the width of the middle 68 %: the standard deviation of a normal law."""
        lower, upper = np.interp([-1.0, 1.0], SCORES, self.table)
        return float(upper - lower) / 2

    def expectation(self) -> float:
        """Return the mean of the tabulated quantiles, for a law whose mean has no closed form."""
        return float(NODE_WEIGHTS @ self.nodes)

    def cdf(self, x: np.ndarray) -> np.ndarray:
        """Return the probability of at most `x`."""
        if self.is_constant:
            return np.asarray(x >= self.table[0], dtype=float)
        return np.asarray(ndtr(np.interp(x, self.table, SCORES, left=-np.inf, right=np.inf)))

    def interval(self, confidence: float) -> tuple[float, float]:
        """Return the ends of the equal-tailed interval that holds `confidence` of the mass."""
        lower, upper = self.quantile(ndtri(np.array(tails(confidence))))
        return float(lower), float(upper)

    def estimate(self, confidence: float) -> Estimate:
        """Return the mean and the equal-tailed interval that holds `confidence` of the mass."""
        return Estimate(self.mean, *self.interval(confidence)) if self.is_defined else UNDEFINED


def law_of_points(scores: np.ndarray, values: np.ndarray, mean: float) -> Law:
    """Join evaluated points of a law monotonically.

    Args:
        scores: Normal scores of the values, shape (m,); unusable ones are left out.
        values: Ascending, shape (m,).
        mean: The law's mean.
    """
    usable = np.isfinite(scores) & (np.abs(scores) < FARTHEST_SCORE)
    scores, values = scores[usable], values[usable]
    rising = np.concatenate([[True], np.diff(np.maximum.accumulate(scores)) > 1e-9])
    return Law.of(monotone_curve(scores[rising], values[rising]), mean)


def beta_quantiles(a: float, b: float, scores: np.ndarray) -> np.ndarray:
    """Return quantiles of Beta(a, b) at normal scores, exact far into both tails."""
    found = np.empty_like(scores)
    lower = scores < 0
    found[lower] = betaincinv(a, b, ndtr(scores[lower]))
    found[~lower] = betainccinv(a, b, ndtr(-scores[~lower]))
    return found


def difference(treatment: Law, reference: Law, confidence: float) -> Estimate:
    """Estimate treatment - reference of two independent laws.

    Args:
        treatment: The law of the branch under test.
        reference: The law of the branch that it is compared to.
        confidence: Mass inside the interval, in (0, 1).

    Returns:
        The difference of the means, and quantiles of the distribution of the difference.
        Undefined where either law is.
    """
    if not (treatment.is_defined and reference.is_defined):
        return UNDEFINED
    point = treatment.mean - reference.mean
    if reference.is_constant:
        lower, upper = treatment.interval(confidence)
        return Estimate(point, lower - reference.mean, upper - reference.mean)
    if treatment.is_constant:
        lower, upper = reference.interval(confidence)
        return Estimate(point, treatment.mean - upper, treatment.mean - lower)

    def cdf(d: float) -> float:
        return _below(treatment, reference, 1.0, d)

    bracket = (treatment.table[0] - reference.table[-1], treatment.table[-1] - reference.table[0])
    guess = Guess(point, math.hypot(treatment.spread, reference.spread))
    return Estimate(point, *(quantile_of(cdf, tail, bracket, guess) for tail in tails(confidence)))


def _below(treatment: Law, reference: Law, slope: float, shift: float) -> float:
    """Return P(T - slope * R <= shift).

    One of the two is integrated over and the other contributes its distribution function; the
    narrower is integrated over, for the other's function is smooth on its scale. Of two that are
    as narrow each is, and their quadrature errors, which are of opposite signs, cancel.
    """
    found = []
    if abs(slope) * reference.spread <= treatment.spread:
        found.append(float(NODE_WEIGHTS @ treatment.cdf(shift + slope * reference.nodes)))
    if abs(slope) * reference.spread >= treatment.spread:
        below = float(NODE_WEIGHTS @ reference.cdf((treatment.nodes - shift) / slope))
        found.append(1 - below if slope > 0 else below)
    return sum(found) / len(found)


def relative_uplift(
    treatment: Law, reference: Law, confidence: float, mean_within: float = DRAWN_SCORE
) -> Estimate:
    """Estimate treatment / reference - 1 of two independent laws.

    Args:
        treatment: The law of the branch under test.
        reference: The law of the branch that it is compared to.
        confidence: Mass inside the interval, in (0, 1).
        mean_within: The normal score within which the reference must keep its sign for the ratio
            to have a mean.

    Returns:
        E[T] E[1/R] - 1, and quantiles of the distribution of the ratio. Only the point is undefined
        where the ratio has no mean, because the reference's density does not vanish at zero: no
        average of draws would settle either. All is undefined where the reference is zero for sure.
    """
    if not (treatment.is_defined and reference.is_defined):
        return UNDEFINED
    unit = treatment.unit / reference.unit
    scaled = treatment.divided(treatment.unit), reference.divided(reference.unit)
    ratios = _ratio(*scaled, confidence, mean_within)
    return Estimate(*((ratio * unit if ratio else 0.0) - 1 for ratio in ratios))


def _ratio(treatment: Law, reference: Law, confidence: float, mean_within: float) -> Estimate:
    """Estimate treatment / reference of two laws that are defined."""
    if reference.is_constant and reference.mean == 0:
        return UNDEFINED
    if treatment.is_constant and treatment.mean == 0:
        return Estimate(0.0, 0.0, 0.0)
    point = treatment.mean * _mean_of_inverse(reference, mean_within)
    has_constant = reference.is_constant or (treatment.is_constant and _sign(reference) != 0)
    ends = _ends_with_constant if has_constant else _ends_of_ratio
    return Estimate(point, *ends(treatment, reference, confidence))


def _sign(law: Law, within: float = SIGN_SCORE) -> int:
    """Return the sign of a law's values within a score, 0 where it takes both."""
    inner = law.table[np.abs(SCORES) <= within]
    return int(inner[0] > 0) - int(inner[-1] < 0)


def _mean_of_inverse(law: Law, within: float) -> float:
    """Return E[1/R], or its mean within a score; NaN where R takes both signs even there."""
    within = SIGN_SCORE if _sign(law) else within
    sign = _sign(law, within)
    if sign == 0:
        return math.nan
    if (sign * law.nodes > 0).all() and (sign * law.table > 0).all():
        mean = float(NODE_WEIGHTS @ (1 / law.nodes))
        # Beta(1, b) for one: the integrand does not fade, however far out the table goes.
        edge = math.exp(-(SCORES[0] ** 2) / 2) / np.abs(law.table[[0, -1]]).min()
        return mean if edge < 1e-3 * abs(mean) else math.nan
    inner = np.abs(NODES) < within - 0.25
    return float(NODE_WEIGHTS[inner] @ (1 / law.nodes[inner]) / NODE_WEIGHTS[inner].sum())


def _ends_with_constant(treatment: Law, reference: Law, confidence: float) -> tuple[float, float]:
    """Return quantiles of T/R where one is constant, and R keeps its sign."""
    if reference.is_constant:
        ends = [end / reference.mean for end in treatment.interval(confidence)]
    else:
        ends = [treatment.mean / end for end in reference.interval(confidence)]
    return min(ends), max(ends)


def _ends_of_ratio(treatment: Law, reference: Law, confidence: float) -> tuple[float, float]:
    """Return quantiles of T/R, found as angles: a ratio may lie very far out."""
    sign = _sign(reference)
    scale = (abs(treatment.mean) + treatment.spread) / (abs(reference.mean) + reference.spread)

    def cdf(angle: float) -> float:
        ratio = scale * math.tan(angle)
        if sign == 0:
            return _ratio_below(treatment, reference, ratio)
        below = _below(treatment, reference, ratio, 0.0)
        return below if sign > 0 else 1 - below

    bracket = (-math.pi / 2, math.pi / 2)
    if (sign * reference.table > 0).all():
        corners = np.outer(treatment.table[[0, -1]], 1 / reference.table[[0, -1]])
        bracket = (math.atan(corners.min() / scale), math.atan(corners.max() / scale))
    guess = _guessed_angle(treatment, reference, scale)
    lower, upper = (quantile_of(cdf, tail, bracket, guess) for tail in tails(confidence))
    return scale * math.tan(lower), scale * math.tan(upper)


def _guessed_angle(treatment: Law, reference: Law, scale: float) -> Guess:
    """Guess the angles of T/R as if both were narrow."""
    if not scale > 0:
        return Guess(0.0, 0.0)
    ratio = treatment.mean / reference.mean if reference.mean else 0.0
    angle = math.atan(ratio / scale)
    spread = math.hypot(treatment.spread, ratio * reference.spread)
    size = (abs(reference.mean) + reference.spread) * scale
    return Guess(angle, math.cos(angle) ** 2 * spread / size)


def _ratio_below(treatment: Law, reference: Law, ratio: float) -> float:
    """Return P(T/R <= ratio) where R takes both signs: T <= ratio * R or T >= ratio * R."""
    r = reference.quantile(MIDPOINTS)
    below = treatment.cdf(ratio * r)
    return float(MIDPOINT_WEIGHTS @ np.where(r > 0, below, 1 - below))
