"""From summaries to statistics rows: histograms by branch in, Jetstream's row schema out."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from dbt_jetstream.statistics import deciles
from dbt_jetstream.statistics.binomial import binomial_law_of
from dbt_jetstream.statistics.bootstrap_mean import bootstrap_mean_law
from dbt_jetstream.statistics.compare import Comparison, compare_branches
from dbt_jetstream.statistics.count import count_units
from dbt_jetstream.statistics.empirical_cdf import empirical_cdf
from dbt_jetstream.statistics.estimate import UNDEFINED, Estimate, reason_of
from dbt_jetstream.statistics.grid import grid_of
from dbt_jetstream.statistics.histogram import Histogram
from dbt_jetstream.statistics.kernel_density import density_of_sums, kernel_density
from dbt_jetstream.statistics.law import DRAWN_SCORE, SIGN_SCORE, Law
from dbt_jetstream.statistics.linear_model import (
    Moments,
    adjusted_moments,
    linear_model,
    moments_of,
    per_client_impact,
)
from dbt_jetstream.statistics.population_ratio import cross_moments, population_ratio_law
from dbt_jetstream.statistics.reasons import undefined_reason
from dbt_jetstream.statistics.summary import Cell, CellSummary, cell_summaries
from dbt_jetstream.statistics.total import total

IDENTITY = "identity"
COUNT = "count"
SIGNIFICANT_DIGITS = 10
WIDTH_DIGITS = 6
# Larger floating-point numbers are whole, whatever they count.
LARGEST_COUNT = 2.0**53
# A parameter is a NUMERIC, of 29 digits before the point.
LARGEST_PARAMETER = 1e29
Computed = TypeVar("Computed")


@dataclass(frozen=True)
class Request:
    """What one statistic is computed from, and how.

    Attributes:
        cell: What is computed on.
        parameters: The statistic's, from the lock.
        summary: The cell's summaries.
        remarks: What there is to know about the result.
        failures: Why there is no result, or none of a branch or comparison.
        explained: Branches of which it is told what leaves a result undefined.
    """

    cell: Cell
    parameters: Mapping[str, Any]
    summary: CellSummary
    remarks: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    explained: set[str] = field(default_factory=set)

    @property
    def confidence(self) -> float:
        """Mass inside the interval, in (0, 1)."""
        return float(self.parameters.get("confidence_interval", 0.95))

    @property
    def branches(self) -> Mapping[str, Histogram]:
        """The values of each branch."""
        return self.summary.histograms.get(self.parameters["series"], {})

    @property
    def joint(self) -> Mapping[str, Mapping[str, float]]:
        """The moments of two values per unit of each branch; none where no unit has both."""
        return self.summary.joint.get(self.parameters.get("joint", ""), {})

    @property
    def wants_covariate(self) -> bool:
        """Whether the lock names a covariate, and units can have been observed before."""
        is_before = self.cell.analysis_period.startswith("preenrollment")
        return bool(self.parameters.get("covariate")) and not is_before

    def require_numbers(self) -> None:
        """Refuse to compute anything but a count from what is no number.

        Raises:
            ValueError: What the values are.
        """
        said = self.summary.no_numbers
        # A ratio is made from all series of its own; others name theirs.
        read = [self.parameters[key] for key in ("series", "joint") if key in self.parameters]
        if "series" not in self.parameters:
            read = list(said)
        for series in read:
            if series in said and self.parameters["statistic"] != COUNT:
                raise ValueError(said[series])

    @property
    def problem(self) -> str:
        """What went wrong, and what there is to know; empty where there is nothing."""
        # That a result is missing is told by how the text begins.
        start = "no result: " if self.failures else ""
        return start + "; ".join(dict.fromkeys([*self.failures, *self.remarks]))

    def report(self, message: str) -> None:
        """Record what there is to know about a result."""
        self.remarks.append(message)

    def fail(self, reason: str) -> None:
        """Record why there is no result."""
        self.failures.append(reason)

    def of_each(
        self, branches: Iterable[str], compute: Callable[[str], Computed]
    ) -> dict[str, Computed]:
        """Compute what each branch has by itself; one that fails is left out, and says why."""
        found = {}
        for branch in sorted(branches):
            try:
                found[branch] = compute(branch)
            except Exception as error:
                self.fail(f"{branch}: {reason_of(error)}")
        return found


Statistic = Callable[[Request], list[Comparison]]


def _mean(request: Request, mean_within: float = DRAWN_SCORE) -> list[Comparison]:
    clips = request.summary.clips[request.parameters["series"]]

    def law(branch: str) -> Law:
        return bootstrap_mean_law(request.branches[branch].clipped(clips[branch]))

    laws = request.of_each(request.branches, law)
    return compare_branches(laws, request.confidence, mean_within)


def _binomial(request: Request) -> list[Comparison]:
    laws = {b: binomial_law_of(h) for b, h in request.branches.items()}
    return compare_branches(laws, request.confidence)


def _population_ratio(request: Request, mean_within: float = DRAWN_SCORE) -> list[Comparison]:
    joint = request.joint

    def law(branch: str) -> Law:
        return population_ratio_law(cross_moments(joint[branch]))

    return compare_branches(request.of_each(joint, law), request.confidence, mean_within)


def _linear(
    compare: Callable[[Mapping[str, Moments], float], list[Comparison]],
) -> Statistic:
    """A statistic that compares the moments of all branches at once."""

    def compute(request: Request) -> list[Comparison]:
        clip = request.summary.pooled_clips[request.parameters["series"]]
        moments = {b: moments_of(h, clip) for b, h in request.branches.items()}
        if request.joint:
            adjusted = request.joint.items()
            moments = {b: adjusted_moments(moments[b], joint) for b, joint in adjusted}
        elif request.wants_covariate:
            request.report("no unit has a covariate: means are not adjusted")
        for branch in sorted(b for b, found in moments.items() if found.is_zero):
            request.report(f"{branch}: all values are 0, so that nothing can be compared to it")
        return compare(moments, request.confidence)

    return compute


def _deciles(request: Request) -> list[Comparison]:
    rows = _deciles_of(request, request.branches)
    for branch, values in sorted(request.branches.items()):
        if np.isinf(values.values).any() and not np.isnan(values.values).any():
            own = [r for r in rows if r.branch == branch and r.comparison is None]
            _explain_infinite(request, branch, [r for r in own if math.isnan(r.estimate.point)])
    return rows


def _deciles_of_finite_values(request: Request) -> list[Comparison]:
    """As they were before version 2: one infinite value left all of a branch undefined."""
    nothing = Histogram.of([], [])
    branches = {b: h if h.is_finite else nothing for b, h in request.branches.items()}
    return _deciles_of(request, branches)


def _deciles_of(request: Request, branches: Mapping[str, Histogram]) -> list[Comparison]:
    return [
        comparison._replace(parameter=q)
        for q in deciles.DECILES
        for comparison in deciles.compare_quantiles(branches, q, request.confidence)
    ]


def _explain_infinite(request: Request, branch: str, undefined: list[Comparison]) -> None:
    """Say which deciles have no number; a branch that has all of them needs no remark."""
    request.explained.add(branch)
    if undefined:
        which = ", ".join(f"{row.parameter:g}" for row in undefined)
        request.report(
            f"{branch}: values at decile {which} are infinite, which leaves it undefined"
        )


def _by_branch(measure: Callable[[Histogram], float]) -> Statistic:
    """A statistic of each branch alone, without an interval."""

    def compute(request: Request) -> list[Comparison]:
        return [_point(b, measure(h)) for b, h in sorted(request.branches.items())]

    return compute


def _density(request: Request, branch: str, points: np.ndarray) -> np.ndarray:
    histogram = request.branches[branch]
    sums = request.summary.densities[request.parameters["series"]].get(branch)
    if sums is None:
        return kernel_density(histogram, points)
    return density_of_sums(sums, histogram.units)


def _distribution(request: Request, branch: str, points: np.ndarray) -> np.ndarray:
    return empirical_cdf(request.branches[branch], points)


def _curve(heights: Callable[[Request, str, np.ndarray], np.ndarray]) -> Statistic:
    """A statistic of each branch alone, at each point of a grid."""

    def compute(request: Request) -> list[Comparison]:
        def of_branch(branch: str) -> list[Comparison]:
            points = _points(request, branch)
            found = zip(points.tolist(), heights(request, branch, points).tolist(), strict=True)
            return [_point(branch, height, round(x, 6)) for x, height in found]

        curves = request.of_each(request.branches, of_branch)
        return _one_by_parameter([row for curve in curves.values() for row in curve])

    return compute


def _points(request: Request, branch: str) -> np.ndarray:
    """Return the points at which a branch's curve is drawn."""
    histogram = request.branches[branch]
    size, log_space = (request.parameters[key] for key in ("grid_size", "log_space"))
    grid = grid_of(histogram, size, log_space=log_space)
    points = grid.with_zero(histogram)
    if not (np.abs(points) < LARGEST_PARAMETER).all():
        message = f"needs values below {LARGEST_PARAMETER:g}: larger ones are no parameters"
        raise ValueError(message)
    if grid.note:
        request.report(f"{branch}: {grid.note}")
    return points


def _one_by_parameter(rows: list[Comparison]) -> list[Comparison]:
    """Keep one row of those that a rounded parameter makes equal: the last, as the original."""
    return list({(row.branch, row.parameter): row for row in rows}.values())


def _point(branch: str, value: float, parameter: float | None = None) -> Comparison:
    return Comparison(branch, None, None, Estimate(value, math.nan, math.nan), parameter)


# Every version that a lock can name; see `catalogue.Treatment.version`.
STATISTICS: dict[tuple[str, int], Statistic] = {
    # Before version 2, uplifts over a reference that hardly ever changes its sign had no point.
    ("mean", 1): partial(_mean, mean_within=SIGN_SCORE),
    ("mean", 2): _mean,
    ("binomial", 1): _binomial,
    ("deciles", 1): _deciles_of_finite_values,
    ("deciles", 2): _deciles,
    ("mean_lm", 1): _linear(linear_model),
    ("mean_lm_noclip", 1): _linear(linear_model),
    ("per_client_dau_impact", 1): _linear(per_client_impact),
    ("population_ratio", 1): partial(_population_ratio, mean_within=SIGN_SCORE),
    ("population_ratio", 2): _population_ratio,
    (COUNT, 1): _by_branch(count_units),
    ("sum", 1): _by_branch(total),
    ("kernel_density_estimate", 1): _curve(_density),
    ("empirical_cdf", 1): _curve(_distribution),
}
WITHOUT_INTERVAL = (COUNT, "sum", "kernel_density_estimate", "empirical_cdf")


def statistics_rows(summaries: pa.Table, definition: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Compute all statistics of the windows in a table of summaries.

    Args:
        summaries: As `cell_summaries` reads them.
        definition: The lock's `experiment`, `segments`, `statistics` and `periods`.

    Yields:
        Rows in Jetstream's schema, with analysis_period and window_index, in a fixed order.
    """
    statistics: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for parameters in definition["statistics"]:
        statistics[parameters["metric"]].append(parameters)
    population: dict[Cell, dict[str, float]] = {}
    for cell, summary in cell_summaries(summaries):
        if cell.metric == IDENTITY:
            units = summary.histograms["units"]
            population[cell] = {b: count_units(h) for b, h in units.items()}
            continue
        for parameters in statistics[cell.metric]:
            if cell.analysis_period in parameters["periods"]:
                yield from _rows(Request(cell, parameters, summary))
    yield from _population_rows(population, definition)


def _rows(request: Request) -> Iterator[dict[str, Any]]:
    """Yield the rows of a statistic; one without a branch says what went wrong, if anything did."""
    statistic = request.parameters["statistic"]
    ci_width = None if statistic in WITHOUT_INTERVAL else request.confidence
    about = {**request.cell._asdict(), "statistic": statistic, "ci_width": ci_width}
    yield from _computed(request, about)
    if request.problem:
        nothing = Comparison("", None, None, UNDEFINED)
        yield {**_row(about, nothing), "problem": request.problem}


def _computed(request: Request, about: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a statistic; whatever it raises costs no other statistic."""
    try:
        request.require_numbers()
        # What overflows is undefined in its row: nobody reads warnings.
        with np.errstate(all="ignore"):
            comparisons = _statistic(request.parameters)(request)
            rows = [_row(about, comparison) for comparison in comparisons]
    except Exception as error:
        request.fail(reason_of(error))
        return []
    for comparison in comparisons:
        _explain(request, comparison)
        _explain_undefined(request, comparison)
    return rows


def _explain(request: Request, comparison: Comparison) -> None:
    """Say why a comparison has no number, where its values do not say so themselves."""
    reference = comparison.comparison_to_branch
    subject = f"{comparison.branch} against {reference}" if reference else comparison.branch
    if comparison.failure:
        request.fail(f"{subject}: {comparison.failure}")
    elif any(math.isinf(value) for value in comparison.estimate):
        what = (comparison.comparison or "result").replace("_", " ")
        request.report(f"{subject}: the {what} reaches beyond the largest number")


def _explain_undefined(request: Request, comparison: Comparison) -> None:
    """Report once why a branch by itself has no result."""
    branch = comparison.branch
    if branch in request.explained:
        return
    if comparison.comparison is not None or math.isfinite(comparison.estimate.point):
        return
    values = request.summary.histograms.get(request.parameters.get("series", ""), {})
    is_ratio = request.parameters["statistic"] == "population_ratio"
    reason = undefined_reason(values.get(branch), request.joint.get(branch), is_ratio=is_ratio)
    if reason is not None:
        request.report(f"{branch}: {reason}")


def _statistic(parameters: Mapping[str, Any]) -> Statistic:
    """Find a statistic in the version that the lock names."""
    name, version = parameters["statistic"], parameters.get("version", 1)
    if (name, version) not in STATISTICS:
        message = f"this version of dbt-jetstream has no version {version} of `{name}`; update it"
        raise ValueError(message)
    return STATISTICS[name, version]


def _row(about: Mapping[str, Any], comparison: Comparison) -> dict[str, Any]:
    return {
        **about,
        "parameter": _decimal(comparison.parameter),
        "branch": comparison.branch,
        "comparison": comparison.comparison,
        "comparison_to_branch": comparison.comparison_to_branch,
        "problem": None,
        **dict(zip(Estimate._fields, _numbers(comparison.estimate), strict=True)),
    }


def _decimal(value: float | None) -> Decimal | None:
    """Return a parameter as the schema's NUMERIC."""
    return None if value is None else Decimal(f"{value:.6f}")


def _numbers(estimate: Estimate) -> list[float | None]:
    """Return a result as it is published: counts as they are, others rounded.

    Floating-point sums of telemetry differ in their last digits with the order of rows, and so do
    machines' logarithms. Rounding to ten significant digits keeps that from changing what is
    published; an interval keeps six digits of its width where that is more.
    """
    width = estimate.upper - estimate.lower
    finest = WIDTH_DIGITS - _exponent(width) if width > 0 and math.isfinite(width) else -math.inf
    return [_number(float(value), finest) for value in estimate]


def _number(value: float, finest: float) -> float | None:
    if not math.isfinite(value):
        return None
    if value.is_integer() and abs(value) < LARGEST_COUNT:
        return value
    try:
        return round(value, int(max(SIGNIFICANT_DIGITS - 1 - _exponent(value), finest)))
    except OverflowError:
        # The largest numbers cannot be rounded up.
        return value


def _exponent(value: float) -> int:
    return math.floor(math.log10(abs(value)))


def _population_rows(
    population: Mapping[Cell, dict[str, float]], definition: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield the units of every branch, also where a basis or segment has none."""
    windows = sorted({(cell.analysis_period, cell.window_index) for cell in population})
    for period, window in windows:
        for basis in definition["periods"][period]:
            for segment in ("all", *definition["segments"]):
                cell = Cell(period, window, basis, segment, IDENTITY)
                found = population.get(cell, {})
                about = {**cell._asdict(), "statistic": COUNT, "ci_width": None}
                for branch in sorted({*definition["experiment"]["branches"], *found}):
                    yield _row(about, _point(branch, found.get(branch, 0.0)))
