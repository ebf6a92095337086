"""How many analysis units have which value: what a branch's statistics are computed from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Histogram:
    """Distinct values of a branch and how many units have each.

    Attributes:
        values: Distinct values, ascending, shape (k,). Infinite and NaN values are legal: they
            make most statistics undefined.
        counts: Units with each value, positive, shape (k,).
    """

    values: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, values: Any, counts: Any) -> Histogram:
        """Sort and merge (value, count) rows, so that nothing depends on their order.

        Args:
            values: Values in any order, repeated ones too, shape (m,).
            counts: Units of each row, at least 0, shape (m,).

        Raises:
            ValueError: If the shapes differ, or a count is negative.
        """
        values = np.asarray(values, dtype=float)
        counts = np.asarray(counts, dtype=float)
        if values.shape != counts.shape or values.ndim != 1:
            message = (
                "values and counts must be one-dimensional and equally long, "
                f"found shapes {values.shape} and {counts.shape}"
            )
            raise ValueError(message)
        if (counts < 0).any():
            message = f"counts must be at least 0, found {counts.min():g}"
            raise ValueError(message)
        present = counts > 0
        distinct, position = np.unique(values[present], return_inverse=True)
        return cls(distinct, np.bincount(position, counts[present], minlength=len(distinct)))

    @property
    def units(self) -> float:
        """The number of units."""
        return float(self.counts.sum())

    @property
    def is_finite(self) -> bool:
        """Whether there are units, and all their values are finite."""
        return bool(len(self.values)) and bool(np.isfinite(self.values).all())

    @property
    def mean(self) -> float:
        """The mean value; NaN without units.

        The values are centred first: their sum loses no digits that the mean has.
        """
        if not len(self.values):
            return math.nan
        centre = float(self.values[0])
        offset = float(self.counts @ (self.values - centre)) / self.units
        return centre + offset
