"""From summaries to statistics rows: histograms by branch in, Jetstream's row schema out."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from dbt_jetstream.statistics.compare import Comparison
from dbt_jetstream.statistics.count import count_units
from dbt_jetstream.statistics.estimate import UNDEFINED, Estimate, reason_of
from dbt_jetstream.statistics.published import decimal, numbers
from dbt_jetstream.statistics.reasons import undefined_reason
from dbt_jetstream.statistics.request import COUNT, Request
from dbt_jetstream.statistics.summary import Cell, cell_summaries
from dbt_jetstream.statistics.versions import WITHOUT_INTERVAL, single_value, statistic_of

IDENTITY = "identity"


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
            comparisons = statistic_of(request.parameters)(request)
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


def _row(about: Mapping[str, Any], comparison: Comparison) -> dict[str, Any]:
    return {
        **about,
        "parameter": decimal(comparison.parameter),
        "branch": comparison.branch,
        "comparison": comparison.comparison,
        "comparison_to_branch": comparison.comparison_to_branch,
        "problem": None,
        **dict(zip(Estimate._fields, numbers(comparison.estimate), strict=True)),
    }


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
                    yield _row(about, single_value(branch, found.get(branch, 0.0)))
