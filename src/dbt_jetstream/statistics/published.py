"""Numbers as they are published: rounded where their last digits mean nothing."""

from __future__ import annotations

import math
from decimal import Decimal

from dbt_jetstream.statistics.estimate import Estimate

SIGNIFICANT_DIGITS = 10
WIDTH_DIGITS = 6
# Larger floating-point numbers are whole, whatever they count.
LARGEST_COUNT = 2.0**53
# A parameter is a NUMERIC, of 29 digits before the point.
LARGEST_PARAMETER = 1e29


def decimal(value: float | None) -> Decimal | None:
    """Return a parameter as the schema's NUMERIC."""
    return None if value is None else Decimal(f"{value:.6f}")


def numbers(estimate: Estimate) -> list[float | None]:
    """Return a result as it is published: counts as they are, others rounded.

    Floating-point sums of telemetry differ in their last digits with the order of rows, and so do
    machines' logarithms. Rounding to ten significant digits keeps that from changing what is
    published; an interval keeps six digits of its width where that is more.
    """
    width = estimate.upper - estimate.lower
    finest = WIDTH_DIGITS - _exponent(width) if width > 0 and math.isfinite(width) else -math.inf
    return [_number(float(value), finest) for value in estimate]


def _number(value: float, finest: float) -> float | None:
    if not math.isfinite(value):
        return None
    if value.is_integer() and abs(value) < LARGEST_COUNT:
        return value
    try:
        return round(value, int(max(SIGNIFICANT_DIGITS - 1 - _exponent(value), finest)))
    except OverflowError:
        # The largest numbers cannot be rounded up.
        return value


def _exponent(value: float) -> int:
    return math.floor(math.log10(abs(value)))
