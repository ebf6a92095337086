"""The result of a statistic: an estimate and its interval."""

from typing import NamedTuple


class Estimate(NamedTuple):
    """An estimate with its interval; NaN where the data leave one undefined.

    Attributes:
        point: The estimate.
        lower: Lower end of the interval.
        upper: Upper end of the interval.
    """

    point: float
    lower: float
    upper: float
