"""What the warehouse says about one metric in one window: read from rows of summaries."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from dbt_jetstream.statistics.histogram import Histogram

CLIP, POOLED_CLIP, DENSITY = "clip", "pooled_clip", "density"
PIECE = ("value", "units", "lowest", "highest", "deviation")


class Cell(NamedTuple):
    """What statistics are computed on."""

    analysis_period: str
    window_index: int
    analysis_basis: str
    segment: str
    metric: str


@dataclass
class CellSummary:
    """The summaries of a cell.

    Attributes:
        histograms: Values of each branch, by series and branch.
        clips: The value at which a branch is clipped, by series and branch.
        pooled_clips: The value at which all branches are clipped, by series.
        densities: Sums of kernels at the points of a grid, by series and branch, where the values
            are pieces.
        joint: Moments of two values per unit by name, by series and branch.
        no_numbers: A sentence that says what a series is made from, where that is no number.
    """

    histograms: dict[str, dict[str, Histogram]] = field(default_factory=lambda: defaultdict(dict))
    clips: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    pooled_clips: dict[str, float] = field(default_factory=dict)
    densities: dict[str, dict[str, np.ndarray]] = field(default_factory=lambda: defaultdict(dict))
    joint: dict[str, dict[str, dict[str, float]]] = field(default_factory=lambda: defaultdict(dict))
    no_numbers: dict[str, str] = field(default_factory=dict)

    def add_moments(self, series: str, branch: str, moments: dict[str, float]) -> None:
        """File a branch's moments; those of no branch say why there are none."""
        if not branch and not moments.keys() & {CLIP, POOLED_CLIP}:
            (self.no_numbers[series],) = moments
            return
        if CLIP in moments:
            self.clips[series][branch] = moments.pop(CLIP)
        if POOLED_CLIP in moments:
            self.pooled_clips[series] = moments.pop(POOLED_CLIP)
        if moments:
            self.joint[series][branch] = moments


def summaries(pieces: pa.Table, moments: pa.Table) -> pa.Table:
    """Put pieces and moments into one table, as `cell_summaries` reads them.

    Args:
        pieces: Rows of (cell, series, branch, value, units, lowest, highest, deviation).
        moments: Rows of (cell, series, branch, moment, point, value).
    """
    keys = [*Cell._fields, "series", "branch"]
    numbered = moments.select([*keys, "moment", "point", "value"])
    numbered = numbered.rename_columns({"point": "lowest"})
    place = numbered.schema.get_field_index("lowest")
    numbered = numbered.set_column(place, "lowest", numbered["lowest"].cast(pa.float64()))
    return pa.concat_tables([pieces.select([*keys, *PIECE]), numbered], promote_options="default")


def cell_summaries(table: pa.Table) -> Iterator[tuple[Cell, CellSummary]]:
    """Read the cells of a table of summaries, ordered by the cells' names.

    Args:
        table: Rows of (cell, series, branch, moment, value, units, lowest, highest, deviation), in
            any order.
    """
    keys = [*Cell._fields, "series", "branch", "moment", "lowest"]
    ordered = table.sort_by([(key, "ascending") for key in keys])
    numbers = {name: _numbers(ordered[name]) for name in PIECE}
    names = {key: ordered[key].to_pylist() for key in keys[:-1]}
    current: Cell | None = None
    found = CellSummary()
    for start, end in _runs(ordered, [*Cell._fields, "series", "branch"]):
        cell = Cell(*(names[key][start] for key in Cell._fields))
        if current is not None and cell != current:
            yield current, found
            found = CellSummary()
        current = cell
        series, branch = names["series"][start], names["branch"][start]
        moments = names["moment"][start:end]
        count = sum(moment is not None for moment in moments)
        points = moments.count(DENSITY)
        if points:
            first = start + moments.index(DENSITY)
            found.densities[series][branch] = numbers["value"][first : first + points]
        if count > points:
            values = numbers["value"][start : start + count].tolist()
            named = dict(zip(moments, values, strict=False))
            named.pop(DENSITY, None)
            found.add_moments(series, branch, named)
        if count < end - start:
            pieces = (numbers[name][start + count : end] for name in PIECE)
            found.histograms[series][branch] = Histogram.of_pieces(*pieces)
    if current is not None:
        yield current, found


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    """Return a column as floating-point numbers, NaN where it is null."""
    numbers = column.cast(pa.float64()).combine_chunks().fill_null(math.nan)
    return np.asarray(numbers.to_numpy())


def _runs(ordered: pa.Table, keys: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the ends of each run of rows that agree in all `keys`."""
    if not len(ordered):
        return
    codes = [ordered[key].combine_chunks().dictionary_encode().indices.to_numpy() for key in keys]
    changes = np.any([np.diff(code) != 0 for code in codes], axis=0)
    starts = np.concatenate([[0], np.flatnonzero(changes) + 1, [len(ordered)]])
    yield from zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
