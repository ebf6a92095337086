"""An exposure signal that fails costs the results of the exposures basis, and nothing else."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from built_tables import exports, rows

from conftest import SMALL, Project, copy_built
from more_metrics import small_with
from tiers import exhaustive

SLUG = "pip-first-time-hint"
NAME = "pip_first_time_hint"
EARLY, LATER = "2026-03-16", "2026-03-23"
SIGNAL = """
[experiment.exposure_signal]
name = "used_it"
friendly_name = "Used it"
description = "Was active for an hour"
data_source = "visits"
select_expression = "active_hours_sum > 1"
window_end = "analysis_window_end"

[data_sources.visits]
from_expression = "mozdata.telemetry.visits"
experiments_column_type = "none"
"""
LOST = "alter table telemetry.visits rename to lost"
FOUND = "alter table telemetry.lost rename to visits"


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Project:
    path = tmp_path_factory.mktemp("signal")
    return small_with(path, SLUG, (), SIGNAL, "visits")


def _change(project: Project, statement: str) -> None:
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(statement)


def _windows(project: Project) -> dict[str, list[int]]:
    rows = project.query(
        f"select analysis_basis, list(distinct window_index order by window_index) "
        f"from analysis.statistics_{NAME} where analysis_period = 'weekly' and point is not null "
        "group by 1"
    )
    return dict(rows)


def _grid(project: Project, basis: str, window: int) -> list[tuple[str, str | None]]:
    return project.query(
        f"select distinct state, reason from analysis.completeness_{NAME} "
        f"where analysis_period = 'weekly' and window_index = {window} "
        f"and analysis_basis = '{basis}' and segment = 'all' and metric != 'identity'"
    )


def test_a_signal_that_fails_from_the_first_build_on(synced: Project, tmp_path: Path) -> None:
    project = copy_built(synced, tmp_path / "project")
    _change(project, "alter table telemetry.visits rename active_hours_sum to hours")
    said = project.build(SLUG, EARLY)
    words = "the `exposure signal` is left out, for it fails: "
    assert words in said
    assert _windows(project) == {"enrollments": [1]}
    ((state, reason),) = _grid(project, "exposures", 1)
    assert state == "failed"
    assert words in reason
    assert [state for state, _ in _grid(project, "enrollments", 1)] == ["published"]
    logs = "select distinct analysis_basis from analysis.logs where metric = 'active_hours'"
    assert project.query(logs) == [("exposures",)]
    # What works again is as if it had always worked.
    _change(project, "alter table telemetry.visits rename hours to active_hours_sum")
    project.build(SLUG, LATER)
    undisturbed = copy_built(synced, tmp_path / "undisturbed")
    undisturbed.build(SLUG, LATER)
    # Client days keep the date of enrollments as they were, from which no window counts here.
    assert exports(project) == exports(undisturbed)
    for table in (f"{NAME}_weekly", f"statistics_{NAME}", f"enrollments_{NAME}"):
        assert rows(project, table) == rows(undisturbed, table)


@exhaustive
def test_a_signal_whose_table_is_lost_later_keeps_what_was_published(
    synced: Project, tmp_path: Path
) -> None:
    project = copy_built(synced, tmp_path / "project")
    project.build(SLUG, EARLY)
    assert _windows(project) == {"enrollments": [1], "exposures": [1]}
    _change(project, LOST)
    said = project.build(SLUG, LATER)
    assert "the `exposure signal` is left out, for it fails: " in said
    assert _windows(project) == {"enrollments": [1, 2], "exposures": [1]}
    ((state, reason),) = _grid(project, "exposures", 2)
    assert state == "failed"
    assert "visits" in reason
    _change(project, FOUND)
    project.build(SLUG, LATER)
    assert _windows(project) == {"enrollments": [1, 2], "exposures": [1, 2]}


@exhaustive
def test_a_run_says_that_it_left_out_the_signal(synced: Project, tmp_path: Path) -> None:
    project = copy_built(synced, tmp_path / "project")
    _change(project, LOST)
    hub, experiments = synced.path.parent / "hub", SMALL / "experiments.json"
    inputs = (f"--metric-hub={hub}", f"--experiments={experiments}")
    done = project.run("jetstream", "run", f"--experiment={SLUG}", *inputs, "--date", EARLY)
    assert done.returncode == 1
    assert f"left out: {SLUG}: the `exposure signal`, which fails: " in done.stdout
    assert _windows(project) == {"enrollments": [1]}
