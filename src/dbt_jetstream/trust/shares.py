"""How often something holds among the units of each branch, and whether the branches differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from scipy import stats

# Below this many expected, the chi-square law is a poor approximation.
LEAST_EXPECTED = 5


class Share(NamedTuple):
    """How many of a branch's units something holds for."""

    found: int
    units: int

    @property
    def share(self) -> float:
        """The share of the units; 0 where there is none."""
        return self.found / self.units if self.units else 0.0


class Tested(NamedTuple):
    """A test's p-value, or why there is none; None for both where there is nothing to test."""

    p_value: float | None
    reason: str | None = None


def expected_counts(shares: Mapping[str, Share]) -> dict[str, float]:
    """Return how many would be found in each branch, were the share the same in all."""
    whole = _whole(shares)
    return {branch: whole.share * share.units for branch, share in shares.items()}


def independence(shares: Mapping[str, Share]) -> Tested:
    """Test by chi-square, without a correction, that a share is the same in all branches.

    Args:
        shares: The share in each branch; branches without units say nothing.

    References:
        Pearson (1900); Campbell (2007), Chi-squared and Fisher-Irwin tests of two-by-two tables,
        Stat. Med. 26: no continuity correction is needed for large samples.
    """
    peopled = {branch: share for branch, share in shares.items() if share.units}
    whole = _whole(peopled)
    if len(peopled) < 2:
        return Tested(None, "there are no two branches with units to compare")
    if whole.found in (0, whole.units):
        return Tested(None)
    least = min(expected_counts(peopled).values())
    least = min(least, *(s.units * (1 - whole.share) for s in peopled.values()))
    if least < LEAST_EXPECTED:
        return Tested(None, f"too few units to compare branches: {least:.1f} expected in a branch")
    table = [[share.found, share.units - share.found] for share in peopled.values()]
    return Tested(float(stats.chi2_contingency(table, correction=False).pvalue))


def _whole(shares: Mapping[str, Share]) -> Share:
    return Share(sum(s.found for s in shares.values()), sum(s.units for s in shares.values()))
