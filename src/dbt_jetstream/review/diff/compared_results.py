"""Results of one experiment before and after: which differ, and how they are shown."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

# Period, window, basis, segment, metric, statistic, parameter, branch, comparison, reference.
Key = tuple[str, int, str, str, str, str, str, str, str, str]
# Point, lower and upper end of the interval.
Value = tuple[float | None, float | None, float | None]
Rows = Mapping[Key, Value]

COLUMNS = (
    "analysis_period, window_index, analysis_basis, segment, metric, statistic, "
    "coalesce(parameter::varchar, ''), coalesce(branch, ''), coalesce(comparison, ''), "
    "coalesce(comparison_to_branch, ''), point, lower, upper"
)
TOLERANCE = 1e-9
MOST_ROWS = 40
FIRST = ("overall", "enrollments", "all")
UPLIFT = "relative_uplift"


@dataclass(frozen=True)
class Shown:
    """One branch's value of one statistic.

    Attributes:
        where: Period, window, basis and segment, where it is not the overall window of all
            enrolled units.
        metric: The metric.
        statistic: The statistic, with its parameter.
        branch: The branch.
        values: Its value before and after.
        uplifts: Its uplift relative to the reference branch, before and after.
    """

    where: str
    metric: str
    statistic: str
    branch: str
    values: tuple[Value | None, Value | None]
    uplifts: tuple[Value | None, Value | None]


@dataclass
class Numbers:
    """What a change does to the results of an experiment.

    Attributes:
        shown: The rows that differ and are shown.
        others: How many differ beside them, by period.
        total: How many results there are on either side.
        of: What was built: the committed locks, or the definitions locked anew.
        problem: Why there are no numbers.
        failed: Whether that is a failure.
    """

    shown: list[Shown] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    total: int = 0
    of: str = ""
    problem: str = ""
    failed: bool = False

    @property
    def differing(self) -> int:
        """How many results differ."""
        return len(self.shown) + sum(self.others.values())


def compare_rows(before: Rows, after: Rows, reference: str) -> Numbers:
    """Compare results.

    Args:
        before: At the base.
        after: Now.
        reference: The reference branch.
    """
    units: dict[Key, bool] = {}
    for key in (*before, *after):
        branch = key[8] in {"", UPLIFT} and key[9] in {"", reference}
        # A value and its uplift are one row of the table; other comparisons are counted alone.
        unit: Key = (*key[:8], "", "") if branch else key
        units[unit] = units.get(unit, False) or _differ(before.get(key), after.get(key))
    differing = [unit for unit, differs in units.items() if differs]
    first = [unit for unit in differing if _is_first(unit)]
    plain = [unit for unit in differing if unit[8] == ""]
    chosen = (sorted(first) or sorted(plain))[:MOST_ROWS]
    numbers = Numbers(total=len(units))
    numbers.shown = [_shown(unit, before, after, reference) for unit in chosen]
    numbers.others = Counter(unit[0] for unit in differing if unit not in set(chosen))
    return numbers


def _is_first(unit: Key) -> bool:
    return (unit[0], unit[2], unit[3]) == FIRST and unit[8] == ""


def _differ(old: Value | None, new: Value | None) -> bool:
    if old is None or new is None:
        return old is not new
    return any(_far(a, b) for a, b in zip(old, new, strict=True))


def _far(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is not new
    return not (math.isclose(old, new, rel_tol=TOLERANCE) or (math.isnan(old) and math.isnan(new)))


def _shown(unit: Key, before: Rows, after: Rows, reference: str) -> Shown:
    period, window, basis, segment, metric, statistic, parameter, branch, *_ = unit
    uplift: Key = (*unit[:8], UPLIFT, reference)
    where = "" if _is_first(unit) else f"{period} {window}, {basis}, {segment}"
    return Shown(
        where=where,
        metric=metric,
        statistic=f"{statistic} {parameter}".strip(),
        branch=branch,
        values=(before.get(unit), after.get(unit)),
        uplifts=(before.get(uplift), after.get(uplift)),
    )
