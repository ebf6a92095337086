"""What an experiment's numbers say, in plain words: what moved, by how much, how certainly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dbt_jetstream.results.frames import known, rows_of, where
from dbt_jetstream.results.pages import words
from dbt_jetstream.results.pages.definitions import Definitions
from dbt_jetstream.trust.multiple_testing import LEVEL

if TYPE_CHECKING:
    import pandas as pd

BASIS_STARTS = {"enrollments": "enrollment", "exposures": "first exposure"}
NO_WINDOW = "No analysis window is complete yet: there is nothing to judge."
# Of several statistics of a metric, the verdict takes the first that is there: a linear model's
# interval is the narrower and, of clipped heavy tails, the one that holds what it promises.
PREFERRED = ("mean_lm", "mean_lm_noclip", "per_client_dau_impact", "population_ratio")


@dataclass(frozen=True)
class Finding:
    """One metric of one branch against the reference.

    Attributes:
        metric: The metric's friendly name.
        name: The metric.
        statistic: The statistic, for people.
        branch: The branch.
        uplift: Point and ends of the relative uplift; None where it is undefined.
        difference: Point and ends of the difference.
        ci_width: The intervals' probability mass.
        p: The p-value of no effect.
        q: The p-value, adjusted for all comparisons that are shown beside it.
        bigger_is_better: Whether more of the metric is wanted.
        is_primary: Whether the experiment's outcomes name the metric.
    """

    metric: str
    name: str
    statistic: str
    branch: str
    uplift: tuple[float, float, float] | None
    difference: tuple[float, float, float]
    ci_width: float
    p: float
    q: float
    bigger_is_better: bool
    is_primary: bool

    @property
    def is_apart(self) -> bool:
        """Whether its 95 % interval would exclude zero."""
        return self.p < LEVEL

    @property
    def is_clear(self) -> bool:
        """Whether it stands also after correction for the number of comparisons."""
        return self.is_apart and self.q < LEVEL

    @property
    def is_rise(self) -> bool:
        """Whether the metric rose."""
        return self.difference[0] > 0

    @property
    def is_better(self) -> bool:
        """Whether it moved as wanted."""
        return self.is_rise == self.bigger_is_better

    @property
    def size(self) -> str:
        """How much it moved: relative to the reference, or by itself where that may be zero."""
        if self.uplift is None:
            return f"{self.difference[0]:+.4g} per unit".replace("-", "\u2212")
        return words.percent(self.uplift[0])

    @property
    def interval(self) -> str:
        """The interval in words."""
        width = f"{100 * self.ci_width:g} % interval"
        if self.uplift is None:
            _, lower, upper = self.difference
            text = f"{width} {lower:+.4g} to {upper:+.4g}, of a reference that may be 0"
            return text.replace("-", "\u2212")
        return f"{width} {words.percent(self.uplift[1])} to {words.percent(self.uplift[2])}"

    @property
    def certainty(self) -> str:
        """How certain it is."""
        return f"{self.interval}, {words.chance(self.p)}, adjusted {self.q:.2g}"


@dataclass(frozen=True)
class Verdict:
    """The answer of one window, over all segments, against the reference branch.

    Attributes:
        window: What it is about, such as `Overall (days 0 to 36)`; empty without any result.
        basis: The analysis basis that it is about.
        headline: One sentence.
        clear: Effects that stand after correction for the number of comparisons.
        possible: Effects whose interval excludes zero, but that do not stand so, or of which
            another statistic of the metric sees nothing.
        primary: The experiment's own metrics that did not move measurably.
        shown: How many comparisons are shown in this window.
        by_chance: How many of them one expects to exclude zero if nothing had any effect.
    """

    window: str
    basis: str
    headline: str
    clear: list[Finding]
    possible: list[Finding]
    primary: list[Finding]
    shown: int = 0
    by_chance: float = 0.0


def verdict(
    definitions: Definitions, compared: pd.DataFrame, window: tuple[str, int] | None
) -> Verdict:
    """Judge a window.

    Args:
        definitions: The experiment.
        compared: What `comparisons` returns.
        window: The period and window to judge; None where no window is complete.
    """
    if window is None:
        return Verdict("", "", NO_WINDOW, [], [], [])
    period, index = window
    part = definitions.periods[period]
    basis = part["bases"][0]
    rows = where(compared, analysis_period=period, window_index=index, segment="all")
    rows = where(rows, analysis_basis=basis, comparison_to_branch=definitions.reference)
    rows = rows.dropna(subset=["p"])
    chosen, others = _findings(definitions, rows)
    apart = {(f.name, f.branch) for f in chosen if f.is_apart}
    clear = [f for f in chosen if f.is_clear]
    possible = [f for f in chosen if f.is_apart and not f.is_clear]
    possible += [f for f in others if f.is_clear and (f.name, f.branch) not in apart]
    days = words.window_days(part["windows"], index)
    return Verdict(
        window=f"{words.window_label(period, index)} ({days} after {BASIS_STARTS[basis]})",
        basis=basis,
        headline=_headline(clear, possible, len(rows)),
        clear=clear,
        possible=possible,
        primary=[f for f in chosen if f.is_primary and not f.is_apart],
        shown=len(rows),
        by_chance=LEVEL * len(rows),
    )


def _findings(definitions: Definitions, rows: pd.DataFrame) -> tuple[list[Finding], list[Finding]]:
    """Choose one statistic of each metric and branch; returns them, and the others.

    Those that matter most come first.
    """
    ranked = sorted(rows_of(rows), key=lambda row: _rank(row.statistic))
    best: dict[tuple[str, str], Finding] = {}
    others = []
    for row in ranked:
        found = _finding(definitions, row)
        if (row.metric, row.branch) in best:
            others.append(found)
        else:
            best[row.metric, row.branch] = found
    return _sorted(best.values()), _sorted(others)


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (not f.is_primary, f.p))


def _finding(definitions: Definitions, row: Any) -> Finding:
    metric = definitions.metrics[row.metric]
    ends = [known(value) for value in (row.point, row.lower, row.upper)]
    uplift = None if None in ends else ends
    return Finding(
        metric=metric.label,
        name=row.metric,
        statistic=words.statistic_label(row.statistic),
        branch=row.branch,
        uplift=tuple(uplift) if uplift else None,  # type: ignore[arg-type]
        difference=(row.point_difference, row.lower_difference, row.upper_difference),
        ci_width=float(row.ci_width),
        p=float(row.p),
        q=float(row.q),
        bigger_is_better=metric.bigger_is_better,
        is_primary=metric.is_primary,
    )


def _rank(statistic: str) -> int:
    return PREFERRED.index(statistic) if statistic in PREFERRED else len(PREFERRED)


def _headline(clear: list[Finding], possible: list[Finding], shown: int) -> str:
    if not shown:
        return "Nothing was compared in this window."
    if clear:
        names = list(dict.fromkeys(finding.metric for finding in clear))
        moved = words.listed(names[:3]) + (f" and {len(names) - 3} more" if names[3:] else "")
        return f"{moved} moved: the effect is clear even among {shown} comparisons."
    if possible:
        few = words.counted(len(possible), "effect")
        return (
            f"No effect is certain. {few} might be real, but of {shown} comparisons about "
            f"{LEVEL * shown:.1f} look like that by chance alone."
        )
    return f"No metric moved measurably in any branch, in {shown} comparisons."
