"""The other checks, and the table and warnings that all of them make."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa
import pytest
from scipy import stats

from dbt_jetstream.trust.checks import findings
from dbt_jetstream.trust.finding import CHECKS, KEY
from dbt_jetstream.trust.model import SCHEMA, findings_table
from dbt_jetstream.trust.warnings import warning_lines
from trust.counts import DEFINITION, count, of, split


def test_units_in_several_branches_are_shown_and_many_warn() -> None:
    few = findings([count("several_branches", None, 10_000, 100)], [], DEFINITION)
    many = findings([count("several_branches", None, 10_000, 101)], [], DEFINITION)
    assert of(few, check="several_branches").value == 0.01
    assert of(few, check="several_branches").state == "ok"
    assert of(many, check="several_branches").state == "warning"


def missing(source: str | None, control: int, treatment: int) -> list[dict[str, Any]]:
    return [
        count("missing_telemetry", "control", 1000, control, data_source=source),
        count("missing_telemetry", "treatment", 1000, treatment, data_source=source),
    ]


def test_telemetry_that_is_missing_in_one_branch_warns() -> None:
    found = findings(missing(None, 20, 60), [], DEFINITION)
    test = of(found, check="missing_telemetry", branch=None)
    # 80 of 2000 missing: 40 expected in each, 960 not; 2 * (20^2 / 40 + 20^2 / 960).
    expected = stats.chi2.sf(2 * (400 / 40 + 400 / 960), 1)
    assert test.p_value == pytest.approx(expected)
    assert test.state == "warning"
    assert of(found, check="missing_telemetry", branch="treatment").expected == 40


def test_a_source_of_features_may_miss_units() -> None:
    counts = missing(None, 0, 0) + missing("pings", 20, 60) + missing("clicks", 400, 600)
    found = findings(counts, [], DEFINITION)
    states = {f.data_source: f.state for f in found if f.check == CHECKS[2] and not f.branch}
    assert states == {None: "ok", "pings": "warning", "clicks": "undefined"}


def test_before_any_telemetry_nothing_is_missing() -> None:
    found = findings(missing(None, 1000, 1000), [], DEFINITION)
    assert of(found, check="missing_telemetry", branch=None).state == "undefined"


def sanity(period: str, window: int, control: int, treatment: int) -> list[dict[str, Any]]:
    about = {
        "analysis_period": period,
        "window_index": window,
        "data_source": "pings",
        "metric": "pings_has_contradictory_branch",
    }
    return [
        count("sanity", "control", 1000, control, **about),
        count("sanity", "treatment", 1000, treatment, **about),
    ]


def test_sanity_is_read_from_the_newest_window_of_the_longest_period() -> None:
    counts = sanity("daily", 40, 9, 9) + sanity("weekly", 1, 8, 8) + sanity("weekly", 2, 7, 9)
    found = [f for f in findings(counts, [], DEFINITION) if f.check == "sanity"]
    assert {(f.analysis_period, f.window_index) for f in found} == {("weekly", 2)}
    assert [f.units for f in found] == [16, 7, 9]
    assert {f.state for f in found} == {"ok"}


def test_sanity_warns_of_a_high_share_and_of_branches_that_differ() -> None:
    high = [
        f for f in findings(sanity("overall", 1, 21, 20), [], DEFINITION) if f.check == CHECKS[3]
    ]
    assert [f.branch for f in high if f.state == "warning"] == ["control"]
    apart = [
        f for f in findings(sanity("overall", 1, 0, 15), [], DEFINITION) if f.check == CHECKS[3]
    ]
    assert [f.branch for f in apart if f.state == "warning"] == [None]


def test_a_source_of_which_it_is_not_known_who_sent_any_is_undefined() -> None:
    about = {"data_source": "clicks", "metric": "clicks_has_non_enrolled_data"}
    about |= {"analysis_period": "overall", "window_index": 1}
    unknown = [
        count("sanity", branch, 0, 0, **about) | {"units": None, "found": None}
        for branch in ("control", "treatment")
    ]
    known = sanity("overall", 1, 9, 9)
    found = [f for f in findings(unknown + known, [], DEFINITION) if f.check == "sanity"]
    assert [(f.data_source, f.state) for f in found if f.data_source == "clicks"] == [
        ("clicks", "undefined")
    ]
    assert {f.state for f in found if f.data_source == "pings"} == {"ok"}
    assert {f.state for f in findings(unknown, [], DEFINITION) if f.check == "sanity"} == {
        "undefined"
    }


def compared(period: str, metric: str, point: float, **more: Any) -> dict[str, Any]:
    """An estimate with a standard error of 1."""
    half = stats.norm.isf(0.025)
    return {
        "analysis_period": period,
        "window_index": 1,
        "analysis_basis": "enrollments",
        "segment": "all",
        "metric": metric,
        "statistic": "mean",
        "parameter": None,
        "branch": "treatment",
        "comparison": "difference",
        "comparison_to_branch": "control",
        "ci_width": 0.95,
        "point": point,
        "lower": point - half,
        "upper": point + half,
    } | more


def test_a_difference_before_enrollment_warns() -> None:
    rows = [compared("preenrollment_weekly", m, z) for m, z in (("a", 4.0), ("b", 1.0))]
    rows += [compared("preenrollment_weekly", "c", 9.0, statistic="deciles")]
    rows += [compared("preenrollment_weekly", "c", 9.0, segment="some")]
    rows += [compared("preenrollment_weekly", "c", 9.0, comparison_to_branch="treatment")]
    rows += [compared("preenrollment_weekly", "c", 9.0, comparison="relative_uplift")]
    found = [f for f in findings([], rows, DEFINITION) if f.check == "pre_enrollment"]
    assert [f.metric for f in found] == [None, "a", "b"]
    assert found[1].adjusted_p_value == pytest.approx(2 * 2 * stats.norm.sf(4))
    assert [f.state for f in found] == ["warning", "warning", "ok"]


def test_comparisons_of_the_newest_window_are_counted() -> None:
    rows = [compared("weekly", "a", 5.0), compared("weekly", "b", 9.0, window_index=2)]
    rows += [compared("weekly", "c", 1.0, window_index=2)]
    rows += [compared("weekly", "c", 2.0, window_index=2, comparison="relative_uplift")]
    rows += [compared("weekly", "d", math.nan, window_index=2)]
    rows += [compared("preenrollment_weekly", "e", 9.0)]
    found = [f for f in findings([], rows, DEFINITION) if f.check == "multiple_testing"]
    assert [(f.metric, f.value) for f in found] == [(None, 1.0), ("b", 9.0), ("c", 1.0)]
    assert found[0].expected == 0.1
    assert found[0].message.startswith("1 of 2 comparisons (weekly, window 2, enrollments basis)")
    assert found[2].p_value == found[2].adjusted_p_value == pytest.approx(2 * stats.norm.sf(1))
    assert {f.state for f in found} == {"ok"}


def test_without_a_reference_branch_the_first_one_is_taken_and_named() -> None:
    rows = [compared("preenrollment_weekly", "a", 1.0), compared("weekly", "a", 5.0)]
    nameless = DEFINITION["experiment"] | {"reference_branch": None}
    found = findings([], rows, DEFINITION | {"experiment": nameless})
    remark = "The experiment names no reference branch: control, its first, stands in for it."
    for check in ("pre_enrollment", "multiple_testing"):
        summary, compared_once = (f for f in found if f.check == check)
        assert summary.message.endswith(f" {remark}")
        assert compared_once.comparison_to_branch == "control"


def test_nothing_known_is_undefined_everywhere() -> None:
    found = findings([], [], DEFINITION)
    assert {f.check for f in found if f.state == "undefined"} == set(CHECKS)
    assert not any(f.state == "warning" for f in found)
    alone = DEFINITION | {"branches": [{"slug": "control", "ratio": 1}]}
    assert {f.check for f in findings([], [], alone)} == set(CHECKS)


def test_the_table_is_the_same_whatever_the_order_of_rows() -> None:
    counts = [
        row | {"counted": "sample_ratio"}
        for row in split("exposures", 1, treatment=40, control=60)
        + split("enrollments", 1, treatment=70, control=80)
        + split("enrollments", 0, treatment=700, control=800)
    ]
    rows = [compared("weekly", metric, 2.0) for metric in "zyx"]
    one = findings_table(pa.Table.from_pylist(counts), pa.Table.from_pylist(rows), DEFINITION)
    two = findings_table(
        pa.Table.from_pylist(counts[::-1]), pa.Table.from_pylist(rows[::-1]), DEFINITION
    )
    assert one.equals(two)
    assert one.schema == SCHEMA
    keys = [tuple(row[key] for key in KEY) for row in one.to_pylist()]
    assert len(keys) == len(set(keys))


def test_warnings_are_read_from_rows_in_the_order_of_the_checks() -> None:
    rows = [
        {"check": "sanity", "state": "warning", "message": "second"},
        {"check": "sanity", "state": "ok", "message": "none"},
        {"check": "sample_ratio", "state": "warning", "message": "first"},
    ]
    assert warning_lines("a", rows) == ["warning: a: first", "warning: a: second"]
