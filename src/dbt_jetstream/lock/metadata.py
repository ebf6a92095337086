"""The content of `metadata_<slug>.json`, in Experimenter's schema (version 4)."""

from __future__ import annotations

from typing import Any

from metric_config_parser.analysis import AnalysisConfiguration
from metric_config_parser.config import Outcome
from metric_config_parser.experiment import ExperimentConfiguration
from metric_config_parser.metric import Metric

SCHEMA_VERSION = 4


def metadata(
    config: AnalysisConfiguration, outcomes: list[Outcome], config_url: str | None
) -> dict[str, Any]:
    """Describe metrics, outcomes and overridden values for Experimenter.

    Args:
        config: The resolved experiment.
        outcomes: Its outcomes, as the hub defines them.
        config_url: Where the experiment's own config can be read on the web.
    """
    metrics = {s.metric.name: s.metric for period in config.metrics.values() for s in period}
    overridden = _overridden(config.experiment)
    return {
        "metrics": {name: _metric(metric) for name, metric in sorted(metrics.items())},
        "outcomes": {outcome.slug: _outcome(outcome) for outcome in outcomes},
        "external_config": {**overridden, "url": config_url} if overridden and config_url else None,
        "schema_version": SCHEMA_VERSION,
    }


def _metric(metric: Metric) -> dict[str, Any]:
    return {
        "analysis_bases": [basis.value for basis in metric.analysis_bases],
        "bigger_is_better": metric.bigger_is_better,
        "description": metric.description or "",
        "friendly_name": metric.friendly_name or metric.name.replace("_", " ").title(),
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "slug": outcome.slug,
        "friendly_name": outcome.spec.friendly_name,
        "description": outcome.spec.description,
        "metrics": list(outcome.spec.metrics),
        "default_metrics": [metric.name for metric in outcome.spec.default_metrics or []],
        "commit_hash": outcome.commit_hash,
    }


def _overridden(config: ExperimentConfiguration) -> dict[str, Any]:
    """List the values that the experiment's own config sets otherwise than Experimenter."""
    experiment, spec = config.experiment, config.experiment_spec
    candidates = {
        "reference_branch": (spec.reference_branch, experiment.reference_branch),
        "start_date": (spec.start_date, _iso(experiment.start_date)),
        "end_date": (spec.end_date, _iso(experiment.end_date)),
        "enrollment_period": (spec.enrollment_period, experiment.proposed_enrollment),
    }
    return {key: own for key, (own, theirs) in candidates.items() if own and own != theirs}


def _iso(date: Any) -> str | None:
    return date.date().isoformat() if date else None
