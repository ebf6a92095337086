"""What a generated Python model of trust checks calls: two relations in, findings out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dbt_jetstream.common.periods import AFTER_ENROLLMENT
from dbt_jetstream.statistics.model import SCHEMA as SCHEMA_OF_STATISTICS
from dbt_jetstream.statistics.tables import Table, returned, table_of
from dbt_jetstream.trust.checks import findings

SCHEMA = pa.schema(
    [
        ("check", pa.string()),
        ("analysis_basis", pa.string()),
        ("segment", pa.string()),
        ("day", pa.date32()),
        ("analysis_period", pa.string()),
        ("window_index", pa.int64()),
        ("data_source", pa.string()),
        ("metric", pa.string()),
        ("statistic", pa.string()),
        ("branch", pa.string()),
        ("comparison_to_branch", pa.string()),
        ("units", pa.int64()),
        ("expected", pa.float64()),
        ("value", pa.float64()),
        ("p_value", pa.float64()),
        ("adjusted_p_value", pa.float64()),
        ("state", pa.string()),
        ("message", pa.string()),
        ("definition_hash", pa.string()),
    ]
)
EVERYTHING = "all"


def trust_table(
    counts: Any, pieces: Any, statistics: Any, definition: dict[str, Any], session: Any
) -> Any:
    """Check in a dbt model whether the results of an experiment can be believed.

    Args:
        counts: The counts as dbt hands them over; see `tables.table_of`.
        pieces: The pieces of their values, likewise.
        statistics: The statistics, likewise.
        definition: The node's part of the lock.
        session: dbt's connection to the warehouse.

    Returns:
        One row per finding, as dbt takes them from a model on this session.
    """
    tables = table_of(counts), table_of(pieces), table_of(statistics)
    return returned(session, trust_findings(*tables, definition))


def trust_findings(
    counts: Table, pieces: Table, statistics: Table, definition: Mapping[str, Any]
) -> pa.Table:
    """Check whether the results of an experiment can be believed.

    Args:
        counts: The counts of units.
        pieces: The pieces of their values.
        statistics: The statistics of all windows.
        definition: The trust node's part of the lock, with its definition_hash.

    Returns:
        One row per finding, in `SCHEMA`, in a stable order.
    """
    newest = _newest(statistics)
    clipped = _clipped(pieces, newest, definition)
    return findings_table(counts.rows(), _comparisons(statistics, newest), definition, clipped)


def findings_table(
    counts: pa.Table,
    statistics: pa.Table,
    definition: Mapping[str, Any],
    pieces: Iterable[Mapping[str, Any]] = (),
) -> pa.Table:
    """Return the findings as a table, in a stable order."""
    found = findings(counts.to_pylist(), statistics.to_pylist(), definition, pieces)
    own = {"definition_hash": definition["definition_hash"]}
    return pa.Table.from_pylist([finding.row() | own for finding in found], schema=SCHEMA)


def _newest(statistics: Table) -> dict[str, int]:
    """Return the newest window of each period that has results."""
    windows: dict[str, int] = {}
    for row in statistics.distinct("analysis_period", "window_index").to_pylist():
        period, window = row["analysis_period"], row["window_index"]
        windows[period] = max(window, windows.get(period, window))
    return windows


def _comparisons(statistics: Table, newest: dict[str, int]) -> pa.Table:
    """Return the comparisons of each period's newest window; before enrollment there is but one."""
    found = [
        statistics.rows(analysis_period=period, window_index=window, segment=EVERYTHING)
        for period, window in sorted(newest.items())
    ]
    rows = pa.concat_tables(found) if found else SCHEMA_OF_STATISTICS.empty_table()
    return rows.filter(pc.field("comparison").is_valid())


def _clipped(
    pieces: Table, newest: dict[str, int], definition: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return what clipped means are computed from, in the newest window of the longest period."""
    clipped = {(mean["metric"], mean["series"]) for mean in definition["clipped"]}
    period = next((period for period in AFTER_ENROLLMENT if period in newest), None)
    if period is None or not clipped:
        return []
    found = pieces.rows(
        analysis_period=period,
        window_index=newest[period],
        analysis_basis="enrollments",
        segment=EVERYTHING,
        metric=sorted({metric for metric, _ in clipped}),
    )
    return [row for row in found.to_pylist() if (row["metric"], row["series"]) in clipped]
