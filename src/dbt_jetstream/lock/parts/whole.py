"""Reads data sources, metrics and statistics of a definition, with all that follows (format 1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from metric_config_parser.metric import AnalysisPeriod

from dbt_jetstream.lock.definition.definition import Definition
from dbt_jetstream.lock.definition.measures import Measure, Statistic
from dbt_jetstream.lock.definition.sources import DataSource, Source
from dbt_jetstream.lock.definition.values import Fragment, Treatment
from dbt_jetstream.lock.parts.fragments import Table, nothing_on_duckdb
from dbt_jetstream.lock.parts.metrics import BASES, LockedDataSource, LockedMetric
from dbt_jetstream.lock.parts.rollup_text import split_text, squeezed
from dbt_jetstream.lock.parts.short import dates_that_follow, keys_of, periods_needed

PERIODS = {period.table_suffix: period for period in AnalysisPeriod}
FOLLOWS = "follows the metrics of its data source"
SETTINGS = ("drop_highest", "grid_size", "log_space")
# What telemetry reports of the branch that a unit is in, as conditions on a row.
CHECKS = {
    "has_contradictory_branch": (
        "{} != e.branch",
        "Whether telemetry of the window reports another branch than the unit's.",
    ),
    "has_non_enrolled_data": (
        "{} IS NULL",
        "Whether telemetry of the window does not report the experiment.",
    ),
}


def tables_of(definition: Definition) -> dict[str, Table]:
    """Return the tables that an experiment reads, by what stands for them in fragments."""
    tables = map(Table.parse, definition.telemetry)
    return {table.key: table for table in tables}


def source_part(source: Source, tables: Mapping[str, Table]) -> dict[str, Any]:
    """Return telemetry that is joined to units as nodes hold it."""
    clause, date_column = source.from_expression, source.date_column
    dates = dates_that_follow(clause, date_column) if source.dates is None else source.dates
    return {
        "from": clause,
        "unit_column": source.unit_column,
        "date_column": date_column,
        "dated_tables": [
            {"key": key, "name": tables[key].dotted, "date": dates[key]} for key in sorted(dates)
        ],
    }


def statistics_of(definition: Definition) -> list[dict[str, Any]]:
    """List the statistics, each with the `ratio` that it is of; sorted by metric and name."""
    return [
        _statistic(definition, metric, name)
        for metric in sorted(definition.measures)
        for name in sorted(definition.measures[metric].statistics)
    ]


def _statistic(definition: Definition, metric: str, name: str) -> dict[str, Any]:
    measure, defaults = definition.measures[metric], definition.defaults
    said = measure.statistics[name]
    interval, version = said.confidence_interval, said.version
    part = {
        "metric": metric,
        "statistic": name,
        "version": defaults.version if version is None else version,
        "bases": said.bases or bases_of(definition, measure),
        "pre_treatments": [_treatment(found) for found in said.pre_treatments],
        "confidence_interval": defaults.confidence_interval if interval is None else interval,
        "periods": said.periods,
        **{key: getattr(said, key) for key in SETTINGS if getattr(said, key) is not None},
        **_adjustment(said),
    }
    if measure.ratio and name == "population_ratio":
        sides = {"numerator": measure.ratio.numerator, "denominator": measure.ratio.denominator}
        return {**part, "ratio": sides}
    return part


def _adjustment(said: Statistic) -> dict[str, Any]:
    if said.covariate is None:
        return {}
    if isinstance(said.covariate, bool):
        reason = {"unadjusted": said.unadjusted} if said.unadjusted else {}
        return {"covariate": None, **reason}
    covariate = said.covariate
    return {"covariate": {"metric": covariate.metric, "period": covariate.period}}


def _treatment(found: Treatment) -> dict[str, Any]:
    if isinstance(found, str):
        return {"name": found}
    ((name, arguments),) = found.items()
    return {"name": name, **arguments}


def bases_of(definition: Definition, measure: Measure) -> list[str]:
    """Return the analysis bases of a metric."""
    return measure.bases or definition.defaults.bases


def friendly_name(name: str, measure: Measure) -> str:
    """Return what a metric is called."""
    return measure.friendly_name or title(name)


def title(name: str) -> str:
    """Return what a metric is called that has no name for people."""
    return name.replace("_", " ").title()


def data_sources_of(definition: Definition) -> list[LockedDataSource]:
    """Return the data sources with the metrics of each period, and the checks of each."""
    needed = periods_needed(statistics_of(definition))
    tables = tables_of(definition)
    return [_data_source(definition, name, tables, needed) for name in definition.data_sources]


def _data_source(
    definition: Definition,
    name: str,
    tables: Mapping[str, Table],
    needed: Mapping[str, Iterable[str]],
) -> LockedDataSource:
    said = definition.data_sources[name]
    part = source_part(said, tables)
    found = LockedDataSource(
        name=name,
        clause=part["from"],
        unit_column=part["unit_column"],
        date_column=part["date_column"],
        dated_tables=part["dated_tables"],
        enrolled_branch=said.enrolled_branch,
        tables=tuple(tables[key] for key in keys_of(said.from_expression)),
    )
    own = {m: measure for m, measure in definition.measures.items() if measure.source == name}
    metrics = {m: metric_of(m, own[m], bases_of(definition, own[m])) for m in own}
    checks = checks_of(name, said, is_daily=any(m.is_daily for m in metrics.values()))
    for period in definition.periods:
        here = [m for m in own if period in (own[m].periods or needed.get(m, ()))]
        if here:
            order = said.order[period] if said.order else here
            found.metrics[PERIODS[period]] = [*(metrics[m] for m in order), *checks]
    return found


def metric_of(name: str, measure: Measure, bases: Iterable[str]) -> LockedMetric:
    """Return a metric with its daily parts."""
    select = str(measure.select_expression)
    parts, sql = (), _direct(measure)
    if measure.direct is None:
        parts, sql = _rolled_up(measure)
    return LockedMetric(
        name=name,
        sql=sql,
        select_expression=select,
        bases=tuple(bases),
        description=measure.description or measure.friendly_name or name,
        parts=parts,
        reason=measure.direct,
        owners=tuple(measure.owners),
    )


def _direct(measure: Measure) -> Fragment:
    select = str(measure.select_expression)
    if measure.gap:
        return nothing_on_duckdb(select, measure.gap)
    both: Fragment = {"bigquery": select, "duckdb": measure.duckdb}
    return both if measure.duckdb else select


def _rolled_up(measure: Measure) -> tuple[Any, Fragment]:
    if measure.window is not None:
        return tuple(measure.parts or ()), measure.window
    select = str(measure.select_expression)
    return split_text(measure.canonical or squeezed(select), measure.duckdb)


def checks_of(name: str, source: DataSource, *, is_daily: bool) -> list[LockedMetric]:
    """Return the two checks of a data source that reports the experiment it belongs to.

    They follow the other metrics of the source: a source that is only read directly is not read
    a second time for their sake.
    """
    branch = source.enrolled_branch
    return [] if branch is None else list(_checks(name, branch, is_daily=is_daily))


def _checks(name: str, branch: Fragment, *, is_daily: bool) -> Iterator[LockedMetric]:
    bigquery, duckdb = (
        (branch, branch) if isinstance(branch, str) else (branch["bigquery"], branch["duckdb"])
    )
    for check, (condition, description) in CHECKS.items():
        select = f"COALESCE(LOGICAL_OR({condition.format(bigquery)}), FALSE)"
        there = squeezed(condition).format(duckdb)
        measure = Measure(
            select_expression=select,
            canonical=f"COALESCE(LOGICAL_OR({squeezed(condition).format(bigquery)}), FALSE)",
            duckdb=f"COALESCE(BOOL_OR(CAST({there} AS BOOLEAN)), FALSE)",
            direct=None if is_daily else FOLLOWS,
            description=description,
        )
        found = metric_of(f"{name}_{check}", measure, BASES)
        yield replace(found, is_check=True)
