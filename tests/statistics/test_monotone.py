"""The monotone curve against scipy's, which is the same curve."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator

from dbt_jetstream.statistics.monotone import monotone_curve

steps = st.floats(0.01, 10)
tiny = st.floats(1e-250, 1e-200) | st.floats(-1e-200, -1e-250)
rises = st.one_of(st.just(0.0), st.integers(-900, 900).map(lambda n: n / 9), tiny)
points = st.lists(st.tuples(steps, rises), min_size=2, max_size=40).map(
    lambda rows: np.cumsum(np.array(rows), axis=0).T
)


@given(points)
def test_it_is_the_curve_of_scipy(rows: np.ndarray) -> None:
    x, y = rows
    at = np.unique(np.concatenate([x, np.linspace(x[0], x[-1], 200)]))
    expected = PchipInterpolator(x, y)(at)
    allowed = 1e-12 * np.abs(y).max()
    assert monotone_curve(x, y)(at) == pytest.approx(expected, rel=1e-12, abs=allowed)


def test_beyond_its_points_it_stays_where_it_ends() -> None:
    curve = monotone_curve(np.array([1.0, 2.0, 4.0]), np.array([3.0, 5.0, 6.0]))
    assert curve(np.array([-9.0, 1.0, 4.0, 99.0])).tolist() == [3, 3, 6, 6]


def test_one_point_is_no_curve() -> None:
    with pytest.raises(ValueError, match="at least two points, found 1"):
        monotone_curve(np.array([1.0]), np.array([1.0]))
