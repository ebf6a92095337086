"""The content of `metadata_<slug>.json`, in Experimenter's schema (version 4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from metric_config_parser import config
from metric_config_parser.analysis import AnalysisConfiguration
from metric_config_parser.experiment import ExperimentConfiguration
from metric_config_parser.metric import Metric

from dbt_jetstream.lock.definition.definition import Definition, Outcome
from dbt_jetstream.lock.definition.measures import Measure
from dbt_jetstream.lock.parts.whole import bases_of, friendly_name

PACKAGE = "dbt-jetstream"

SCHEMA_VERSION = 4


def metadata(definition: Definition) -> dict[str, Any]:
    """Describe metrics, outcomes, overridden values and versions for Experimenter."""
    versions = definition.versions
    return {
        "metrics": {
            name: _metric(definition, name, measure)
            for name, measure in sorted(definition.measures.items())
            if measure.statistics
        },
        "outcomes": {
            slug: {"slug": slug, **asdict(outcome)} for slug, outcome in definition.outcomes.items()
        },
        "external_config": definition.external_config,
        "schema_version": SCHEMA_VERSION,
        "version_info": {
            "metric_definitions": [asdict(found) for found in versions.metric_definitions],
            "jetstream_image": {
                "path": PACKAGE,
                "revision": versions.packages.get(PACKAGE),
            },
        },
        "version_date": f"{versions.locked_on}T00:00:00Z",
    }


def _metric(definition: Definition, name: str, measure: Measure) -> dict[str, Any]:
    is_better = measure.bigger_is_better
    return {
        "analysis_bases": bases_of(definition, measure),
        "bigger_is_better": (
            definition.defaults.bigger_is_better if is_better is None else is_better
        ),
        "description": measure.description,
        "friendly_name": friendly_name(name, measure),
    }


def described_metrics(resolved: AnalysisConfiguration) -> dict[str, dict[str, Any]]:
    """Return what the hub says of metrics to people, by name; of those that others need, too."""
    found: dict[str, dict[str, Any]] = {}
    for summary in (s for period in resolved.metrics.values() for s in period):
        for metric in (summary.metric, *(s.metric for s in summary.metric.depends_on or [])):
            found.setdefault(metric.name, _described(metric))
    return found


def _described(metric: Metric) -> dict[str, Any]:
    return {
        "analysis_bases": [basis.value for basis in metric.analysis_bases],
        "bigger_is_better": metric.bigger_is_better,
        "description": metric.description or "",
        "friendly_name": metric.friendly_name or None,
    }


def outcomes(found: Iterable[config.Outcome]) -> dict[str, Outcome]:
    """Describe outcomes, as the hub defines them, by slug."""
    return {
        outcome.slug: Outcome(
            friendly_name=outcome.spec.friendly_name,
            description=outcome.spec.description,
            metrics=list(outcome.spec.metrics),
            default_metrics=[metric.name for metric in outcome.spec.default_metrics or []],
            commit_hash=outcome.commit_hash,
        )
        for outcome in found
    }


def external_config(
    configured: ExperimentConfiguration, config_url: str | None
) -> dict[str, Any] | None:
    """Return what the experiment's own config overrides, and where it can be read on the web."""
    overridden = _overridden(configured)
    return {**overridden, "url": config_url} if overridden and config_url else None


def _overridden(configured: ExperimentConfiguration) -> dict[str, Any]:
    """List the values that the experiment's own config sets otherwise than Experimenter."""
    experiment, spec = configured.experiment, configured.experiment_spec
    candidates = {
        "reference_branch": (spec.reference_branch, experiment.reference_branch),
        "start_date": (spec.start_date, _iso(experiment.start_date)),
        "end_date": (spec.end_date, _iso(experiment.end_date)),
        "enrollment_period": (spec.enrollment_period, experiment.proposed_enrollment),
    }
    return {key: own for key, (own, theirs) in candidates.items() if own and own != theirs}


def _iso(date: Any) -> str | None:
    return date.date().isoformat() if date else None
