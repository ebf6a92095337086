"""The lock of summaries and statistics: which values are summarised, and what is computed."""

from __future__ import annotations

from typing import Any

from metric_config_parser.metric import AnalysisPeriod, Summary

from dbt_jetstream.statistics.catalogue import PRE_TREATMENTS, Treatment, pre_treatment, statistic

Summaries = dict[AnalysisPeriod, list[Summary]]
PREENROLLMENT = (AnalysisPeriod.PREENROLLMENT_WEEK, AnalysisPeriod.PREENROLLMENT_DAYS_28)


def lock_statistics(by_period: Summaries) -> list[dict[str, Any]]:
    """Lock the statistics of all periods; each metric's are sorted by name.

    Returns:
        What is summarised: a metric under a statistic's treatment, with its periods.

    Raises:
        ValueError: If a statistic, a pre-treatment or a parameter is unknown.
    """
    locked: dict[tuple[str, str], dict[str, Any]] = {}
    for period, members in by_period.items():
        for summary in members:
            found = check(summary)
            key = (summary.metric.name, found.label)
            if key not in locked:
                locked[key] = _summary(found, summary, by_period)
            locked[key]["periods"].append(period.table_suffix)
    return [locked[key] for key in sorted(locked)]


def check(summary: Summary) -> Treatment:
    """Find the statistic of a summary and check it with its pre-treatments.

    Raises:
        ValueError: If one of them, or a parameter, is unknown.
    """
    for reference in summary.pre_treatments:
        pre_treatment(reference.name, reference.args)
    found = statistic(summary.statistic.name, summary.statistic.params)
    adjustment = summary.statistic.params.get("covariate_adjustment")
    if adjustment:
        _covariate_period(adjustment)
    return found


def _covariate_period(adjustment: Any) -> AnalysisPeriod:
    known = ", ".join(period.value for period in PREENROLLMENT)
    named = adjustment.get("period") if isinstance(adjustment, dict) else None
    found = [period for period in PREENROLLMENT if period.value == named]
    if not found:
        message = f"`covariate_adjustment.period` must be one of {known}; found {named!r}"
        raise ValueError(message)
    return found[0]


def _covariate(adjustment: Any, metric: str, by_period: Summaries) -> dict[str, Any] | None:
    """Return where a covariate is found; None where the experiment does not compute it."""
    period = _covariate_period(adjustment)
    name = adjustment.get("metric", metric)
    computed = {s.metric.name for s in by_period.get(period, [])}
    if name not in computed:
        return None
    return {"metric": name, "period": period.table_suffix}


def _summary(found: Treatment, summary: Summary, by_period: Summaries) -> dict[str, Any]:
    parameters = {**found.parameters, **summary.statistic.params}
    locked = {
        "metric": summary.metric.name,
        "statistic": found.label,
        "form": found.form,
        "bases": [basis.value for basis in summary.metric.analysis_bases],
        "pre_treatments": [
            {"name": p.name, **PRE_TREATMENTS[p.name].parameters, **p.args}
            for p in summary.pre_treatments
        ],
        "drop_highest": parameters.get("drop_highest", 0.0),
        "confidence_interval": parameters.get("confidence_interval", 0.95),
        "periods": [],
    }
    for key in ("numerator", "denominator", "grid_size", "log_space"):
        if key in parameters:
            locked[key] = parameters[key]
    adjustment = parameters.get("covariate_adjustment")
    if adjustment:
        locked["covariate"] = _covariate(adjustment, summary.metric.name, by_period)
    return locked
