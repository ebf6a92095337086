"""What results pages say, from made-up results: verdicts, obstacles, odd names, and size."""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pytest
from scipy import stats

from dbt_jetstream.comparisons import comparisons
from dbt_jetstream.errors import ConfigError, ConfigErrors
from dbt_jetstream.lock.held import HeldLock
from dbt_jetstream.report import page
from dbt_jetstream.report.content import (
    ABSENT_COLUMNS,
    PROBLEM_COLUMNS,
    TRUST_COLUMNS,
    read_content,
)
from dbt_jetstream.report.words import percent, window_days
from dbt_jetstream.results import COLUMNS

HALF = stats.norm.isf(0.025)
ODD = "</script><script>alert(1)</script>\"'&{{ 7 * 7 }}"


def without_trust(rows: list[dict[str, Any]]) -> Any:
    """Content of an experiment whose trust table is not there."""

    class Older(MadeUp):
        def trust(self) -> pd.DataFrame:
            raise ConfigErrors([ConfigError(None, "made-up", "no table trust_made_up")])

    return read_content(Older(lock(), rows))  # type: ignore[arg-type]


def lock(**more: Any) -> HeldLock:
    """A lock of two metrics, one of them the experiment's own."""
    described = {
        name: {
            "analysis_bases": ["enrollments"],
            "bigger_is_better": name != "crashes",
            "description": more.get("description", "What it measures."),
            "friendly_name": more.get("label", name.title()),
        }
        for name in ("hours", "crashes")
    }
    experiment = {
        "slug": "made-up",
        "app_name": "firefox_desktop",
        "start_date": "2026-01-01",
        "end_date": None,
        "last_enrollment_date": "2026-01-08",
        "enrollment_period": 7,
        "branches": ["control", "treatment"],
        "reference_branch": more.get("reference", "control"),
    }
    parts = [
        {
            "metric": name,
            "statistic": "mean",
            "bases": ["enrollments"],
            "periods": ["weekly", "overall"],
            "pre_treatments": [],
            "drop_highest": 0.005,
            "confidence_interval": 0.95,
        }
        for name in described
    ]
    statistics = {
        "experiment": experiment,
        "definition_hash": "abc",
        "segments": [],
        "statistics": parts,
        "metadata": {
            "metrics": described,
            "outcomes": {"own": {"metrics": ["crashes"]}},
        },
    }
    bases = more.get("bases", ["enrollments"])
    period = {"experiment": experiment, "bases": bases, "data_sources": []}
    weekly = {"first_day": 0, "length": 7, "repeats": True, "not_before": None}
    overall = {"first_day": 0, "length": None, "repeats": False, "not_before": None}
    metas = {
        "enrollments_made_up": {"experiment": experiment, "versions": {}},
        "made_up_weekly": period | {"period": "weekly", "windows": weekly},
        "made_up_overall": period | {"period": "overall", "windows": overall},
        "statistics_made_up": statistics,
    }
    models = [{"name": name, "config": {"meta": meta}} for name, meta in metas.items()]
    held = HeldLock("made-up", None, is_private=False)  # type: ignore[arg-type]
    held.__dict__["text"] = json.dumps({"models": models}, indent=1)
    return held


def compared(metric: str, uplift: float, error: float, **more: Any) -> list[dict[str, Any]]:
    """A value, a difference and an uplift, each with a normal interval; the reference has 1."""
    row = dict.fromkeys(COLUMNS) | {
        "analysis_period": "weekly",
        "window_index": 1,
        "analysis_basis": "enrollments",
        "segment": "all",
        "metric": metric,
        "statistic": "mean",
        "branch": "treatment",
        "ci_width": 0.95,
    }
    ends = {"point": uplift, "lower": uplift - HALF * error, "upper": uplift + HALF * error}
    against = row | ends | {"comparison_to_branch": "control"} | more
    return [
        row | {"point": 1 + uplift, "lower": 0.0, "upper": 9.0} | more,
        against | {"comparison": "difference"},
        against | {"comparison": "relative_uplift"},
    ]


@dataclass
class MadeUp:
    """Result tables that lie nowhere."""

    lock: HeldLock
    rows: list[dict[str, Any]]
    found: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def statistics(self) -> pd.DataFrame:
        frame = pd.DataFrame(self.rows, columns=list(COLUMNS))
        numbers = ["parameter", "ci_width", "point", "lower", "upper"]
        frame[numbers] = frame[numbers].astype(float)
        return frame

    def _frame(self, name: str, columns: list[str]) -> pd.DataFrame:
        return pd.DataFrame(self.found.get(name, []), columns=columns, dtype=object)

    def trust(self) -> pd.DataFrame:
        return self._frame("trust", TRUST_COLUMNS)

    def completeness(self) -> pd.DataFrame:
        columns = ["analysis_period", "window_index", "analysis_basis", "segment"]
        return self._frame("grid", [*columns, "metric", "statistic", "branch", "state", "reason"])

    def problems(self) -> pd.DataFrame:
        return self._frame("problems", PROBLEM_COLUMNS)

    def absent_sources(self) -> pd.DataFrame:
        return self._frame("absent", ABSENT_COLUMNS)


def content(rows: list[dict[str, Any]], held: HeldLock | None = None, **found: Any) -> Any:
    tables = MadeUp(held or lock(), rows, found)
    return read_content(tables)  # type: ignore[arg-type]


def data_of(text: str) -> dict[str, Any]:
    """The data that a page carries."""
    (packed,) = re.findall(
        r'<script type="application/octet-stream" id="data">(.*?)</script>', text
    )
    return json.loads(gzip.decompress(base64.b64decode(packed)))


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


def test_a_failed_overall_window_is_no_interim_look() -> None:
    grid = [
        {"analysis_period": "overall", "window_index": 1, "segment": "all", "metric": "hours"}
        | {"state": "failed", "reason": "Binder Error"}
    ]
    found = content(compared("hours", 0.3, 0.1), grid=grid)
    assert ("warning", "Computation failed") in [(o.level, o.title) for o in found.obstacles]
    assert "This is an interim look" not in [o.title for o in found.obstacles]


def test_each_reason_is_told_of_its_own_metrics() -> None:
    cell = {"analysis_period": "weekly", "window_index": 1, "segment": "all", "state": "failed"}
    grid = [
        cell | {"metric": "hours", "reason": "division by zero"},
        cell | {"metric": "crashes", "reason": "no column x"},
    ]
    texts = [o.text for o in content(compared("hours", 0.3, 0.1), grid=grid).obstacles]
    assert "Week 1: no result for Hours (division by zero)." in texts
    assert "Week 1: no result for Crashes (no column x)." in texts


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


def test_odd_texts_stay_texts() -> None:
    held = lock(label=ODD, description=ODD)
    text = page.experiment_page(content(compared("hours", 0.3, 0.05), held))
    assert "alert(1)</script>" not in text
    assert {metric["label"] for metric in data_of(text)["metrics"]} == {ODD}


def test_a_page_gives_up_what_it_must_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    held = lock()
    metas = {name: model["config"]["meta"] for name, model in held.models.items()}
    held.models["made_up_daily"] = {
        "name": "made_up_daily",
        "config": {"meta": metas["made_up_weekly"] | {"period": "daily"}},
    }
    metas["statistics_made_up"]["segments"].append("some")
    rows = compared("hours", 0.3, 0.1)
    for window in range(1, 60):
        for segment in ("all", "some"):
            more = {"analysis_period": "daily", "window_index": window, "segment": segment}
            rows += compared("hours", 0.3 / window, 0.1, **more)
    found = content(rows, held)
    whole = page.experiment_page(found)
    monkeypatch.setattr(page, "MOST_BYTES", len(whole.encode()) - 100)
    smaller = page.experiment_page(found)
    assert "daily windows of segments are left out" in smaller
    kept, left = data_of(whole)["cells"], data_of(smaller)["cells"]
    assert set(kept) - set(left) == {f"daily|{w}|enrollments|some" for w in range(1, 60)}
    monkeypatch.setattr(page, "MOST_BYTES", len(smaller.encode()) - 100)
    assert set(data_of(page.experiment_page(found))["cells"]) == {"weekly|1|enrollments|all"}
    monkeypatch.setattr(page, "MOST_BYTES", 1_000)
    with pytest.raises(page.PageTooLargeError):
        page.experiment_page(found)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.2187, "+21.9\u00a0%"),
        (-0.0439, "−4.39\u00a0%"),
        (0.0, "+0.00\u00a0%"),
        (12.5, "+1,250.0\u00a0%"),
    ],
)
def test_shares_are_written_as_percents(share: float, text: str) -> None:
    assert percent(share) == text


def test_windows_count_from_enrollment() -> None:
    weekly = {"first_day": 0, "length": 7}
    assert window_days(weekly, 3) == "days 14 to 20"
    assert window_days({"first_day": -7, "length": 7}, 1) == "days -7 to -1"
    assert window_days({"first_day": 0, "length": 1}, 1) == "day 0"
