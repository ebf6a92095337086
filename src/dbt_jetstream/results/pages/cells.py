"""Statistics as the page's script reads them: a cell per window, basis and segment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dbt_jetstream.results.frames import known
from dbt_jetstream.results.pages.definitions import Definitions
from dbt_jetstream.results.significance import CELL, COMPARED, is_distribution

if TYPE_CHECKING:
    import pandas as pd

# More digits than a page shows; fewer make pages small.
DIGITS = 6
ENDS = ["point", "lower", "upper"]


def cell_payload(
    definitions: Definitions, statistics: pd.DataFrame, compared: pd.DataFrame
) -> dict[str, dict[str, Any]]:
    """Return, by cell, values and comparisons as lists of numbers.

    Args:
        definitions: The experiment.
        statistics: Its statistics.
        compared: What `comparisons` returns for them.

    Returns:
        By `period|window|basis|segment`: `values`, each [series, branch, point, lower, upper];
        `comparisons`, each [series, branch, reference branch, point, lower, upper of the uplift,
        p, q], and where the uplift does not tell the direction those of the difference. Series
        and branches by number.
    """
    numbered = _Numbers(definitions)
    cells: dict[str, dict[str, Any]] = defaultdict(lambda: {"values": [], "comparisons": []})
    alone = statistics[statistics["comparison"].isna() & ~is_distribution(statistics)]
    for key, rows in alone.groupby(CELL):
        for metric, statistic, branch, *found in _tuples(rows, COMPARED[:3], ENDS):
            if place := numbered.place(metric, statistic, branch):
                cells[cell_key(key)]["values"].append([*place, *found])
    numbers = [*ENDS, "p", "q", *(f"{name}_difference" for name in ENDS)]
    for key, rows in compared.groupby(CELL):
        for metric, statistic, branch, other, *found in _tuples(rows, COMPARED, numbers):
            if place := numbered.place(metric, statistic, branch, other):
                cells[cell_key(key)]["comparisons"].append([*place, *_shortest(found)])
    return dict(cells)


def _shortest(numbers: list[float | None]) -> list[float | None]:
    """Leave the difference out where the uplift says all: it is a quarter of a page."""
    uplift, difference = numbers[0], numbers[5]
    is_said = uplift is not None and difference is not None and uplift * difference >= 0
    return numbers[:5] if is_said else numbers


class _Numbers:
    """The numbers by which the page's script knows series and branches."""

    def __init__(self, definitions: Definitions) -> None:
        self.series = {(s.metric, s.statistic): i for i, s in enumerate(definitions.series)}
        self.branches = {branch: i for i, branch in enumerate(definitions.branches)}

    def place(self, metric: str, statistic: str, *branches: str) -> list[int] | None:
        """Return the numbers of a series and branches; None where the lock does not know them."""
        series = self.series.get((metric, statistic))
        if series is None or not set(branches) <= set(self.branches):
            return None
        return [series, *(self.branches[branch] for branch in branches)]


def distribution_payload(
    definitions: Definitions, statistics: pd.DataFrame, windows: Iterable[tuple[str, int]]
) -> dict[str, list[list[Any]]]:
    """Return, by cell, the points of the distributions of some windows.

    Returns:
        By `period|window|basis|segment`: [series, branch, parameter, point, lower, upper].
    """
    kept = set(windows)
    numbered = _Numbers(definitions)
    rows = statistics[statistics["comparison"].isna() & is_distribution(statistics)]
    cells = {}
    for key, found in rows.groupby(CELL):
        if (key[0], key[1]) in kept:
            points = _tuples(found, COMPARED[:3], ["parameter", *ENDS])
            placed = [(numbered.place(*point[:3]), point[3:]) for point in points]
            cells[cell_key(key)] = [[*place, *values] for place, values in placed if place]
    return cells


def missing_payload(
    definitions: Definitions, completeness: pd.DataFrame
) -> dict[str, list[list[Any]]]:
    """Return, by cell, the results that were asked for and are not there.

    Returns:
        By `period|window|basis|segment`: [series, state, reason], once for all branches.
    """
    numbered = _Numbers(definitions)
    cells: dict[str, list[list[Any]]] = defaultdict(list)
    columns = [*CELL, "metric", "statistic", "state", "reason"]
    absent = completeness.loc[completeness["state"] != "published", columns]
    for *key, metric, statistic, state, reason in _tuples(absent.drop_duplicates(), columns):
        if place := numbered.place(metric, statistic):
            cells[cell_key(key)].append([*place, state, reason])
    return dict(cells)


def cell_key(key: Iterable[Any]) -> str:
    """Write the name of a cell."""
    return "|".join(str(part) for part in key)


def _tuples(
    rows: pd.DataFrame, texts: list[str], numbers: Iterable[str] = ()
) -> Iterator[tuple[Any, ...]]:
    """Yield texts as they are, and numbers rounded, or None."""
    columns = [rows[name].tolist() for name in texts]
    for name in numbers:
        values = rows[name].tolist()
        columns.append([_rounded(value) for value in values])
    yield from zip(*columns, strict=True)


def _rounded(value: Any) -> float | None:
    number = known(value)
    return None if number is None else float(f"{number:.{DIGITS}g}")
