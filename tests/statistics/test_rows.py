"""From summaries to statistics rows."""

from __future__ import annotations

import math
import random

import pyarrow as pa
import pytest
from scipy import stats

from dbt_jetstream.statistics.rows import statistics_rows

DEFINITION = {
    "experiment": {"slug": "an-experiment", "branches": ["control", "treatment"]},
    "segments": ["heavy"],
    "statistics": [
        {"metric": "retained", "statistic": "binomial", "confidence_interval": 0.9},
        {"metric": "hours", "statistic": "mean", "confidence_interval": 0.95},
        {"metric": "hours", "statistic": "count", "confidence_interval": 0.95},
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
        ("statistic", pa.string()),
        ("branch", pa.string()),
        ("moment", pa.string()),
        ("value", pa.float64()),
        ("units", pa.int64()),
    ]
)

Row = tuple[int, str, str, str, float | None, int]


def _summaries(rows: list[Row], basis: str = "enrollments", segment: str = "all") -> pa.Table:
    """Rows of (window, metric, statistic, branch, value, units)."""
    return pa.Table.from_pylist(
        [
            {
                "analysis_period": "weekly",
                "window_index": window,
                "analysis_basis": basis,
                "segment": segment,
                "metric": metric,
                "statistic": statistic,
                "branch": branch,
                "moment": None,
                "value": value,
                "units": units,
            }
            for window, metric, statistic, branch, value, units in rows
        ],
        schema=SCHEMA,
    )


POPULATION: list[Row] = [(1, "identity", "count", "control", None, 30)]
RETAINED: list[Row] = [
    (1, "retained", "binomial", "control", 0.0, 20),
    (1, "retained", "binomial", "control", 1.0, 10),
    (1, "retained", "binomial", "treatment", 1.0, 7),
]


def test_every_branch_basis_and_segment_has_a_count_of_units() -> None:
    rows = list(statistics_rows(_summaries(POPULATION), DEFINITION, set()))
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
    rows = list(statistics_rows(_summaries(RETAINED), DEFINITION, set()))
    (control,) = (r for r in rows if r["branch"] == "control" and r["comparison"] is None)
    beta = stats.beta(1 + 10, 1 + 20)
    assert control["ci_width"] == 0.9
    found = (control["point"], control["lower"], control["upper"])
    assert found == pytest.approx((beta.mean(), beta.ppf(0.05), beta.ppf(0.95)), rel=1e-9)
    compared = [(r["branch"], r["comparison"], r["comparison_to_branch"]) for r in rows]
    assert ("treatment", "relative_uplift", "control") in compared
    assert ("control", "difference", "treatment") in compared


def test_windows_that_are_there_are_not_computed_again() -> None:
    later = [(2, *row[1:]) for row in RETAINED]
    table = pa.concat_tables([_summaries(RETAINED), _summaries(later)])
    rows = list(statistics_rows(table, DEFINITION, {("weekly", 1)}))
    assert {row["window_index"] for row in rows} == {2}


def test_a_statistic_that_cannot_be_computed_does_not_stop_the_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = _summaries(
        [
            (1, "retained", "binomial", "control", 2.0, 5),
            (1, "hours", "count", "control", 1.5, 4),
        ]
    )
    rows = list(statistics_rows(table, DEFINITION, set()))
    assert [(row["metric"], row["point"]) for row in rows] == [("hours", 4.0)]
    printed = capsys.readouterr().err
    assert "an-experiment: weekly, 1, enrollments, all, retained, binomial: no result" in printed
    assert "found 2" in printed


def test_an_undefined_result_is_a_row_without_numbers() -> None:
    table = _summaries([(1, "hours", "mean", "control", v, 1) for v in (1.0, 2.0, -math.inf)])
    (row,) = statistics_rows(table, DEFINITION, set())
    assert (row["point"], row["lower"], row["upper"]) == (None, None, None)
    assert row["ci_width"] == 0.95


def test_rows_do_not_depend_on_the_order_of_the_summaries() -> None:
    rows: list[Row] = RETAINED + POPULATION
    rows += [(1, "hours", "mean", b, float(v), v + 1) for b in ("a", "b", "c") for v in range(40)]
    shuffled = random.Random(1).sample(rows, len(rows))
    expected = list(statistics_rows(_summaries(rows), DEFINITION, set()))
    assert list(statistics_rows(_summaries(shuffled), DEFINITION, set())) == expected


def test_no_summaries_give_no_rows() -> None:
    assert list(statistics_rows(_summaries(RETAINED).slice(0, 0), DEFINITION, set())) == []
