"""Each branch by itself, and each branch against each other as the reference."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from dbt_jetstream.statistics.estimate import UNDEFINED, Estimate, reason_of
from dbt_jetstream.statistics.law import DRAWN_SCORE, Law, difference, relative_uplift


class Comparison(NamedTuple):
    """An estimate and what it is about.

    Attributes:
        branch: The branch.
        comparison: None for the branch itself, else `difference` or `relative_uplift`.
        comparison_to_branch: The reference branch of a comparison.
        estimate: The result.
        parameter: What the estimate is at, such as a quantile or a point of a grid.
        failure: Why there is no estimate, where it could not be computed.
    """

    branch: str
    comparison: str | None
    comparison_to_branch: str | None
    estimate: Estimate
    parameter: float | None = None
    failure: str = ""


def compare_branches(
    laws: Mapping[str, Law], confidence: float = 0.95, mean_within: float = DRAWN_SCORE
) -> list[Comparison]:
    """Estimate every branch, and every branch relative to every other.

    Args:
        laws: The law of each branch's parameter; independent of each other.
        confidence: Mass inside the intervals, in (0, 1).
        mean_within: See `law.relative_uplift`.

    Returns:
        One row a branch, then two for each ordered pair, in the order of the branches' names.
    """
    branches = sorted(laws)
    rows = [attempted(b, None, None, partial(laws[b].estimate, confidence)) for b in branches]
    differences = _differences(laws, branches, confidence)
    for reference, branch in itertools.permutations(branches, 2):
        uplift = partial(relative_uplift, laws[branch], laws[reference], confidence, mean_within)
        rows.append(differences[branch, reference])
        rows.append(attempted(branch, "relative_uplift", reference, uplift))
    return rows


def attempted(
    branch: str, comparison: str | None, reference: str | None, estimate: Callable[[], Estimate]
) -> Comparison:
    """Estimate, or say why that cannot be done: whatever it raises costs no other estimate."""
    try:
        return Comparison(branch, comparison, reference, estimate())
    except Exception as error:
        return Comparison(branch, comparison, reference, UNDEFINED, failure=reason_of(error))


def compared(
    branch: str,
    reference: str,
    difference: Callable[[], Estimate],
    uplift: Callable[[], Estimate],
) -> list[Comparison]:
    """Return the two rows of a branch against a reference."""
    return [
        attempted(branch, "difference", reference, difference),
        attempted(branch, "relative_uplift", reference, uplift),
    ]


def _differences(
    laws: Mapping[str, Law], branches: list[str], confidence: float
) -> dict[tuple[str, str], Comparison]:
    """Estimate each pair's difference once: the other way round it is its mirror image."""
    found = {}
    for i, reference in enumerate(branches):
        for branch in branches[i + 1 :]:
            estimate = partial(difference, laws[branch], laws[reference], confidence)
            one = attempted(branch, "difference", reference, estimate)
            point, lower, upper = one.estimate
            mirrored = Estimate(-point, -upper, -lower)
            found[branch, reference] = one
            found[reference, branch] = one._replace(
                branch=reference, comparison_to_branch=branch, estimate=mirrored
            )
    return found
