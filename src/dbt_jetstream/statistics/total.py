"""The sum of a branch's values."""

from dbt_jetstream.statistics.histogram import Histogram


def total(histogram: Histogram) -> float:
    """Return the sum over units; 0 without units, NaN with infinities."""
    return histogram.total if len(histogram.values) else 0.0
