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
        "reference_branch": "control",
    }
    parts = [
        {
            "metric": name,
            "statistic": "mean",
            "bases": ["enrollments"],
            "periods": ["weekly", "overall"],
            "pre_treatments": [],
            "drop_highest": 0.005,
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
    period = {"experiment": experiment, "bases": ["enrollments"], "data_sources": []}
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
    found = content(compared("hours", 0.3, 0.1), grid=grid)
    assert [(o.level, o.title) for o in found.obstacles] == [("note", "This is an interim look")]
    assert "no end date" in found.obstacles[0].text


def test_what_stands_in_the_way_is_said_warnings_first() -> None:
    cell = {"analysis_period": "weekly", "window_index": 1, "segment": "all"}
    cell |= {"analysis_basis": "enrollments", "metric": "crashes", "statistic": "mean"}
    found = content(
        compared("hours", 0.3, 0.1),
        trust=[
            {"check": "sample_ratio", "state": "warning", "message": "52 of 100."},
            {"check": "heavy_tail", "state": "ok", "metric": "hours", "branch": "b", "value": 0.86},
        ],
        grid=[cell | {"state": "failed", "reason": "division by zero"}],
        absent=[{"analysis_period": "weekly", "window_index": 1, "absent_sources": "main"}],
        problems=[cell | {"problem": "no covariate"}],
    )
    said = {o.title: (o.level, o.text) for o in found.obstacles}
    assert said["Sample ratio mismatch"] == ("warning", "52 of 100.")
    assert said["A data source failed"][1].startswith("main could not be read for Week 1")
    assert said["Computation failed"] == ("warning", "No result for crashes (division by zero).")
    assert "Hours (86%)" in said["Heavy tails"][1]
    assert said["About Crashes"] == ("note", "no covariate.")
    levels = [o.level for o in found.obstacles]
    assert levels == sorted(levels, reverse=True)


def test_odd_texts_stay_texts() -> None:
    held = lock(label=ODD, description=ODD)
    text = page.experiment_page(content(compared("hours", 0.3, 0.05), held))
    assert "alert(1)</script>" not in text
    assert {metric["label"] for metric in data_of(text)["metrics"]} == {ODD}


def test_a_page_gives_up_what_it_must_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    found = content(compared("hours", 0.3, 0.1))
    whole = len(page.experiment_page(found).encode())
    sizes = []
    render = page._render_experiment

    def grown(*arguments: Any) -> str:
        text = render(*arguments) + " " * (page.MOST_BYTES - whole if len(sizes) < 2 else 0)
        sizes.append(len(text))
        return text

    monkeypatch.setattr(page, "_render_experiment", grown)
    text = page.experiment_page(found)
    assert "daily windows of segments and distributions are left out" in text


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
