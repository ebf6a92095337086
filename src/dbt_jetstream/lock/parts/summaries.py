"""The lock of summaries and statistics: which values are summarised, and what is computed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from metric_config_parser.metric import AnalysisPeriod, Summary

from dbt_jetstream.common.errors import did_you_mean
from dbt_jetstream.statistics.catalogue import (
    PRE_TREATMENTS,
    STATISTICS,
    Treatment,
    pre_treatment,
    statistic,
)

Summaries = dict[AnalysisPeriod, list[Summary]]
# Pre-treatments after which no value is null, and one that only scales values.
WITHOUT_NULLS = ("remove_nulls", "zero_fill")
SCALING = ("normalize_over_analysis_period",)
RATIO = "population_ratio"
PREENROLLMENT = (AnalysisPeriod.PREENROLLMENT_WEEK, AnalysisPeriod.PREENROLLMENT_DAYS_28)
PARAMETERS = ("drop_highest", "grid_size", "log_space")


def statistic_parts(by_period: Summaries) -> list[dict[str, Any]]:
    """Lock the statistics of all periods, sorted by metric and name; of a ratio, with its sides.

    Raises:
        ValueError: If a statistic, a pre-treatment or a parameter is unknown.
    """
    periods: dict[tuple[str, str], list[AnalysisPeriod]] = {}
    first: dict[tuple[str, str], Summary] = {}
    for period, members in by_period.items():
        for summary in members:
            key = (summary.metric.name, check(summary).label)
            first.setdefault(key, summary)
            periods.setdefault(key, []).append(period)
    return [_part(first[key], periods[key], by_period) for key in sorted(first)]


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


def uncomputed(
    summary: Summary, computed: Collection[str], period: str
) -> Iterator[tuple[str, str]]:
    """Find what a statistic reads that has no value for each unit.

    Args:
        summary: The statistic, of its metric.
        computed: The metrics that are computed in the period.
        period: Its name, such as `overall`.

    Yields:
        What follows the statistic's key, and what is wrong there.
    """
    metric, name = summary.metric.name, summary.statistic.name
    if name != "population_ratio":
        if metric not in computed:
            parts = ", ".join(f"`{s.metric.name}`" for s in summary.metric.depends_on or [])
            what = f"`{metric}` has no values, only parts (`depends_on`: {parts or 'none'})"
            yield "", f"{what}; use `population_ratio`, or give it a `select_expression`"
        return
    for side in ("numerator", "denominator"):
        part = summary.statistic.params.get(side)
        if isinstance(part, str) and part not in computed:
            question = did_you_mean(part, computed)
            hint = f"{question} Else name it in" if question else "name it in"
            what = f"`{part}` is no metric that {period} computes for each unit"
            yield f".{side}", f"{what}; {hint} `metrics.{metric}.depends_on`"


def idle_treatments(summary: Summary) -> Iterator[str]:
    """Say which pre-treatments of a statistic change nothing, where they stand."""
    names = [reference.name for reference in summary.pre_treatments]
    for i, name in enumerate(names):
        # A logarithm may make nulls anew.
        before = names[:i]
        since_log = before[before.index("log") + 1 :] if "log" in before else before
        filled = next((other for other in since_log if other in WITHOUT_NULLS), None)
        if name in WITHOUT_NULLS and filled:
            yield f"`{name}` changes nothing: after `{filled}` there are no nulls; remove it"
        elif name in SCALING and summary.statistic.name == "count":
            yield f"`{name}` changes nothing: `count` counts units, not their values; remove it"


def unadjusted(summary: Summary, by_period: Summaries) -> Iterator[tuple[str, str]]:
    """Find out whether the covariate of a statistic that `check` let through is not computed.

    Args:
        summary: The statistic, of its metric, in a period after enrollment.
        by_period: The statistics of all periods.

    Yields:
        What follows the statistic's key, and what is wrong there.
    """
    adjustment = summary.statistic.params.get("covariate_adjustment")
    reason = _unadjusted(adjustment, summary.metric.name, by_period) if adjustment else None
    if reason is None:
        return
    name, period = adjustment.get("metric", summary.metric.name), _covariate_period(adjustment)
    computed = {p: _computed(p, by_period) for p in PREENROLLMENT}
    question = did_you_mean(name, computed[period])
    other = next((p.value for p in PREENROLLMENT if name in computed[p]), None)
    if "metric" in adjustment and question:
        hint = question
    elif other:
        hint = f"{other} computes it: name that period"
    else:
        hint = f"list it in `{period.mozanalysis_label}`"
    key = "period" if other or "metric" not in adjustment else "metric"
    yield f".covariate_adjustment.{key}", f"{reason}; {hint}"


def _part(summary: Summary, periods: list[AnalysisPeriod], by_period: Summaries) -> dict[str, Any]:
    """Describe a statistic of a metric."""
    found = STATISTICS[summary.statistic.name]
    parameters = {**found.parameters, **summary.statistic.params}
    part = {
        "metric": summary.metric.name,
        "statistic": found.label,
        "version": found.version,
        "bases": [basis.value for basis in summary.metric.analysis_bases],
        "pre_treatments": [
            {"name": p.name, **PRE_TREATMENTS[p.name].parameters, **p.args}
            for p in summary.pre_treatments
        ],
        "confidence_interval": parameters.get("confidence_interval", 0.95),
        "periods": [period.table_suffix for period in periods],
    }
    part |= {key: parameters[key] for key in PARAMETERS if key in parameters}
    if found.label == RATIO:
        return {**part, "ratio": {side: parameters[side] for side in ("numerator", "denominator")}}
    adjustment = parameters.get("covariate_adjustment")
    return {**part, **(_adjusted(adjustment, summary, periods, by_period) if adjustment else {})}


def _adjusted(
    adjustment: Any, summary: Summary, periods: list[AnalysisPeriod], by_period: Summaries
) -> dict[str, Any]:
    covariate = _covariate(adjustment, summary.metric.name, by_period)
    if covariate or set(periods) <= set(PREENROLLMENT):
        return {"covariate": covariate}
    reason = _unadjusted(adjustment, summary.metric.name, by_period)
    return {"covariate": covariate, "unadjusted": reason}


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
    if name not in _computed(period, by_period):
        return None
    return {"metric": name, "period": period.table_suffix}


def _unadjusted(adjustment: Any, metric: str, by_period: Summaries) -> str | None:
    """Say why means are not adjusted; None where they are."""
    if _covariate(adjustment, metric, by_period):
        return None
    name, period = adjustment.get("metric", metric), _covariate_period(adjustment).value
    return f"means are not adjusted, since `{name}` is not computed in {period}"


def _computed(period: AnalysisPeriod, by_period: Summaries) -> set[str]:
    return {summary.metric.name for summary in by_period.get(period, [])}
