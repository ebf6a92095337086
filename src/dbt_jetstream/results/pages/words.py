"""Definitions and numbers in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

PERIODS = {
    "overall": "Overall",
    "days28": "28 days",
    "weekly": "Weekly",
    "daily": "Daily",
    "preenrollment_weekly": "Week before enrollment",
    "preenrollment_days28": "28 days before enrollment",
}
WINDOWS = {"days28": "28 days", "weekly": "Week", "daily": "Day"}
STATISTICS = {
    "mean": ("Mean", "the mean per unit, with a Bayesian bootstrap interval"),
    "mean_lm": ("Mean, linear model", "the mean per unit from a linear model"),
    "mean_lm_noclip": (
        "Mean, linear model without clipping",
        "the mean per unit from a linear model",
    ),
    "per_client_dau_impact": (
        "Daily active users",
        "the effect on daily active users per unit, from a linear model",
    ),
    "binomial": ("Share", "the share of units for which it is true"),
    "count": ("Count", "how many units have a value"),
    "sum": ("Sum", "the sum over all units"),
    "deciles": ("Deciles", "the nine deciles of the distribution over units"),
    "population_ratio": ("Ratio", "the ratio of two sums over all units"),
    "kernel_density_estimate": ("Density", "the density of the distribution over units"),
    "empirical_cdf": ("Distribution", "the share of units at or below each value"),
}
PRE_TREATMENTS = {
    "remove_nulls": "units without a value are left out",
    "remove_indefinites": "units whose value is infinite or no number are left out",
    "normalize_over_analysis_period": "values are divided by the days of the window",
    "log": "the logarithm to base {base:g} is taken, of values above 0",
    "censor_highest_values": "units above the quantile {fraction:g} of all branches are left out",
    "censor_lowest_values": "units below the quantile {fraction:g} of all branches are left out",
    "censor_values_below_threshold": "units with values of {threshold:g} or below are left out",
    "censor_values_above_threshold": "units with values of {threshold:g} or above are left out",
    "zero_fill": "missing values count as 0",
}


def statistic_label(name: str) -> str:
    """Name a statistic for people."""
    return STATISTICS[name][0] if name in STATISTICS else name.replace("_", " ").capitalize()


def statistic_words(part: Mapping[str, Any]) -> str:
    """Say what a statistic of the lock computes, and how values are treated before.

    Args:
        part: The statistic's entry in the lock.
    """
    name = part["statistic"]
    words = [STATISTICS[name][1] if name in STATISTICS else name.replace("_", " ")]
    clipped = part.get("drop_highest") or 0
    if clipped:
        whose = "the pooled" if name.startswith(("mean_lm", "per_client")) else "each branch's own"
        words.append(f"values above {whose} {100 * (1 - clipped):.6g} % quantile are set to it")
    covariate = part.get("covariate")
    if covariate:
        period = PERIODS[covariate["period"]].lower()
        words.append(f"adjusted for {covariate['metric']} in the {period}")
    words += [_pre_treatment(treatment) for treatment in part["pre_treatments"]]
    return f"{'; '.join(words)}."


def _pre_treatment(treatment: Mapping[str, Any]) -> str:
    template = PRE_TREATMENTS.get(treatment["name"])
    return template.format(**treatment) if template else f"pre-treatment {treatment['name']}"


def window_label(period: str, index: int) -> str:
    """Name an analysis window, such as `Week 3`."""
    return f"{WINDOWS[period]} {index}" if period in WINDOWS else PERIODS[period]


def window_days(windows: Mapping[str, Any], index: int) -> str:
    """Say which days a window spans, counted from each unit's enrollment.

    Args:
        windows: The lock's description of the period's windows.
        index: The window, from 1.
    """
    length = windows["length"]
    if length is None:
        return "not known yet"
    first = windows["first_day"] + (index - 1) * length
    last = first + length - 1
    return f"day {first}" if first == last else f"days {first} to {last}"


def percent(share: float) -> str:
    """Write a share with its sign, with more digits the smaller it is, such as `+21.9 %`."""
    size = abs(share)
    digits = 1 if size >= 0.1 else 2 if size >= 0.001 or size == 0 else 4
    return f"{100 * share:+,.{digits}f}\u00a0%".replace("-", "\u2212")


def chance(p: float) -> str:
    """Write a p-value."""
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.2g}" if p < 0.1 else f"p = {p:.2f}"


def listed(items: Sequence[str]) -> str:
    """Write items as in a sentence: `a`, `a and b`, `a, b and c`."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def counted(number: int, noun: str) -> str:
    """Write a number with its noun, such as `1 metric` or `2,000 metrics`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
