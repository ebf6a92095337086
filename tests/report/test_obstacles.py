"""What stands in the way of believing results, and what was not checked or cannot be shown."""

from __future__ import annotations

from dbt_jetstream.results.pages import page
from report.made_up import compared, content, lock, without_trust


def test_an_early_look_says_that_it_is_one() -> None:
    grid = [
        {
            "analysis_period": "overall",
            "window_index": 1,
            "state": "not due",
            "reason": "no end date",
        }
    ]
    fine = [{"check": "sample_ratio", "state": "ok", "message": "as asked for"}]
    found = content(compared("hours", 0.3, 0.1), grid=grid, trust=fine)
    assert [(o.level, o.title) for o in found.obstacles] == [("note", "This is an interim look")]
    assert "no end date" in found.obstacles[0].text


def test_what_stands_in_the_way_is_said_warnings_first() -> None:
    cell = {"analysis_period": "weekly", "window_index": 1, "segment": "all"}
    cell |= {"analysis_basis": "enrollments", "metric": "crashes", "statistic": "mean"}
    found = content(
        compared("hours", 0.3, 0.1),
        trust=[
            {"check": "sample_ratio", "state": "warning", "message": "52 of 100."},
            {
                "check": "heavy_tail",
                "state": "ok",
                "metric": "hours",
                "value": 0.86,
                "expected": 0.95,
            },
        ],
        grid=[cell | {"state": "failed", "reason": "division by zero"}],
        absent=[{"analysis_period": "weekly", "window_index": 1, "absent_sources": "main"}],
        problems=[cell | {"problem": "no covariate"}],
    )
    said = {o.title: (o.level, o.text) for o in found.obstacles}
    assert said["Sample ratio mismatch"] == ("warning", "52 of 100.")
    assert said["A data source failed"][1].startswith("main could not be read for Week 1")
    told = "Week 1: no result for Crashes (division by zero)."
    assert said["Computation failed"] == ("warning", told)
    assert "Hours (86% instead of 95%)" in said["Heavy tails"][1]
    assert said["About Crashes"] == ("note", "no covariate.")
    levels = [o.level for o in found.obstacles]
    assert levels == sorted(levels, reverse=True)


def test_late_telemetry_is_named_and_is_no_failure() -> None:
    message = "waiting for telemetry until 2026-01-15: mozdata.telemetry.main has no rows"
    cell = {"analysis_period": "weekly", "window_index": 1, "segment": "all", "metric": "crashes"}
    late = [
        {"analysis_period": None, "message": "enrollments: late"},
        {"analysis_period": "weekly", "message": message},
    ]
    found = content(
        compared("hours", 0.3, 0.1),
        grid=[cell | {"state": "not due", "reason": message}],
        absent=[{"analysis_period": "weekly", "window_index": 1, "absent_sources": "main"}],
        late=late,
    )
    said = [(o.level, o.text) for o in found.obstacles if o.title == "Telemetry is late"]
    assert said == [("warning", "enrollments: late."), ("warning", f"Weekly: {message}.")]
    assert "A data source failed" not in [o.title for o in found.obstacles]


def test_a_failed_overall_window_is_no_interim_look() -> None:
    grid = [
        {"analysis_period": "overall", "window_index": 1, "segment": "all", "metric": "hours"}
        | {"state": "failed", "reason": "Binder Error"}
    ]
    found = content(compared("hours", 0.3, 0.1), grid=grid)
    assert ("warning", "Computation failed") in [(o.level, o.title) for o in found.obstacles]
    assert "This is an interim look" not in [o.title for o in found.obstacles]


def test_means_that_are_not_adjusted_as_asked_for_are_a_warning() -> None:
    reason = "means are not adjusted, since `ours` is not computed in preenrollment_week"
    held = lock(statistic={"statistic": "mean_lm", "unadjusted": reason})
    found = content(compared("hours", 0.3, 0.1, statistic="mean_lm"), held)
    said = [o.text for o in found.obstacles if o.title == "Not adjusted"]
    assert said == [f"{name}, Mean, linear model: {reason}." for name in ("Crashes", "Hours")]


def test_each_reason_is_told_of_its_own_metrics() -> None:
    cell = {"analysis_period": "weekly", "window_index": 1, "segment": "all", "state": "failed"}
    grid = [
        cell | {"metric": "hours", "reason": "division by zero"},
        cell | {"metric": "crashes", "reason": "no column x"},
    ]
    texts = [o.text for o in content(compared("hours", 0.3, 0.1), grid=grid).obstacles]
    assert "Week 1: no result for Hours (division by zero)." in texts
    assert "Week 1: no result for Crashes (no column x)." in texts


def test_a_wrong_split_takes_the_headline() -> None:
    split = {"check": "sample_ratio", "state": "warning", "message": "52 of 100."}
    found = content(compared("hours", 0.3, 0.01), trust=[split])
    assert found.verdict.headline.startswith("Do not trust these numbers: the split is wrong.")
    assert page.summary(found).headline == found.verdict.headline


def test_what_was_not_checked_is_said() -> None:
    row = {"check": "sample_ratio", "state": "undefined", "message": "Too few units."}
    found = content(compared("hours", 0.3, 0.1), trust=[row])
    assert [(o.title, o.text) for o in found.obstacles] == [
        ("Not everything could be checked", "Too few units.")
    ]


def test_results_are_shown_without_the_trust_table() -> None:
    found = without_trust(compared("hours", 0.3, 0.01))
    assert found.unbuilt is None
    assert [f.name for f in found.verdict.clear] == ["hours"]
    assert [o.title for o in found.obstacles] == ["Nothing was checked"]


def test_a_lock_newer_than_the_tables_leaves_out_what_it_does_not_know() -> None:
    rows = [*compared("hours", 0.3, 0.01), *compared("gone", 0.3, 0.01)]
    rows += compared("hours", 0.3, 0.01, analysis_period="daily")
    found = content(rows)
    assert [f.name for f in found.verdict.clear] == ["hours"]
    assert "The definition has changed" in [o.title for o in found.obstacles]
    assert page.experiment_page(found)
