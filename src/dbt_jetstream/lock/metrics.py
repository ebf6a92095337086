"""The lock of client days and metrics: what is read once a day, and how windows combine it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from metric_config_parser.data_source import DataSource
from metric_config_parser.metric import AnalysisPeriod, Metric, Summary

from dbt_jetstream.hub.templates import CALL
from dbt_jetstream.lock.dated import dated_tables
from dbt_jetstream.lock.fragments import (
    Fragment,
    Table,
    expression,
    from_clause,
    gap_of,
    nothing_on_duckdb,
)
from dbt_jetstream.lock.units import UnitIds
from dbt_jetstream.sql.rollup import Direct, Part, Rollup, split

BASES = ("enrollments", "exposures")
# How metric-hub's own SQL joins data sources, by the relationship that their definition names.
JOINS = {
    "many_to_many": "JOIN",
    "one_to_one": "JOIN",
    "many_to_one": "RIGHT JOIN",
    "one_to_many": "LEFT JOIN",
}


@dataclass(frozen=True)
class LockedMetric:
    """One metric column.

    Attributes:
        name: The column.
        select_expression: The BigQuery expression over the telemetry rows of a window.
        rollup: Its split into daily parts, or why there is none.
        bases: The analysis bases that it is computed for.
        description: What it measures, for the docs.
        gap: Why DuckDB cannot compute it; None where it can.
        owners: Who answers for its definition, as the hub says.
    """

    name: str
    select_expression: str
    rollup: Rollup | Direct
    bases: tuple[str, ...]
    description: str
    gap: str | None = None
    owners: tuple[str, ...] = ()

    @property
    def is_daily(self) -> bool:
        """Whether windows are rolled up from client days."""
        return isinstance(self.rollup, Rollup)


@dataclass
class LockedDataSource:
    """A data source and the metrics that read it, over all periods.

    Attributes:
        source: The resolved data source.
        clause: Its from_expression.
        tables: The physical tables in it.
        metrics: By period, the metrics in their configured order.
    """

    source: DataSource
    clause: Fragment
    tables: tuple[Table, ...]
    metrics: dict[AnalysisPeriod, list[LockedMetric]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The data source's name."""
        return str(self.source.name)

    @property
    def date_column(self) -> str:
        """The column that says on which day a row was sent."""
        return self.source.submission_date_column or "submission_date"

    @property
    def dated_tables(self) -> list[dict[str, Any]]:
        """The tables that its date column comes from; see the function of this name."""
        return dated_tables(self.clause, self.date_column, self.tables)

    def distinct(self) -> list[LockedMetric]:
        """List the metrics of all periods once."""
        by_name = {m.name: m for period in self.metrics.values() for m in period}
        return list(by_name.values())

    def parts(self, metrics: Iterable[LockedMetric] | None = None) -> list[Part]:
        """List the distinct daily parts of `metrics`, by default of all."""
        chosen = self.distinct() if metrics is None else metrics
        rollups = [m.rollup for m in chosen if isinstance(m.rollup, Rollup)]
        by_name = {part.name: part for rollup in rollups for part in rollup.parts}
        return [by_name[name] for name in sorted(by_name)]

    @property
    def is_daily(self) -> bool:
        """Whether any of its metrics is rolled up from client days."""
        return bool(self.parts())


def period_metrics(summaries: Iterable[Summary]) -> list[Metric]:
    """List the metrics of a period once, in order, with those that others depend on."""
    by_name: dict[str, Metric] = {}
    for summary in summaries:
        upstream = [s.metric for s in summary.metric.depends_on or []]
        for metric in [*upstream, summary.metric]:
            by_name.setdefault(metric.name, metric)
    return [metric for metric in by_name.values() if metric.data_source is not None]


def enrolled_branch(source: DataSource, slug: str) -> str | None:
    """Write the BigQuery expression for the branch that a telemetry row reports, or None."""
    in_map = "mozfun.map.get_key({column}, '{slug}'){field}"
    forms = {
        "simple": in_map.format(column="ds.experiments", slug=slug, field=""),
        "native": in_map.format(column="ds.experiments", slug=slug, field=".branch"),
        "glean": in_map.format(column="ds.ping_info.experiments", slug=slug, field=".branch"),
        "events_stream": (
            f"IF(JSON_VALUE(ds.event_extra, '$.experiment') = '{slug}', "
            "JSON_VALUE(ds.event_extra, '$.branch'), NULL)"
        ),
    }
    return forms.get(source.experiments_column_type)


def _unfilled(sql: str, error: Exception) -> str:
    """Say what stands in braces that nothing fills; a function that is not called shows itself."""
    if "functools.partial" in sql:
        return f"a function of the hub stands without its argument; {CALL}"
    hint = f"; {CALL}" if "(" in str(error) else ""
    return (
        f"cannot fill the placeholder {error} in the select expression; only `{{experiment_slug}}` "
        f"is known, and a literal brace is written twice{hint}"
    )


# The same expression is in hundreds of experiments.
_split = cache(split)


def lock_metric(metric: Metric, slug: str) -> LockedMetric:
    """Lock a metric: substitute the experiment, split it into daily parts.

    Raises:
        SqlSyntaxError: If the expression cannot be parsed.
        ValueError: If it has a placeholder that nothing fills.
    """
    try:
        sql = metric.select_expression.format(experiment_slug=slug)
    except (KeyError, IndexError, ValueError) as error:
        raise ValueError(_unfilled(metric.select_expression, error)) from error
    return LockedMetric(
        name=metric.name,
        select_expression=sql.strip(),
        rollup=_split(sql, metric.data_source.submission_date_column or "submission_date"),
        bases=tuple(basis.value for basis in metric.analysis_bases),
        description=metric.description or metric.friendly_name or metric.name,
        gap=gap_of(expression(sql)),
        owners=tuple(metric.owner or ()),
    )


def sanity_metrics(source: DataSource, slug: str, *, daily: bool) -> list[LockedMetric]:
    """Lock the two checks of a data source that reports the experiment it belongs to.

    They follow the other metrics of the source: a source that is only read directly is not read
    a second time for their sake.
    """
    branch = enrolled_branch(source, slug)
    if branch is None:
        return []
    checks = {
        "has_contradictory_branch": (
            f"COALESCE(LOGICAL_OR({branch} != e.branch), FALSE)",
            "Whether telemetry of the window reports another branch than the unit's.",
        ),
        "has_non_enrolled_data": (
            f"COALESCE(LOGICAL_OR({branch} IS NULL), FALSE)",
            "Whether telemetry of the window does not report the experiment.",
        ),
    }
    return [
        LockedMetric(
            name=f"{source.name}_{check}",
            select_expression=sql,
            rollup=_split(sql) if daily else Direct("follows the metrics of its data source"),
            bases=BASES,
            description=description,
        )
        for check, (sql, description) in checks.items()
    ]


def lock_data_source(source: DataSource, dataset: str) -> LockedDataSource:
    """Lock a data source without metrics yet.

    Raises:
        SqlSyntaxError: If its from_expression cannot be parsed.
        ValueError: If it needs a dataset that nothing names.
    """
    clause, tables = from_clause(_with_joins(source, dataset))
    return LockedDataSource(source, clause, tables)


def _with_joins(source: DataSource, dataset: str) -> str:
    """Write a data source with those that it joins, each a STRUCT column of the same name."""
    clause: str = source.from_expr_for(dataset)
    if not source.joins:
        return clause
    name = source.name
    joined = [join.data_source.name for join in source.joins]
    lines = [f"(SELECT {', '.join([f'{name}.*', *joined])} FROM {clause} AS {name}"]
    for join in source.joins:
        kind = JOINS[join.relationship.value if join.relationship else "many_to_many"]
        other = join.data_source
        on = join.on_expression or (
            f"{name}.{source.client_id_column} = {other.name}.{other.client_id_column} AND "
            f"{name}.{source.submission_date_column} = {other.name}.{other.submission_date_column}"
        )
        lines.append(f"{kind} {_with_joins(other, dataset)} AS {other.name} ON {on}")
    return "\n".join([*lines, ")"])


def data_source_part(locked: LockedDataSource, slug: str, ids: UnitIds) -> dict[str, Any]:
    """Describe how a data source joins to enrolled units."""
    branch = enrolled_branch(locked.source, slug)
    return {
        "name": locked.name,
        "from": locked.clause,
        "unit_column": ids.column(locked.source),
        "date_column": locked.date_column,
        "dated_tables": locked.dated_tables,
        "enrolled_branch": expression(branch) if branch else None,
    }


def client_days_part(
    locked: LockedDataSource, slug: str, ids: UnitIds, first_day: int
) -> dict[str, Any]:
    """Describe the client days of a data source.

    Args:
        locked: The data source, with the metrics of all periods.
        slug: The experiment.
        ids: The ids that the data source is joined on.
        first_day: The earliest day that a window needs, relative to enrollment.
    """
    return {
        **data_source_part(locked, slug, ids),
        "first_day": first_day,
        "parts": [{"name": part.name, "sql": expression(part.daily)} for part in locked.parts()],
        **_reads_unit(locked, slug),
    }


def period_part(
    locked: LockedDataSource, period: AnalysisPeriod, slug: str, ids: UnitIds
) -> dict[str, Any]:
    """Describe what a period computes from a data source, by each of the two paths."""
    metrics = locked.metrics[period]
    daily = [m for m in metrics if isinstance(m.rollup, Rollup)]
    direct = [m for m in metrics if isinstance(m.rollup, Direct)]
    return {
        **data_source_part(locked, slug, ids),
        "parts": [{"name": p.name, "combine": p.combine} for p in locked.parts(daily)],
        **_reads_unit(locked, slug),
        "daily_metrics": [_daily(metric) for metric in daily],
        "direct_metrics": [_direct(metric) for metric in direct],
    }


def _reads_unit(locked: LockedDataSource, slug: str) -> dict[str, bool]:
    """Say whether any daily part differs by unit even without telemetry, since it reads the unit.

    The checks of the reported branch do not: no report differs from no branch.
    """
    checks = sanity_metrics(locked.source, slug, daily=True)
    alike = {part for check in checks for part in getattr(check.rollup, "parts", ())}
    found = any(re.search(r"\be\.", part.daily) for part in locked.parts() if part not in alike)
    return {"reads_unit": True} if found else {}


def _daily(metric: LockedMetric) -> dict[str, Any]:
    assert isinstance(metric.rollup, Rollup)
    combined = expression(metric.rollup.expression)
    return {
        "name": metric.name,
        "bases": list(metric.bases),
        "select_expression": metric.select_expression,
        "sql": nothing_on_duckdb(combined, metric.gap) if metric.gap else combined,
    }


def _direct(metric: LockedMetric) -> dict[str, Any]:
    assert isinstance(metric.rollup, Direct)
    return {
        "name": metric.name,
        "bases": list(metric.bases),
        "reason": metric.rollup.reason,
        "sql": expression(metric.select_expression),
    }
