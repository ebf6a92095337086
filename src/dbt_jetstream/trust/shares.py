"""How often something holds among the units of each branch, and whether the branches differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from dbt_jetstream.trust.chi_square import chi_square
from dbt_jetstream.trust.finding import OK, UNDEFINED, WARNING, Finding

# Branches differ where the p-value, adjusted for the questions asked with it, is below this.
ALPHA = 0.001
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
    whole = whole_of(shares)
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
    whole = whole_of(peopled)
    if len(peopled) < 2:
        return Tested(None, "there are no two branches with units to compare")
    if whole.found in (0, whole.units):
        return Tested(None)
    observed = [n for s in peopled.values() for n in (s.found, s.units - s.found)]
    expected = [s.units * part for s in peopled.values() for part in (whole.share, 1 - whole.share)]
    least = min(expected)
    if least < LEAST_EXPECTED:
        return Tested(None, f"too few units to compare branches: {least:.1f} expected in a branch")
    return Tested(chi_square(observed, expected, len(peopled) - 1))


def whole_of(shares: Mapping[str, Share]) -> Share:
    """Return the share in all branches together."""
    return Share(sum(s.found for s in shares.values()), sum(s.units for s in shares.values()))


def overall(
    about: Finding, message: str, whole: Share, test: Tested, adjusted: float | None
) -> Finding:
    """Return the row that says whether branches differ.

    Args:
        about: What the row is about.
        message: What it says.
        whole: The share in all branches together.
        test: The test of the branches.
        adjusted: Its p-value, adjusted for the questions asked with it.
    """
    is_bad = adjusted is not None and adjusted < ALPHA
    return replace(
        about,
        message=message,
        state=UNDEFINED if test.reason else WARNING if is_bad else OK,
        units=whole.found,
        value=whole.share,
        p_value=test.p_value,
        adjusted_p_value=adjusted,
    )
