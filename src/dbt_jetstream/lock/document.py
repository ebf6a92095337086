"""Builds all nodes of one experiment from its resolved configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from metric_config_parser.analysis import AnalysisConfiguration
from metric_config_parser.experiment import Experiment
from metric_config_parser.metric import AnalysisPeriod, Summary

from dbt_jetstream import naming
from dbt_jetstream.errors import (
    ConfigError,
    ConfigErrors,
    RefusedByValidate,
    SeenInSql,
    WithoutEffect,
    distinct,
)
from dbt_jetstream.hub import Hub
from dbt_jetstream.lock import models
from dbt_jetstream.lock.dated import all_dated_tables
from dbt_jetstream.lock.enrollments import enrollment_part, query_type, segment_parts
from dbt_jetstream.lock.exposures import signal_part
from dbt_jetstream.lock.fragments import Table, expression, gap_of
from dbt_jetstream.lock.metadata import metadata
from dbt_jetstream.lock.metrics import (
    LockedDataSource,
    lock_data_source,
    lock_metric,
    period_metrics,
    sanity_metrics,
)
from dbt_jetstream.lock.nodes import Node
from dbt_jetstream.lock.summaries import (
    PREENROLLMENT,
    check,
    idle_treatments,
    lock_summaries,
    unadjusted,
    uncomputed,
)
from dbt_jetstream.lock.telemetry import telemetry_columns
from dbt_jetstream.lock.trust import trust_nodes
from dbt_jetstream.lock.versions import version_part, versions
from dbt_jetstream.platforms import Platform
from dbt_jetstream.sql.compatibility import on_bigquery
from dbt_jetstream.sql.dialect import SqlSyntaxError
from dbt_jetstream.sql.misapplied import (
    aggregated,
    misapplied,
    no_flag,
    no_number,
)
from dbt_jetstream.sql.misfits import misfit

T = TypeVar("T")
# Pre-treatments after which a count is a count, and a flag a flag.
KEEPING_VALUES = ("remove_nulls", "remove_indefinites", "zero_fill")
NOBODY_EXPOSED = "nobody counts as exposed there"


@dataclass(frozen=True)
class History:
    """What an earlier lock of the experiment passes on.

    Attributes:
        reruns: How often the experiment was rerun; another number rebuilds all its tables.
        accepted: By model, earlier definition hashes whose windows are kept.
        exported: The views that were exported.
    """

    reruns: int = 0
    accepted: Mapping[str, Sequence[str]] = field(default_factory=dict)
    exported: frozenset[str] = frozenset()


@dataclass
class LockedExperiment:
    """All nodes of one experiment, in the order of the flow.

    Attributes:
        slug: The experiment.
        nodes: Its dbt models.
        tables: The telemetry tables that they read.
        is_private: Whether its definition must not be published.
        warnings: What its author should know; nothing that keeps it from being analysed.
        application: The application that it runs in.
    """

    slug: str
    nodes: list[Node]
    tables: list[Table]
    is_private: bool = False
    warnings: list[ConfigError] = field(default_factory=list)
    application: str = ""


def lock(
    hub: Hub,
    experiment: Experiment,
    config: AnalysisConfiguration,
    platform: Platform,
    history: History = History(),
) -> LockedExperiment:
    """Lock an experiment.

    Raises:
        ConfigErrors: With one error per mistake, each naming the file and the key.
    """
    if experiment.do_rerun:
        config = _overall_alone(config)
    builder = _Builder(hub, experiment, config, platform)
    nodes = builder.build(history)
    if builder.errors:
        raise ConfigErrors(builder.errors)
    dataset_id = config.experiment.dataset_id
    for node in nodes if dataset_id else []:
        node.config["schema"] = dataset_id
    for node in nodes:
        node.accept(history.accepted.get(node.name, ()))
    tables = sorted(set(builder.tables))
    is_private = builder.shared.is_private
    # A metric of several periods is looked at in each.
    warnings = distinct(builder.warnings)
    return LockedExperiment(builder.slug, nodes, tables, is_private, warnings, builder.app)


def _overall_alone(config: AnalysisConfiguration) -> AnalysisConfiguration:
    """Return a config without the windows that a rerun asked by Experimenter does not compute.

    As the original has it: the whole experiment, here with the weeks before that adjust it.
    """
    kept = {AnalysisPeriod.OVERALL, *PREENROLLMENT}
    metrics = {p: found if p in kept else [] for p, found in config.metrics.items()}
    return AnalysisConfiguration(config.experiment, metrics)


class _Builder:
    """Builds the nodes one after the other and gathers the mistakes on the way."""

    def __init__(
        self,
        hub: Hub,
        experiment: Experiment,
        config: AnalysisConfiguration,
        platform: Platform,
    ) -> None:
        self.hub = hub
        self.experiment = experiment
        self.config = config
        self.platform = platform
        self.slug = str(experiment.normandy_slug)
        self.app = experiment.app_name
        self.dataset = naming.dataset(experiment.app_id) or platform.dataset
        self.errors: list[ConfigError] = []
        self.warnings: list[ConfigError] = []
        self.tables: list[Table] = []
        self.shared = models.shared(config.experiment, platform)
        self.periods = [p for p in AnalysisPeriod if config.metrics[p]]

    def build(self, history: History) -> list[Node]:
        """Build all nodes, in the order of the flow."""
        self._check_settings()
        self._check_summaries()
        sources = self._data_sources()
        signal = self._exposure_signal()
        enrollments = self._enrollments(signal, history.reruns)
        if self.errors or enrollments is None:
            return []
        enrollments.meta["dated_tables"] = all_dated_tables(enrollments.meta, sources, self.tables)
        enrollments.meta["columns_read"] = telemetry_columns(
            enrollments.meta, sources, self.shared.ids, self.tables
        )
        locked = lock_summaries(self.config.metrics)
        shared = self.shared
        days = {s.name: models.client_days(shared, s, enrollments) for s in sources if s.is_daily}
        exposed = models.exposure_days(shared, *signal, enrollments) if signal else None
        upstream = models.Upstream(enrollments, days, exposed)
        periods = {p: models.metrics(shared, p, sources, upstream) for p in self.periods}
        bins = models.bins(shared, periods, locked)
        pieces = models.pieces(shared, periods, bins, locked)
        moments = models.moments(shared, periods, pieces)
        outcomes = self.hub.outcomes_of(self.config)
        described = metadata(self.config, outcomes, self.hub.config_url(self.slug))
        described |= version_part(self.hub)
        statistics = models.statistics(shared, pieces, moments, locked, described)
        views = [self._statistics_view(period, statistics, history) for period in self.periods]
        results = models.Results(periods, bins, pieces, moments, statistics)
        grid = models.completeness(shared, sources, upstream, results, locked)
        read = [*days.values(), *([exposed] if exposed else [])]
        checks = trust_nodes(shared, self.experiment.branches, sources, upstream, results)
        made = [bins, pieces, moments, statistics, *views, grid, *checks]
        return [enrollments, *read, *periods.values(), *made]

    def _statistics_view(self, period: AnalysisPeriod, statistics: Node, history: History) -> Node:
        was_exported = naming.statistics(self.slug, period) in history.exported
        return models.statistics_view(self.shared, period, statistics, was_exported=was_exported)

    def _try(self, attempt: Callable[[], T], path: Path | str | None, key: str) -> T | None:
        """Run `attempt`; what it refuses becomes an error at `key` of the file `path`."""
        try:
            return attempt()
        except ValueError as error:
            self.errors.append(ConfigError(path, key, str(error)))
            return None

    @property
    def own_file(self) -> Path | str | None:
        """The experiment's own config."""
        file = self.hub.experiment_file(self.slug)
        return file.shown if file else None

    def _check_settings(self) -> None:
        """Refuse what would be published where it must not be."""
        config = self.config.experiment
        if config.is_private and not config.dataset_id:
            problem = "a private experiment needs a dataset of its own: set `dataset_id`"
            self.errors.append(ConfigError(self.own_file, "experiment.dataset_id", problem))

    def _warn_of_gap(
        self, reason: str | None, path: Path | str | None, key: str, effect: str
    ) -> None:
        if reason is not None:
            problem = f"cannot run on DuckDB: {reason}; {effect}, {on_bigquery(reason)}"
            self.warnings.append(ConfigError(path, key, problem))

    def _warn_of_enrollment_gaps(
        self, enrollment: dict[str, Any], segment_sources: list[dict[str, Any]]
    ) -> None:
        own = self.own_file
        if enrollment["custom_query"]:
            key, gap = "experiment.enrollment_query", gap_of(enrollment["custom_query"])
            self._warn_of_gap(gap, own, key, "the experiment fails there")
        for source in segment_sources:
            key = f"segments.data_sources.{source['data_source']}.from_expression"
            self._warn_of_gap(gap_of(source["from"]), own, key, "the experiment fails there")
            for segment in source["segments"]:
                key = f"segments.{segment['name']}.select_expression"
                self._warn_of_gap(gap_of(segment["sql"]), own, key, "nobody is in it there")

    def _exposure_signal(self) -> tuple[dict[str, Any], tuple[Table, ...]] | None:
        """Lock the experiment's own exposure signal, if it has one."""
        signal = self.config.experiment.exposure_signal
        if signal is None:
            return None
        key = "experiment.exposure_signal.select_expression"
        if self._try(partial(expression, signal.select_expression), self.own_file, key) is None:
            return None
        attempt = partial(signal_part, signal, self.shared.ids, self.dataset)
        found = self._try(attempt, self.own_file, "experiment.exposure_signal")
        if found is None:
            return None
        problem = aggregated(signal.select_expression)
        if problem:
            self.warnings.append(RefusedByValidate(self.own_file, key, problem))
        self.tables += found[1]
        gaps = [reason for key in ("from", "sql") if (reason := gap_of(found[0][key]))]
        for reason in gaps:
            self._warn_of_gap(reason, self.own_file, "experiment.exposure_signal", NOBODY_EXPOSED)
        return found

    def _check_summaries(self) -> None:
        checked = set()
        for period in self.periods:
            summaries = self.config.metrics[period]
            computed = {metric.name for metric in period_metrics(summaries)}
            for summary in summaries:
                key = f"metrics.{summary.metric.name}.statistics.{summary.statistic.name}"
                problems = list(uncomputed(summary, computed, period.value))
                if key in checked and not problems:
                    continue
                path = self.hub.statistic_file(summary, self.slug, self.app)
                if key not in checked:
                    checked.add(key)
                    self._try(partial(check, summary), path, key)
                    self._warn_of_kind(summary, path, key)
                for inner, problem in problems:
                    self.errors.append(ConfigError(path, f"{key}{inner}", problem))
        if not self.errors:
            self._warn_of_covariates()

    def _warn_of_kind(self, summary: Summary, path: Path | str, key: str) -> None:
        """Say what of a statistic changes nothing, or cannot mean the metric that its SQL shows."""
        for problem in idle_treatments(summary):
            self.warnings.append(WithoutEffect(path, f"{key}.pre_treatments", problem))
        sql = summary.metric.select_expression
        self._refuse_by_sql(partial(no_number, summary.statistic.name), sql, path, key)
        if not sql or any(p.name not in KEEPING_VALUES for p in summary.pre_treatments):
            return
        try:
            reason = misapplied(summary.statistic.name, sql)
        except SqlSyntaxError:
            return
        if reason:
            self.warnings.append(ConfigError(path, key, reason))

    def _refuse_by_sql(
        self, found: Callable[[str], str | None], sql: str | None, path: Path | str, key: str
    ) -> None:
        """Have `validate` refuse what SQL shows to be a mistake; a run loses its metric alone."""
        try:
            problem = found(sql) if sql else None
        except SqlSyntaxError:
            return
        if problem:
            self.warnings.append(SeenInSql(path, key, problem))

    def _warn_of_covariates(self) -> None:
        """Name the covariates that are not computed; the experiment is analysed without them."""
        for period in self.periods:
            for summary in self.config.metrics[period] if period not in PREENROLLMENT else ():
                key = f"metrics.{summary.metric.name}.statistics.{summary.statistic.name}"
                for inner, problem in unadjusted(summary, self.config.metrics):
                    path = self.hub.statistic_file(summary, self.slug, self.app)
                    self.warnings.append(RefusedByValidate(path, f"{key}{inner}", problem))

    def _data_sources(self) -> list[LockedDataSource]:
        """Lock every data source once, with the metrics of each period that read it."""
        sources: dict[str, LockedDataSource] = {}
        for period in self.periods:
            for metric in period_metrics(self.config.metrics[period]):
                name = metric.data_source.name
                if name not in sources:
                    path = self.hub.data_source_file(name, self.slug, self.app)
                    key = f"data_sources.{name}.from_expression"
                    attempt = partial(lock_data_source, metric.data_source, self.dataset)
                    found = self._try(attempt, path, key)
                    if found is None:
                        continue
                    self._warn_of_gap(gap_of(found.clause), path, key, "its metrics fail there")
                    sources[name] = found
                path = self.hub.metric_file(metric.name, self.slug, self.app)
                key = f"metrics.{metric.name}.select_expression"
                self._refuse_by_sql(misfit, metric.select_expression, path, key)
                locked = self._try(partial(lock_metric, metric, self.slug), path, key)
                if locked is not None:
                    self._warn_of_gap(locked.gap, path, key, "its values are null there")
                    sources[name].metrics.setdefault(period, []).append(locked)
        for source in sources.values():
            self._add_sanity_metrics(source)
            self.tables += source.tables
        return list(sources.values())

    def _add_sanity_metrics(self, source: LockedDataSource) -> None:
        checks = sanity_metrics(source.source, self.slug, daily=source.is_daily)
        for metrics in source.metrics.values():
            metrics.extend(checks)

    def _segments(self) -> tuple[list[dict[str, Any]], list[Table]] | None:
        segments = self.config.experiment.segments
        for segment in segments:
            path = self.hub.segment_file(segment.name, self.slug, self.app)
            key = f"segments.{segment.name}.select_expression"
            if self._try(partial(expression, segment.select_expression), path, key) is None:
                return None
            self._refuse_by_sql(misfit, segment.select_expression, path, key)
            self._refuse_by_sql(no_flag, segment.select_expression, path, key)
        attempt = partial(segment_parts, segments, self.shared.ids, self.dataset)
        return self._try(attempt, self.own_file, "segments")

    def _enrollments(
        self, signal: tuple[dict[str, Any], tuple[Table, ...]] | None, reruns: int
    ) -> Node | None:
        config, own = self.config.experiment, self.own_file
        find_type = partial(query_type, config, self.platform)
        kind = self._try(find_type, own, "experiment.enrollments_query_type")
        enrollment = kind and self._try(
            partial(enrollment_part, config, kind, self.platform, self.dataset),
            own,
            "experiment.enrollment_query",
        )
        segments = self._segments()
        if not enrollment or segments is None:
            return None
        self._warn_of_enrollment_gaps(enrollment[0], segments[0])
        tables = [*enrollment[1], *segments[1], *(signal[1] if signal else ())]
        self.tables += tables
        meta = {
            "versions": versions(self.hub, self.experiment),
            **({"rerun": reruns} if reruns else {}),
            "reads": [table.dotted for table in sorted(set(self.tables))],
            # Known when all else is; here, since they are looked up by their first occurrence.
            "dated_tables": [],
            "columns_read": {},
            "experiment": self.shared.experiment,
            "enrollment": enrollment[0],
            "segment_sources": segments[0],
            "segments": self.shared.segments,
            **({"exposure_signal": signal[0]} if signal else {}),
        }
        return models.enrollments(self.shared, meta, config.segments, tables)
