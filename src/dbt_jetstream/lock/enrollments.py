"""The lock of the enrollments node: who enrolled, when, into which branch and segments."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from metric_config_parser.experiment import ExperimentConfiguration
from metric_config_parser.segment import Segment, SegmentDataSource

from dbt_jetstream.lock.fragments import Table, expression, from_clause, query
from dbt_jetstream.platforms import Platform
from dbt_jetstream.sql.dialect import output_columns, parse_query

BUILT_QUERY_TYPES = ("normandy", "glean-event")
ALL_SAMPLE_IDS = 100


def enrollment_part(
    config: ExperimentConfiguration, platform: Platform, dataset: str
) -> tuple[dict[str, Any], list[Table]]:
    """Describe the enrollment and exposure queries, and list the tables that they read.

    Raises:
        ValueError: If the query type is not built yet.
        SqlSyntaxError: If a custom enrollment_query cannot be parsed.
    """
    analysis_unit = config.analysis_unit.value if config.analysis_unit else "client_id"
    query_type = str(config.enrollments_query_type or platform.enrollments_query_type)
    if query_type not in BUILT_QUERY_TYPES:
        message = (
            f"enrollments_query_type `{query_type}` is not built yet; "
            f"built are {' and '.join(BUILT_QUERY_TYPES)}"
        )
        raise ValueError(message)
    events = Table.parse(platform.enrollments_table.format(dataset=dataset))
    part: dict[str, Any] = {
        "query_type": query_type,
        "events": events.key,
        "sample_size": config.sample_size or ALL_SAMPLE_IDS,
        "custom_query": None,
    }
    tables = [events]
    if config.enrollment_query:
        part["custom_query"], found = query(config.enrollment_query)
        part |= _custom_columns(config.enrollment_query, analysis_unit)
        tables += found
    return part, tables


def _custom_columns(enrollment_query: str, analysis_unit: str) -> dict[str, Any]:
    """Find out which columns of a custom enrollment_query hold what the table needs.

    Raises:
        ValueError: If one of them is missing.
    """
    found = output_columns(parse_query(enrollment_query))
    if not found:
        return {"unit_column": "analysis_id", "has_event_count": True}
    unit = next((name for name in ("analysis_id", analysis_unit) if name in found), None)
    missing = [name for name in ("branch", "enrollment_date") if name not in found]
    if unit is None or missing:
        wanted = f"`analysis_id` or `{analysis_unit}`, `branch` and `enrollment_date`"
        message = f"the query must select {wanted}; it selects {', '.join(found)}"
        raise ValueError(message)
    return {"unit_column": unit, "has_event_count": "num_enrollment_events" in found}


def segment_parts(
    segments: list[Segment], analysis_unit: str, dataset: str
) -> tuple[list[dict[str, Any]], list[Table]]:
    """Describe the segments, grouped by the data source and window that decide them."""
    by_source: dict[SegmentDataSource, list[Segment]] = defaultdict(list)
    for segment in segments:
        by_source[segment.data_source].append(segment)
    parts: list[dict[str, Any]] = []
    tables: list[Table] = []
    for source, members in by_source.items():
        clause, found = from_clause(source.from_expression.format(dataset=dataset))
        tables += found
        parts.append(
            {
                "data_source": source.name,
                "from": clause,
                "unit_column": unit_column(source, analysis_unit),
                "date_column": source.submission_date_column or "submission_date",
                "window_start": source.window_start,
                "window_end": source.window_end,
                "segments": [
                    {"name": s.name, "sql": expression(s.select_expression)} for s in members
                ],
            }
        )
    return parts, tables


def unit_column(source: Any, analysis_unit: str) -> str:
    """Name the column of a data source that holds the analysis unit's id."""
    if analysis_unit == "profile_group_id":
        return source.group_id_column or "profile_group_id"
    return source.client_id_column or "client_id"
