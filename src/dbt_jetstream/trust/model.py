"""What a generated Python model of trust checks calls: two relations in, findings out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from dbt_jetstream.periods import AFTER_ENROLLMENT
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
# Of hundreds of thousands of rows, the few that the checks read.
COMPARISONS = """
segment = 'all' and comparison is not null and (
    analysis_period like 'preenrollment%'
    or (analysis_period, window_index) in ({newest})
)
"""
PIECES = """
analysis_period = '{period}' and window_index = {window} and analysis_basis = 'enrollments'
and segment = 'all' and moment is null and (metric, series) in ({clipped})
"""


def trust_table(
    counts: Any, summaries: Any, statistics: Any, definition: dict[str, Any], session: Any
) -> Any:
    """Check whether the results of an experiment can be believed.

    Args:
        counts: The counts as dbt hands them over: a DuckDB relation.
        summaries: The summaries, likewise.
        statistics: The statistics, likewise.
        definition: The node's part of the lock.
        session: dbt's connection to the warehouse.

    Returns:
        One row per finding, as a relation of the session.
    """
    newest = dict(
        statistics.aggregate("analysis_period, max(window_index)", "analysis_period").fetchall()
    )
    table = findings_table(
        counts.to_arrow_table(),
        _comparisons(statistics, newest).to_arrow_table(),
        definition,
        _pieces(summaries, newest, definition).to_arrow_table().to_pylist(),
    )
    return session.from_arrow(table)


def findings_table(
    counts: pa.Table,
    statistics: pa.Table,
    definition: dict[str, Any],
    pieces: Iterable[Mapping[str, Any]] = (),
) -> pa.Table:
    """Return the findings as a table, in a stable order."""
    found = findings(counts.to_pylist(), statistics.to_pylist(), definition, pieces)
    own = {"definition_hash": definition["definition_hash"]}
    return pa.Table.from_pylist([finding.row() | own for finding in found], schema=SCHEMA)


def _comparisons(statistics: Any, newest: dict[str, int]) -> Any:
    """Return the comparisons before enrollment, and those of each period's newest window."""
    listed = ", ".join(f"('{period}', {int(window)})" for period, window in newest.items())
    return statistics.filter(COMPARISONS.format(newest=listed or "('', 0)"))


def _pieces(summaries: Any, newest: dict[str, int], definition: dict[str, Any]) -> Any:
    """Return what clipped means are computed from, in the newest window of the longest period."""
    period = next((period for period in AFTER_ENROLLMENT if period in newest), "")
    series = ", ".join(
        f"({_literal(mean['metric'])}, {_literal(mean['series'])})"
        for mean in definition["clipped"]
    )
    condition = PIECES.format(
        period=period, window=int(newest.get(period, 0)), clipped=series or "('', '')"
    )
    return summaries.filter(condition)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
