"""Checks what a config defines and nothing asks for: tomorrow something may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from metric_config_parser.analysis import AnalysisConfiguration
from metric_config_parser.data_source import DataSourceReference
from metric_config_parser.metric import MetricDefinition
from metric_config_parser.segment import SegmentDataSourceReference

from dbt_jetstream.common import naming
from dbt_jetstream.common.errors import ConfigError, ConfigErrors, mistakes_of
from dbt_jetstream.inputs.checks import Unused
from dbt_jetstream.inputs.hub import Hub
from dbt_jetstream.inputs.platforms import Platform
from dbt_jetstream.inputs.resolve import Unlisted, resolve
from dbt_jetstream.lock.document import lock
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.parts.experiment import experiment_of
from dbt_jetstream.lock.parts.fragments import from_clause
from dbt_jetstream.lock.parts.metrics import lock_data_source
from dbt_jetstream.lock.parts.units import UnitIds

# Of metrics that have no statistics of their own.
ANY_STATISTIC: dict[str, dict[str, object]] = {"count": {}}


def lock_unused(
    hub: Hub, config: AnalysisConfiguration, platform: Platform, unused: Unused
) -> tuple[LockedExperiment | None, list[ConfigError]]:
    """Lock an experiment as if it were asked for what its config defines in vain.

    Args:
        hub: The hub that holds the config.
        config: Its experiment, resolved, with which nothing is wrong.
        platform: The experiment's application.
        unused: What the config defines in vain.

    Returns:
        The experiment with all of that, where there are metrics or segments among it, and what is
        wrong with it.
    """
    mistakes = list(_in_sources(hub, config, platform, unused))
    metrics = {name: MetricDefinition(name, ANY_STATISTIC) for name in _with_sql(unused)}
    if not (metrics or unused.segments):
        return None, mistakes
    experiment = config.experiment.experiment
    try:
        more = resolve(hub, experiment, Unlisted(metrics, unused.segments))
        return lock(hub, experiment, more, platform), mistakes
    except (ConfigError, ConfigErrors) as error:
        return None, [*mistakes_of(error), *mistakes]


def _with_sql(unused: Unused) -> Iterator[str]:
    """Yield the metrics that have SQL of their own; the others are made of what is checked."""
    for name in unused.metrics:
        definition = unused.file.spec.metrics.definitions[name]
        if "*" not in name and (definition.select_expression or definition.aggregation):
            yield name


def _in_sources(
    hub: Hub, config: AnalysisConfiguration, platform: Platform, unused: Unused
) -> Iterator[ConfigError]:
    experiment = config.experiment
    spec, configs = hub.view_for(experiment.experiment)
    dataset = naming.dataset(experiment.experiment.app_id) or platform.dataset

    slug = str(experiment.experiment.normandy_slug)
    ids = UnitIds(experiment_of(experiment).analysis_unit, platform.client_ids)

    def lock_source(name: str) -> None:
        source = DataSourceReference(name).resolve(spec, experiment, configs)
        lock_data_source(source, dataset, slug, ids)

    def lock_segment_source(name: str) -> None:
        source = SegmentDataSourceReference(name).resolve(spec, experiment, configs)
        from_clause(source.from_expression.format(dataset=dataset))

    tables: dict[str, tuple[tuple[str, ...], Callable[[str], Any]]] = {
        "data_sources": (unused.data_sources, lock_source),
        "segments.data_sources": (unused.segment_sources, lock_segment_source),
    }
    for table, (names, attempt) in tables.items():
        for name in names:
            problem = _refusal(partial(attempt, name)) if "*" not in name else None
            if problem:
                yield ConfigError(unused.file.shown, f"{table}.{name}.from_expression", problem)


def _refusal(attempt: Callable[[], Any]) -> str | None:
    """Say what is refused; None where nothing is."""
    try:
        attempt()
    except Exception as error:  # The parser has no error type of its own.
        return str(error)
    return None
