"""The lock of summaries and statistics: which values are summarised, and what is computed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from metric_config_parser.metric import AnalysisPeriod, Summary

from dbt_jetstream.statistics.catalogue import PRE_TREATMENTS, Treatment, pre_treatment, statistic

Summaries = dict[AnalysisPeriod, list[Summary]]


@dataclass
class LockedStatistics:
    """The statistics of an experiment.

    Attributes:
        summaries: What is summarised: a metric under a statistic's treatment, with its periods.
        left_out: What the original computes and this version does not, in words.
    """

    summaries: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def lock_statistics(by_period: Summaries) -> LockedStatistics:
    """Lock the statistics of all periods; each metric's are sorted by name.

    Raises:
        ValueError: If a statistic, a pre-treatment or a parameter is unknown.
    """
    locked: dict[tuple[str, str], dict[str, Any]] = {}
    left_out = set()
    for period, members in by_period.items():
        for summary in members:
            found = check(summary)
            reason = _not_built(found, summary)
            if reason:
                left_out.add(f"{summary.metric.name}: {reason}")
                continue
            key = (summary.metric.name, found.label)
            locked.setdefault(key, _summary(found, summary))["periods"].append(period.table_suffix)
    return LockedStatistics([locked[key] for key in sorted(locked)], sorted(left_out))


def check(summary: Summary) -> Treatment:
    """Find the statistic of a summary and check it with its pre-treatments.

    Raises:
        ValueError: If one of them, or a parameter, is unknown.
    """
    for reference in summary.pre_treatments:
        pre_treatment(reference.name, reference.args)
    return statistic(summary.statistic.name, summary.statistic.params)


def _not_built(found: Treatment, summary: Summary) -> str | None:
    if not found.is_built:
        return found.name
    unbuilt = [p.name for p in summary.pre_treatments if not PRE_TREATMENTS[p.name].is_built]
    return f"{found.name} after {', '.join(unbuilt)}" if unbuilt else None


def _summary(found: Treatment, summary: Summary) -> dict[str, Any]:
    parameters = {**found.parameters, **summary.statistic.params}
    return {
        "metric": summary.metric.name,
        "statistic": found.label,
        "bases": [basis.value for basis in summary.metric.analysis_bases],
        "pre_treatments": [
            {"name": p.name, **PRE_TREATMENTS[p.name].parameters, **p.args}
            for p in summary.pre_treatments
        ],
        "drop_highest": parameters.get("drop_highest", 0.0),
        "confidence_interval": parameters.get("confidence_interval", 0.95),
        "periods": [],
    }
