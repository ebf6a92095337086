"""Resolves an experiment against a hub, and says in one line a mistake what is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from metric_config_parser.analysis import AnalysisConfiguration, AnalysisSpec
from metric_config_parser.config import ConfigCollection
from metric_config_parser.experiment import Experiment
from metric_config_parser.metric import AnalysisPeriod
from metric_config_parser.outcome import OutcomeSpec

from dbt_jetstream.errors import ConfigError, ConfigErrors
from dbt_jetstream.hub import Hub, definitions_of

SpecWithMetrics: TypeAlias = AnalysisSpec | OutcomeSpec
# A spec, the file that holds it, and what stands before its lists of metrics there.
SpecInFile: TypeAlias = tuple[Path, str, SpecWithMetrics]

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
    """Yield every name in a config that nothing defines."""
    app = experiment.app_name
    slug = str(experiment.normandy_slug)
    own = hub.configs.spec_for_experiment(slug)
    default = hub.configs.get_platform_defaults(app)
    wanted = [*experiment.outcomes, *(own.experiment.outcomes if own else [])]
    outcomes = {o.slug: o for o in hub.configs.outcomes if o.platform == app}
    for name in dict.fromkeys(wanted):
        if name not in outcomes:
            problem = _unknown("outcome", name, outcomes)
            yield ConfigError(hub.experiment_file(slug), f"{slug}.outcomes", problem)
    files = [
        (hub.files["outcome", app, name], "", outcomes[name].spec)
        for name in wanted
        if name in outcomes
    ]
    if isinstance(default, AnalysisSpec):
        files.append((hub.files["default", "", app], "metrics.", default))
    if own is not None:
        files.append((hub.files["experiment", "", slug], "metrics.", own))
        yield from _unknown_segments(files[-1][0], own, hub.configs, app)
    specs = [spec for _, _, spec in files]
    yield from _unknown_metrics(files, _known("metrics", specs, hub.configs, app))
    yield from _unknown_sources(files, _known("data_sources", specs, hub.configs, app))


def _known(
    kind: str, specs: Iterable[SpecWithMetrics], configs: ConfigCollection, app: str
) -> set[str]:
    """Name what an experiment can refer to: the platform's definitions and its own files'."""
    platform = configs.get_platform_definitions(app)
    everything = [*specs, *([platform] if platform is not None else [])]
    return {name for spec in everything for name in definitions_of(spec, kind)}


def _unknown_metrics(files: Iterable[SpecInFile], known: set[str]) -> Iterator[ConfigError]:
    for file, prefix, spec in files:
        lists = spec if isinstance(spec, OutcomeSpec) else spec.metrics
        for attribute, key in PERIOD_KEYS.items():
            for reference in getattr(lists, attribute):
                if reference.name not in known:
                    problem = _unknown("metric", reference.name, known)
                    yield ConfigError(file, f"{prefix}{key}", problem)


def _unknown_sources(files: Iterable[SpecInFile], known: set[str]) -> Iterator[ConfigError]:
    for file, _, spec in files:
        for name, metric in definitions_of(spec, "metrics").items():
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


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    nearest = difflib.get_close_matches(name, list(known), n=1)
    hint = (
        f"did you mean `{nearest[0]}`?" if nearest else "define it, or remove the reference to it"
    )
    return f"unknown {kind} `{name}`; {hint}"
