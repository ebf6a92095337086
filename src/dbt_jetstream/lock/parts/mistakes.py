"""What is wrong with an experiment's configuration, as its definition is built."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from metric_config_parser.analysis import AnalysisConfiguration
from metric_config_parser.experiment import Experiment
from metric_config_parser.metric import AnalysisPeriod, Summary

from dbt_jetstream.common import naming
from dbt_jetstream.common.errors import (
    ConfigError,
    RefusedByValidate,
    SeenInSql,
    WithoutEffect,
)
from dbt_jetstream.inputs.hub import Hub
from dbt_jetstream.inputs.platforms import Platform
from dbt_jetstream.lock.parts.experiment import experiment_of
from dbt_jetstream.lock.parts.fragments import Table, gap_of
from dbt_jetstream.lock.parts.metrics import (
    period_metrics,
)
from dbt_jetstream.lock.parts.summaries import (
    PREENROLLMENT,
    check,
    idle_treatments,
    unadjusted,
    uncomputed,
)
from dbt_jetstream.lock.parts.units import UnitIds
from dbt_jetstream.sql.compatibility import on_bigquery
from dbt_jetstream.sql.dialect import SqlSyntaxError
from dbt_jetstream.sql.misapplied import (
    misapplied,
    no_number,
)

T = TypeVar("T")
# Pre-treatments after which a count is a count, and a flag a flag.
KEEPING_VALUES = ("remove_nulls", "remove_indefinites", "zero_fill")


class Gathered:
    """Gathers the mistakes of a configuration, and what its author should know."""

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
        self.shared = experiment_of(config.experiment)
        self.ids = UnitIds(self.shared.analysis_unit, platform.client_ids)
        self.periods = [p for p in AnalysisPeriod if config.metrics[p]]

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
