"""Each branch by itself, and each branch against each other as the reference."""

from __future__ import annotations

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
    absolute = [Comparison(b, None, None, laws[b].estimate(confidence)) for b in branches]
    pairs = [(b, reference) for reference in branches for b in branches if b != reference]
    differences = _differences(laws, branches, confidence)
    compared = []
    for branch, reference in pairs:
        uplift = relative_uplift(laws[branch], laws[reference], confidence)
        compared += [
            Comparison(branch, "difference", reference, differences[branch, reference]),
            Comparison(branch, "relative_uplift", reference, uplift),
        ]
    return absolute + compared


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
