"""What a linear model needs of a branch's units: their number, means and second moments."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from dbt_jetstream.statistics.histogram import Histogram
from dbt_jetstream.statistics.magnitude import unit_of


class Moments(NamedTuple):
    """Moments of a branch's values y, and of the covariate x where there is one.

    Both are clipped already; units without a covariate are left out where there is one.

    Attributes:
        units: Units with a value (and a covariate).
        mean: Mean of y.
        variance: Mean squared deviation of y.
        highest: Highest y before clipping.
        all_units: Units with a value, whether or not they have a covariate.
        covariate_mean: Mean of x; NaN without a covariate, like all below.
        covariate_variance: Mean squared deviation of x.
        covariance: Mean product of both deviations.
        covariate_lowest: Lowest x.
        covariate_highest: Highest x, after clipping.
        unit: What y is counted in: all moments of it are those of y / unit.
    """

    units: float
    mean: float
    variance: float
    highest: float
    all_units: float
    covariate_mean: float = math.nan
    covariate_variance: float = math.nan
    covariance: float = math.nan
    covariate_lowest: float = math.nan
    covariate_highest: float = math.nan
    unit: float = 1.0

    @property
    def value(self) -> float:
        """Mean of y, counted in 1."""
        return self.mean * self.unit

    @property
    def is_zero(self) -> bool:
        """Whether all values of y are 0."""
        return self.mean == 0 and self.variance == 0


def moments_of(histogram: Histogram, clip: float) -> Moments:
    """Return the moments of a branch's values without a covariate.

    Args:
        histogram: The values.
        clip: What higher values are lowered to.
    """
    clipped = histogram.clipped(clip)
    units, unit, highest = histogram.units, clipped.unit, float(histogram.highest[-1])
    scaled = clipped.divided(unit)
    return Moments(units, scaled.mean, scaled.variance, highest / unit, units, unit=unit)


def adjusted_moments(alone: Moments, joint: Mapping[str, float]) -> Moments:
    """Return the moments of a branch's values and covariates.

    Args:
        alone: The moments of its values without a covariate.
        joint: Of the units that have both: `units`, the ends `y_lowest`, `y_highest` and
            `x_lowest`, `x_highest` between which the clipped values are scaled to [0, 1], the
            mean products `y1_x0` to `y0_x2` of these, and the covariate's own ends `x_least` and
            `x_most`.
    """
    unit = unit_of((joint["y_lowest"], joint["y_highest"]))
    # One for all branches, as the ends are.
    x_unit = unit_of((joint["x_lowest"], joint["x_highest"]))
    y_lowest, x_lowest = joint["y_lowest"] / unit, joint["x_lowest"] / x_unit
    y_range = joint["y_highest"] / unit - y_lowest
    x_range = joint["x_highest"] / x_unit - x_lowest
    y, x = joint["y1_x0"], joint["y0_x1"]
    return alone._replace(
        units=joint["units"],
        unit=unit,
        highest=alone.highest * (alone.unit / unit),
        mean=y_lowest + y_range * y,
        variance=y_range**2 * max(joint["y2_x0"] - y * y, 0.0),
        covariate_mean=x_lowest + x_range * x,
        covariate_variance=x_range**2 * max(joint["y0_x2"] - x * x, 0.0),
        covariance=y_range * x_range * (joint["y1_x1"] - y * x),
        covariate_lowest=joint["x_least"] / x_unit,
        covariate_highest=joint["x_most"] / x_unit,
    )
