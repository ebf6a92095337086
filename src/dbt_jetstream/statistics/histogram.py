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
            ValueError: If the shapes differ, or a count is negative or NaN.
        """
        # Adding zero turns -0.0 into 0.0: which of the two is kept would depend on the order.
        values = np.asarray(values, dtype=float) + 0.0
        counts = np.asarray(counts, dtype=float)
        if values.shape != counts.shape or values.ndim != 1:
            message = (
                "values and counts must be one-dimensional and equally long, "
                f"found shapes {values.shape} and {counts.shape}"
            )
            raise ValueError(message)
        if not (counts >= 0).all():
            message = f"counts must be numbers of at least 0, found {counts[~(counts >= 0)][0]:g}"
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
    def total(self) -> float:
        """The sum over units, correctly rounded; NaN without units or with infinities."""
        if not self.is_finite:
            return math.nan
        return math.fsum((self.counts * self.values).tolist())

    @property
    def mean(self) -> float:
        """The mean value; NaN without units or with infinities."""
        return self.total / self.units if self.is_finite else math.nan
