"""P-values of published intervals, and their adjustment for how many comparisons are shown."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy import special

# A comparison counts as an effect below this p-value, and as a clear one below it after adjustment.
LEVEL = 0.05
# Points of a distribution are many questions about one metric, and no answer to whether it moved:
# they are no members of a family.
DISTRIBUTIONS = ("deciles", "empirical_cdf", "kernel_density_estimate")


def p_value(
    point: float | None, lower: float | None, upper: float | None, ci_width: float | None
) -> float | None:
    """Return the two-sided p-value of no effect that an estimate and its interval stand for.

    The normal law is inverted with the spread of the side that faces no effect, so that the
    p-value is below 1 - `ci_width` exactly where the interval excludes 0, also where the
    interval is skewed. Where the estimate lies outside its interval, the interval's middle stands
    in for it.

    Args:
        point: The estimate of a difference or a relative uplift; no effect is 0.
        lower: Lower end of the interval.
        upper: Upper end.
        ci_width: Probability mass inside the interval, in (0, 1).

    Returns:
        The p-value, in [0, 1], or None where a number is missing or not finite, and of an effect
        with an interval of no width: units that are all alike, or few, say nothing of chance.

    References:
        Altman & Bland (2011), How to obtain the P value from a confidence interval,
        BMJ 343:d2304.
    """
    if point is None or lower is None or upper is None or ci_width is None:
        return None
    if not (math.isfinite(point + lower + upper) and lower <= upper and 0 < ci_width < 1):
        return None
    if lower == upper and point != 0:
        return None
    alpha = round(1 - ci_width, 12)
    # Half-widths of the interval between the estimate and no effect.
    distance = _distance(point if lower <= point <= upper else (lower + upper) / 2, lower, upper)
    p = 2 * float(special.ndtr(distance * special.ndtri(alpha / 2)))
    return min(p, math.nextafter(alpha, 0)) if distance > 1 else max(p, alpha)


def adjusted(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjust p-values so that a bound on them bounds the share of false discoveries.

    Args:
        p_values: One per comparison; None where there is none, which is no member of the family.

    Returns:
        The adjusted p-values in the order given, None for None.

    References:
        Benjamini & Hochberg (1995), J. R. Stat. Soc. B 57, 289-300.
    """
    found: list[float | None] = [None] * len(p_values)
    known = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    lowest = 1.0
    for rank, (p, index) in reversed([*enumerate(known, start=1)]):
        lowest = min(lowest, p * len(known) / rank)
        found[index] = lowest
    return found


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjust p-values so that a bound on them bounds the chance of any false alarm.

    Args:
        p_values: One per test; None where there is none, which is no member of the family.

    Returns:
        The adjusted p-values in the order given, None for None.

    References:
        Holm (1979), A simple sequentially rejective multiple test procedure, Scand. J. Stat. 6.
    """
    found: list[float | None] = [None] * len(p_values)
    known = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    highest = 0.0
    for rank, (p, index) in enumerate(known):
        highest = max(highest, min(1.0, (len(known) - rank) * p))
        found[index] = highest
    return found


def _distance(point: float, lower: float, upper: float) -> float:
    if point == 0:
        return 0.0
    spread = point - lower if point > 0 else upper - point
    return abs(point) / spread if spread > 0 else math.inf
