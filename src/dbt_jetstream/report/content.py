"""All that a page shows of one experiment, read from its tables once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dbt_jetstream.comparisons import CELL, comparisons
from dbt_jetstream.errors import ConfigErrors
from dbt_jetstream.frames import known, rows_of, where
from dbt_jetstream.report import cells, words
from dbt_jetstream.report.definitions import IDENTITY, Definitions
from dbt_jetstream.report.obstacles import Obstacle, obstacles
from dbt_jetstream.report.verdict import Verdict, verdict
from dbt_jetstream.results import PERIODS, Tables, newest_window

if TYPE_CHECKING:
    import pandas as pd

AFTER_ENROLLMENT = [period for period in PERIODS if not period.startswith("preenrollment")]
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


@dataclass(frozen=True)
class BranchCount:
    """How many units of a branch take part.

    Attributes:
        branch: The branch.
        enrolled: Units that enrolled.
        exposed: Units that were exposed; None where nothing counts them.
        expected: How many would have enrolled by the branch ratios; None where not known.
    """

    branch: str
    enrolled: int
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

    def payload(self, *, distributions: bool = True, segments: bool = True) -> dict[str, Any]:
        """Return what the page's script needs.

        Args:
            distributions: Whether to send distributions.
            segments: Whether to send daily windows of segments.
        """
        kept = self.statistics
        compared = self.compared
        if not segments:
            kept, compared = _without_daily_segments(kept), _without_daily_segments(compared)
        found = self.definitions
        newest = [newest_window(kept, period) for period in found.periods]
        drawn = [window for window in newest if window is not None] if distributions else []
        return {
            "slug": found.slug,
            "branches": found.branches,
            "reference": found.branches.index(found.reference),
            "segments": found.segments,
            "bases": self._bases(),
            "periods": self._periods(),
            "metrics": found.metric_payload(),
            "series": [
                {
                    "metric": series.metric,
                    "statistic": series.statistic,
                    "label": words.statistic_label(series.statistic),
                    "periods": list(series.periods),
                    "bases": list(series.bases),
                    "is_distribution": series.is_distribution,
                }
                for series in found.series
            ],
            "cells": cells.cell_payload(found, kept, compared),
            "missing": cells.missing_payload(found, self.completeness),
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


def _without_daily_segments(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[(rows["analysis_period"] != "daily") | (rows["segment"] == "all")]


def read_content(tables: Tables) -> Content:
    """Read what a page shows of an experiment; one that was never built has a page that says so."""
    definitions = Definitions(tables.lock)
    unbuilt = None
    try:
        statistics = tables.statistics()
        found = {
            "trust": tables.trust(),
            "completeness": tables.completeness(),
            "problems": tables.problems(),
            "absent_sources": tables.absent_sources(),
        }
    except ConfigErrors as error:
        unbuilt = error.errors[0].problem
        statistics, found = _nothing()
    compared = comparisons(statistics)
    after = statistics[statistics["analysis_period"].isin(AFTER_ENROLLMENT)]
    window = newest_window(after)
    return Content(
        definitions=definitions,
        verdict=verdict(definitions, compared, window),
        obstacles=obstacles(definitions, window, found),
        counts=branch_counts(definitions, after, found["trust"], window),
        checks=_checks(found["trust"]),
        statistics=statistics,
        compared=compared,
        completeness=found["completeness"],
        unbuilt=unbuilt,
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
    expected = {row.branch: known(row.expected) for row in rows_of(split)}
    return [
        BranchCount(
            branch=branch,
            enrolled=units.get(("enrollments", branch), 0),
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
    import pandas as pd  # noqa: PLC0415

    from dbt_jetstream.results import COLUMNS, NUMBERS  # noqa: PLC0415

    def empty(columns: Iterable[str]) -> pd.DataFrame:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns})

    statistics = empty(COLUMNS)
    statistics[list(NUMBERS)] = statistics[list(NUMBERS)].astype(float)
    return statistics, {
        "trust": empty(TRUST_COLUMNS),
        "completeness": empty(COMPLETENESS_COLUMNS),
        "problems": empty(PROBLEM_COLUMNS),
        "absent_sources": empty(ABSENT_COLUMNS),
    }
