"""The lock of the enrollments node: who enrolled, when, into which branch and segments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from metric_config_parser import AnalysisUnit
from metric_config_parser.experiment import ExperimentConfiguration
from metric_config_parser.segment import Segment, SegmentDataSource

from dbt_jetstream.inputs.platforms import Platform
from dbt_jetstream.lock.parts.dated import dated_tables
from dbt_jetstream.lock.parts.fragments import Table, expression, from_clause, query
from dbt_jetstream.lock.parts.units import UnitIds
from dbt_jetstream.sql.dialect import output_columns, parse_query

ALL_SAMPLE_IDS = 100
# Their enrollment events name a client and nothing else.
CLIENT_ONLY = ("fenix-fallback", "cirrus", "background-update")
# What enrollment reads of a query type's tables; exposure reads `events`.
ENROLLMENT_ROLES = {
    "normandy": ("events",),
    "glean-event": ("events",),
    "fenix-fallback": ("baseline",),
    "cirrus": ("enrollments",),
    "background-update": ("background_events", "background_pings", "events"),
}


def query_type(config: ExperimentConfiguration, platform: Platform) -> str:
    """Say how the enrollment of an experiment is recorded.

    Raises:
        ValueError: If units that the experiment is not analysed by would be found.
    """
    found = str(config.enrollments_query_type or platform.enrollments_query_type)
    if config.analysis_unit == AnalysisUnit.PROFILE_GROUP and found in CLIENT_ONLY:
        message = (
            f"`{found}` enrollments know clients, not the analysis unit profile_group_id; "
            'set `analysis_unit = "client_id"`, or another enrollments_query_type'
        )
        raise ValueError(message)
    return found


def enrollment_part(
    config: ExperimentConfiguration, kind: str, platform: Platform, dataset: str
) -> tuple[dict[str, Any], list[Table]]:
    """Describe the enrollment and exposure queries, and list the tables that they read.

    Args:
        config: The resolved experiment.
        kind: Its `query_type`.
        platform: Its application.
        dataset: What `{dataset}` stands for.

    Raises:
        ValueError: If a table of the query type is unknown.
        SqlSyntaxError: If a custom enrollment_query cannot be parsed.
    """
    analysis_unit = config.analysis_unit.value if config.analysis_unit else "client_id"
    named = platform.tables_of(kind, dataset)
    events = {role: Table.parse(name) for role, name in named.items()}
    part: dict[str, Any] = {
        "query_type": kind,
        "tables": {role: table.key for role, table in events.items()},
        "sample_size": config.sample_size or ALL_SAMPLE_IDS,
        "custom_query": None,
    }
    tables: Iterable[Table] = events.values()
    if config.enrollment_query:
        part["custom_query"], found = query(config.enrollment_query)
        part |= _custom_columns(config.enrollment_query, analysis_unit)
        tables = [*found, *([] if config.exposure_signal else [events["events"]])]
    elif config.exposure_signal:
        tables = [table for role, table in events.items() if role in ENROLLMENT_ROLES[kind]]
    return part, list(tables)


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
    segments: list[Segment], ids: UnitIds, dataset: str
) -> tuple[list[dict[str, Any]], list[Table]]:
    """Describe the segments, grouped by the data source and window that decide them.

    Args:
        segments: The resolved segments.
        ids: The ids that their data sources are joined on.
        dataset: What `{dataset}` stands for.
    """
    by_source: dict[SegmentDataSource, list[Segment]] = defaultdict(list)
    for segment in segments:
        by_source[segment.data_source].append(segment)
    parts: list[dict[str, Any]] = []
    tables: list[Table] = []
    for source, members in by_source.items():
        clause, found = from_clause(source.from_expression.format(dataset=dataset))
        tables += found
        date_column = source.submission_date_column or "submission_date"
        parts.append(
            {
                "data_source": source.name,
                "from": clause,
                "unit_column": ids.column(source),
                "date_column": date_column,
                "dated_tables": dated_tables(clause, date_column, found),
                "window_start": source.window_start,
                "window_end": source.window_end,
                "segments": [
                    {"name": s.name, "sql": expression(s.select_expression)} for s in members
                ],
            }
        )
    return parts, tables
