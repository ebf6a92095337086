"""Sample ratios: against scipy, by hand, and how often simulated splits alarm."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from dbt_jetstream.trust.finding import Finding
from dbt_jetstream.trust.sample_ratio import sample_ratio
from tiers import number
from trust.counts import START, of, split

EQUAL = {"control": 1, "treatment": 1}


def whole(found: list[Finding], basis: str = "enrollments") -> Finding:
    return of(found, analysis_basis=basis, day=None, branch=None)


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
    counts = split("enrollments", 0, a=2600, b=2400, c=5000)
    found = sample_ratio(counts, {"a": 1, "b": 1, "c": 2})
    # 100^2 / 2500 + 100^2 / 2500 + 0 = 8; beyond it on two degrees of freedom, exp(-8 / 2).
    assert whole(found).p_value == pytest.approx(math.exp(-4), rel=1e-9)
    first = {"analysis_basis": "enrollments", "day": None}
    expected = {branch: of(found, branch=branch, **first).expected for branch in "abc"}
    assert expected == {"a": 2500, "b": 2500, "c": 5000}


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


def test_small_unequal_branches_are_tested_one_after_the_other() -> None:
    """Exactly: the smallest against the rest, then the next one against what is left."""
    found = whole(
        sample_ratio(split("enrollments", 0, a=4, b=30, c=966), {"a": 1, "b": 2, "c": 97})
    )
    least = min(stats.binomtest(4, 1000, 1 / 100).pvalue, stats.binomtest(30, 996, 2 / 99).pvalue)
    assert found.p_value == pytest.approx(1 - (1 - least) ** 2)


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


# Ratios and units a day, of which chi-square accuses up to one fair experiment in a hundred.
@pytest.mark.parametrize(
    ("ratios", "daily"),
    [((1, 1, 98), 570), ((1, 1, 98), 1071), ((1, 1, 1, 97), 900), ((1, 2, 7), 60)],
)
def test_fair_unequal_splits_alarm_in_at_most_two_of_a_thousand(
    ratios: tuple[int, ...], daily: int
) -> None:
    experiments = number(100, 2000)
    generator = np.random.default_rng(8)
    named = {f"branch_{place}": float(ratio) for place, ratio in enumerate(ratios)}
    alarms = 0
    for _ in range(experiments):
        counts = []
        for day in range(7):
            units = generator.multinomial(daily, np.array(ratios) / sum(ratios))
            exposed = generator.binomial(units, 0.7)
            for basis, found in (("enrollments", units), ("exposures", exposed)):
                counts += split(basis, day, **dict(zip(named, map(int, found), strict=True)))
        alarms += any(f.state == "warning" for f in sample_ratio(counts, named))
    # Two of a thousand, and two standard deviations of what is found by chance.
    assert alarms <= 0.002 * experiments + 2 * math.sqrt(0.002 * experiments)


def test_one_mismatch_is_one_line_with_its_days() -> None:
    counts = []
    for day in range(9):
        counts += split("enrollments", day, control=1300, treatment=1000)
        counts += split("exposures", day, control=650, treatment=500)
    found = sample_ratio(counts, EQUAL)
    (line,) = (f for f in found if f.state == "warning")
    assert (line.analysis_basis, line.day, line.branch) == ("enrollments", None, None)
    days = ", ".join(str(START + dt.timedelta(days=day)) for day in range(7))
    told = f" The days apart show it, too: {days} and 2 days more. Exposed units differ, too. The"
    assert told in line.message
    noted = [f for f in found if f.state == "noted"]
    assert len(noted) == 19
    assert all(f.message.startswith("Sample ratio mismatch") for f in noted)


def test_the_worst_day_warns_where_all_together_are_right() -> None:
    counts = split("enrollments", 0, control=5000, treatment=5000)
    counts += split("enrollments", 1, control=600, treatment=400)
    counts += split("enrollments", 2, control=400, treatment=610)
    found = sample_ratio(counts, EQUAL)
    (line,) = (f for f in found if f.state == "warning")
    second, third = (START + dt.timedelta(days=day) for day in (1, 2))
    assert line.day == third
    assert line.message.startswith(f"Sample ratio mismatch on {third}: ")
    assert f" The days apart show it, too: {second}. " in line.message


def test_exposed_units_warn_by_themselves_where_enrollments_are_right() -> None:
    counts = split("enrollments", 0, control=5000, treatment=5000)
    counts += split("exposures", 0, control=2600, treatment=2200)
    (line,) = (f for f in sample_ratio(counts, EQUAL) if f.state == "warning")
    assert (line.analysis_basis, line.day) == ("exposures", None)


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
