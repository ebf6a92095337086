"""What a generated Python model calls: summaries in, statistics rows out, only for new windows."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from dbt_jetstream.statistics.rows import statistics_rows

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


def statistics_table(
    summaries: Any, definition: dict[str, Any], session: Any, done: str | None
) -> Any:
    """Compute the statistics of the windows that the table does not hold yet, one by one.

    Args:
        summaries: The summaries as dbt hands them over: a DuckDB relation.
        definition: The node's part of the lock.
        session: dbt's connection to the warehouse.
        done: The statistics table that is being added to, or None where it is built anew.

    Returns:
        Rows in Jetstream's schema, with analysis_period, window_index, what was absent from the
        window and definition_hash, as a relation of the session: dbt-duckdb would write a plain
        table through another connection, where the transaction that merges it cannot see it.
    """
    rows: list[dict[str, Any]] = []
    absent_sources = _windows(summaries)
    definition_hash = definition["definition_hash"]
    for period, window in sorted(set(absent_sources) - _done(session, done)):
        found = summaries.filter(
            f"analysis_period = '{period}' and window_index = {int(window)}"
        ).to_arrow_table()
        about = {
            "absent_sources": absent_sources[period, window],
            "definition_hash": definition_hash,
        }
        rows += [{**row, **about} for row in statistics_rows(found, definition)]
    return session.from_arrow(pa.Table.from_pylist(rows, schema=SCHEMA))


Window = tuple[str, int]


def _windows(summaries: Any) -> dict[Window, str]:
    """Return the windows that have been summarised, and the data sources absent from each."""
    keys = "analysis_period, window_index"
    found = summaries.aggregate(f"{keys}, max(absent_sources)", keys).fetchall()
    return {(period, window): absent for period, window, absent in found}


def _done(session: Any, table: str | None) -> set[Window]:
    """Return the windows that a table of statistics has completely; none without a table."""
    if not table:
        return set()
    query = f"select distinct analysis_period, window_index from {table} where absent_sources = ''"
    return set(session.execute(query).fetchall())
