"""The bootstrap distribution of a quantile, without resampling.

Of n units resampled with replacement, the q-quantile is the order statistic of the data whose index
(from 0) is about Binomial(n - 1, q). So the distribution is known: the probability of each value is
that of the indices at which the sorted data hold it.

References:
    Schultzberg, M. and Ankargren, S. (2022). Resampling-free bootstrap inference for quantiles.
    arXiv 2202.10992.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.special import betainc, ndtr, ndtri

from dbt_jetstream.statistics.compare import Comparison, attempted, compared
from dbt_jetstream.statistics.estimate import UNDEFINED, Estimate, tails
from dbt_jetstream.statistics.histogram import Histogram

DECILES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
# Indices farther from the middle than this many standard deviations have no weight.
REACH = 8.0
# Two distributions of more values are joined to as many groups before they are compared.
MOST_ATOMS = 96
# A piece of units between two cuts counts as so many values.
PARTS = 4
# Half a draw in ten thousand: what is less likely would not be seen in the original's draws.
UNSEEN = 0.5e-4


class Atoms(NamedTuple):
    """A distribution of finitely many values.

    Attributes:
        values: Ascending, shape (k,); none where there is nothing to know.
        masses: Their probabilities, summing to 1, shape (k,).
    """

    values: np.ndarray
    masses: np.ndarray

    @property
    def mean(self) -> float:
        """The mean."""
        return float(self.values @ self.masses)

    def quantile(self, probability: float) -> float:
        """Return the least value with at least this probability at or below it."""
        position = np.searchsorted(np.cumsum(self.masses), probability)
        return float(self.values[min(int(position), len(self.values) - 1)])

    def estimate(self, confidence: float) -> Estimate:
        """Return the mean and the equal-tailed interval; undefined without values."""
        if not len(self.values):
            return UNDEFINED
        return Estimate(self.mean, *map(self.quantile, tails(confidence)))


def quantile_atoms(histogram: Histogram, q: float) -> Atoms:
    """Return the bootstrap distribution of a branch's q-quantile.

    Args:
        histogram: A branch's values.
        q: In (0, 1).

    Returns:
        Its values and their probabilities; none without units or with infinite or NaN values.
    """
    if not histogram.is_finite:
        return Atoms(np.empty(0), np.empty(0))
    if len(histogram.values) == 1:
        return Atoms(histogram.values, np.ones(1))
    n = histogram.units
    up_to = np.cumsum(histogram.counts)
    middle, spread = (n - 1) * q, math.sqrt((n - 1) * q * (1 - q))
    first = int(np.searchsorted(up_to, middle - REACH * spread - 1))
    last = int(np.searchsorted(up_to, middle + REACH * spread + 1)) + 1
    below = _binomial_cdf(up_to[first:last] - 1, n - 1, q)
    below[-1] = 1.0
    masses = np.diff(below, prepend=0.0)
    held = masses > 0
    atoms = Atoms(histogram.values[first:last][held], masses[held])
    if histogram.is_exact:
        return atoms
    ends = histogram.lowest[first:last][held], histogram.highest[first:last][held]
    return _spread(atoms, *ends)


def _spread(atoms: Atoms, lowest: np.ndarray, highest: np.ndarray) -> Atoms:
    """Spread the mass of each piece evenly between its ends."""
    inside = (np.arange(PARTS) + 0.5) / PARTS
    values = lowest[:, None] + (highest - lowest)[:, None] * inside
    # The piece's mean is known: spreading must not move it.
    values += (atoms.values - values.mean(axis=1))[:, None]
    values = np.clip(values, lowest[:, None], highest[:, None])
    return Atoms(values.ravel(), np.repeat(atoms.masses / PARTS, PARTS))


def _binomial_cdf(k: np.ndarray, n: float, q: float) -> np.ndarray:
    """Return P(Binomial(n, q) <= k), which is 1 from n on."""
    inside = np.clip(k, 0, n - 1)
    return np.where(k >= n, 1.0, betainc(n - inside, inside + 1, 1 - q))


def difference(treatment: Atoms, reference: Atoms, confidence: float) -> Estimate:
    """Estimate treatment - reference of two independent quantiles."""
    if not (len(treatment.values) and len(reference.values)):
        return UNDEFINED
    a, b = _grouped(treatment), _grouped(reference)
    pairs = _sorted(np.subtract.outer(a.values, b.values), np.outer(a.masses, b.masses))
    return pairs.estimate(confidence)._replace(point=treatment.mean - reference.mean)


def relative_uplift(treatment: Atoms, reference: Atoms, confidence: float) -> Estimate:
    """Estimate treatment / reference - 1 of two independent quantiles.

    Returns:
        E[T] E[1/R] - 1 and quantiles of the ratio. All undefined where both may be 0; the point and
        what would be infinite where the reference alone may.
    """
    if not (len(treatment.values) and len(reference.values)):
        return UNDEFINED
    nothing = _mass_at_zero(reference)
    if nothing * _mass_at_zero(treatment) > UNSEEN:
        return UNDEFINED
    if nothing <= UNSEEN:
        reference = _without_zero(reference)
    point = treatment.mean * _mean_of_inverse(reference) - 1
    a, b = _grouped(treatment), _grouped(reference)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.divide.outer(a.values, b.values) - 1
    masses = np.outer(a.masses, b.masses)
    defined = ~np.isnan(ratios)
    pairs = _sorted(ratios[defined], masses[defined] / masses[defined].sum())
    found = pairs.estimate(confidence)._replace(point=point)
    if not (reference.values == 0).any():
        return found
    return Estimate(*(math.nan if math.isinf(number) else number for number in found))


def compare_quantiles(
    branches: Mapping[str, Histogram], q: float, confidence: float = 0.95
) -> list[Comparison]:
    """Estimate the q-quantile of each branch, and of each against each other.

    Args:
        branches: Histograms by branch.
        q: In (0, 1).
        confidence: Mass inside the intervals, in (0, 1).
    """
    atoms = {b: quantile_atoms(branches[b], q) for b in sorted(branches)}
    rows = [
        attempted(b, None, None, partial(found.estimate, confidence)) for b, found in atoms.items()
    ]
    for reference, b in itertools.permutations(atoms, 2):
        both = (atoms[b], atoms[reference], confidence)
        rows += compared(b, reference, partial(difference, *both), partial(relative_uplift, *both))
    return rows


def _mass_at_zero(atoms: Atoms) -> float:
    return float(atoms.masses[atoms.values == 0].sum())


def _without_zero(atoms: Atoms) -> Atoms:
    kept = atoms.values != 0
    return Atoms(atoms.values[kept], atoms.masses[kept] / atoms.masses[kept].sum())


def _mean_of_inverse(atoms: Atoms) -> float:
    if (atoms.values == 0).any():
        return math.nan
    return float(atoms.masses @ (1 / atoms.values))


def _grouped(atoms: Atoms) -> Atoms:
    """Join neighbours where there are many values, evenly in their normal scores."""
    if len(atoms.values) <= MOST_ATOMS:
        return atoms
    middles = np.cumsum(atoms.masses) - atoms.masses / 2
    scores = np.clip(ndtri(np.clip(middles, ndtr(-6.0), ndtr(6.0))), -4.0, 4.0)
    numbers = np.floor((scores + 4.0) * (MOST_ATOMS / 8.0)).astype(int)
    masses = np.bincount(numbers, atoms.masses)
    sums = np.bincount(numbers, atoms.masses * atoms.values)
    kept = masses > 0
    return Atoms(sums[kept] / masses[kept], masses[kept])


def _sorted(values: np.ndarray, masses: np.ndarray) -> Atoms:
    # Equal values may come in any order: only where their sums end is looked at.
    order = np.argsort(values, axis=None)
    return Atoms(values.ravel()[order], masses.ravel()[order])
