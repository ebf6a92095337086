"""The trust checks, against scipy, hand calculations and simulations."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from dbt_jetstream.trust.checks import findings
from dbt_jetstream.trust.finding import CHECKS, KEY, Finding
from dbt_jetstream.trust.model import SCHEMA, findings_table
from dbt_jetstream.trust.multiple_testing import adjusted, holm, p_value
from dbt_jetstream.trust.sample_ratio import sample_ratio
from dbt_jetstream.trust.shares import Share, independence
from dbt_jetstream.trust.warnings import warning_lines

START = dt.date(2026, 3, 2)
EQUAL = {"control": 1, "treatment": 1}
DEFINITION: dict[str, Any] = {
    "experiment": {"reference_branch": "control"},
    "branches": [{"slug": "control", "ratio": 1}, {"slug": "treatment", "ratio": 1}],
    "clipped": [],
    "definition_hash": "abc",
}


def split(basis: str, day: int | None, **units: int) -> list[dict[str, Any]]:
    date = None if day is None else START + dt.timedelta(days=day)
    return [
        {"analysis_basis": basis, "day": date, "branch": branch, "units": number}
        for branch, number in units.items()
    ]


def count(counted: str, branch: str | None, units: int, found: int, **more: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(
        ("analysis_basis", "day", "analysis_period", "window_index", "data_source", "metric")
    )
    return nothing | {"counted": counted, "branch": branch, "units": units, "found": found} | more


def of(found: list[Finding], **about: Any) -> Finding:
    """The one finding with these values."""
    (only,) = [f for f in found if all(getattr(f, key) == about[key] for key in about)]
    return only


def whole(found: list[Finding], basis: str = "enrollments") -> Finding:
    return of(found, analysis_basis=basis, day=None, branch=None)


# Sample ratio


def test_a_split_of_52_to_48_alarms() -> None:
    found = whole(sample_ratio(split("enrollments", 0, control=5200, treatment=4800), EQUAL))
    # 200^2 / 5000 + 200^2 / 5000 = 16; beyond it on one degree of freedom, erfc(sqrt(16 / 2)).
    assert found.p_value == pytest.approx(math.erfc(math.sqrt(8)), rel=1e-9)
    assert found.state == "warning"
    assert found.message.startswith(
        "Sample ratio mismatch: control 5,200 of 10,000 units where 5,000 were expected "
        "(p = 6e-05). "
    )


def test_a_small_deviation_of_a_million_units_alarms() -> None:
    counts = split("enrollments", 0, control=490_000, treatment=510_000)
    assert whole(sample_ratio(counts, EQUAL)).state == "warning"


def test_three_branches_have_two_degrees_of_freedom() -> None:
    counts = split("enrollments", 0, a=270, b=230, c=500)
    found = sample_ratio(counts, {"a": 1, "b": 1, "c": 2})
    # 20^2 / 250 + 20^2 / 250 + 0 = 3.2; beyond it on two degrees of freedom, exp(-3.2 / 2).
    assert whole(found).p_value == pytest.approx(math.exp(-1.6), rel=1e-9)
    first = {"analysis_basis": "enrollments", "day": None}
    expected = {branch: of(found, branch=branch, **first).expected for branch in "abc"}
    assert expected == {"a": 250, "b": 250, "c": 500}


def test_a_branch_without_units_counts_as_none_observed() -> None:
    found = sample_ratio(split("enrollments", 0, control=100), EQUAL)
    # 50^2 / 50 + 50^2 / 50 = 100 on one degree of freedom.
    assert whole(found).p_value == pytest.approx(math.erfc(math.sqrt(50)), rel=1e-6)
    absent = of(found, branch="treatment", day=None, analysis_basis="enrollments")
    assert (absent.units, absent.expected) == (0, 50)


def test_a_branch_with_ratio_0_takes_no_part_and_may_have_no_units() -> None:
    ratios = {"control": 1, "treatment": 1, "off": 0}
    counts = split("enrollments", 0, control=520, treatment=480)
    found = sample_ratio(counts, ratios)
    assert whole(found).p_value == pytest.approx(stats.chisquare([520, 480]).pvalue)
    assert of(found, branch="off", day=None, analysis_basis="enrollments").state == "ok"
    odd = sample_ratio(counts + split("enrollments", 0, off=3), ratios)
    assert of(odd, branch="off", day=None, analysis_basis="enrollments").state == "warning"


def test_units_in_a_branch_that_the_experiment_does_not_have_are_a_warning() -> None:
    counts = split("enrollments", 0, control=500, treatment=500, other=7)
    found = sample_ratio(counts, EQUAL)
    assert [f.branch for f in found if f.state == "warning"] == ["other"]


def test_days_and_exposures_are_one_family() -> None:
    counts = split("enrollments", 0, control=5000, treatment=5000)
    counts += split("enrollments", 1, control=565, treatment=435)
    counts += split("exposures", 1, control=300, treatment=300)
    found = sample_ratio(counts, EQUAL)
    day = of(found, analysis_basis="enrollments", day=START + dt.timedelta(days=1), branch=None)
    # 65^2 / 500 * 2 = 16.9: p = 0.00004, the smallest of four: two days, exposures, their day.
    assert day.p_value == pytest.approx(stats.chi2.sf(16.9, 1))
    # Twice Holm's: days and exposures are held to half the level.
    assert day.adjusted_p_value == pytest.approx(2 * 4 * stats.chi2.sf(16.9, 1))
    assert day.state == "warning"
    assert whole(found).adjusted_p_value == whole(found).p_value


def test_too_few_units_are_not_tested() -> None:
    found = whole(sample_ratio(split("enrollments", 0, control=9, treatment=0), EQUAL))
    assert (found.state, found.p_value) == ("undefined", None)
    assert "4.5 expected" in found.message


def test_a_small_unequal_branch_is_tested_exactly() -> None:
    counts = split("enrollments", 0, control=13, treatment=487)
    found = whole(sample_ratio(counts, {"control": 1, "treatment": 99}))
    assert found.p_value == pytest.approx(stats.binomtest(13, 500, 0.01).pvalue)


@pytest.mark.parametrize("ratios", [{"control": 1}, {"control": 0, "treatment": 0}, {}])
def test_without_two_branches_there_is_no_ratio(ratios: dict[str, int]) -> None:
    found = sample_ratio(split("enrollments", 0, control=1000), ratios)
    assert whole(found).state == "undefined"


def test_fair_splits_alarm_in_at_most_two_of_a_thousand() -> None:
    generator = np.random.default_rng(6)
    alarms = sum(_alarms(_simulated(generator, share=0.5)) for _ in range(1000))
    assert alarms <= 2


def test_skewed_splits_alarm_nearly_always() -> None:
    # 52/48 of 10,000 deviates by 4 standard deviations, the alarm starts at 3.29: power is 76 %.
    generator = np.random.default_rng(7)
    alarms = sum(_alarms(_simulated(generator, share=0.52)) for _ in range(200))
    assert 130 <= alarms <= 180


def _simulated(generator: np.random.Generator, share: float) -> list[dict[str, Any]]:
    """10,000 units over seven days, of which some are exposed."""
    counts = []
    daily = generator.multinomial(10_000, [0.28] + [0.12] * 6)
    for day, (control, treatment) in enumerate(generator.multinomial(daily, [share, 1 - share])):
        exposed = generator.binomial([control, treatment], 0.45)
        counts += split("enrollments", day, control=int(control), treatment=int(treatment))
        counts += split("exposures", day, control=int(exposed[0]), treatment=int(exposed[1]))
    return counts


def _alarms(counts: list[dict[str, Any]]) -> bool:
    return any(finding.state == "warning" for finding in sample_ratio(counts, EQUAL))


# P-values of intervals


@pytest.mark.parametrize("ci_width", [0.9, 0.95, 0.99])
def test_a_normal_interval_gives_its_p_value_back(ci_width: float) -> None:
    half = stats.norm.isf((1 - ci_width) / 2) * 0.4
    for point in (-1.0, -0.1, 0.3, 1.2):
        expected = 2 * stats.norm.sf(abs(point) / 0.4)
        assert p_value(point, point - half, point + half, ci_width) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("point", "lower", "upper", "excludes"),
    [
        (1.0, 1e-9, 9.0, True),
        (1.0, 0.0, 1.1, False),
        (1.0, -1e-9, 1.1, False),
        (-1.0, -9.0, -1e-9, True),
        (-1.0, -1.1, 0.0, False),
        (0.0, -1.0, 1.0, False),
        (1.0, 1.0, 1.0, True),
        (0.0, 0.0, 0.0, False),
        (1.0, 2.0, 3.0, True),
        (1.0, -3.0, -2.0, True),
        (1.0, -3.0, 0.5, False),
    ],
)
def test_p_is_below_5_percent_exactly_where_the_interval_excludes_0(
    point: float, lower: float, upper: float, excludes: bool
) -> None:
    found = p_value(point, lower, upper, 0.95)
    assert found is not None
    assert 0 <= found <= 1
    assert (found < 0.05) is excludes


@pytest.mark.parametrize(
    "interval",
    [
        (None, 0.0, 1.0, 0.95),
        (1.0, None, None, 0.95),
        (1.0, 0.0, 2.0, None),
        (math.nan, 0.0, 1.0, 0.95),
        (1.0, -math.inf, math.inf, 0.95),
    ],
)
def test_without_an_interval_there_is_no_p_value(interval: tuple[float | None, ...]) -> None:
    assert p_value(*interval) is None


def test_benjamini_hochberg_leaves_out_what_has_no_p_value() -> None:
    # Of the three, ascending: 0.01 * 3 / 1, 0.02 * 3 / 2, 0.5 * 3 / 3; none above a later one.
    assert adjusted([0.5, None, 0.01, 0.02]) == pytest.approx([0.5, None, 0.03, 0.03])
    assert adjusted([]) == []
    assert adjusted([None]) == [None]


def test_benjamini_hochberg_is_that_of_scipy() -> None:
    p_values = [*np.random.default_rng(5).uniform(size=200) ** 2, 0.0, 0.04, 0.04, 1.0]
    expected = stats.false_discovery_control(p_values)
    assert adjusted(p_values) == pytest.approx(expected.tolist(), rel=1e-12)


@pytest.mark.parametrize("found", [(700, 640), (50, 90, 61), (9, 12)])
def test_shares_are_tested_as_scipy_tests_them(found: tuple[int, ...]) -> None:
    units = range(1000, 1400, 100)
    shares = {str(n): Share(n, of) for n, of in zip(found, units, strict=False)}
    table = [[share.found, share.units - share.found] for share in shares.values()]
    expected = stats.chi2_contingency(table, correction=False).pvalue
    assert independence(shares).p_value == pytest.approx(expected, rel=1e-12)


def test_holm_multiplies_the_smallest_by_all_and_never_descends() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


# The other checks


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


# The whole


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
