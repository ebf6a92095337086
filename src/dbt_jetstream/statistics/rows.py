"""From summaries to statistics rows: histograms by branch in, Jetstream's row schema out."""

from __future__ import annotations

import math
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from dbt_jetstream.statistics import deciles
from dbt_jetstream.statistics.binomial import binomial_law_of
from dbt_jetstream.statistics.bootstrap_mean import bootstrap_mean_law
from dbt_jetstream.statistics.compare import Comparison, compare_branches
from dbt_jetstream.statistics.count import count_units
from dbt_jetstream.statistics.empirical_cdf import empirical_cdf
from dbt_jetstream.statistics.estimate import Estimate
from dbt_jetstream.statistics.grid import grid_of
from dbt_jetstream.statistics.histogram import Histogram
from dbt_jetstream.statistics.kernel_density import kernel_density
from dbt_jetstream.statistics.law import Law
from dbt_jetstream.statistics.linear_model import Moments, linear_model, per_client_impact
from dbt_jetstream.statistics.population_ratio import ORDERS, CrossMoments, population_ratio_law
from dbt_jetstream.statistics.total import total

IDENTITY = "identity"
COUNT = "count"
SIGNIFICANT_DIGITS = 12


class Cell(NamedTuple):
    """What one statistic is computed on."""

    analysis_period: str
    window_index: int
    analysis_basis: str
    segment: str
    metric: str
    statistic: str


@dataclass(frozen=True)
class Request:
    """How a statistic is computed on a cell.

    Attributes:
        experiment: The experiment's slug.
        cell: What is computed on.
        parameters: The statistic's, from the lock.
    """

    experiment: str
    cell: Cell
    parameters: Mapping[str, Any]

    @property
    def confidence(self) -> float:
        """Mass inside the interval, in (0, 1)."""
        return float(self.parameters.get("confidence_interval", 0.95))


Branches = Mapping[str, Histogram]
MomentsByBranch = Mapping[str, Mapping[str, float]]


Statistic = Callable[[Any, Request], list[Comparison]]


def _by_law(law_of: Callable[[Any], Law]) -> Statistic:
    """A statistic that compares one law per branch."""

    def compute(branches: Mapping[str, Any], request: Request) -> list[Comparison]:
        laws = {b: law_of(summary) for b, summary in branches.items()}
        return compare_branches(laws, request.confidence)

    return compute


def _ratio_law(found: Mapping[str, float]) -> Law:
    products = {(a, b): found[f"product_{a}_{b}"] for a, b in ORDERS}
    means = found["numerator_mean"], found["denominator_mean"]
    return population_ratio_law(CrossMoments(found["units"], *means, products))


def _by_moments(
    compare: Callable[[Mapping[str, Moments], float], list[Comparison]],
) -> Statistic:
    """A statistic that compares the moments of all branches at once."""

    def compute(branches: MomentsByBranch, request: Request) -> list[Comparison]:
        moments = {b: _linear_moments(m) for b, m in branches.items()}
        return compare(moments, request.confidence)

    return compute


def _linear_moments(found: Mapping[str, float]) -> Moments:
    return Moments(**{name: found.get(name, math.nan) for name in Moments._fields})


def _deciles(branches: Branches, request: Request) -> list[Comparison]:
    return [
        comparison._replace(parameter=q)
        for q in deciles.DECILES
        for comparison in deciles.compare_quantiles(branches, q, request.confidence)
    ]


def _by_branch(measure: Callable[[Histogram], float]) -> Statistic:
    """A statistic of each branch alone, without an interval."""

    def compute(branches: Branches, _: Request) -> list[Comparison]:
        return [_point(b, measure(h)) for b, h in sorted(branches.items())]

    return compute


def _curve(heights: Callable[[Histogram, np.ndarray], np.ndarray]) -> Statistic:
    """A statistic of each branch alone, at each point of a grid."""

    def compute(branches: Branches, request: Request) -> list[Comparison]:
        size, log_space = (request.parameters[key] for key in ("grid_size", "log_space"))
        rows = []
        for branch, histogram in sorted(branches.items()):
            grid = grid_of(histogram, size, log_space=log_space)
            if grid.note:
                _print(request, f"{branch}: {grid.note}")
            points = grid.with_zero(histogram)
            found = zip(points.tolist(), heights(histogram, points).tolist(), strict=True)
            rows += [_point(branch, height, round(x, 6)) for x, height in found]
        return _one_by_parameter(rows)

    return compute


def _one_by_parameter(rows: list[Comparison]) -> list[Comparison]:
    """Keep one row of those that a rounded parameter makes equal: the last, as the original."""
    return list({(row.branch, row.parameter): row for row in rows}.values())


def _point(branch: str, value: float, parameter: float | None = None) -> Comparison:
    return Comparison(branch, None, None, Estimate(value, math.nan, math.nan), parameter)


STATISTICS: dict[str, Statistic] = {
    "mean": _by_law(bootstrap_mean_law),
    "binomial": _by_law(binomial_law_of),
    "deciles": _deciles,
    "mean_lm": _by_moments(linear_model),
    "mean_lm_noclip": _by_moments(linear_model),
    "per_client_dau_impact": _by_moments(per_client_impact),
    "population_ratio": _by_law(_ratio_law),
    COUNT: _by_branch(count_units),
    "sum": _by_branch(total),
    "kernel_density_estimate": _curve(kernel_density),
    "empirical_cdf": _curve(empirical_cdf),
}
WITHOUT_INTERVAL = (COUNT, "sum", "kernel_density_estimate", "empirical_cdf")


def statistics_rows(
    summaries: pa.Table, definition: Mapping[str, Any], done: set[tuple[str, int]]
) -> Iterator[dict[str, Any]]:
    """Compute all statistics of an experiment's new windows.

    Args:
        summaries: Rows of (cell, branch, moment, value, units).
        definition: The lock's `experiment`, `segments`, `statistics` and `periods`.
        done: The (analysis_period, window_index) that are already there.

    Yields:
        Rows in Jetstream's schema, with analysis_period and window_index, in a fixed order.
    """
    parameters = {(s["metric"], s["statistic"]): s for s in definition["statistics"]}
    slug = definition["experiment"]["slug"]
    population: dict[Cell, dict[str, float]] = defaultdict(dict)
    for cell, branches in _cells(summaries):
        if (cell.analysis_period, cell.window_index) in done:
            continue
        if cell.metric == IDENTITY:
            population[cell] = {b: count_units(h) for b, h in branches.items()}
            continue
        yield from _rows(Request(slug, cell, parameters[cell.metric, cell.statistic]), branches)
    yield from _population_rows(population, definition)


def _rows(request: Request, branches: Any) -> Iterator[dict[str, Any]]:
    cell = request.cell
    try:
        comparisons = STATISTICS[cell.statistic](branches, request)
    except ValueError as error:
        _print(request, f"no result: {error}")
        return
    has_interval = cell.statistic not in WITHOUT_INTERVAL
    for comparison in comparisons:
        yield _row(cell, comparison, request.confidence if has_interval else None)


def _print(request: Request, message: str) -> None:
    where = ", ".join(map(str, request.cell))
    print(f"{request.experiment}: {where}: {message}", file=sys.stderr)


def _row(cell: Cell, comparison: Comparison, ci_width: float | None) -> dict[str, Any]:
    return {
        **cell._asdict(),
        "parameter": _decimal(comparison.parameter),
        "branch": comparison.branch,
        "comparison": comparison.comparison,
        "comparison_to_branch": comparison.comparison_to_branch,
        "ci_width": ci_width,
        "point": _number(comparison.estimate.point),
        "lower": _number(comparison.estimate.lower),
        "upper": _number(comparison.estimate.upper),
    }


def _decimal(value: float | None) -> Decimal | None:
    """Return a parameter as the schema's NUMERIC."""
    return None if value is None else Decimal(f"{value:.6f}")


def _number(value: float) -> float | None:
    """Return a result as it is published.

    Sums in a warehouse differ in their last digits with the order of rows; rounding keeps that
    from changing what is published.
    """
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}") if math.isfinite(value) else None


def _population_rows(
    population: Mapping[Cell, dict[str, float]], definition: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield the units of every branch, also where a basis or segment has none."""
    windows = sorted({(cell.analysis_period, cell.window_index) for cell in population})
    for period, window in windows:
        for basis in definition["periods"][period]:
            for segment in ("all", *definition["segments"]):
                cell = Cell(period, window, basis, segment, IDENTITY, COUNT)
                found = population.get(cell, {})
                for branch in sorted({*definition["experiment"]["branches"], *found}):
                    estimate = Estimate(found.get(branch, 0.0), math.nan, math.nan)
                    yield _row(cell, Comparison(branch, None, None, estimate), None)


def _cells(summaries: pa.Table) -> Iterator[tuple[Cell, dict[str, Any]]]:
    """Yield each cell with its branches' histograms or moments, ordered by the cells' names."""
    keys = [*Cell._fields, "branch"]
    ordered = summaries.sort_by([(key, "ascending") for key in keys])
    values = ordered["value"].to_numpy(zero_copy_only=False)
    units = ordered["units"].to_numpy(zero_copy_only=False)
    branches: dict[str, Any] = {}
    current: Cell | None = None
    for start, end in _runs(ordered, keys):
        *key, branch = (ordered[name][start].as_py() for name in keys)
        cell = Cell(*key)
        if current is not None and cell != current:
            yield current, branches
            branches = {}
        current = cell
        if ordered["moment"][start].is_valid:
            names = ordered["moment"][start:end].to_pylist()
            branches[branch] = dict(zip(names, values[start:end].tolist(), strict=True))
        else:
            branches[branch] = _histogram(cell, values[start:end], units[start:end])
    if current is not None:
        yield current, branches


def _histogram(cell: Cell, values: np.ndarray, units: np.ndarray) -> Histogram:
    """Units of the population have no value: they count as they are."""
    return Histogram.of(np.zeros(len(units)) if cell.metric == IDENTITY else values, units)


def _runs(ordered: pa.Table, keys: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the ends of each run of rows that agree in all `keys`."""
    if not len(ordered):
        return
    codes = [ordered[key].combine_chunks().dictionary_encode().indices.to_numpy() for key in keys]
    changes = np.any([np.diff(code) != 0 for code in codes], axis=0)
    starts = np.concatenate([[0], np.flatnonzero(changes) + 1, [len(ordered)]])
    yield from zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
