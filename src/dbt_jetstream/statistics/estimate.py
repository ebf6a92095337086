"""The result of a statistic: an estimate and its interval."""

import math
from typing import NamedTuple

# A reason is a sentence of a table's row; what an exception carries may be a whole array.
LONGEST_REASON = 300


class Estimate(NamedTuple):
    """An estimate with its interval; NaN where the data leave one undefined.

    Attributes:
        point: The estimate.
        lower: Lower end of the interval.
        upper: Upper end of the interval.
    """

    point: float
    lower: float
    upper: float


UNDEFINED = Estimate(math.nan, math.nan, math.nan)


def reason_of(error: Exception) -> str:
    """Return why there is no estimate, in one line.

    A `ValueError` of ours speaks for itself; of what nobody foresaw, the kind is worth knowing.
    """
    said = " ".join(str(error).split())[:LONGEST_REASON]
    if type(error) is ValueError and said:
        return said
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def tails(confidence: float) -> tuple[float, float]:
    """Return the probabilities at the ends of the equal-tailed interval that holds `confidence`.

    Raises:
        ValueError: If it is not between 0 and 1.
    """
    if not 0 < confidence < 1:
        message = f"confidence must lie between 0 and 1 (such as 0.95), found {confidence:g}"
        raise ValueError(message)
    return (1 - confidence) / 2, (1 + confidence) / 2
