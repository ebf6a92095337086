"""How many analysis units have which value: what a branch's statistics are computed from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from dbt_jetstream.statistics.magnitude import unit_of


@dataclass(frozen=True)
class Histogram:
    """Values of a branch and how many units have each; neighbours may be joined to pieces.

    Pieces do not overlap. Where all have one value each, the histogram is exact.

    Attributes:
        values: Each piece's mean, ascending, shape (k,). Infinite and NaN values are legal: they
            make most statistics undefined.
        counts: Units of each piece, positive, shape (k,).
        lowest: Each piece's lowest value, shape (k,).
        highest: Each piece's highest value, shape (k,).
        deviations: Standard deviation of the units inside each piece, shape (k,).
    """

    values: np.ndarray
    counts: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    deviations: np.ndarray

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
        merged = np.bincount(position, counts[present], minlength=len(distinct))
        return cls(distinct, merged, distinct, distinct, np.zeros(len(distinct)))

    @classmethod
    def of_pieces(
        cls,
        values: np.ndarray,
        counts: np.ndarray,
        lowest: np.ndarray,
        highest: np.ndarray,
        deviations: np.ndarray,
    ) -> Histogram:
        """Sort pieces that do not overlap; the arrays are those of the class, in any order."""
        order = np.argsort(lowest, kind="stable")
        pieces = (np.asarray(a, dtype=float)[order] for a in (lowest, highest, deviations))
        return cls(
            np.asarray(values, dtype=float)[order] + 0.0,
            np.asarray(counts, dtype=float)[order],
            *pieces,
        )

    @property
    def units(self) -> float:
        """The number of units."""
        return float(self.counts.sum())

    @property
    def is_finite(self) -> bool:
        """Whether there are units, and all their values are finite."""
        return bool(len(self.values)) and bool(np.isfinite(self.values).all())

    @property
    def is_exact(self) -> bool:
        """Whether every piece has one value."""
        return not self.deviations.any()

    @property
    def unit(self) -> float:
        """What values are divided by before they are computed with: see `unit_of`."""
        return unit_of(self.values[[0, -1]].tolist()) if len(self.values) else 1.0

    def divided(self, divisor: float) -> Histogram:
        """Divide all values by a positive number."""
        if divisor == 1:
            return self
        values = self.values / divisor
        if self.is_exact:
            return Histogram.of(values, self.counts)
        ends = (array / divisor for array in (self.lowest, self.highest, self.deviations))
        return Histogram(values, self.counts, *ends)

    @property
    def total(self) -> float:
        """The sum over units, correctly rounded; NaN without units or with infinities.

        Infinite where it is beyond the largest floating-point number.
        """
        return self._total(self.unit) * self.unit if self.is_finite else math.nan

    @property
    def mean(self) -> float:
        """The mean value; NaN without units or with infinities."""
        if not self.is_finite:
            return math.nan
        return self._total(self.unit) / self.units * self.unit

    def _total(self, unit: float) -> float:
        """Sum the values of all units, counted in `unit`."""
        return math.fsum((self.counts * (self.values / unit)).tolist())

    @property
    def variance(self) -> float:
        """The mean squared deviation; NaN without units or with infinities."""
        if not self.is_finite:
            return math.nan
        squares = (self.values - self.mean) ** 2 + self.deviations**2
        return math.fsum((self.counts * squares).tolist()) / self.units

    def clipped(self, highest: float) -> Histogram:
        """Lower all values above `highest` to it; no piece may have units on both sides.

        NaN stays: it makes all undefined.
        """
        kept = ~(self.highest > highest)
        if kept.all():
            return self
        if self.is_exact:
            return Histogram.of(np.minimum(self.values, highest), self.counts)
        above = float(self.counts[~kept].sum())
        # A piece that has the value already: two of one value would count as two values.
        same = kept & (self.lowest == highest)
        above += float(self.counts[same].sum())
        kept &= ~same
        ends = [np.append(a[kept], highest) for a in (self.values, self.lowest, self.highest)]
        values, lowest, tops = ends
        counts = np.append(self.counts[kept], above)
        return Histogram(values, counts, lowest, tops, np.append(self.deviations[kept], 0.0))

    def spread(self) -> Histogram:
        """Replace each piece by two values with its mean and variance."""
        if self.is_exact:
            return self
        wide = self.deviations > 0
        below, above = self.values - self.deviations, self.values + self.deviations
        values = np.concatenate([self.values[~wide], below[wide], above[wide]])
        halves = self.counts[wide] / 2
        return Histogram.of(values, np.concatenate([self.counts[~wide], halves, halves]))
