"""The lock of an experiment's own exposure signal: what counts as exposure, and when."""

from __future__ import annotations

from typing import Any

from metric_config_parser.exposure_signal import AnalysisWindow, ExposureSignal

from dbt_jetstream.lock.parts.dated import dated_tables
from dbt_jetstream.lock.parts.fragments import Table, expression, from_clause
from dbt_jetstream.lock.parts.units import UnitIds


def signal_part(
    signal: ExposureSignal, ids: UnitIds, dataset: str
) -> tuple[dict[str, Any], tuple[Table, ...]]:
    """Describe an exposure signal, and list the tables that it reads.

    Its window limits stay as configured: days relative to the first enrollment date, or the name of
    a date that the macros know.

    Args:
        signal: The resolved signal.
        ids: The ids that its data source is joined on.
        dataset: What `{dataset}` stands for.

    Raises:
        SqlSyntaxError: If one of its expressions cannot be parsed.
        ValueError: If it needs a dataset that nothing names.
    """
    source = signal.data_source
    clause, tables = from_clause(source.from_expr_for(dataset))
    date_column = source.submission_date_column or "submission_date"
    part = {
        "name": signal.name,
        "from": clause,
        "unit_column": ids.column(source),
        "date_column": date_column,
        "dated_tables": dated_tables(clause, date_column, tables),
        "sql": expression(signal.select_expression),
        "window_start": _limit(signal.window_start),
        "window_end": _limit(signal.window_end),
        "first_day": signal.window_start if isinstance(signal.window_start, int) else 0,
    }
    return part, tables


def _limit(limit: int | AnalysisWindow | None) -> int | str | None:
    return limit.value if isinstance(limit, AnalysisWindow) else limit
