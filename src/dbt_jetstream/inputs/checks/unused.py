"""Finds what an experiment's own config defines and nothing asks for: it has no effect."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from metric_config_parser.analysis import AnalysisConfiguration, AnalysisSpec
from metric_config_parser.metric import Metric, MetricDefinition, Summary
from metric_config_parser.outcome import OutcomeSpec

from dbt_jetstream.common.errors import WithoutEffect, did_you_mean
from dbt_jetstream.inputs.checks.definitions import read_sources

if TYPE_CHECKING:
    from dbt_jetstream.inputs.hub.files import HubFile

UNLISTED_METRIC = (
    "is in none of the lists under [metrics], so that it has no effect; list it, as in "
    '`overall = ["{}"]`, or remove it'
)
UNMATCHED_METRICS = "matches no metric that is computed, so that it has no effect; correct the name"
UNLISTED_SEGMENT = (
    "is not in `experiment.segments`, so that it has no effect; list it there, or remove it"
)
UNREAD_SOURCE = "no {} reads it, so that it has no effect; name it as a `data_source`, or remove it"
UNDECLARED_PARAMETER = "no outcome of the experiment declares it, so that it has no effect; {}"


@dataclass(frozen=True)
class Unused:
    """What an experiment's own config defines in vain, by name.

    Attributes:
        file: The config.
        metrics: Metrics, and patterns of their names.
        segments: Segments.
        data_sources: Data sources of metrics and of the exposure signal.
        segment_sources: Data sources of segments.
        parameters: Values for outcomes.
        declared: The parameters that the experiment's outcomes have.
    """

    file: HubFile
    metrics: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    data_sources: tuple[str, ...] = ()
    segment_sources: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    declared: tuple[str, ...] = ()

    def warnings(self) -> Iterator[WithoutEffect]:
        """Yield a line for each, with the way out."""
        for name in self.metrics:
            problem = UNMATCHED_METRICS if "*" in name else UNLISTED_METRIC.format(name)
            yield self._warning(f"metrics.{name}", problem)
        for name in self.segments:
            yield self._warning(f"segments.{name}", UNLISTED_SEGMENT)
        for name in self.data_sources:
            yield self._warning(f"data_sources.{name}", UNREAD_SOURCE.format("metric"))
        for name in self.segment_sources:
            key = f"segments.data_sources.{name}"
            yield self._warning(key, UNREAD_SOURCE.format("segment"))
        for name in self.parameters:
            hint = did_you_mean(name, self.declared) or "name the outcome that does, or remove it"
            yield self._warning(f"parameters.{name}", UNDECLARED_PARAMETER.format(hint))

    def _warning(self, key: str, problem: str) -> WithoutEffect:
        return WithoutEffect(self.file.shown, key, problem)


def unused(
    file: HubFile, config: AnalysisConfiguration, outcomes: Collection[OutcomeSpec]
) -> Unused:
    """Find what an experiment's own config defines in vain.

    Args:
        file: The config.
        config: The experiment, resolved.
        outcomes: Those that the experiment has; all that it may have, where that is not known.
            What the config says of their metrics and data sources is not looked at.
    """
    own: AnalysisSpec = file.spec
    metrics = list(_computed(config))
    theirs = {name for outcome in outcomes for name in outcome.metrics}
    segments = config.experiment.segments
    declared = {name for outcome in outcomes for name in outcome.parameters.definitions}
    read = {segment.data_source.name for segment in segments}
    read |= {segment.data_source.name for segment in own.segments.definitions.values()}
    return Unused(
        file,
        metrics=_others(own.metrics.definitions, {metric.name for metric in metrics} | theirs),
        segments=_others(own.segments.definitions, {segment.name for segment in segments}),
        data_sources=_others(own.data_sources.definitions, _read(own, config, outcomes)),
        segment_sources=_others(own.segments.data_sources, read),
        parameters=_others(own.parameters.definitions, declared),
        declared=tuple(sorted(declared)),
    )


def _others(defined: Iterable[str], used: Collection[str]) -> tuple[str, ...]:
    """List the names, or patterns of names, that fit none of those that are used."""
    return tuple(
        name for name in defined if not any(name == one or fnmatchcase(one, name) for one in used)
    )


def _computed(config: AnalysisConfiguration) -> Iterator[Metric]:
    for summaries in config.metrics.values():
        yield from _with_parts(summaries)


def _with_parts(summaries: Iterable[Summary]) -> Iterator[Metric]:
    for summary in summaries:
        yield summary.metric
        yield from _with_parts(summary.metric.depends_on or [])


def _read(
    own: AnalysisSpec, config: AnalysisConfiguration, outcomes: Iterable[OutcomeSpec]
) -> set[str]:
    """Name the data sources that something reads, were it a metric that is not computed."""
    signal = config.experiment.exposure_signal
    direct = [metric.data_source for metric in _computed(config)]
    direct += [signal.data_source] if signal else []
    defined: list[MetricDefinition] = [*own.metrics.definitions.values()]
    found = {source.name for one in direct for source in read_sources(one)}
    for outcome in outcomes:
        defined += outcome.metrics.values()
        found |= {*outcome.data_sources.definitions}
    for source in own.data_sources.definitions.values():
        found |= {*(source.joins or {})}
    return found | {metric.data_source.name for metric in defined if metric.data_source}
