"""From summaries to statistics rows."""

from __future__ import annotations

import math
import random

import pyarrow as pa
import pytest
from scipy import stats

from dbt_jetstream.statistics import versions
from dbt_jetstream.statistics.compare import Comparison
from dbt_jetstream.statistics.estimate import Estimate
from dbt_jetstream.statistics.request import Request
from dbt_jetstream.statistics.rows import statistics_rows

WEEKLY = {"series": "values", "periods": ["weekly"]}
DEFINITION = {
    "experiment": {"slug": "an-experiment", "branches": ["control", "treatment"]},
    "segments": ["heavy"],
    "statistics": [
        {"metric": "retained", "statistic": "binomial", "confidence_interval": 0.9, **WEEKLY},
        {"metric": "hours", "statistic": "mean", "confidence_interval": 0.95, **WEEKLY},
        {"metric": "hours", "statistic": "count", "confidence_interval": 0.95, **WEEKLY},
    ],
    "periods": {"weekly": ["enrollments", "exposures"]},
}

SCHEMA = pa.schema(
    [
        ("analysis_period", pa.string()),
        ("window_index", pa.int64()),
        ("analysis_basis", pa.string()),
        ("segment", pa.string()),
        ("metric", pa.string()),
        ("series", pa.string()),
        ("branch", pa.string()),
        ("moment", pa.string()),
        ("value", pa.float64()),
        ("units", pa.int64()),
        ("lowest", pa.float64()),
        ("highest", pa.float64()),
        ("deviation", pa.float64()),
    ]
)

Row = tuple[int, str, str, float, int]


def _summaries(rows: list[Row]) -> pa.Table:
    """Rows of (window, metric, branch, value, units), and branches clipped at 1,000."""
    cells = [
        {
            "analysis_period": "weekly",
            "window_index": window,
            "analysis_basis": "enrollments",
            "segment": "all",
            "metric": metric,
            "series": "units" if metric == "identity" else "values",
            "branch": branch,
            "value": value,
            "units": units,
            "lowest": value,
            "highest": value,
            "deviation": 0.0,
        }
        for window, metric, branch, value, units in rows
    ]
    pieces = ("units", "lowest", "highest", "deviation")
    clips = [
        {**cell, **dict.fromkeys(pieces), "moment": "clip", "value": 1000.0}
        for cell in cells
        if cell["metric"] != "identity"
    ]
    pooled = [{**clip, "branch": "", "moment": "pooled_clip"} for clip in clips]
    return pa.Table.from_pylist(cells + clips + pooled, schema=SCHEMA)


POPULATION: list[Row] = [(1, "identity", "control", 0.0, 30)]
RETAINED: list[Row] = [
    (1, "retained", "control", 0.0, 20),
    (1, "retained", "control", 1.0, 10),
    (1, "retained", "treatment", 1.0, 7),
]


def test_every_branch_basis_and_segment_has_a_count_of_units() -> None:
    rows = list(statistics_rows(_summaries(POPULATION), DEFINITION))
    found = {(r["analysis_basis"], r["segment"], r["branch"]): r["point"] for r in rows}
    assert found == {
        (basis, segment, branch): 30.0
        if (basis, segment, branch) == ("enrollments", "all", "control")
        else 0.0
        for basis in ("enrollments", "exposures")
        for segment in ("all", "heavy")
        for branch in ("control", "treatment")
    }
    assert {(r["metric"], r["statistic"], r["ci_width"], r["lower"]) for r in rows} == {
        ("identity", "count", None, None)
    }


def test_a_conversion_rate_has_its_posterior_at_the_configured_level() -> None:
    rows = list(statistics_rows(_summaries(RETAINED), DEFINITION))
    (control,) = (r for r in rows if r["branch"] == "control" and r["comparison"] is None)
    beta = stats.beta(1 + 10, 1 + 20)
    assert control["ci_width"] == 0.9
    found = (control["point"], control["lower"], control["upper"])
    assert found == pytest.approx((beta.mean(), beta.ppf(0.05), beta.ppf(0.95)), rel=1e-9)
    compared = [(r["branch"], r["comparison"], r["comparison_to_branch"]) for r in rows]
    assert ("treatment", "relative_uplift", "control") in compared
    assert ("control", "difference", "treatment") in compared


def test_a_statistic_that_cannot_be_computed_does_not_stop_the_others() -> None:
    table = _summaries(
        [
            (1, "retained", "control", 2.0, 5),
            (1, "hours", "control", 1.5, 4),
        ]
    )
    rows = list(statistics_rows(table, DEFINITION))
    found = [(row["metric"], row["statistic"], row["point"]) for row in rows]
    assert found == [
        ("hours", "mean", 1.5),
        ("hours", "count", 4.0),
        ("retained", "binomial", None),
    ]
    assert [row["branch"] for row in rows] == ["control", "control", ""]
    assert [row["problem"] is None for row in rows] == [True, True, False]
    assert rows[-1]["problem"].startswith("no result: ")
    assert "found 2" in rows[-1]["problem"]


def test_the_lock_chooses_the_version_of_a_statistic(monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(request: Request) -> list[Comparison]:
        branches = sorted(request.branches.items())
        estimates = ((b, Estimate(2.0 * h.units, math.nan, math.nan)) for b, h in branches)
        return [Comparison(branch, None, None, estimate) for branch, estimate in estimates]

    def counts(**version: int) -> list[float]:
        statistics = [s for s in DEFINITION["statistics"] if s["statistic"] == "count"]
        locked = {**DEFINITION, "statistics": [{**s, **version} for s in statistics]}
        found = statistics_rows(_summaries([(1, "hours", "control", 1.5, 4)]), locked)
        return [row["point"] for row in found]

    monkeypatch.setitem(versions.STATISTICS, ("count", 2), twice)
    assert counts() == counts(version=1) == [4.0]
    assert counts(version=2) == [8.0]
    assert counts(version=3) == [None]


def test_infinite_values_cost_the_deciles_among_them() -> None:
    (parameters,) = [s for s in DEFINITION["statistics"] if s["statistic"] == "mean"]
    hours = [(1, "hours", "control", -math.inf, 30), (1, "hours", "control", 1.5, 70)]

    def rows(version: int) -> tuple[list[float | None], str]:
        locked = {**parameters, "statistic": "deciles", "version": version}
        found = list(statistics_rows(_summaries(hours), {**DEFINITION, "statistics": [locked]}))
        (note,) = [row["problem"] for row in found if row["problem"]]
        return [row["point"] for row in found if row["branch"] and row["problem"] is None], note

    # At 0.4 the rank is below 30 in 2 of 100 draws, at 0.5 in 1 of 40,000.
    assert rows(2) == (
        [None] * 4 + [1.5] * 5,
        "control: values at decile 0.1, 0.2, 0.3, 0.4 are infinite, which leaves it undefined",
    )
    # What was locked before keeps what it had.
    assert rows(1) == (
        [None] * 9,
        "control: a value is infinite, which leaves the result undefined",
    )


def test_a_reference_of_zero_is_said() -> None:
    (parameters,) = [s for s in DEFINITION["statistics"] if s["statistic"] == "mean"]
    linear = {**parameters, "statistic": "mean_lm"}
    hours = [(1, "hours", "control", 0.0, 4), (1, "hours", "treatment", 1.0, 4)]
    found = list(statistics_rows(_summaries(hours), {**DEFINITION, "statistics": [linear]}))
    (note,) = [row["problem"] for row in found if row["problem"]]
    assert note == "control: all values are 0, so that nothing can be compared to it"
    assert {row["comparison_to_branch"] for row in found} == {None, "treatment"}


def test_an_undefined_result_is_a_row_without_numbers() -> None:
    table = _summaries([(1, "hours", "control", v, 1) for v in (1.0, 2.0, -math.inf)])
    row, told, _ = statistics_rows(table, DEFINITION)
    assert told["problem"] == "control: a value is infinite, which leaves the result undefined"
    assert (row["point"], row["lower"], row["upper"]) == (None, None, None)
    assert row["ci_width"] == 0.95


def test_rows_do_not_depend_on_the_order_of_the_summaries() -> None:
    rows: list[Row] = RETAINED + POPULATION
    rows += [(1, "hours", b, float(v), v + 1) for b in ("a", "b", "c") for v in range(40)]
    shuffled = random.Random(1).sample(rows, len(rows))
    expected = list(statistics_rows(_summaries(rows), DEFINITION))
    assert list(statistics_rows(_summaries(shuffled), DEFINITION)) == expected


def test_no_summaries_give_no_rows() -> None:
    assert list(statistics_rows(_summaries(RETAINED).slice(0, 0), DEFINITION)) == []


def test_a_branch_with_nan_has_the_reason_once_beside_its_rows() -> None:
    rows = [
        (1, "hours", branch, value, 5) for branch in ("control", "treatment") for value in (1, 2)
    ]
    rows += [(1, "hours", "treatment", math.nan, 1)]
    found = [r for r in statistics_rows(_summaries(rows), DEFINITION) if r["statistic"] == "mean"]
    (told,) = [row["problem"] for row in found if row["problem"]]
    assert told == "treatment: a value is NaN, which leaves the result undefined"
    by_branch = {row["branch"]: row["point"] for row in found if row["comparison"] is None}
    assert by_branch["treatment"] is None
    assert by_branch["control"] == pytest.approx(1.5)
