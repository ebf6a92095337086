"""What a lock holds, whatever changes, and which facts of an experiment reach it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from dbt_jetstream.statistics import catalogue
from dbt_jetstream.sync.locking import sync
from dbt_jetstream.sync.request import Relock
from sync.locking import FENIX, change_metric_and_statistic, hashes, models, request_of
from workspace import DESKTOP, Workspace


def test_a_lock_survives_a_hub_that_changes_a_metric_and_a_statistic(workspace: Workspace) -> None:
    sync(request_of(workspace))
    before = workspace.files()
    change_metric_and_statistic(workspace)
    report = sync(request_of(workspace))
    assert workspace.files() == before
    assert sorted(report.kept) == [FENIX, DESKTOP]
    assert report.changed == []


def test_a_lock_survives_a_tool_whose_statistic_changes(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(request_of(workspace))
    newest = replace(catalogue.STATISTICS["bootstrap_mean"], version=3)
    monkeypatch.setitem(catalogue.STATISTICS, "bootstrap_mean", newest)
    sync(request_of(workspace))
    assert versions_of_means(workspace) == {2}
    sync(request_of(workspace, slugs=[DESKTOP], relock={DESKTOP: Relock.EVERYTHING}))
    assert versions_of_means(workspace) == {3}


def versions_of_means(workspace: Workspace) -> set[int]:
    statistics = models(workspace)["statistics_pip_first_time_hint"]["statistics"]
    return {s["version"] for s in statistics if s["statistic"] == "mean"}


def test_a_lock_names_what_made_it(workspace: Workspace) -> None:
    sync(request_of(workspace))
    versions = models(workspace)["enrollments_pip_first_time_hint"]["versions"]
    assert versions["locked_on"] == dt.datetime.now(dt.UTC).date().isoformat()
    assert {"dbt-jetstream", "numpy", "scipy", "sqlglot"} <= set(versions["packages"])
    metadata = models(workspace)["statistics_pip_first_time_hint"]["metadata"]
    assert metadata["version_date"] == f"{versions['locked_on']}T00:00:00Z"
    assert metadata["version_info"]["metric_definitions"] == [{"path": "hub", "revision": None}]


def test_a_first_end_date_changes_no_hash_and_gives_the_overall_window(
    workspace: Workspace,
) -> None:
    workspace.edit_experiment(lambda experiment: experiment.update(endDate=None))
    sync(request_of(workspace))
    before = hashes(workspace)
    workspace.edit_experiment(lambda experiment: experiment.update(endDate="2026-04-15"))
    sync(request_of(workspace))
    assert hashes(workspace) == before
    # 44 days from 2 March to 15 April, without the 8 enrollment dates, and the first day.
    window = models(workspace)["pip_first_time_hint_overall"]["windows"]
    assert (window["length"], window["not_before"]) == (44 - 8 + 1, "2026-04-15")
    said = [meta["experiment"] for meta in models(workspace).values()]
    assert {about["end_date"] for about in said if "end_date" in about} == {"2026-04-15"}


def test_an_end_date_in_the_experiments_own_config_stays(workspace: Workspace) -> None:
    workspace.configure('end_date = "2026-04-10"')
    sync(request_of(workspace))
    workspace.edit_experiment(lambda experiment: experiment.update(endDate="2026-04-20"))
    sync(request_of(workspace))
    experiment = models(workspace)["enrollments_pip_first_time_hint"]["experiment"]
    assert experiment["end_date"] == "2026-04-10"
