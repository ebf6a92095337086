"""What an experiment's numbers say, in plain words: what moved, by how much, how certainly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dbt_jetstream.frames import known, rows_of, where
from dbt_jetstream.report import words
from dbt_jetstream.report.definitions import Definitions

if TYPE_CHECKING:
    import pandas as pd

LEVEL = 0.05
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
        statistic: The statistic.
        branch: The branch.
        point: The relative uplift; None where it is undefined.
        lower: Lower end of its 95 % interval.
        upper: Upper end.
        p: The p-value of no effect.
        q: The p-value, adjusted for all comparisons that are shown beside it.
        bigger_is_better: Whether more of the metric is wanted.
        is_primary: Whether the experiment's outcomes name the metric.
    """

    metric: str
    name: str
    statistic: str
    branch: str
    point: float | None
    lower: float
    upper: float
    p: float
    q: float
    bigger_is_better: bool
    is_primary: bool

    @property
    def excludes_no_effect(self) -> bool:
        """Whether the interval lies on one side of zero."""
        return self.lower > 0 or self.upper < 0

    @property
    def is_clear(self) -> bool:
        """Whether it stands also after correction for the number of comparisons."""
        return self.excludes_no_effect and self.q < LEVEL

    @property
    def is_rise(self) -> bool:
        """Whether the metric rose."""
        return self.lower > 0 or (self.point or 0) > 0

    @property
    def is_better(self) -> bool:
        """Whether it moved as wanted."""
        return self.is_rise == self.bigger_is_better

    @property
    def size(self) -> str:
        """How much it moved."""
        return "an unknown amount" if self.point is None else words.percent(self.point)

    @property
    def interval(self) -> str:
        """The interval in words."""
        return f"{words.percent(self.lower)} to {words.percent(self.upper)}"

    @property
    def certainty(self) -> str:
        """How certain it is."""
        return f"95 % interval {self.interval}, {words.chance(self.p)}, adjusted {self.q:.2g}"


@dataclass(frozen=True)
class Verdict:
    """The answer of one window, on all enrolled units, against the reference branch.

    Attributes:
        window: What it is about, such as `Overall (days 0 to 36)`; empty without any result.
        headline: One sentence.
        clear: Effects that stand after correction for the number of comparisons.
        possible: Effects whose interval excludes zero, but that do not stand so.
        primary: The experiment's own metrics that did not move measurably.
        shown: How many comparisons are shown in this window.
        by_chance: How many of them one expects to exclude zero if nothing had any effect.
    """

    window: str
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
        return Verdict(
            "", "No analysis window is complete yet: there is nothing to judge.", [], [], []
        )
    period, index = window
    rows = where(compared, analysis_period=period, window_index=index, segment="all")
    rows = where(rows, analysis_basis="enrollments", comparison_to_branch=definitions.reference)
    rows = rows.dropna(subset=["lower", "upper", "p"])
    findings = _findings(definitions, rows)
    clear = [f for f in findings if f.is_clear]
    possible = [f for f in findings if f.excludes_no_effect and not f.is_clear]
    days = words.window_days(definitions.periods[period]["windows"], index)
    return Verdict(
        window=f"{words.window_label(period, index)} ({days} after enrollment)",
        headline=_headline(clear, possible, len(rows)),
        clear=clear,
        possible=possible,
        primary=[f for f in findings if f.is_primary and not f.excludes_no_effect],
        shown=len(rows),
        by_chance=LEVEL * len(rows),
    )


def _findings(definitions: Definitions, rows: pd.DataFrame) -> list[Finding]:
    """Take one statistic of each metric and branch, those that matter most first."""
    best: dict[tuple[str, str], Any] = {}
    for row in rows_of(rows):
        key = (row.metric, row.branch)
        if key not in best or _rank(row.statistic) < _rank(best[key].statistic):
            best[key] = row
    found = []
    for row in best.values():
        metric = definitions.metrics[row.metric]
        found.append(
            Finding(
                metric=metric.label,
                name=row.metric,
                statistic=row.statistic,
                branch=row.branch,
                point=known(row.point),
                lower=float(row.lower),
                upper=float(row.upper),
                p=float(row.p),
                q=float(row.q),
                bigger_is_better=metric.bigger_is_better,
                is_primary=metric.is_primary,
            )
        )
    return sorted(found, key=lambda f: (not f.is_primary, f.p))


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
            f"{LEVEL * shown:.0f} look like that by chance alone."
        )
    return f"No metric moved measurably in any branch, in {shown} comparisons."
