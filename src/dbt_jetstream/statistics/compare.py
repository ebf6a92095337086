"""Each branch by itself, and each branch against each other as the reference."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import NamedTuple

from dbt_jetstream.statistics.estimate import Estimate
from dbt_jetstream.statistics.law import Law, difference, relative_uplift


class Comparison(NamedTuple):
    """An estimate and what it is about.

    Attributes:
        branch: The branch.
        comparison: None for the branch itself, else `difference` or `relative_uplift`.
        comparison_to_branch: The reference branch of a comparison.
        estimate: The result.
        parameter: What the estimate is at, such as a quantile or a point of a grid.
    """

    branch: str
    comparison: str | None
    comparison_to_branch: str | None
    estimate: Estimate
    parameter: float | None = None


def compare_branches(laws: Mapping[str, Law], confidence: float = 0.95) -> list[Comparison]:
    """Estimate every branch, and every branch relative to every other.

    Args:
        laws: The law of each branch's parameter; independent of each other.
        confidence: Mass inside the intervals, in (0, 1).

    Returns:
        One row a branch, then two for each ordered pair, in the order of the branches' names.
    """
    branches = sorted(laws)
    rows = [Comparison(b, None, None, laws[b].estimate(confidence)) for b in branches]
    differences = _differences(laws, branches, confidence)
    for reference, branch in itertools.permutations(branches, 2):
        uplift = relative_uplift(laws[branch], laws[reference], confidence)
        rows += compared(branch, reference, differences[branch, reference], uplift)
    return rows


def compared(
    branch: str, reference: str, difference: Estimate, uplift: Estimate
) -> list[Comparison]:
    """Return the two rows of a branch against a reference."""
    return [
        Comparison(branch, "difference", reference, difference),
        Comparison(branch, "relative_uplift", reference, uplift),
    ]


def _differences(
    laws: Mapping[str, Law], branches: list[str], confidence: float
) -> dict[tuple[str, str], Estimate]:
    """Estimate each pair's difference once: the other way round it is its mirror image."""
    found = {}
    for i, reference in enumerate(branches):
        for branch in branches[i + 1 :]:
            estimate = difference(laws[branch], laws[reference], confidence)
            found[branch, reference] = estimate
            point, lower, upper = estimate
            found[reference, branch] = Estimate(-point, -upper, -lower)
    return found
