"""Small things that pages and tables ask of DataFrames."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def where(frame: pd.DataFrame, **values: Any) -> pd.DataFrame:
    """Return the rows that have the given values, by column."""
    for name, value in values.items():
        frame = frame[frame[name] == value]
    return frame


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Yield rows, with columns as attributes."""
    yield from frame.itertuples(index=False)


def known(value: Any) -> float | None:
    """Return a number, or None where it is absent."""
    return None if value is None or math.isnan(value) else float(value)
