"""Builds the definition of one experiment from its resolved configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from metric_config_parser.analysis import AnalysisConfiguration
from metric_config_parser.experiment import Experiment
from metric_config_parser.metric import AnalysisPeriod

from dbt_jetstream.common.errors import (
    ConfigError,
    ConfigErrors,
    RefusedByValidate,
    distinct,
)
from dbt_jetstream.inputs.hub import Hub
from dbt_jetstream.inputs.platforms import Platform
from dbt_jetstream.lock.definition.definition import FORMAT, Definition, Enrollment
from dbt_jetstream.lock.expand import LockedExperiment, expand
from dbt_jetstream.lock.parts.enrollments import enrollment_part, query_type, segment_parts
from dbt_jetstream.lock.parts.experiment import periods_of
from dbt_jetstream.lock.parts.exposures import signal_part
from dbt_jetstream.lock.parts.fragments import expression, gap_of
from dbt_jetstream.lock.parts.metadata import described_metrics, external_config, outcomes
from dbt_jetstream.lock.parts.metrics import (
    LockedDataSource,
    lock_data_source,
    lock_metric,
    period_metrics,
)
from dbt_jetstream.lock.parts.mistakes import Gathered
from dbt_jetstream.lock.parts.short import (
    DEFAULTS,
    data_sources,
    measures,
    segment_source,
    segments_of,
    signal_of,
)
from dbt_jetstream.lock.parts.summaries import (
    PREENROLLMENT,
    statistic_parts,
)
from dbt_jetstream.lock.parts.versions import versions
from dbt_jetstream.sql.misapplied import (
    aggregated,
    no_flag,
)
from dbt_jetstream.sql.misfits import misfit

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
    definition = builder.build(history)
    if builder.errors or definition is None:
        raise ConfigErrors(builder.errors)
    # A metric of several periods is looked at in each.
    return expand(definition, history.accepted, distinct(builder.warnings))


def _overall_alone(config: AnalysisConfiguration) -> AnalysisConfiguration:
    """Return a config without the windows that a rerun asked by Experimenter does not compute.

    As the original has it: the whole experiment, here with the weeks before that adjust it.
    """
    kept = {AnalysisPeriod.OVERALL, *PREENROLLMENT}
    metrics = {p: found if p in kept else [] for p, found in config.metrics.items()}
    return AnalysisConfiguration(config.experiment, metrics)


class _Builder(Gathered):
    """Builds the nodes one after the other and gathers the mistakes on the way."""

    def build(self, history: History) -> Definition | None:
        """Build the definition; none where there are mistakes."""
        self._check_settings()
        self._check_summaries()
        sources = self._data_sources()
        signal = self._exposure_signal()
        enrollment = self._enrollment()
        segments = self._segments()
        if self.errors or enrollment is None or segments is None:
            return None
        self._warn_of_enrollment_gaps(enrollment, segments)
        statistics = statistic_parts(self.config.metrics)
        configured = self.config.experiment
        periods = [period.table_suffix for period in self.periods]
        return Definition(
            format=FORMAT,
            experiment=self.shared,
            versions=versions(self.hub, self.experiment, history.reruns),
            defaults=DEFAULTS,
            telemetry=[table.dotted for table in sorted(set(self.tables))],
            enrollment=Enrollment(**enrollment),
            exposure_signal=signal_of(signal) if signal else None,
            segment_sources={part["data_source"]: segment_source(part) for part in segments},
            segments=segments_of(
                {s.name: s.description or s.friendly_name or s.name for s in configured.segments},
                segments,
            ),
            periods=periods_of(self.shared, periods, history.exported),
            data_sources=data_sources(sources),
            measures=measures(sources, statistics, described_metrics(self.config)),
            outcomes=outcomes(self.hub.outcomes_of(self.config)),
            external_config=external_config(configured, self.hub.config_url(self.slug)),
        )

    def _check_settings(self) -> None:
        """Refuse what would be published where it must not be."""
        config = self.config.experiment
        if config.is_private and not config.dataset_id:
            problem = "a private experiment needs a dataset of its own: set `dataset_id`"
            self.errors.append(ConfigError(self.own_file, "experiment.dataset_id", problem))

    def _exposure_signal(self) -> dict[str, Any] | None:
        """Lock the experiment's own exposure signal, if it has one."""
        signal = self.config.experiment.exposure_signal
        if signal is None:
            return None
        key = "experiment.exposure_signal.select_expression"
        if self._try(partial(expression, signal.select_expression), self.own_file, key) is None:
            return None
        attempt = partial(signal_part, signal, self.ids, self.dataset)
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
        return found[0]

    def _data_sources(self) -> list[LockedDataSource]:
        """Lock every data source once, with the metrics of each period that read it."""
        sources: dict[str, LockedDataSource] = {}
        for period in self.periods:
            for metric in period_metrics(self.config.metrics[period]):
                name = metric.data_source.name
                if name not in sources:
                    path = self.hub.data_source_file(name, self.slug, self.app)
                    key = f"data_sources.{name}.from_expression"
                    attempt = partial(
                        lock_data_source, metric.data_source, self.dataset, self.slug, self.ids
                    )
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
            self.tables += source.tables
        return list(sources.values())

    def _segments(self) -> list[dict[str, Any]] | None:
        segments = self.config.experiment.segments
        for segment in segments:
            path = self.hub.segment_file(segment.name, self.slug, self.app)
            key = f"segments.{segment.name}.select_expression"
            if self._try(partial(expression, segment.select_expression), path, key) is None:
                return None
            self._refuse_by_sql(misfit, segment.select_expression, path, key)
            self._refuse_by_sql(no_flag, segment.select_expression, path, key)
        attempt = partial(segment_parts, segments, self.ids, self.dataset)
        found = self._try(attempt, self.own_file, "segments")
        if found is None:
            return None
        self.tables += found[1]
        return found[0]

    def _enrollment(self) -> dict[str, Any] | None:
        config, own = self.config.experiment, self.own_file
        find_type = partial(query_type, config, self.platform)
        kind = self._try(find_type, own, "experiment.enrollments_query_type")
        if kind is None:
            return None
        attempt = partial(enrollment_part, config, kind, self.platform, self.dataset)
        part = self._try(attempt, own, "experiment.enrollment_query")
        if part is None:
            return None
        described, tables = part
        self.tables += tables
        return described
