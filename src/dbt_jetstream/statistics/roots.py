"""Quantiles of a law that is given by its distribution function."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from scipy.special import ndtri

# Twice what halving a bracket down to the tolerance can take.
MOST_STEPS = 120
# The last step is at most as long, in scores: results keep six digits of an interval's width.
LAST_STEP = 1e-10


class Guess(NamedTuple):
    """A law's quantiles, roughly: `centre + score * scale`."""

    centre: float
    scale: float


def quantile_of(
    cdf: Callable[[float], float],
    probability: float,
    bracket: tuple[float, float],
    guess: Guess,
) -> float:
    """Solve cdf(x) = probability by secants, halving the bracket where these do not help.

    It is solved in normal scores: those of a law that is nearly normal lie nearly on a line.

    Args:
        cdf: Does not fall.
        probability: In (0, 1).
        bracket: Where the solution is looked for.
        guess: Where to start, and how far to go at first. A scale of 0, or wider than the bracket,
            is none; else a bad guess costs steps, not accuracy.

    Returns:
        The solution; an end of the bracket where it lies beyond, and the place of the jump where
        `cdf` jumps over it.
    """
    low, high = bracket
    if not low < high:
        return low
    target = float(ndtri(probability))
    scale = guess.scale if 0 < guess.scale < high - low else high - low
    shortest = LAST_STEP * scale
    x = guess.centre + target * scale
    if not low < x < high:
        x = (low + high) / 2
    before = (x, math.inf)
    for _ in range(MOST_STEPS):
        error = float(ndtri(min(max(cdf(x), 0.0), 1.0))) - target
        low, high = (x, high) if error < 0 else (low, x)
        change = error - before[1]
        if math.isfinite(change) and change:
            scale = (x - before[0]) / change
        step = -error * scale
        helps = low < x + step < high and abs(error) <= abs(before[1]) / 2
        if not helps and abs(step) > shortest:
            step = (low + high) / 2 - x
        before, x = (x, error), min(max(x + step, low), high)
        if abs(step) <= shortest:
            break
    return x
