"""Every statistic, by the name and version that a lock can ask for."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from dbt_jetstream.statistics import deciles
from dbt_jetstream.statistics.binomial import binomial_law_of
from dbt_jetstream.statistics.bootstrap_mean import bootstrap_mean_law
from dbt_jetstream.statistics.compare import Comparison, compare_branches
from dbt_jetstream.statistics.count import count_units
from dbt_jetstream.statistics.empirical_cdf import empirical_cdf
from dbt_jetstream.statistics.estimate import Estimate
from dbt_jetstream.statistics.grid import grid_of
from dbt_jetstream.statistics.histogram import Histogram
from dbt_jetstream.statistics.kernel_density import density_of_sums, kernel_density
from dbt_jetstream.statistics.law import DRAWN_SCORE, SIGN_SCORE, Law
from dbt_jetstream.statistics.linear_model import linear_model, per_client_impact
from dbt_jetstream.statistics.moments import Moments, adjusted_moments, moments_of
from dbt_jetstream.statistics.population_ratio import cross_moments, population_ratio_law
from dbt_jetstream.statistics.published import LARGEST_PARAMETER
from dbt_jetstream.statistics.request import COUNT, Request
from dbt_jetstream.statistics.total import total

Statistic = Callable[[Request], list[Comparison]]


def _mean(request: Request, mean_within: float = DRAWN_SCORE) -> list[Comparison]:
    clips = request.summary.clips[request.parameters["series"]]

    def law(branch: str) -> Law:
        return bootstrap_mean_law(request.branches[branch].clipped(clips[branch]))

    laws = request.of_each(request.branches, law)
    return compare_branches(laws, request.confidence, mean_within)


def _binomial(request: Request) -> list[Comparison]:
    laws = {b: binomial_law_of(h) for b, h in request.branches.items()}
    return compare_branches(laws, request.confidence)


def _population_ratio(request: Request, mean_within: float = DRAWN_SCORE) -> list[Comparison]:
    joint = request.joint

    def law(branch: str) -> Law:
        return population_ratio_law(cross_moments(joint[branch]))

    return compare_branches(request.of_each(joint, law), request.confidence, mean_within)


def _linear(
    compare: Callable[[Mapping[str, Moments], float], list[Comparison]],
) -> Statistic:
    """A statistic that compares the moments of all branches at once."""

    def compute(request: Request) -> list[Comparison]:
        clip = request.summary.pooled_clips[request.parameters["series"]]
        moments = {b: moments_of(h, clip) for b, h in request.branches.items()}
        if request.joint:
            adjusted = request.joint.items()
            moments = {b: adjusted_moments(moments[b], joint) for b, joint in adjusted}
        elif request.wants_covariate:
            request.report("no unit has a covariate: means are not adjusted")
        for branch in sorted(b for b, found in moments.items() if found.is_zero):
            request.report(f"{branch}: all values are 0, so that nothing can be compared to it")
        return compare(moments, request.confidence)

    return compute


def _deciles(request: Request) -> list[Comparison]:
    rows = _deciles_of(request, request.branches)
    for branch, values in sorted(request.branches.items()):
        if np.isinf(values.values).any() and not np.isnan(values.values).any():
            own = [r for r in rows if r.branch == branch and r.comparison is None]
            _explain_infinite(request, branch, [r for r in own if math.isnan(r.estimate.point)])
    return rows


def _deciles_of_finite_values(request: Request) -> list[Comparison]:
    """As they were before version 2: one infinite value left all of a branch undefined."""
    nothing = Histogram.of([], [])
    branches = {b: h if h.is_finite else nothing for b, h in request.branches.items()}
    return _deciles_of(request, branches)


def _deciles_of(request: Request, branches: Mapping[str, Histogram]) -> list[Comparison]:
    return [
        comparison._replace(parameter=q)
        for q in deciles.DECILES
        for comparison in deciles.compare_quantiles(branches, q, request.confidence)
    ]


def _explain_infinite(request: Request, branch: str, undefined: list[Comparison]) -> None:
    """Say which deciles have no number; a branch that has all of them needs no remark."""
    request.explained.add(branch)
    if undefined:
        which = ", ".join(f"{row.parameter:g}" for row in undefined)
        request.report(
            f"{branch}: values at decile {which} are infinite, which leaves it undefined"
        )


def _by_branch(measure: Callable[[Histogram], float]) -> Statistic:
    """A statistic of each branch alone, without an interval."""

    def compute(request: Request) -> list[Comparison]:
        return [single_value(b, measure(h)) for b, h in sorted(request.branches.items())]

    return compute


def _density(request: Request, branch: str, points: np.ndarray) -> np.ndarray:
    histogram = request.branches[branch]
    sums = request.summary.densities[request.parameters["series"]].get(branch)
    if sums is None:
        return kernel_density(histogram, points)
    return density_of_sums(sums, histogram.units)


def _distribution(request: Request, branch: str, points: np.ndarray) -> np.ndarray:
    return empirical_cdf(request.branches[branch], points)


def _curve(heights: Callable[[Request, str, np.ndarray], np.ndarray]) -> Statistic:
    """A statistic of each branch alone, at each point of a grid."""

    def compute(request: Request) -> list[Comparison]:
        def of_branch(branch: str) -> list[Comparison]:
            points = _points(request, branch)
            found = zip(points.tolist(), heights(request, branch, points).tolist(), strict=True)
            return [single_value(branch, height, round(x, 6)) for x, height in found]

        curves = request.of_each(request.branches, of_branch)
        return _one_by_parameter([row for curve in curves.values() for row in curve])

    return compute


def _points(request: Request, branch: str) -> np.ndarray:
    """Return the points at which a branch's curve is drawn."""
    histogram = request.branches[branch]
    size, log_space = (request.parameters[key] for key in ("grid_size", "log_space"))
    grid = grid_of(histogram, size, log_space=log_space)
    points = grid.with_zero(histogram)
    if not (np.abs(points) < LARGEST_PARAMETER).all():
        message = f"needs values below {LARGEST_PARAMETER:g}: larger ones are no parameters"
        raise ValueError(message)
    if grid.note:
        request.report(f"{branch}: {grid.note}")
    return points


def _one_by_parameter(rows: list[Comparison]) -> list[Comparison]:
    """Keep one row of those that a rounded parameter makes equal: the last, as the original."""
    return list({(row.branch, row.parameter): row for row in rows}.values())


def single_value(branch: str, value: float, parameter: float | None = None) -> Comparison:
    """Return what is known of a branch alone, without an interval."""
    return Comparison(branch, None, None, Estimate(value, math.nan, math.nan), parameter)


# Every version that a lock can name; see `catalogue.Treatment.version`.
STATISTICS: dict[tuple[str, int], Statistic] = {
    # Before version 2, uplifts over a reference that hardly ever changes its sign had no point.
    ("mean", 1): partial(_mean, mean_within=SIGN_SCORE),
    ("mean", 2): _mean,
    ("binomial", 1): _binomial,
    ("deciles", 1): _deciles_of_finite_values,
    ("deciles", 2): _deciles,
    ("mean_lm", 1): _linear(linear_model),
    ("mean_lm_noclip", 1): _linear(linear_model),
    ("per_client_dau_impact", 1): _linear(per_client_impact),
    ("population_ratio", 1): partial(_population_ratio, mean_within=SIGN_SCORE),
    ("population_ratio", 2): _population_ratio,
    (COUNT, 1): _by_branch(count_units),
    ("sum", 1): _by_branch(total),
    ("kernel_density_estimate", 1): _curve(_density),
    ("empirical_cdf", 1): _curve(_distribution),
}
WITHOUT_INTERVAL = (COUNT, "sum", "kernel_density_estimate", "empirical_cdf")


def statistic_of(parameters: Mapping[str, Any]) -> Statistic:
    """Find a statistic in the version that the lock names."""
    name, version = parameters["statistic"], parameters.get("version", 1)
    if (name, version) not in STATISTICS:
        message = f"this version of dbt-jetstream has no version {version} of `{name}`; update it"
        raise ValueError(message)
    return STATISTICS[name, version]
