"""Checks that no two things of an experiment's SQL would have one name.

Both warehouses take names that differ in case alone for one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from metric_config_parser.data_source import DataSource
from metric_config_parser.metric import Metric
from metric_config_parser.segment import Segment

# By folded name, what would have it, and the key that asks for that; an empty key is our own.
Names = dict[str, dict[str, str]]

SANITY_CHECKS = ("has_contradictory_branch", "has_non_enrolled_data")
OWN_COLUMNS = (
    "absent_sources",
    "analysis_basis",
    "analysis_id",
    "analysis_window_end",
    "analysis_window_start",
    "branch",
    "definition_hash",
    "enrollment_date",
    "exposure_date",
    "late_telemetry",
    "num_enrollment_events",
    "num_exposure_events",
    "window_index",
)
# What the queries over the metrics tables call what they make for each unit, beside its segments.
UNIT_COLUMNS = (
    "analysis_period",
    "bin",
    "group_id",
    "is_counted",
    "is_integer",
    "joint_id",
    "octave",
    "own_segment",
    "parts",
    "population",
    "position",
    "segment",
    "series_id",
    "value",
    "x",
    "y",
)
# The metric that counts units. The segment of all units is a reserved word of SQL anyway.
OWN_METRIC = "identity"
# In a query over a period's windows, the CTEs, and the name of the units that they are joined to.
OWN_TABLES = ("analysis_windows", "anchored_units", "e", "unit_windows")
# What the query derives from each data source; see macros/metrics/rolled_up_metrics.sql and
# direct_metrics.sql.
DERIVED_TABLES = ("", "_direct", "_window_days", "_window_parts")


def collisions(
    metrics: Sequence[Metric], segments: Sequence[Segment], summarised: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Yield the key and the problem of each name that is taken already.

    Args:
        metrics: The metrics, each once for every data source.
        segments: The segments.
        summarised: The names of the metrics that statistics are computed of.
    """
    direct = [metric.data_source for metric in metrics if metric.data_source is not None]
    by_name = {source.name: source for source in direct}
    sources = [by_name[name] for name in sorted(by_name)]
    yield from _repeated(_columns(metrics, segments, sources))
    yield from _repeated(_tables(sources))
    for segment in segments:
        if segment.name.lower() in UNIT_COLUMNS:
            problem = f"our tables of results have a column `{segment.name.lower()}`; rename it"
            yield f"segments.{segment.name}", problem
    for name in sorted(summarised):
        if name.lower() == OWN_METRIC:
            problem = f"the metric `{name}` is the one that counts units; rename it"
            yield f"metrics.{name}", problem


def _repeated(names: Names) -> Iterator[tuple[str, str]]:
    """Yield the key and the problem of each name that two things would have."""
    seen = set()
    for found in names.values():
        (label, first), *others = found.items()
        for other, key in others:
            # Where two data sources share a name, so do all tables derived from them.
            if (first, key) not in seen or first == key:
                seen.add((first, key))
                yield key, f"{other} would have the same name as {label}; rename it"


def _columns(
    metrics: Iterable[Metric], segments: Iterable[Segment], sources: Iterable[DataSource]
) -> Names:
    """List what the columns of the metrics tables would hold."""
    found: Names = defaultdict(dict)
    for name in OWN_COLUMNS:
        found[name][f"the table's own column `{name}`"] = ""
    for source in sources:
        for check in SANITY_CHECKS if _has_sanity_checks(source) else ():
            column = f"{source.name}_{check}"
            label = f"the check `{column}` of data source `{source.name}`"
            found[column.lower()][label] = f"data_sources.{source.name}"
    for segment in segments:
        label = f"the segment `{segment.name}`"
        found[segment.name.lower()][label] = f"segments.{segment.name}"
    for metric in metrics:
        if metric.data_source is not None:
            label = f"the metric `{metric.name}` of data source `{metric.data_source.name}`"
            found[metric.name.lower()][label] = f"metrics.{metric.name}"
    return found


def _tables(sources: Iterable[DataSource]) -> Names:
    """List the CTEs of the query that computes metrics."""
    found: Names = defaultdict(dict)
    for name in OWN_TABLES:
        found[name][f"the query's own `{name}`"] = ""
    for source in sources:
        for suffix in DERIVED_TABLES:
            table = f"{source.name}{suffix}"
            derived = f"`{table}`, made from " if suffix else ""
            label = f"{derived}the data source `{source.name}`"
            found[table.lower()][label] = f"data_sources.{source.name}"
    return found


def _has_sanity_checks(source: DataSource) -> bool:
    return bool(source.experiments_column_type) and source.experiments_column_type != "none"
