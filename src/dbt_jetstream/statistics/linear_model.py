"""Means by ordinary least squares, as far as a covariate explains them.

The model is y = mean of the branch (+ slope * x), with one variance for all branches. Its solution
needs only moments by branch: the slope is that of the pooled deviations from the branches' means
(analysis of covariance), so nothing is inverted and no digits are lost to large means.

References:
    Seber, G. A. F. and Lee, A. J. (2003). Linear Regression Analysis, 2nd ed., section 8.8.
    Lin, W. (2013). Agnostic notes on regression adjustments to experimental data. Annals of Applied
    Statistics 7, 295-318.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri, stdtrit

from dbt_jetstream.statistics.compare import Comparison, attempted, compared
from dbt_jetstream.statistics.estimate import UNDEFINED, Estimate
from dbt_jetstream.statistics.moments import Moments

# Points per unit of probability at which the original averages over the covariate's quantiles.
GRID = 10_000
LARGEST_LOG = math.log(sys.float_info.max)


class Fit(NamedTuple):
    """A fitted model.

    Attributes:
        unit: What the variance is counted in, squared.
        means: Mean of y at x = 0 by branch.
        slope: Change of y with x; 0 without a covariate.
        variance: Residual variance.
        freedom: Its degrees of freedom.
        spread: Sum of squared deviations of x within branches; infinite without a covariate.
        average: Value of x at which branches are compared in relative terms.
    """

    unit: float
    means: dict[str, float]
    slope: float
    variance: float
    freedom: float
    spread: float
    average: float


def linear_model(branches: Mapping[str, Moments], confidence: float = 0.95) -> list[Comparison]:
    """Estimate each branch's mean, and each branch against each other.

    Branches by themselves have t intervals of their own mean, never adjusted. A difference is the
    model's coefficient with its t interval; a relative uplift the ratio of the adjusted means at
    the covariate's average, with a normal interval of its logarithm (delta method).

    Args:
        branches: Moments by branch.
        confidence: Mass inside the intervals, in (0, 1).

    Returns:
        A branch whose values are all 0 is no reference: there are no rows compared to it, and none
        at all where that is so for every branch. All is undefined where no value differs from
        another. Beyond the largest floating-point number an end is infinite.
    """
    names = sorted(b for b, moments in branches.items() if moments.units)
    references = [b for b in names if not branches[b].is_zero]
    if not references:
        return []
    pairs = [(b, reference) for reference in references for b in names if b != reference]
    if _has_no_variation([branches[b] for b in names]):
        rows = [Comparison(b, None, None, UNDEFINED) for b in names]
        for b, reference in pairs:
            rows += compared(b, reference, lambda: UNDEFINED, lambda: UNDEFINED)
        return rows
    rows = [
        attempted(b, None, None, partial(mean_estimate, branches[b], confidence)) for b in names
    ]
    fitted = fit({b: branches[b] for b in names})
    for pair in pairs:
        of_pair = (fitted, branches, pair, confidence)
        rows += compared(*pair, partial(_difference, *of_pair), partial(_uplift, *of_pair))
    return rows


def _has_no_variation(branches: list[Moments]) -> bool:
    """Whether all values agree, before clipping: the highest is the mean of all."""
    is_level = all(m.variance == 0 and m.value == branches[0].value for m in branches)
    return is_level and all(m.highest == m.mean for m in branches)


def mean_estimate(moments: Moments, confidence: float) -> Estimate:
    """Estimate a mean with a t interval; without an interval for one unit."""
    n = moments.units
    if n < 2 or not math.isfinite(moments.variance):
        return Estimate(moments.value, math.nan, math.nan)
    half = _t(confidence, n - 1) * math.sqrt(moments.variance / (n - 1))
    ends = (moments.mean, moments.mean - half, moments.mean + half)
    return Estimate(*(moments.unit * end for end in ends))


def fit(branches: Mapping[str, Moments]) -> Fit:
    """Fit the model; without the covariate where it does not vary within branches."""
    unit = _common_unit(branches.values())
    moments = [_counted_in(unit, m) for m in branches.values()]
    n = np.array([m.units for m in moments])
    squares = float(n @ [m.variance for m in moments])
    spread = float(n @ [m.covariate_variance for m in moments])
    if not spread > 0:
        freedom = float(n.sum()) - len(n)
        means = {b: m.value for b, m in branches.items()}
        return Fit(unit, means, 0.0, _ratio(squares, freedom), freedom, math.inf, 0.0)
    slope = float(n @ [m.covariance for m in moments]) / spread
    freedom = float(n.sum()) - len(n) - 1
    variance = _ratio(max(squares - slope * slope * spread, 0.0), freedom)
    means = {b: m.value - unit * slope * m.covariate_mean for b, m in branches.items()}
    average = _covariate_average(moments)
    return Fit(unit, means, unit * slope, variance, freedom, spread, average)


def _common_unit(branches: Iterable[Moments]) -> float:
    """Return the largest unit of the branches that have part in the variance."""
    return max((m.unit for m in branches if m.variance), default=1.0)


def _counted_in(unit: float, moments: Moments) -> Moments:
    """Return a branch with its variance and covariance in a unit that is at least its own."""
    factor = moments.unit / unit if moments.variance else 1.0
    variance, covariance = factor * factor * moments.variance, factor * moments.covariance
    return moments._replace(variance=variance, covariance=covariance)


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator > 0 else math.nan


def _covariate_average(moments: list[Moments]) -> float:
    """Return the mean of the covariate's quantiles at 0, 1/GRID, …, 1 - 1/GRID.

    Interpolated quantiles have the integral (n * mean - (lowest + highest) / 2) / (n - 1) over
    [0, 1]; a sum over left ends falls short of it by half a step times the range.
    """
    n = sum(m.units for m in moments)
    mean = math.fsum(m.units * m.covariate_mean for m in moments) / n
    lowest = min(m.covariate_lowest for m in moments)
    highest = max(m.covariate_highest for m in moments)
    integral = (n * mean - (lowest + highest) / 2) / (n - 1)
    return integral - (highest - lowest) / (2 * GRID)


def _t(confidence: float, freedom: float) -> float:
    return float(stdtrit(freedom, (1 + confidence) / 2))


Pair = tuple[str, str]


def _covariance(fitted: Fit, a: Moments, b: Moments, at: float) -> float:
    """Return the covariance of two branches' adjusted means at x = at, over the variance."""
    if math.isinf(fitted.spread):
        return 0.0
    return (at - a.covariate_mean) * (at - b.covariate_mean) / fitted.spread


def _difference(
    fitted: Fit, branches: Mapping[str, Moments], pair: Pair, confidence: float
) -> Estimate:
    treatment, reference = (branches[b] for b in pair)
    point = fitted.means[pair[0]] - fitted.means[pair[1]]
    unbalanced = 0.0
    if math.isfinite(fitted.spread):
        gap = treatment.covariate_mean - reference.covariate_mean
        unbalanced = gap * gap / fitted.spread
    error = math.sqrt(fitted.variance * (1 / treatment.units + 1 / reference.units + unbalanced))
    half = fitted.unit * _t(confidence, fitted.freedom) * error
    return Estimate(point, point - half, point + half)


def _uplift(
    fitted: Fit, branches: Mapping[str, Moments], pair: Pair, confidence: float
) -> Estimate:
    treatment, reference = (branches[b] for b in pair)
    at = fitted.average
    a, c = (fitted.means[b] + fitted.slope * at for b in pair)
    if not ((a > 0 and c > 0) or (a < 0 and c < 0)):
        return UNDEFINED
    ratio = a / c
    log = math.log(ratio) if 0 < ratio < math.inf else math.log(abs(a)) - math.log(abs(c))
    a, c = a / fitted.unit, c / fitted.unit
    error = fitted.variance * (
        _over(1 / treatment.units + _covariance(fitted, treatment, treatment, at), a * a)
        + _over(1 / reference.units + _covariance(fitted, reference, reference, at), c * c)
        - _over(2 * _covariance(fitted, treatment, reference, at), a * c)
    )
    half = float(ndtri((1 + confidence) / 2)) * math.sqrt(max(error, 0.0))
    return Estimate(ratio - 1, _expm1(log - half), _expm1(log + half))


def _over(numerator: float, denominator: float) -> float:
    """Divide by a square, which may have vanished."""
    if denominator or not numerator:
        return numerator / (denominator or 1.0)
    return math.copysign(math.inf, numerator)


def _expm1(x: float) -> float:
    """Return exp(x) - 1; infinite where it is beyond the largest number."""
    return math.inf if x > LARGEST_LOG else math.expm1(x)


def per_client_impact(
    branches: Mapping[str, Moments], confidence: float = 0.95
) -> list[Comparison]:
    """Scale differences of means to all units: the gain, had all been in the branch.

    Returns:
        The comparisons of `linear_model`, a difference multiplied by the units of all branches.
        None for a branch by itself, which would depend on how many enrolled.
    """
    units = sum(moments.all_units for moments in branches.values())
    rows = []
    for row in linear_model(branches, confidence):
        if row.comparison == "difference":
            scaled = Estimate(*(units * value for value in row.estimate))
            rows.append(row._replace(estimate=scaled))
        elif row.comparison:
            rows.append(row)
    return rows
