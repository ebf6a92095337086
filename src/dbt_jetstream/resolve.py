"""Resolves an experiment against a hub, and says in one line a mistake what is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path

from metric_config_parser.analysis import AnalysisConfiguration, AnalysisSpec
from metric_config_parser.config import ConfigCollection
from metric_config_parser.experiment import Experiment
from metric_config_parser.metric import AnalysisPeriod, MetricDefinition

from dbt_jetstream.errors import ConfigError, ConfigErrors
from dbt_jetstream.hub import Hub

PERIOD_KEYS = {period.table_suffix: period.mozanalysis_label for period in AnalysisPeriod}


def resolve(hub: Hub, experiment: Experiment) -> AnalysisConfiguration:
    """Resolve every metric, statistic, data source and segment of the experiment.

    Raises:
        ConfigErrors: With one error per mistake, each naming the file and the key.
    """
    errors = list(_broken_references(hub, experiment))
    if errors:
        raise ConfigErrors(errors)
    spec, configs = hub.spec_for(experiment)
    try:
        return spec.resolve(experiment, configs)
    except Exception as error:
        # The parser raises bare ValueErrors and its own types alike; their text is all there is.
        slug = experiment.normandy_slug
        path = hub.experiment_file(slug) or hub.files.get(("default", "", experiment.app_name))
        raise ConfigErrors([ConfigError(path or hub.path, slug, str(error))]) from error


def _broken_references(hub: Hub, experiment: Experiment) -> Iterator[ConfigError]:
    app = experiment.app_name
    own = hub.configs.spec_for_experiment(experiment.normandy_slug)
    own_file = hub.experiment_file(experiment.normandy_slug)
    default = hub.configs.get_platform_defaults(app)
    wanted = [*experiment.outcomes, *(own.experiment.outcomes if own else [])]
    known = [outcome.slug for outcome in hub.configs.outcomes if outcome.platform == app]
    for outcome in dict.fromkeys(wanted):
        if outcome not in known:
            yield ConfigError(
                own_file,
                f"{experiment.normandy_slug}.outcomes",
                _unknown("outcome", outcome, known),
            )
    outcomes = [o for o in hub.configs.outcomes if o.platform == app and o.slug in wanted]
    local: dict[str, MetricDefinition] = {}
    for spec in (default, own):
        if isinstance(spec, AnalysisSpec):
            local |= spec.metrics.definitions
    for outcome in outcomes:
        local |= outcome.spec.metrics
    metrics = {**_definitions(hub.configs, app, "metrics"), **local}
    if isinstance(default, AnalysisSpec):
        default_file = hub.files["default", "", app]
        yield from _unknown_metrics(default_file, "metrics.", default.metrics, metrics)
        yield from _unknown_sources(default_file, default, hub.configs, app)
    if own is not None and own_file is not None:
        yield from _unknown_metrics(own_file, "metrics.", own.metrics, metrics)
        yield from _unknown_sources(own_file, own, hub.configs, app)
        yield from _unknown_segments(own_file, own, hub.configs, app)
    for outcome in outcomes:
        file = hub.files["outcome", app, outcome.slug]
        yield from _unknown_metrics(file, "", outcome.spec, metrics)
        sources = {*outcome.spec.data_sources.definitions}
        sources |= {*own.data_sources.definitions} if own else set()
        yield from _sources_of(file, outcome.spec.metrics, sources, hub.configs, app)


def _unknown_metrics(
    file: Path, prefix: str, spec: object, known: Iterable[str]
) -> Iterator[ConfigError]:
    for attribute, key in PERIOD_KEYS.items():
        for reference in getattr(spec, attribute):
            if reference.name not in known:
                problem = _unknown("metric", reference.name, known)
                yield ConfigError(file, f"{prefix}{key}", problem)


def _unknown_sources(
    file: Path, spec: AnalysisSpec, configs: ConfigCollection, app: str
) -> Iterator[ConfigError]:
    local = {*spec.data_sources.definitions}
    yield from _sources_of(file, spec.metrics.definitions, local, configs, app)


def _sources_of(
    file: Path,
    metrics: dict[str, MetricDefinition],
    local: set[str],
    configs: ConfigCollection,
    app: str,
) -> Iterator[ConfigError]:
    known = local | {*_definitions(configs, app, "data_sources")}
    for name, metric in metrics.items():
        source = metric.data_source.name if metric.data_source else None
        if source is not None and source not in known and "*" not in name:
            problem = _unknown("data source", source, known)
            yield ConfigError(file, f"metrics.{name}.data_source", problem)


def _unknown_segments(
    file: Path, spec: AnalysisSpec, configs: ConfigCollection, app: str
) -> Iterator[ConfigError]:
    known = {
        *spec.segments.definitions,
        *(segment.name for segment in configs.get_segments_for_app(app) or []),
    }
    for reference in spec.experiment.segments:
        if reference.name not in known:
            yield ConfigError(
                file, "experiment.segments", _unknown("segment", reference.name, known)
            )


def _definitions(configs: ConfigCollection, app: str, kind: str) -> dict[str, MetricDefinition]:
    spec = configs.get_platform_definitions(app)
    return dict(getattr(spec, kind).definitions) if spec is not None else {}


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    nearest = difflib.get_close_matches(name, list(known), n=1)
    hint = (
        f"did you mean `{nearest[0]}`?" if nearest else "define it, or remove the reference to it"
    )
    return f"unknown {kind} `{name}`; {hint}"
