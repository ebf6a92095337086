"""Texts and size of a page: odd names, shares, windows, and what a page gives up."""

from __future__ import annotations

import pytest

from dbt_jetstream.results.pages import page
from dbt_jetstream.results.pages.words import percent, window_days
from report.made_up import compared, content, data_of, lock

ODD = "</script><script>alert(1)</script>\"'&{{ 7 * 7 }}"


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
