"""Values that no metric should have: each statistic has its numbers or a reason."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats
from unit_values import STATISTICS, Branches, definition, summaries_of

from dbt_jetstream.statistics import compare, versions
from dbt_jetstream.statistics.bootstrap_mean import bootstrap_mean_law
from dbt_jetstream.statistics.estimate import Estimate
from dbt_jetstream.statistics.histogram import Histogram
from dbt_jetstream.statistics.law import Law
from dbt_jetstream.statistics.linear_model import linear_model
from dbt_jetstream.statistics.model import SCHEMA
from dbt_jetstream.statistics.moments import Moments
from dbt_jetstream.statistics.request import Request
from dbt_jetstream.statistics.rows import statistics_rows
from tiers import sample

# Numpy's warnings are for those who call numpy.
pytestmark = pytest.mark.filterwarnings("error")

RNG = np.random.default_rng(3)
N = 120
LARGEST = float(np.finfo(float).max)
SMALLEST = 5e-324
WAITING = RNG.exponential(size=N)
HALF = np.arange(N) % 2 == 0

SHAPES: dict[str, np.ndarray] = {
    "no unit": np.array([]),
    "one unit": np.array([3.0]),
    "two units": np.array([1.0, 2.0]),
    "two equal units": np.array([2.0, 2.0]),
    "three units, a tiny mean": np.array([0.001, 0.0, 0.0]),
    "zeros": np.zeros(N),
    "a constant": np.full(N, 3.7),
    "all zero but one": np.append(np.zeros(N - 1), 1.0),
    "all zero but a tiny one": np.append(np.zeros(N - 1), 0.01),
    "flags": HALF.astype(float),
    "a mean of zero": np.where(HALF, 1.0, -1.0),
    "ordinary": WAITING,
    "negative": -WAITING,
    "neighbouring numbers": np.append(np.ones(N - 1), np.nextafter(1, 2)),
    "huge": WAITING * 1e300,
    "tiny": WAITING * 1e-300,
    "a huge constant": np.full(N, 1e300),
    "a tiny constant": np.full(N, 1e-300),
    "huge and tiny": np.where(HALF, 1e300, 1e-300),
    "huge, a mean of zero": np.where(HALF, 1e300, -1e300),
    "of all sizes": 10.0 ** np.linspace(-300, 300, N),
    "one giant": np.append(WAITING, 1e300),
    "squares overflow": WAITING * 1e160,
    "squares vanish": WAITING * 1e-160,
    "the largest number": np.full(N, LARGEST),
    "the largest of both signs": np.where(HALF, LARGEST, -LARGEST),
    "the smallest number": np.where(HALF, SMALLEST, 0.0),
    "one infinite": np.append(WAITING, math.inf),
    "one negative infinite": np.append(WAITING, -math.inf),
    "one not a number": np.append(WAITING, math.nan),
    "no number": np.full(5, math.nan),
    "all infinite": np.full(5, math.inf),
}


def computed(branches: Branches, *statistics: str, **how: Any) -> list[dict[str, Any]]:
    """The rows of statistics, as the statistics table takes them."""
    rows = list(statistics_rows(summaries_of(branches, **how), definition(*statistics)))
    pa.Table.from_pylist([{k: row.get(k) for k in SCHEMA.names} for row in rows], schema=SCHEMA)
    return rows


def numbers(rows: list[dict[str, Any]], **about: str | None) -> tuple[float | None, ...]:
    """The numbers of the only row with these values."""
    (row,) = [r for r in rows if r["branch"] and all(r[key] == about[key] for key in about)]
    return row["point"], row["lower"], row["upper"]


UPLIFT = {
    "branch": "treatment",
    "comparison": "relative_uplift",
    "comparison_to_branch": "control",
}


@pytest.mark.parametrize("control", sample([*SHAPES], 2))
def test_every_statistic_has_rows_or_a_reason(control: str) -> None:
    names = {parameters["statistic"] for parameters in STATISTICS}
    for treatment, values in SHAPES.items():
        branches = {"control": SHAPES[control], "treatment": values}
        peopled = {branch for branch, own in branches.items() if len(own)}
        rows = computed(branches)
        assert {row["statistic"] for row in rows} >= (names if peopled else set()) - JOINT
        for row in rows:
            lower, upper = row["lower"], row["upper"]
            assert lower is None or upper is None or lower <= upper, (treatment, row)
        assert {r["branch"] for r in rows if r["statistic"] == "count"} == peopled
        # Only what is said to fail fails: these are the reasons that there are.
        for row in rows:
            reason = row["problem"] or ""
            assert "Error" not in reason, (treatment, row)


# Where no branch has a number, there are no joint values and no linear model.
JOINT = {"population_ratio", "mean_lm", "mean_lm_noclip", "per_client_dau_impact"}


@pytest.mark.parametrize("power", [996, -996, 700, -700])
@pytest.mark.parametrize("statistic", ["mean", "mean_lm", "mean_lm_noclip", "deciles", "sum"])
def test_results_scale_with_the_values(statistic: str, power: int) -> None:
    # Multiplying by a power of two changes no digit of a value: nor of an uplift.
    branches = {"control": WAITING, "treatment": 1.1 * WAITING[::-1] ** 2}
    scaled = {branch: np.ldexp(values, power) for branch, values in branches.items()}
    found = computed(scaled, statistic)
    expected = computed(branches, statistic)
    assert len(found) == len(expected)
    assert not any(row["problem"] for row in found)
    for row, ordinary in zip(found, expected, strict=True):
        factor = 1.0 if row["comparison"] == "relative_uplift" else 2.0**power
        for key in ("point", "lower", "upper"):
            if ordinary[key] is None:
                assert row[key] is None
            else:
                assert row[key] == pytest.approx(factor * ordinary[key], rel=1e-8, abs=0)


def test_a_ratio_of_huge_to_tiny_totals_is_that_of_their_sizes() -> None:
    huge = computed({"control": WAITING * 1e300, "treatment": WAITING}, "population_ratio")
    assert numbers(huge, branch="control", comparison=None)[0] == pytest.approx(1.0)


def test_huge_values_have_the_t_interval_of_scipy() -> None:
    control, treatment = WAITING, WAITING**2 + 0.1
    rows = computed(
        {"control": control * 1e300, "treatment": treatment * 1e300}, "mean_lm", drop=0.0
    )
    test = stats.ttest_ind(treatment, control)
    interval = test.confidence_interval(0.95)
    expected = [1e300 * (treatment.mean() - control.mean()), *(1e300 * end for end in interval)]
    found = numbers(rows, branch="treatment", comparison="difference")
    assert found == pytest.approx(tuple(expected), rel=1e-9)


def test_a_tiny_reference_has_the_uplift_that_is_a_number() -> None:
    branches = {
        "control": np.append(np.zeros(199), 0.01),
        "treatment": np.append(np.zeros(150), np.full(50, 5.0)),
    }
    rows = computed(branches, "mean_lm", drop=0.0)
    # Means 1.25 and 5e-5. The error of the logarithm is about 2,000: exp of it is no number.
    assert numbers(rows, **UPLIFT) == (pytest.approx(24_999.0), -1.0, None)
    (reason,) = [row["problem"] for row in rows if row["problem"]]
    assert reason == "; ".join(
        f"{pair}: the relative uplift reaches beyond the largest number"
        for pair in ("treatment against control", "control against treatment")
    )
    assert numbers(rows, branch="treatment", comparison="difference")[0] == pytest.approx(1.24995)
    assert numbers(rows, branch="control", comparison=None)[0] == pytest.approx(5e-5)


def test_a_reference_whose_mean_is_zero_has_no_uplift() -> None:
    branches = {"a": Moments(9, 0, 1, 1, 9), "b": Moments(9, 2, 1, 5, 9)}
    found = {(r.branch, r.comparison): r.estimate for r in linear_model(branches)}
    assert all(math.isnan(value) for value in found["b", "relative_uplift"])
    assert found["b", "difference"].point == 2


def test_a_mean_far_below_the_other_branch_is_all_lost() -> None:
    rows = computed({"control": WAITING * 1e300, "treatment": WAITING * 1e-300}, "mean_lm")
    # Counted in the reference's mean, its own error is 2e-2, the treatment's 1e598.
    point, lower, _ = numbers(rows, **UPLIFT)
    assert (point, lower) == (-1.0, -1.0)
    assert numbers(rows, branch="treatment", comparison=None)[0] == pytest.approx(
        np.minimum(WAITING, np.quantile(np.append(WAITING * 1e300, WAITING), 0.995)).mean() * 1e-300
    )


def test_a_metric_above_zero_for_few_units_is_zero_once_clipped() -> None:
    # Of 1,000 units the 3 above 0 are clipped to 0: so is every mean.
    pieces = ([0, 1.5], [997, 3], [0, 1], [0, 2], [0, 0.4])
    clipped = Histogram.of_pieces(*map(np.array, pieces)).clipped(0)
    assert clipped.values.tolist() == [0.0]
    assert clipped.counts.tolist() == [1000.0]
    assert bootstrap_mean_law(clipped).estimate(0.95) == Estimate(0.0, 0.0, 0.0)


def test_units_clipped_to_a_value_that_others_have_count_with_them() -> None:
    pieces = ([0, 1, 4.5], [5, 4, 2], [0, 1, 4], [0, 1, 5], [0, 0, 0.5])
    law = bootstrap_mean_law(Histogram.of_pieces(*map(np.array, pieces)).clipped(1))
    # Two values alone have a Beta law: 6 units of 1, 5 of 0.
    expected = stats.beta(6, 5).ppf([0.025, 0.975])
    assert law.estimate(0.95)[1:] == pytest.approx(expected, rel=1e-9)


def test_a_sum_beyond_the_largest_number_has_a_reason() -> None:
    rows = computed({"control": np.full(3, LARGEST), "treatment": np.ones(3)}, "sum")
    assert numbers(rows, branch="treatment") == (3.0, None, None)
    assert numbers(rows, branch="control") == (None, None, None)
    assert [row["problem"] for row in rows if row["problem"]] == [
        "control: the result reaches beyond the largest number"
    ]


def test_deciles_of_a_reference_that_may_be_zero_need_no_reason() -> None:
    reference = np.where(np.arange(N) < 0.51 * N, 0.0, WAITING)
    rows = computed({"control": reference, "treatment": 1 + WAITING}, "deciles")
    uplifts = [row for row in rows if row["comparison"] == "relative_uplift"]
    assert any(row["lower"] is not None and row["upper"] is None for row in uplifts)
    assert not any(row["problem"] for row in rows)


@pytest.mark.parametrize("values", [[math.inf], [1e30]])
def test_a_branch_that_has_no_curve_leaves_the_others_theirs(values: list[float]) -> None:
    rows = computed({"control": np.array([*values, 1.0]), "treatment": WAITING}, "empirical_cdf")
    assert {row["branch"] for row in rows} == {"treatment", ""}
    assert rows[-1]["problem"].startswith("no result: control: needs ")


def test_counts_beyond_all_telemetry_have_the_law_of_few_values() -> None:
    counts = {"control": np.array([1e12, 3e12])}
    rows = computed({"control": np.array([0.0, 1.0])}, "mean", counts=counts, drop=0.0)
    # Beta(3e12, 1e12): sd sqrt(3/16 / 4e12), too narrow for skewness to show.
    half = stats.norm.ppf(0.975) * math.sqrt(3 / 16 / 4e12)
    found = numbers(rows, branch="control")
    assert found == pytest.approx((0.75, 0.75 - half, 0.75 + half), rel=0, abs=1e-3 * half)


class NobodyForesawError(Exception):
    """Of a kind that no code names."""


ERRORS = [
    (NobodyForesawError("two\n lines"), "NobodyForesawError: two lines"),
    (ValueError("found 2, expected 1"), "found 2, expected 1"),
    (KeyError("clip"), "KeyError: 'clip'"),
    (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
    (RecursionError(), "RecursionError"),
    (MemoryError(), "MemoryError"),
    (AssertionError("x" * 9999), f"AssertionError: {'x' * 300}"),
]
BOTH = {"control": WAITING, "treatment": 1.1 * WAITING}


@pytest.mark.parametrize(("error", "reason"), ERRORS, ids=lambda e: type(e).__name__)
def test_a_statistic_fails_alone_whatever_it_raises(
    monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    def fails(_: Request) -> list:
        raise error

    expected = computed(BOTH)
    monkeypatch.setitem(versions.STATISTICS, ("mean", 1), fails)
    found = computed(BOTH)
    assert [row for row in found if row["statistic"] != "mean"] == [
        row for row in expected if row["statistic"] != "mean"
    ]
    (row,) = [row for row in found if row["statistic"] == "mean"]
    assert (row["branch"], row["point"]) == ("", None)
    assert row["problem"] == f"no result: {reason}"


def test_a_comparison_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    real = compare.relative_uplift

    def fails(treatment: Law, reference: Law, confidence: float, within: float) -> Estimate:
        if treatment.mean > reference.mean:
            raise IndexError("list index out of range")
        return real(treatment, reference, confidence, within)

    expected = computed(BOTH, "mean")
    monkeypatch.setattr(compare, "relative_uplift", fails)
    found = computed(BOTH, "mean")
    changed = [new for new in found if new not in expected]
    assert [(r["branch"], r["comparison"], r["point"]) for r in changed] == [
        ("treatment", "relative_uplift", None),
        ("", None, None),
    ]
    assert changed[1]["problem"] == (
        "no result: treatment against control: IndexError: list index out of range"
    )
    assert len(found) == len(expected) + 1


def test_a_branch_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(histogram: Histogram) -> Law:
        if histogram.values[-1] > WAITING.max():
            raise TypeError("not so")
        return bootstrap_mean_law(histogram)

    monkeypatch.setattr(versions, "bootstrap_mean_law", fails)
    rows = computed(BOTH, "mean", drop=0.0)
    assert [(row["branch"], row["problem"]) for row in rows] == [
        ("control", None),
        ("", "no result: treatment: TypeError: not so"),
    ]
