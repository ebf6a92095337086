"""Numbers whose squares are too large, or too small, for floating-point arithmetic."""

from __future__ import annotations

import math
from collections.abc import Iterable

# Fourth powers of numbers between these neither overflow nor vanish.
LEAST, MOST = 2.0**-200, 2.0**200


def unit_of(values: Iterable[float]) -> float:
    """Return the power of two that values are divided by before they are computed with.

    Args:
        values: Of any size; those that are not finite are passed over.

    Returns:
        1, but where the largest value is far from 1: that one then lies in [1, 2) once divided.
        Dividing by a power of two changes no digit.
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if largest == 0 or LEAST <= largest <= MOST:
        return 1.0
    return math.ldexp(0.5, math.frexp(largest)[1])
