"""All that a page shows of one experiment, read from its tables once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dbt_jetstream.common.errors import ConfigErrors
from dbt_jetstream.common.periods import AFTER_ENROLLMENT
from dbt_jetstream.results.frames import known, rows_of, where
from dbt_jetstream.results.of_experiment import COLUMNS, NUMBERS, Tables, newest_window
from dbt_jetstream.results.pages import cells, words
from dbt_jetstream.results.pages.definitions import IDENTITY, Definitions
from dbt_jetstream.results.pages.obstacles import NOTE, SPLIT, Obstacle, obstacles
from dbt_jetstream.results.pages.verdict import Verdict, verdict
from dbt_jetstream.results.significance import CELL, comparisons

if TYPE_CHECKING:
    import pandas as pd

TRUST_COLUMNS = [
    "check",
    "analysis_basis",
    "day",
    "metric",
    "branch",
    "units",
    "expected",
    "value",
    "state",
    "message",
]
COMPLETENESS_COLUMNS = [*CELL, "metric", "statistic", "branch", "state", "reason"]
PROBLEM_COLUMNS = [*CELL, "metric", "statistic", "problem"]
ABSENT_COLUMNS = ["analysis_period", "window_index", "absent_sources"]
LATE_COLUMNS = ["analysis_period", "message"]


SEGMENTS, DISTRIBUTIONS, DAYS = "segments", "distributions", "days"
# What a page gives up to stay small, one after the other.
LEFT_OUT = {
    SEGMENTS: "daily windows of segments",
    DISTRIBUTIONS: "distributions",
    DAYS: "daily windows",
}
CHANGED = (
    "The definition has changed",
    "Results of an earlier definition are not shown; build the experiment.",
)


@dataclass(frozen=True)
class BranchCount:
    """How many units of a branch take part.

    Attributes:
        branch: The branch.
        enrolled: Units that enrolled; None where nothing counts them.
        exposed: Units that were exposed; None where nothing counts them.
        expected: How many would have enrolled by the branch ratios; None where not known.
    """

    branch: str
    enrolled: int | None
    exposed: int | None
    expected: float | None


@dataclass(frozen=True)
class Check:
    """A finding of a trust check.

    Attributes:
        name: The check.
        state: `ok`, `warning` or `undefined`.
        message: What was found, in words.
        is_detail: Whether it is about a single day.
    """

    name: str
    state: str
    message: str
    is_detail: bool


@dataclass(frozen=True)
class Content:
    """What a page shows.

    Attributes:
        definitions: The experiment, as it is locked.
        verdict: What its numbers say.
        obstacles: What stands in the way of believing them.
        counts: How many units take part, by branch.
        checks: What the trust checks found.
        statistics: All statistics.
        compared: The comparisons with their p-values.
        completeness: What became of every declared result.
        unbuilt: Why there is nothing to show at all, where nothing was built.
    """

    definitions: Definitions
    verdict: Verdict
    obstacles: list[Obstacle]
    counts: list[BranchCount]
    checks: list[Check]
    statistics: pd.DataFrame
    compared: pd.DataFrame
    completeness: pd.DataFrame
    unbuilt: str | None = None

    def payload(self, left_out: Collection[str] = ()) -> dict[str, Any]:
        """Return what the page's script needs.

        Args:
            left_out: What not to send: keys of `LEFT_OUT`.
        """
        kept, compared = self.statistics, self.compared
        missing = self.completeness
        if SEGMENTS in left_out:
            kept, compared, missing = map(_without_daily_segments, (kept, compared, missing))
        if DAYS in left_out:
            kept, compared, missing = map(_without_days, (kept, compared, missing))
        found = self.definitions
        newest = [newest_window(kept, period) for period in found.periods]
        drawn = [w for w in newest if w is not None and DISTRIBUTIONS not in left_out]
        return {
            "branches": found.branches,
            "reference": found.branches.index(found.reference),
            "segments": found.segments,
            "bases": self._bases(),
            "periods": self._periods(),
            "metrics": found.metric_payload(),
            "left_out": [LEFT_OUT[name] for name in left_out],
            "series": [
                {
                    "metric": series.metric,
                    "statistic": series.statistic,
                    "label": words.statistic_label(series.statistic),
                    "periods": list(series.periods),
                    "bases": list(series.bases),
                    "ci_width": series.ci_width,
                    "is_adjusted": series.is_adjusted,
                    "is_distribution": series.is_distribution,
                }
                for series in found.series
            ],
            "cells": cells.cell_payload(found, kept, compared),
            "missing": cells.missing_payload(found, missing),
            "distributions": cells.distribution_payload(found, kept, drawn),
        }

    def _bases(self) -> list[str]:
        bases = [basis for part in self.definitions.periods.values() for basis in part["bases"]]
        return list(dict.fromkeys(bases))

    def _periods(self) -> list[dict[str, Any]]:
        """Return the periods with those windows that have results, or else the first."""
        listed = []
        for period, part in self.definitions.periods.items():
            rows = where(self.statistics, analysis_period=period)
            windows = sorted({int(index) for index in rows["window_index"]}) or [1]
            listed.append(
                {
                    "name": period,
                    "label": words.PERIODS[period],
                    "windows": [
                        {
                            "index": index,
                            "label": words.window_label(period, index),
                            "days": words.window_days(part["windows"], index),
                        }
                        for index in windows
                    ],
                }
            )
        return listed


def _without_days(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["analysis_period"] != "daily"]


def _without_daily_segments(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[(rows["analysis_period"] != "daily") | (rows["segment"] == "all")]


def read_content(tables: Tables) -> Content:
    """Read what a page shows of an experiment; one that was never built has a page that says so."""
    definitions = Definitions(tables.lock)
    unbuilt = None
    try:
        statistics = tables.statistics()
        found = {
            "completeness": tables.completeness(),
            "problems": tables.problems(),
            "absent_sources": tables.absent_sources(),
        }
    except ConfigErrors as error:
        unbuilt = error.errors[0].problem
        statistics, found = _nothing()
    try:
        found["trust"] = tables.trust()
    except ConfigErrors:
        found["trust"] = _empty(TRUST_COLUMNS)
    try:
        found["late_telemetry"] = tables.late_telemetry()
    except ConfigErrors:
        found["late_telemetry"] = _empty(LATE_COLUMNS)
    defined = statistics[_is_defined(definitions, statistics)]
    compared = comparisons(defined)
    after = defined[defined["analysis_period"].isin(AFTER_ENROLLMENT)]
    window = newest_window(after)
    said = obstacles(definitions, window, found)
    if len(defined) < len(statistics):
        said.append(Obstacle(NOTE, *CHANGED))
    return Content(
        definitions=definitions,
        verdict=_cautious(verdict(definitions, compared, window), said),
        obstacles=said,
        counts=branch_counts(definitions, after, found["trust"], window),
        checks=_checks(found["trust"]),
        statistics=defined,
        compared=compared,
        completeness=found["completeness"],
        unbuilt=unbuilt,
    )


def _is_defined(definitions: Definitions, statistics: pd.DataFrame) -> pd.Series:
    """Tell the rows that the lock still knows: it may be newer than the tables."""
    metrics = [*definitions.metrics, IDENTITY]
    return (
        statistics["metric"].isin(metrics)
        & statistics["analysis_period"].isin(list(definitions.periods))
        & statistics["branch"].isin(definitions.branches)
    )


def _cautious(found: Verdict, said: list[Obstacle]) -> Verdict:
    """Let no headline stand alone where the split is wrong."""
    if not any(obstacle.title == SPLIT for obstacle in said):
        return found
    return replace(
        found, headline=f"Do not trust these numbers: the split is wrong. {found.headline}"
    )


def branch_counts(
    definitions: Definitions,
    statistics: pd.DataFrame,
    trust: pd.DataFrame,
    window: tuple[str, int] | None,
) -> list[BranchCount]:
    """Count the units of each branch in a window."""
    if window is None:
        return []
    period, index = window
    counts = where(statistics, analysis_period=period, window_index=index, segment="all")
    counts = where(counts, metric=IDENTITY)
    units = {(row.analysis_basis, row.branch): int(row.point) for row in rows_of(counts)}
    split = where(trust, check="sample_ratio", analysis_basis="enrollments")
    split = split[split["day"].isna() & split["branch"].notna()]
    enrolled = {row.branch: int(row.units) for row in rows_of(split)}
    expected = {row.branch: known(row.expected) for row in rows_of(split)}
    return [
        BranchCount(
            branch=branch,
            enrolled=units.get(("enrollments", branch), enrolled.get(branch)),
            exposed=units.get(("exposures", branch)),
            expected=expected.get(branch),
        )
        for branch in definitions.branches
    ]


def _checks(trust: pd.DataFrame) -> list[Check]:
    """Return what the checks found: warnings, and what is about all branches together."""
    rows = trust[(trust["state"] == "warning") | trust["branch"].isna()]
    return [
        Check(row.check.replace("_", " "), row.state, row.message, is_detail=bool(is_day))
        for row, is_day in zip(rows_of(rows), rows["day"].notna(), strict=True)
    ]


def _nothing() -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    statistics = _empty(COLUMNS)
    statistics[list(NUMBERS)] = statistics[list(NUMBERS)].astype(float)
    return statistics, {
        "completeness": _empty(COMPLETENESS_COLUMNS),
        "problems": _empty(PROBLEM_COLUMNS),
        "absent_sources": _empty(ABSENT_COLUMNS),
    }


def _empty(columns: Iterable[str]) -> pd.DataFrame:
    import pandas as pd  # noqa: PLC0415

    return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
