"""Verdicts: which effects are clear, which only possible, and in which direction."""

from __future__ import annotations

import pytest
from scipy import stats

from dbt_jetstream.results.pages import page
from dbt_jetstream.results.significance import comparisons
from report.made_up import HALF, compared, content, data_of, lock


def test_a_p_value_is_that_of_the_normal_law() -> None:
    (row,) = comparisons(content(compared("hours", 0.3, 0.1)).statistics).to_dict("records")
    assert row["p"] == pytest.approx(2 * stats.norm.sf(3))
    assert row["q"] == row["p"]


def test_a_strong_effect_is_clear_and_better_or_worse_as_the_metric_wants() -> None:
    rows = [*compared("hours", 0.3, 0.05), *compared("crashes", 0.2, 0.04)]
    found = content(rows).verdict
    # The experiment's own metric comes first.
    assert [(f.name, f.is_better, f.is_clear) for f in found.clear] == [
        ("crashes", False, True),
        ("hours", True, True),
    ]
    assert found.headline.startswith("Crashes and Hours moved")
    assert found.window == "Week 1 (days 0 to 6 after enrollment)"


def test_what_chance_may_give_is_only_possible() -> None:
    # p = 0.03, twice that after adjustment for two comparisons.
    rows = [*compared("hours", stats.norm.isf(0.015), 1.0), *compared("crashes", 0.0, 1.0)]
    found = content(rows).verdict
    assert found.clear == []
    assert [f.name for f in found.possible] == ["hours"]
    assert found.possible[0].q == pytest.approx(0.06, rel=1e-3)
    assert [f.name for f in found.primary] == ["crashes"]
    assert found.headline.startswith("No effect is certain.")


def test_without_a_window_there_is_nothing_to_judge() -> None:
    found = content([])
    assert found.verdict.headline.startswith("No analysis window is complete yet")
    assert "There is nothing to believe yet" in page.experiment_page(found)


def test_an_effect_over_a_reference_of_zero_is_seen() -> None:
    rows = compared("crashes", 2.0, 0.05)
    # A reference that may be 0 has no relative uplift.
    rows[2] |= dict.fromkeys(("point", "lower", "upper"))
    found = content(rows).verdict
    (finding,) = found.clear
    assert not finding.is_better
    assert finding.size == "+2 per unit"
    assert "of a reference that may be 0" in finding.interval
    (row,) = data_of(page.experiment_page(content(rows)))["cells"]["weekly|1|enrollments|all"][
        "comparisons"
    ]
    assert row[3:6] == [None, None, None]
    assert row[8] == 2.0


def test_direction_is_that_of_the_difference() -> None:
    # Relative to a negative mean, a rise has a negative uplift.
    rows = compared("hours", 0.3, 0.05)
    rows[2] |= {"point": -0.3, "lower": -0.4, "upper": -0.2}
    (finding,) = content(rows).verdict.clear
    assert finding.is_rise


def test_a_statistic_that_disagrees_is_not_passed_over() -> None:
    rows = [*compared("hours", 0.3, 0.05), *compared("hours", 0.0, 0.05, statistic="mean_lm")]
    held = lock()
    parts = held.models["statistics_made_up"]["config"]["meta"]["statistics"]
    parts.append(parts[0] | {"statistic": "mean_lm", "drop_highest": 0.005})
    found = content(rows, held).verdict
    assert found.clear == []
    assert [f.statistic for f in found.possible] == ["Mean"]


def test_without_a_reference_branch_the_first_is_taken_and_said() -> None:
    found = content(compared("hours", 0.3, 0.01), lock(reference=None))
    assert [f.name for f in found.verdict.clear] == ["hours"]
    assert "the experiment names no reference" in page.experiment_page(found)


def test_an_experiment_on_exposures_alone_is_judged_on_them() -> None:
    rows = [r | {"analysis_basis": "exposures"} for r in compared("hours", 0.3, 0.01)]
    found = content(rows, lock(bases=["exposures"]))
    assert [f.name for f in found.verdict.clear] == ["hours"]
    assert found.verdict.window == "Week 1 (days 0 to 6 after first exposure)"
    assert [count.enrolled for count in found.counts] == [None, None]
    assert "all exposed units" in page.experiment_page(found)


def test_an_interval_of_another_width_says_so() -> None:
    rows = [r | {"ci_width": 0.8} for r in compared("hours", 0.15, 0.1)]
    found = content(rows).verdict
    # The ends are read as those of an 80 % interval: a standard error of 0.153, and p = 0.33.
    assert found.possible == []
    assert content(rows).compared["p"].tolist() == pytest.approx(
        [2 * stats.norm.sf(0.15 / (HALF * 0.1 / stats.norm.isf(0.1)))]
    )
    rows = [r | {"ci_width": 0.8} for r in compared("hours", 0.9, 0.1)]
    (finding,) = content(rows).verdict.clear
    assert finding.interval.startswith("80 % interval")
