"""The points at which a density or a distribution function is drawn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dbt_jetstream.statistics.histogram import Histogram


class Grid(NamedTuple):
    """Points between a branch's lowest and highest value.

    Attributes:
        points: Ascending, shape (size,).
        is_geometric: Whether they are evenly spaced in their logarithm.
        note: Why a geometric grid was refused; empty where it was not.
    """

    points: np.ndarray
    is_geometric: bool
    note: str = ""

    def with_zero(self, histogram: Histogram) -> np.ndarray:
        """Return the points, and 0 before a geometric grid's where values of 0 were left out."""
        has_zero = self.is_geometric and histogram.lowest[0] == 0
        return np.concatenate([[0.0], self.points]) if has_zero else self.points


def grid_of(histogram: Histogram, size: int = 256, *, log_space: bool = False) -> Grid:
    """Return `size` points from the lowest to the highest value.

    Args:
        histogram: A branch's values.
        size: Number of points, at least 2.
        log_space: Whether to space them geometrically, from the lowest positive value. Refused
            where a value is negative or all are 0: the grid is then linear, with a note.

    Raises:
        ValueError: If there is no value, or one is infinite or NaN.
    """
    if not histogram.is_finite:
        message = "needs finite values: remove others with `remove_indefinites` or before"
        raise ValueError(message)
    lowest, highest = histogram.lowest[0], histogram.highest[-1]
    if not log_space:
        return Grid(np.linspace(lowest, highest, size), is_geometric=False)
    if lowest < 0 or highest <= 0:
        note = "values are negative or all 0: the grid is linear, not geometric"
        return Grid(np.linspace(lowest, highest, size), is_geometric=False, note=note)
    lowest = histogram.lowest[1] if lowest == 0 else lowest
    return Grid(np.geomspace(lowest, highest, size), is_geometric=True)
