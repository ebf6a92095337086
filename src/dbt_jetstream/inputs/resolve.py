"""Resolves an experiment against a hub, and says in one line a mistake what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from metric_config_parser.analysis import AnalysisConfiguration
from metric_config_parser.config import ConfigCollection
from metric_config_parser.experiment import Experiment
from metric_config_parser.metric import AnalysisPeriod, MetricDefinition, MetricReference
from metric_config_parser.outcome import OutcomeSpec
from metric_config_parser.segment import SegmentReference

from dbt_jetstream.common.errors import ConfigError, ConfigErrors, did_you_mean
from dbt_jetstream.inputs.hub import Hub, definitions_of
from dbt_jetstream.inputs.hub.files import HubFile
from dbt_jetstream.inputs.hub.templates import broken_template
from dbt_jetstream.inputs.hub.unplaced import circle, unplaced
from dbt_jetstream.inputs.hub.untreated import untreated

# What can be referred to, by kind.
Names: TypeAlias = dict[str, set[str]]

PERIOD_KEYS = {period.table_suffix: period.mozanalysis_label for period in AnalysisPeriod}
PARAMETER = re.compile(r"\bparameters\.(\w+)")


@dataclass(frozen=True)
class Unlisted:
    """What to resolve beside what a hub asks for.

    Attributes:
        metrics: Metrics to compute over the overall window; their statistics count where the hub
            gives them none.
        segments: Segments.
    """

    metrics: Mapping[str, MetricDefinition] = field(default_factory=dict)
    segments: Sequence[str] = ()


def resolve(hub: Hub, experiment: Experiment, more: Unlisted = Unlisted()) -> AnalysisConfiguration:
    """Resolve every metric, statistic, data source and segment of the experiment.

    Args:
        hub: The hub.
        experiment: The experiment.
        more: What to resolve beside what the hub asks for.

    Raises:
        ConfigErrors: With one error per mistake, each naming the file and the key.
    """
    errors = list(_broken_references(hub, experiment))
    if errors:
        raise ConfigErrors(errors)
    spec, configs = hub.view_for(experiment)
    for name, metric in more.metrics.items():
        known = spec.metrics.definitions.setdefault(name, metric)
        known.statistics = known.statistics or metric.statistics
        spec.metrics.overall.append(MetricReference(name))
    spec.experiment.segments += [SegmentReference(name) for name in more.segments]
    try:
        return spec.resolve(experiment, configs)
    except RecursionError as error:
        definitions = hub.files_of("definition", experiment.app_name)
        told = circle([*_files_of(hub, experiment), *definitions])
        problem = "metrics or data sources of it refer to each other in a circle; break it"
        raise ConfigErrors([told or _blamed(hub, experiment, problem)]) from error
    except Exception as error:
        # The parser raises bare ValueErrors and its own types alike; their text is all there is.
        told = _explained(error, hub, experiment)
        raise ConfigErrors([told or _blamed(hub, experiment, str(error))]) from error


def _explained(error: Exception, hub: Hub, experiment: Experiment) -> ConfigError | None:
    """Find the file and the key that an error of the parser is about."""
    files = _files_of(hub, experiment)
    definitions = hub.files_of("definition", experiment.app_name)
    metrics = {name for file in definitions for name in definitions_of(file.spec, "metrics")}
    drawn_on = [*files, *definitions]
    return (
        untreated(str(error), files)
        or unplaced(str(error), drawn_on, metrics)
        or broken_template(error, drawn_on, hub.environment.functions)
    )


def _blamed(hub: Hub, experiment: Experiment, problem: str) -> ConfigError:
    """Blame the file that is nearest to the experiment."""
    slug = str(experiment.normandy_slug)
    files = [*hub.files_of("experiment", slug), *hub.files_of("default", experiment.app_name)]
    return ConfigError(files[0].shown if files else hub.name, slug, problem)


def _broken_references(hub: Hub, experiment: Experiment) -> Iterator[ConfigError]:
    """Yield every name in a config that nothing defines."""
    app = experiment.app_name
    slug = str(experiment.normandy_slug)
    wanted = _wanted_outcomes(hub, experiment)
    known = {file.name: file for file in hub.files if _is_outcome(file, app)}
    for name, where in wanted.items():
        if name not in known:
            yield ConfigError(where, f"{slug}.outcomes", _unknown("outcome", name, known))
    outcomes = [known[name] for name in wanted if name in known]
    files = _files_of(hub, experiment)
    names = _names(files, hub.configs, app)
    yield from _unknown_metrics(files, names)
    yield from _unknown_sources(files, names)
    for file in (file for file in files if not isinstance(file.spec, OutcomeSpec)):
        yield from _unknown_segments(file, names)
        yield from _unknown_signal_source(file, names)
    yield from _undeclared_parameters(files, outcomes)


def _files_of(hub: Hub, experiment: Experiment) -> list[HubFile]:
    """List what an experiment draws on beside its platform's definitions, the nearest first."""
    app = experiment.app_name
    known = {file.name: file for file in hub.files if _is_outcome(file, app)}
    outcomes = [known[name] for name in _wanted_outcomes(hub, experiment) if name in known]
    own = hub.files_of("experiment", str(experiment.normandy_slug))
    return [*own, *outcomes, *hub.files_of("default", app)]


def _wanted_outcomes(hub: Hub, experiment: Experiment) -> dict[str, Path | str | None]:
    """Name the experiment's outcomes, and the file that asks for each; None for Experimenter."""
    slug = str(experiment.normandy_slug)
    own = hub.configs.spec_for_experiment(slug)
    file = hub.experiment_file(slug)
    wanted: dict[str, Path | str | None] = {}
    for name in own.experiment.outcomes if own else []:
        wanted[name] = file.shown if file else slug
    return {name: wanted.get(name) for name in [*experiment.outcomes, *wanted]}


def _is_outcome(file: HubFile, application: str) -> bool:
    return file.kind == "outcome" and file.application == application


def _names(files: Iterable[HubFile], configs: ConfigCollection, app: str) -> Names:
    """Name what an experiment can refer to: the platform's definitions and its own files'."""
    platform = configs.get_platform_definitions(app)
    specs = [file.spec for file in files] + ([platform] if platform is not None else [])
    with_segments = [spec.segments for spec in specs if not isinstance(spec, OutcomeSpec)]
    return {
        "metric": {name for spec in specs for name in definitions_of(spec, "metrics")},
        "data source": {name for spec in specs for name in definitions_of(spec, "data_sources")},
        "segment": {name for segments in with_segments for name in segments.definitions},
        "segment data source": {name for found in with_segments for name in found.data_sources},
    }


def _unknown_metrics(files: Iterable[HubFile], names: Names) -> Iterator[ConfigError]:
    for file in files:
        is_outcome = isinstance(file.spec, OutcomeSpec)
        lists = file.spec if is_outcome else file.spec.metrics
        for attribute, key in PERIOD_KEYS.items():
            where = key if is_outcome else f"metrics.{key}"
            for reference in getattr(lists, attribute):
                yield from _check_name(file, where, "metric", reference.name, names)
        for name, metric in definitions_of(file.spec, "metrics").items():
            for reference in metric.depends_on or []:
                where = f"metrics.{name}.depends_on"
                yield from _check_name(file, where, "metric", reference.name, names)


def _unknown_sources(files: Iterable[HubFile], names: Names) -> Iterator[ConfigError]:
    for file in files:
        for name, metric in definitions_of(file.spec, "metrics").items():
            if metric.data_source is not None and "*" not in name:
                where, source = f"metrics.{name}.data_source", metric.data_source.name
                yield from _check_name(file, where, "data source", source, names)


def _unknown_segments(file: HubFile, names: Names) -> Iterator[ConfigError]:
    for reference in file.spec.experiment.segments:
        yield from _check_name(file, "experiment.segments", "segment", reference.name, names)
    for name, segment in file.spec.segments.definitions.items():
        where, source = f"segments.{name}.data_source", segment.data_source.name
        yield from _check_name(file, where, "segment data source", source, names)


def _unknown_signal_source(file: HubFile, names: Names) -> Iterator[ConfigError]:
    signal = file.spec.experiment.exposure_signal
    if signal is not None:
        where = "experiment.exposure_signal.data_source"
        yield from _check_name(file, where, "data source", signal.data_source.name, names)


def _check_name(
    file: HubFile, where: str, kind: str, name: str, names: Names
) -> Iterator[ConfigError]:
    """Yield a mistake unless something of this kind has the name."""
    if name in names[kind]:
        return
    others = [other for other, found in names.items() if name in found]
    if others:
        problem = f"`{name}` is a {others[0]}, but a {kind} is expected here"
        yield ConfigError(file.shown, where, problem)
    else:
        yield ConfigError(file.shown, where, _unknown(kind, name, names[kind]))


def _undeclared_parameters(
    files: Iterable[HubFile], outcomes: Iterable[HubFile]
) -> Iterator[ConfigError]:
    declared = {name for file in outcomes for name in file.spec.parameters.definitions}
    for file in files:
        for name, metric in definitions_of(file.spec, "metrics").items():
            for parameter in PARAMETER.findall(metric.select_expression or ""):
                if parameter not in declared:
                    problem = (
                        f"no outcome of the experiment declares the parameter `{parameter}`; name "
                        "the outcome that does, or write the value into the expression"
                    )
                    yield ConfigError(file.shown, f"metrics.{name}.select_expression", problem)


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    hint = did_you_mean(name, known) or "define it, or remove the reference to it"
    return f"unknown {kind} `{name}`; {hint}"
