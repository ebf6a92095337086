"""What macros are told of data sources and their metrics."""

from __future__ import annotations

from typing import Any

from metric_config_parser.metric import AnalysisPeriod

from dbt_jetstream.lock.parts.metrics import LockedDataSource, LockedMetric


def data_source_part(locked: LockedDataSource) -> dict[str, Any]:
    """Describe how a data source joins to enrolled units."""
    return {
        "name": locked.name,
        "from": locked.clause,
        "unit_column": locked.unit_column,
        "date_column": locked.date_column,
        "dated_tables": locked.dated_tables,
        "enrolled_branch": locked.enrolled_branch,
    }


def client_days_part(locked: LockedDataSource, first_day: int) -> dict[str, Any]:
    """Describe the client days of a data source.

    Args:
        locked: The data source, with the metrics of all periods.
        first_day: The earliest day that a window needs, relative to enrollment.
    """
    return {
        **data_source_part(locked),
        "first_day": first_day,
        "parts": [{"name": part.name, "sql": part.sql} for part in locked.parts()],
        **({"reads_unit": True} if locked.reads_unit else {}),
    }


def period_part(locked: LockedDataSource, period: AnalysisPeriod) -> dict[str, Any]:
    """Describe what a period computes from a data source, by each of the two paths."""
    metrics = locked.metrics[period]
    daily = [m for m in metrics if m.is_daily]
    return {
        **data_source_part(locked),
        "parts": [{"name": p.name, "combine": p.combine} for p in locked.parts(daily)],
        **({"reads_unit": True} if locked.reads_unit else {}),
        "daily_metrics": [_daily(metric) for metric in daily],
        "direct_metrics": [_direct(metric) for metric in metrics if not metric.is_daily],
    }


def _daily(metric: LockedMetric) -> dict[str, Any]:
    return {
        "name": metric.name,
        "bases": list(metric.bases),
        "select_expression": metric.select_expression,
        "sql": metric.sql,
    }


def _direct(metric: LockedMetric) -> dict[str, Any]:
    return {
        "name": metric.name,
        "bases": list(metric.bases),
        "reason": metric.reason,
        "sql": metric.sql,
    }
