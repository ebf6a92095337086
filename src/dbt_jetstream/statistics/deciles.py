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
        """The mean; NaN of infinite values of both signs."""
        with np.errstate(invalid="ignore"):
            return float(self.values @ self.masses)

    def quantile(self, probability: float) -> float:
        """Return the least value with at least this probability at or below it."""
        position = np.searchsorted(np.cumsum(self.masses), probability)
        return float(self.values[min(int(position), len(self.values) - 1)])

    @property
    def is_finite(self) -> bool:
        """Whether all values are finite."""
        return bool(np.isfinite(self.values).all())

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
        Its values and their probabilities; none without units or with NaN. Values may be infinite,
        as logarithms of 0 are: unless they are too rare to be seen in the original's draws.
    """
    if not len(histogram.values) or np.isnan(histogram.values).any():
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
    if not histogram.is_exact:
        ends = histogram.lowest[first:last][held], histogram.highest[first:last][held]
        atoms = _spread(atoms, *ends)
    infinite = np.isinf(atoms.values)
    is_unseen = infinite.any() and atoms.masses[infinite].sum() <= UNSEEN
    return _without(atoms, infinite) if is_unseen else atoms


def _spread(atoms: Atoms, lowest: np.ndarray, highest: np.ndarray) -> Atoms:
    """Spread the mass of each piece evenly between its ends; an infinite value stays."""
    infinite = np.isinf(atoms.values)
    if infinite.any():
        ends = lowest[~infinite], highest[~infinite]
        parts = _spread(Atoms(*(own[~infinite] for own in atoms)), *ends)
        return _sorted(
            np.concatenate([atoms.values[infinite], parts.values]),
            np.concatenate([atoms.masses[infinite], parts.masses]),
        )
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
    with np.errstate(invalid="ignore"):
        differences = np.subtract.outer(a.values, b.values)
        found = _defined(differences, np.outer(a.masses, b.masses)).estimate(confidence)
        found = found._replace(point=treatment.mean - reference.mean)
    return found if treatment.is_finite and reference.is_finite else _finite(found)


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
        reference = _without(reference, reference.values == 0)
    point = treatment.mean * _mean_of_inverse(reference) - 1
    a, b = _grouped(treatment), _grouped(reference)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.divide.outer(a.values, b.values) - 1
    pairs = _defined(ratios, np.outer(a.masses, b.masses))
    found = pairs.estimate(confidence)._replace(point=point)
    is_plain = treatment.is_finite and reference.is_finite and not (reference.values == 0).any()
    return found if is_plain else _finite(found)


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
        attempted(b, None, None, partial(_estimated, found, confidence))
        for b, found in atoms.items()
    ]
    for reference, b in itertools.permutations(atoms, 2):
        both = (atoms[b], atoms[reference], confidence)
        rows += compared(b, reference, partial(difference, *both), partial(relative_uplift, *both))
    return rows


def _estimated(atoms: Atoms, confidence: float) -> Estimate:
    return _finite(atoms.estimate(confidence))


def _mass_at_zero(atoms: Atoms) -> float:
    return float(atoms.masses[atoms.values == 0].sum())


def _without(atoms: Atoms, some: np.ndarray) -> Atoms:
    """Leave some values out; the probabilities of the others sum to 1 again."""
    return Atoms(atoms.values[~some], atoms.masses[~some] / atoms.masses[~some].sum())


def _defined(values: np.ndarray, masses: np.ndarray) -> Atoms:
    """Keep the pairs whose value is a number, in order of the values."""
    pairs = Atoms(values.ravel(), masses.ravel())
    undefined = np.isnan(pairs.values)
    if undefined.all():
        return pairs
    return _sorted(*(_without(pairs, undefined) if undefined.any() else pairs))


def _finite(estimate: Estimate) -> Estimate:
    """Leave undefined what is infinite since values are, and not for its size."""
    return Estimate(*(math.nan if math.isinf(number) else number for number in estimate))


def _mean_of_inverse(atoms: Atoms) -> float:
    if (atoms.values == 0).any():
        return math.nan
    return float(atoms.masses @ (1 / atoms.values))


def _grouped(atoms: Atoms) -> Atoms:
    """Join neighbours where there are many values, evenly in their normal scores."""
    if len(atoms.values) <= MOST_ATOMS:
        return atoms
    infinite = np.isinf(atoms.values)
    middles = np.cumsum(atoms.masses) - atoms.masses / 2
    scores = np.clip(ndtri(np.clip(middles, ndtr(-6.0), ndtr(6.0))), -4.0, 4.0)
    numbers = np.floor((scores + 4.0) * (MOST_ATOMS / 8.0)).astype(int)
    # An infinite value joins no other.
    numbers = np.where(infinite, numbers.max() + 1 + (atoms.values > 0), numbers)
    masses = np.bincount(numbers, atoms.masses)
    sums = np.bincount(numbers, atoms.masses * atoms.values)
    kept = masses > 0
    return Atoms(sums[kept] / masses[kept], masses[kept])


def _sorted(values: np.ndarray, masses: np.ndarray) -> Atoms:
    # Equal values may come in any order: only where their sums end is looked at.
    order = np.argsort(values, axis=None)
    return Atoms(values.ravel()[order], masses.ravel()[order])
