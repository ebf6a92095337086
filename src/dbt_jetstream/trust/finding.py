"""What a trust check finds: one row of the table `trust_<slug>`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

# `noted` differs as a warning does, and another row warns of it.
OK, WARNING, NOTED, UNDEFINED = "ok", "warning", "noted", "undefined"
# The order in which findings are read: whether the split is right comes before what it yields.
CHECKS = (
    "sample_ratio",
    "several_branches",
    "missing_telemetry",
    "sanity",
    "pre_enrollment",
    "heavy_tail",
    "multiple_testing",
)
# Digits that are kept: the last ones differ between machines.
DIGITS = 10


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        check: One of `CHECKS`.
        message: What it says, in words for the owner of the experiment.
        state: `ok`, `warning`, `noted` where another row warns of the same, or `undefined` where
            nothing can be said, for the reason given.
        analysis_basis: The basis that it is about.
        segment: `all` where it is about results; null elsewhere.
        day: The date of enrollment or exposure; null for all of them.
        analysis_period: The period by its table suffix.
        window_index: The analysis window.
        data_source: The data source.
        metric: The metric.
        statistic: The statistic.
        branch: The branch; null for all of them.
        comparison_to_branch: The branch that it is compared with.
        units: Units counted.
        expected: How many of them were expected.
        value: A share, a count or an estimate.
        p_value: How likely a finding like it is by chance alone.
        adjusted_p_value: The same, taking account of how many questions are asked.
    """

    check: str
    message: str
    state: str = OK
    analysis_basis: str | None = None
    segment: str | None = None
    day: dt.date | None = None
    analysis_period: str | None = None
    window_index: int | None = None
    data_source: str | None = None
    metric: str | None = None
    statistic: str | None = None
    branch: str | None = None
    comparison_to_branch: str | None = None
    units: int | None = None
    expected: float | None = None
    value: float | None = None
    p_value: float | None = None
    adjusted_p_value: float | None = None

    def row(self) -> dict[str, Any]:
        """Return the finding by column, its numbers without digits that are noise."""
        row = asdict(self)
        for key, value in row.items():
            if isinstance(value, float):
                row[key] = float(f"{value:.{DIGITS}g}")
        return row


# What tells findings apart, in the order in which they are sorted.
KEY = (
    "check",
    "analysis_basis",
    "segment",
    "day",
    "analysis_period",
    "window_index",
    "data_source",
    "metric",
    "statistic",
    "branch",
    "comparison_to_branch",
)


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings: by check, what is about all before what is about a part."""
    return sorted(findings, key=_rank)


def _rank(finding: Finding) -> tuple[Any, ...]:
    values = (getattr(finding, key) for key in KEY[1:])
    parts = ((value is not None, "" if value is None else value) for value in values)
    return (CHECKS.index(finding.check), *parts)


def p_words(p: float) -> str:
    """Write a p-value for people."""
    if p < 1e-15:
        return "p < 1e-15"
    return f"p = {p:.2g}" if p >= 0.001 else f"p = {p:.1g}"
