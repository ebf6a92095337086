"""The number of units."""

from dbt_jetstream.statistics.histogram import Histogram


def count_units(histogram: Histogram) -> float:
    """Return how many units a branch has, whatever their values."""
    return histogram.units
