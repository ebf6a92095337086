import math

from dbt_jetstream.statistics.count import count_units
from dbt_jetstream.statistics.histogram import Histogram


def test_units_count_whatever_their_value() -> None:
    assert count_units(Histogram.of([0, 7, -math.inf], [5, 2, 1])) == 8
