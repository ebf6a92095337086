"""Pearson's chi-square test of counts."""

from __future__ import annotations

from collections.abc import Iterable

from scipy.special import chdtrc


def chi_square(observed: Iterable[float], expected: Iterable[float], freedom: int) -> float:
    """Return the p-value of counts, given those that are expected.

    Args:
        observed: One count per cell.
        expected: As many, each above 0.
        freedom: Degrees of freedom, at least 1.

    References:
        Pearson (1900), On the criterion that a given system of deviations ..., Phil. Mag. 50.
    """
    deviation = sum((o - e) ** 2 / e for o, e in zip(observed, expected, strict=True))
    return float(chdtrc(freedom, deviation))
