import math

import numpy as np
import pytest

from dbt_jetstream.statistics.histogram import Histogram


def test_rows_are_sorted_equal_values_merged_and_empty_ones_dropped() -> None:
    histogram = Histogram.of([3, 1, 3, 2], [1, 4, 2, 0])
    assert histogram.values.tolist() == [1.0, 3.0]
    assert histogram.counts.tolist() == [4.0, 3.0]


def test_a_histogram_does_not_depend_on_the_order_of_rows() -> None:
    forth = Histogram.of([-0.0, 0.0, 0.1, 0.2], [1, 2, 3, 4])
    back = Histogram.of([0.2, 0.1, 0.0, -0.0], [4, 3, 2, 1])
    assert forth.values.tobytes() == back.values.tobytes()
    assert forth.counts.tobytes() == back.counts.tobytes()


def test_units_and_mean_count_every_unit() -> None:
    histogram = Histogram.of([0, 10], [3, 1])
    assert histogram.units == 4
    assert histogram.mean == 2.5  # (3 * 0 + 1 * 10) / 4


def test_the_mean_keeps_digits_that_cancel() -> None:
    # 1e16 + 1 - 1e16 is 1; summed one after the other in floats it is 0.
    assert Histogram.of([1e16, 1, -1e16], [1, 1, 1]).mean == pytest.approx(1 / 3, rel=1e-15)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_infinite_and_nan_values_are_legal_and_leave_the_mean_undefined(value: float) -> None:
    histogram = Histogram.of([1.0, value], [1, 1])
    assert not histogram.is_finite
    assert math.isnan(histogram.mean)
    assert histogram.units == 2


def test_without_units_there_is_no_mean() -> None:
    histogram = Histogram.of([1.0], [0])
    assert histogram.units == 0
    assert math.isnan(histogram.mean)


@pytest.mark.parametrize(
    ("values", "counts", "said"),
    [
        ([1, 2], [1], r"equally long, found shapes \(2,\) and \(1,\)"),
        ([[1, 2]], [[1, 1]], "one-dimensional"),
        ([1, 2], [1, -3], "at least 0, found -3"),
        ([1, 2], [1, np.nan], "at least 0, found nan"),
    ],
)
def test_rows_that_cannot_be_a_histogram_are_refused(values: list, counts: list, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Histogram.of(values, counts)
