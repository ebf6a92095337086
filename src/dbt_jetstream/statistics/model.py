"""What a generated Python model calls: pieces and moments in, statistics out, for new windows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import groupby
from operator import itemgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dbt_jetstream.common.naming import EXPOSURE_SIGNAL
from dbt_jetstream.statistics.rows import statistics_rows
from dbt_jetstream.statistics.summary import summaries
from dbt_jetstream.statistics.tables import Table, open_table, returned, table_of

SCHEMA = pa.schema(
    [
        ("metric", pa.string()),
        ("statistic", pa.string()),
        ("parameter", pa.decimal128(38, 9)),
        ("branch", pa.string()),
        ("comparison", pa.string()),
        ("comparison_to_branch", pa.string()),
        ("ci_width", pa.float64()),
        ("point", pa.float64()),
        ("lower", pa.float64()),
        ("upper", pa.float64()),
        ("segment", pa.string()),
        ("analysis_basis", pa.string()),
        ("window_index", pa.int64()),
        ("analysis_period", pa.string()),
        ("problem", pa.string()),
        ("absent_sources", pa.string()),
        ("definition_hash", pa.string()),
    ]
)


# At most so many windows' rows are held in memory at once.
WINDOWS_AT_ONCE = 8

Window = tuple[str, int]


def statistics_table(
    pieces: Any, moments: Any, definition: dict[str, Any], session: Any, done: str | None
) -> Any:
    """Compute the statistics of the windows that the table does not hold yet, in a dbt model.

    Args:
        pieces: The values as dbt hands them over; see `tables.table_of`.
        moments: What else is known of them, likewise.
        definition: The node's part of the lock.
        session: dbt's connection to the warehouse.
        done: The statistics table that is being added to, or None where it is built anew.

    Returns:
        Rows of `SCHEMA`, as dbt takes them from a model on this session.
    """
    held = done_windows(open_table(session, done)) if done else set()
    rows = statistics_of_windows(table_of(pieces), table_of(moments), definition, held)
    return returned(session, rows)


def statistics_of_windows(
    pieces: Table, moments: Table, definition: Mapping[str, Any], done: Set[Window]
) -> pa.Table:
    """Compute the statistics of all windows that have been summarised but some.

    Args:
        pieces: The values, in pieces of equal or near ones.
        moments: What else is known of them.
        definition: The statistics node's part of the lock, with its definition_hash.
        done: The windows that need nothing; see `done_windows`.

    Returns:
        Rows in Jetstream's schema, with analysis_period, window_index, what was absent from the
        window and definition_hash.
    """
    absent_sources = summarised_windows(moments)
    rows: list[dict[str, Any]] = []
    for period, windows in _batches(sorted(set(absent_sources) - done)):
        chosen = {"analysis_period": period, "window_index": windows}
        found = summaries(*(table.rows(**chosen) for table in (pieces, moments)))
        for window in windows:
            about = {
                "absent_sources": absent_sources[period, window],
                "definition_hash": definition["definition_hash"],
            }
            summarised = found.filter(pc.equal(found["window_index"], window))
            computed = statistics_rows(summarised, definition)
            rows += [{**row, **about} for row in _known(computed, about["absent_sources"])]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _known(rows: Iterable[dict[str, Any]], absent_sources: str) -> Iterator[dict[str, Any]]:
    """Yield the statistics of a window but those of exposures that it still waits for."""
    waits = EXPOSURE_SIGNAL in absent_sources.split(",")
    for row in rows:
        if not (waits and row["analysis_basis"] == "exposures"):
            yield row


def _batches(windows: Sequence[Window]) -> Iterator[tuple[str, list[int]]]:
    """Yield sorted windows period by period, a few at once."""
    for period, group in groupby(windows, key=itemgetter(0)):
        indices = [index for _, index in group]
        for start in range(0, len(indices), WINDOWS_AT_ONCE):
            yield period, indices[start : start + WINDOWS_AT_ONCE]


def summarised_windows(moments: Table) -> dict[Window, str]:
    """Return the windows that have been summarised, and the data sources absent from each."""
    found = moments.distinct("analysis_period", "window_index", "absent_sources").to_pylist()
    return {(row["analysis_period"], row["window_index"]): row["absent_sources"] for row in found}


def done_windows(statistics: Table) -> set[Window]:
    """Return the windows that a table of statistics has completely."""
    keys = ("analysis_period", "window_index")
    found = statistics.distinct(*keys, absent_sources="").to_pylist()
    return {(row["analysis_period"], row["window_index"]) for row in found}
