"""The lock of client days and metrics: what is read once a day, and how windows combine it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from metric_config_parser.data_source import DataSource
from metric_config_parser.metric import AnalysisPeriod, Metric, Summary

from dbt_jetstream.inputs.hub.templates import CALL
from dbt_jetstream.lock.definition.measures import Part
from dbt_jetstream.lock.definition.values import Fragment
from dbt_jetstream.lock.parts.dated import dated_tables
from dbt_jetstream.lock.parts.fragments import (
    Table,
    bigquery_sql,
    expression,
    from_clause,
    gap_of,
    nothing_on_duckdb,
)
from dbt_jetstream.lock.parts.units import UnitIds
from dbt_jetstream.sql import rollup
from dbt_jetstream.sql.rollup import Direct, split

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
        sql: Its SQL: over the daily parts of a window, or over the telemetry rows of one.
        select_expression: The BigQuery expression over the telemetry rows of a window.
        bases: The analysis bases that it is computed for.
        description: What it measures, for the docs.
        parts: What it needs of each day, in the order of their names.
        reason: Why it is read for every window; None where windows are rolled up from days.
        owners: Who answers for its definition, as the hub says.
        is_check: Whether it checks the branch that telemetry reports.
    """

    name: str
    sql: Fragment
    select_expression: str
    bases: tuple[str, ...]
    description: str
    parts: tuple[Part, ...] = ()
    reason: str | None = None
    owners: tuple[str, ...] = ()
    is_check: bool = False

    @property
    def is_daily(self) -> bool:
        """Whether windows are rolled up from client days."""
        return self.reason is None

    @property
    def gap(self) -> str | None:
        """Why DuckDB cannot compute it; None where it can."""
        return gap_of(self.sql)


@dataclass
class LockedDataSource:
    """A data source and the metrics that read it, over all periods.

    Attributes:
        name: Its name.
        clause: Its from_expression.
        unit_column: The column that holds the unit.
        date_column: The column that says on which day a row was sent.
        dated_tables: The tables that the date column comes from; see the function of this name.
        enrolled_branch: The branch that a row of telemetry reports, or None.
        tables: The physical tables in it.
        metrics: By period, the metrics in their configured order.
    """

    name: str
    clause: Fragment
    unit_column: str
    date_column: str
    dated_tables: list[dict[str, Any]]
    enrolled_branch: Fragment | None
    tables: tuple[Table, ...]
    metrics: dict[AnalysisPeriod, list[LockedMetric]] = field(default_factory=dict)

    def distinct(self) -> list[LockedMetric]:
        """List the metrics of all periods once."""
        by_name = {m.name: m for period in self.metrics.values() for m in period}
        return list(by_name.values())

    def parts(self, metrics: Iterable[LockedMetric] | None = None) -> list[Part]:
        """List the distinct daily parts of `metrics`, by default of all."""
        chosen = self.distinct() if metrics is None else metrics
        by_name = {part.name: part for metric in chosen for part in metric.parts}
        return [by_name[name] for name in sorted(by_name)]

    @property
    def is_daily(self) -> bool:
        """Whether any of its metrics is rolled up from client days."""
        return bool(self.parts())

    @property
    def reads_unit(self) -> bool:
        """Whether any daily part differs by unit even without telemetry, since it reads the unit.

        The checks of the reported branch do not: no report differs from no branch.
        """
        alike = {part.name for m in self.distinct() if m.is_check for part in m.parts}
        parts = (part for part in self.parts() if part.name not in alike)
        return any(re.search(r"\be\.", bigquery_sql(part.sql)) for part in parts)


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
    found = _split(sql, metric.data_source.submission_date_column or "submission_date")
    whole = expression(sql)
    locked = LockedMetric(
        name=metric.name,
        sql=whole,
        select_expression=sql.strip(),
        bases=tuple(basis.value for basis in metric.analysis_bases),
        description=metric.description or metric.friendly_name or metric.name,
        owners=tuple(metric.owner or ()),
    )
    if isinstance(found, Direct):
        return replace(locked, reason=found.reason)
    combined = _combined(found.expression, gap_of(whole))
    return replace(locked, sql=combined, parts=_parts(found.parts))


def _combined(sql: str, gap: str | None) -> Fragment:
    found = expression(sql)
    return nothing_on_duckdb(found, gap) if gap else found


def _parts(parts: Iterable[rollup.Part]) -> tuple[Part, ...]:
    return tuple(Part(name=p.name, sql=expression(p.daily), combine=p.combine) for p in parts)


def lock_data_source(source: DataSource, dataset: str, slug: str, ids: UnitIds) -> LockedDataSource:
    """Lock a data source without metrics yet.

    Args:
        source: The resolved data source.
        dataset: What `{dataset}` stands for.
        slug: The experiment.
        ids: The ids that it is joined on.

    Raises:
        SqlSyntaxError: If its from_expression cannot be parsed.
        ValueError: If it needs a dataset that nothing names.
    """
    clause, tables = from_clause(_with_joins(source, dataset))
    date_column = source.submission_date_column or "submission_date"
    branch = enrolled_branch(source, slug)
    return LockedDataSource(
        name=str(source.name),
        clause=clause,
        unit_column=ids.column(source),
        date_column=date_column,
        dated_tables=dated_tables(clause, date_column, tables),
        enrolled_branch=expression(branch) if branch else None,
        tables=tables,
    )


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
