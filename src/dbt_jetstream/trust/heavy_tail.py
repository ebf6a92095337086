"""How much of a clipped mean's interval a heavy tail takes away."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from dbt_jetstream.statistics.magnitude import unit_of
from dbt_jetstream.trust.finding import UNDEFINED, Finding

CHECK = "heavy_tail"

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
        The coverage, in (0, nominal]; None where too few units lie above the upper quantile, and
        where what is not clipped away is not finite.

    References:
        Huber & Ronchetti (2009), Robust Statistics, 2nd ed., sections 3.2 and 3.3: the influence
        functions of quantiles, and of means that winsorize at them.
    """
    x, n = np.asarray(values, float), np.asarray(units, float)
    below = np.cumsum(n) / n.sum()
    if share * n.sum() / REACH < FEWEST:
        return None
    # The coverage does not depend on what values are counted in.
    x = x / unit_of(x[[0, -1]].tolist())
    near, clip, far = (
        x[np.searchsorted(below, 1 - part)] for part in (share * REACH, share, share / REACH)
    )
    if not np.isfinite([x[0], far]).all():
        return None
    slope = (far - near) / (2 * math.log(REACH))
    clipped = np.minimum(x, clip)
    mean = np.average(clipped, weights=n)
    variance = np.average((clipped - mean) ** 2, weights=n)
    if not variance > 0:
        return None
    more = slope**2 * share * (1 - share) + 2 * slope * share * (clip - mean)
    reach = float(ndtri((1 + nominal) / 2)) * math.sqrt(variance / (variance + more))
    return float(2 * ndtr(reach) - 1)


def heavy_tails(
    pieces: Iterable[Mapping[str, Any]], clipped: Iterable[Mapping[str, Any]]
) -> list[Finding]:
    """Say how often the intervals of clipped means hold what they should; none is a warning.

    Args:
        pieces: Rows of the pieces: neighbouring units of a branch, with their mean `value`.
        clipped: The lock's clipped means, with `metric`, `series`, `drop_highest` and
            `confidence_interval`.
    """
    by_series: dict[tuple[str, str], dict[str, list[Mapping[str, Any]]]] = defaultdict(dict)
    for row in pieces:
        branches = by_series[row["metric"], row["series"]]
        branches.setdefault(row["branch"], []).append(row)
    found = [
        finding
        for mean in clipped
        for branch, rows in sorted(by_series[mean["metric"], mean["series"]].items())
        if (finding := _of_branch(mean, branch, rows)) is not None
    ]
    message = "Tails not looked at: no mean is clipped, or no branch has enough units yet."
    return found or [Finding(CHECK, message, UNDEFINED)]


def _of_branch(
    mean: Mapping[str, Any], branch: str, rows: list[Mapping[str, Any]]
) -> Finding | None:
    rows = sorted(rows, key=lambda row: row["value"])
    values, units = [row["value"] for row in rows], [row["units"] for row in rows]
    nominal = mean["confidence_interval"]
    coverage = clipped_coverage(values, units, mean["drop_highest"], nominal)
    if coverage is None:
        return None
    message = (
        f"In {branch}, the {nominal:.0%} interval of the mean of {mean['metric']} holds the truth "
        f"in about {coverage:.0%} of experiments: where its highest values are clipped depends on "
        "a few units."
    )
    keys = ("analysis_basis", "segment", "analysis_period", "window_index")
    return Finding(
        CHECK,
        message,
        **{key: rows[0][key] for key in keys},
        metric=mean["metric"],
        statistic="mean",
        branch=branch,
        units=int(sum(units)),
        expected=nominal,
        value=coverage,
    )
