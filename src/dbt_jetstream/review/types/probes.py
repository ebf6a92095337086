"""What of a locked experiment is SQL of its authors, and which type each piece must have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from dbt_jetstream.common import naming
from dbt_jetstream.inputs.hub import Hub
from dbt_jetstream.lock.definition.values import Fragment
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.parts.fragments import Table, bigquery_sql
from dbt_jetstream.review.diff.comparable import SANITY

COUNT = "count"
UNIT_IDS = ("client_id", "profile_group_id")
ENROLLMENTS, BRANCH = "enrollment_query", "ds.branch = e.branch"

# Names the file that defines a thing: a metric, segment or data source by the table of its key and
# its name, or `experiment`.
FileOf = Callable[[str, str], Path | str | None]


def files_of(hub: Hub, slug: str, application: str) -> FileOf:
    """Return what names the files of an experiment's definitions."""
    own = hub.experiment_file(slug)
    finders = {
        "data_sources": hub.data_source_file,
        "metrics": hub.metric_file,
        "segments": hub.segment_file,
        "segments.data_sources": hub.segment_source_file,
    }

    def file_of(kind: str, name: str) -> Path | str | None:
        if kind in finders:
            return finders[kind](name, slug, application)
        return own.shown if own else None

    return file_of


class Takes(Enum):
    """What the value of an expression is used for."""

    ANYTHING = "anything"
    NUMBER = "a number, or true or false"
    FLAG = "true or false"


@dataclass(frozen=True)
class Expression:
    """One expression over the rows of a data source.

    Attributes:
        kind: `metrics` or `segments`; `experiment` for the exposure signal.
        name: The metric or segment.
        key: Its key in the file that defines it.
        sql: What is computed, on BigQuery.
        takes: What its value is used for.
        is_aggregate: Whether it is one value for all rows of a unit.
    """

    kind: str
    name: str
    key: str
    sql: str
    takes: Takes
    is_aggregate: bool = True


@dataclass(frozen=True)
class Source:
    """A data source, and what is computed from it.

    Attributes:
        kind: The table of its key: `data_sources`, `segments.data_sources`, or `experiment`.
        name: The data source; the signal's name for the exposure signal.
        key: The key of its SQL.
        clause: Its FROM clause.
        tables: The tables in it.
        unit_column: The column of the analysis unit's id.
        date_column: The column of the day.
        branch: The expression for the branch that a row reports; None where there is none.
        expressions: What is computed from its rows.
        other_units: The columns of other ids that would do; of a made-up experiment nobody knows
            its analysis unit.
    """

    kind: str
    name: str
    key: str
    clause: str
    tables: tuple[str, ...]
    unit_column: str
    date_column: str
    branch: str | None = None
    expressions: list[Expression] = field(default_factory=list)
    other_units: tuple[str, ...] = ()


def sources_of(locked: LockedExperiment, *, is_made_up: bool = False) -> list[Source]:
    """List the data sources of a locked experiment with all that its authors compute from them.

    Args:
        locked: The experiment.
        is_made_up: Whether it is there for a config to be tried on.
    """
    writing = _Writing(locked.tables, UNIT_IDS if is_made_up else ())
    numbers = metrics_of_numbers(locked)
    found: dict[tuple[str, str], Source] = {}
    for node in locked.nodes:
        for part in node.meta.get("data_sources", ()):
            source = writing.source("data_sources", part)
            source = found.setdefault((source.kind, source.name), source)
            known = {expression.name for expression in source.expressions}
            # The checks of the reported branch are ours, and follow from the source's own columns.
            known |= {f"{source.name}_{check}" for check in SANITY}
            metrics = [*part["daily_metrics"], *part["direct_metrics"]]
            for metric in (metric for metric in metrics if metric["name"] not in known):
                sql = metric.get("select_expression") or writing.text(metric["sql"])
                takes = Takes.NUMBER if metric["name"] in numbers else Takes.ANYTHING
                key = f"metrics.{metric['name']}.select_expression"
                source.expressions.append(Expression("metrics", metric["name"], key, sql, takes))
    return [*found.values(), *_others(locked.nodes[0].meta, writing)]


def _others(enrollments: dict[str, Any], writing: _Writing) -> Iterator[Source]:
    """Yield what segments and the exposure signal read."""
    for part in enrollments["segment_sources"]:
        source = writing.source("segments.data_sources", part, part["data_source"])
        for segment in part["segments"]:
            key = f"segments.{segment['name']}.select_expression"
            sql = writing.text(segment["sql"])
            made = Expression("segments", segment["name"], key, sql, Takes.FLAG)
            source.expressions.append(made)
        yield source
    query = enrollments["enrollment"].get("custom_query")
    if query:
        yield writing.enrollment_query(query, enrollments["enrollment"]["unit_column"])
    signal = enrollments.get("exposure_signal")
    if signal:
        source = writing.source("experiment", signal)
        key = "experiment.exposure_signal.select_expression"
        sql = writing.text(signal["sql"])
        made = Expression("experiment", signal["name"], key, sql, Takes.FLAG, is_aggregate=False)
        source.expressions.append(made)
        yield source


class _Writing:
    """Writes fragments with the names that their tables have in BigQuery."""

    def __init__(self, tables: Iterable[Table], other_units: tuple[str, ...]) -> None:
        self.tables = list(tables)
        self.other_units = other_units

    def source(self, kind: str, part: dict[str, Any], name: str | None = None) -> Source:
        named = name or part["name"]
        keys = {"experiment": "experiment.exposure_signal.data_source"}
        branch = part.get("enrolled_branch")
        return Source(
            kind=kind,
            name=named,
            key=keys.get(kind, f"{kind}.{named}.from_expression"),
            clause=self.text(part["from"]),
            tables=self.tables_in(part["from"]),
            unit_column=part["unit_column"],
            date_column=part["date_column"],
            branch=self.text(branch) if branch else None,
            # A column of another name is one that its author means to be there.
            other_units=self.other_units if part["unit_column"] in UNIT_IDS else (),
        )

    def enrollment_query(self, query: Fragment, unit_column: str) -> Source:
        """Take an experiment's own enrollments for a source, which has a branch beside a date."""
        key = "experiment.enrollment_query"
        tables = self.tables_in(query)
        clause = f"({self.text(query)})"
        return Source(
            "experiment", ENROLLMENTS, key, clause, tables, unit_column, "enrollment_date", BRANCH
        )

    def tables_in(self, fragment: Fragment) -> tuple[str, ...]:
        sql = bigquery_sql(fragment)
        return tuple(table.dotted for table in self.tables if table.placeholder in sql)

    def text(self, fragment: Fragment) -> str:
        text = bigquery_sql(fragment)
        for table in self.tables:
            text = text.replace(table.placeholder, f"`{table.dotted}`")
        return text


def metrics_of_numbers(locked: LockedExperiment) -> set[str]:
    """Name the metrics that a statistic computes with; `count` takes whatever there is."""
    (grid,) = (node for node in locked.nodes if node.name == naming.completeness(locked.slug))
    computed = [s for s in grid.meta["statistics"] if s["statistic"] != COUNT]
    return {metric for statistic in computed for metric in statistic["metrics"]}
