"""Files of statistics are written for the periods that an experiment can have."""

from __future__ import annotations

import datetime as dt

import pytest
import yaml
from metric_config_parser.metric import AnalysisPeriod

from dbt_jetstream.lock.parts.due import can_have, windows_of
from dbt_jetstream.sync.locking import sync
from dbt_jetstream.sync.request import Relock
from sync.locking import request_of
from workspace import DESKTOP, Workspace

START = dt.date(2026, 3, 2)
# Enrollment touches 2 to 9 March: a week is complete on the 15th, 28 days on 5 April.
EVERY = {"daily", "weekly", "days28", "overall", "preenrollment_weekly"}


@pytest.mark.parametrize(
    ("end", "period", "has_it"),
    [
        ("2026-03-14", AnalysisPeriod.WEEK, False),
        ("2026-03-15", AnalysisPeriod.WEEK, True),
        ("2026-04-04", AnalysisPeriod.DAYS_28, False),
        ("2026-04-05", AnalysisPeriod.DAYS_28, True),
        ("2026-03-08", AnalysisPeriod.DAY, False),
        ("2026-03-08", AnalysisPeriod.PREENROLLMENT_WEEK, False),
        ("2026-03-09", AnalysisPeriod.PREENROLLMENT_WEEK, True),
        ("2026-03-09", AnalysisPeriod.OVERALL, False),
        ("2026-03-10", AnalysisPeriod.OVERALL, True),
        (None, AnalysisPeriod.DAYS_28, True),
    ],
)
def test_a_period_is_had_if_a_window_is_due_by_the_end(
    end: str | None, period: AnalysisPeriod, has_it: bool
) -> None:
    last = dt.date.fromisoformat(end) if end else None
    windows = windows_of(period.table_suffix, START + dt.timedelta(days=7), last)
    assert can_have(windows, last) is has_it
    if last:
        assert any(windows.due_dates(last)) is has_it


def _end(workspace: Workspace, date: str | None, relock: Relock | None = None) -> set[str]:
    """Let the experiment end, and tell of which periods it exports statistics."""
    workspace.edit_experiment(lambda experiment: experiment.update(endDate=date))
    sync(request_of(workspace, relock={DESKTOP: relock} if relock else {}))
    path = workspace.project.path / f"models/experiments/{DESKTOP}/{DESKTOP}.yml"
    found = yaml.load(path.read_text(), yaml.CSafeLoader)["models"]
    prefix = "statistics_pip_first_time_hint_"
    hook = "{{ dbt_jetstream.export_statistics() }}"
    return {
        model["name"].removeprefix(prefix)
        for model in found
        if model["config"].get("post_hook") == hook
    }


def test_a_short_experiment_has_no_file_of_28_days(workspace: Workspace) -> None:
    assert _end(workspace, "2026-03-31") == EVERY - {"days28"}


def test_an_end_that_moves_later_adds_files(workspace: Workspace) -> None:
    assert _end(workspace, "2026-03-31") == EVERY - {"days28"}
    assert _end(workspace, "2026-04-30") == EVERY


@pytest.mark.parametrize("relock", [None, Relock.EVERYTHING])
def test_a_file_that_may_be_there_is_emptied(workspace: Workspace, relock: Relock | None) -> None:
    """Where the end moves earlier, the file of 28 days holds what is withdrawn."""
    assert _end(workspace, None) == EVERY
    assert _end(workspace, "2026-03-31", relock) == EVERY
