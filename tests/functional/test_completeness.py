"""The grid of completeness: a state for everything declared, and no silent loss."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from conftest import DEMO, DEMO_LAST_DAY, REPOSITORY, Project, copy_built, demo_project
from tiers import exhaustive

SLUG, NAME = "fenix-toolbar-shortcut", "fenix_toolbar_shortcut"
GRID, STATISTICS = f"analysis.completeness_{NAME}", f"analysis.statistics_{NAME}"
KEY = "analysis_period, window_index, analysis_basis, segment, metric, statistic, branch"
# Units enroll until 2026-03-09, and the experiment and its telemetry end on 2026-04-15: 38 days.
LAST_WINDOWS = {"daily": 38, "weekly": 5, "days28": 1, "overall": 1, "preenrollment_weekly": 1}
EARLY = "2026-03-21"


def _change(project: Project, *statements: str) -> None:
    with duckdb.connect(str(project.database)) as connection:
        for statement in statements:
            connection.execute(statement)


def _states(project: Project, condition: str) -> set[tuple[str, str | None]]:
    return set(project.query(f"select state, reason from {GRID} where {condition}"))


def _declared(project: Project, slug: str) -> set[tuple[Any, ...]]:
    """List what the lock declares, from what it says of the statistics."""
    path = project.path / f"models/experiments/{slug}/{slug}.yml"
    models = yaml.safe_load(path.read_text())["models"]
    name = f"statistics_{slug.replace('-', '_')}"
    (lock,) = (m["config"]["meta"] for m in models if m["name"] == name)
    cells = {
        (period, basis, "identity", "count")
        for period, bases in lock["periods"].items()
        for basis in bases
    }
    cells |= {
        (period, basis, part["metric"], part["statistic"])
        for part in lock["statistics"]
        for period in part["periods"]
        for basis in part["bases"]
    }
    return {
        (period, window, basis, segment, metric, statistic, branch)
        for period, basis, metric, statistic in cells
        for window in range(1, LAST_WINDOWS[period] + 1)
        for segment in ["all", *lock["segments"]]
        for branch in lock["experiment"]["branches"]
    }


@pytest.mark.parametrize("slug", [SLUG, "pip-first-time-hint"])
def test_the_grid_has_one_row_for_everything_declared(demo: Project, slug: str) -> None:
    grid = f"analysis.completeness_{slug.replace('-', '_')}"
    rows = demo.query(f"select {KEY} from {grid}")
    assert len(rows) == len(set(rows))
    assert set(rows) == _declared(demo, slug)


@pytest.mark.parametrize("name", [NAME, "pip_first_time_hint"])
def test_what_has_a_point_is_published_and_nothing_else(demo: Project, name: str) -> None:
    published = demo.query(
        f"select {KEY} from analysis.completeness_{name} where state = 'published' order by all"
    )
    results = demo.query(
        f"select distinct {KEY} from analysis.statistics_{name} "
        "where point is not null order by all"
    )
    assert published == results


def test_the_demo_has_lost_nothing_and_says_why_of_all_that_is_not_there(demo: Project) -> None:
    for name in (NAME, "pip_first_time_hint"):
        found = demo.query(
            f"select state, count(*), count(reason) from analysis.completeness_{name} "
            "where state != 'published' group by state"
        )
        assert all(rows == reasons for _, rows, reasons in found)
        assert {state for state, *_ in found} <= {"no data", "undefined"}


def test_a_silent_loss_turns_the_test_red(demo: Project, tmp_path: Path) -> None:
    project = copy_built(demo, tmp_path / "project")
    _change(
        project,
        f"delete from {STATISTICS} where metric = 'retained' and analysis_period = 'weekly' "
        "and window_index = 2 and analysis_basis = 'exposures'",
    )
    condition = "state not in ('published', 'undefined', 'no data')"
    lost = project.query(f"select {KEY}, state, reason from {GRID} where {condition} order by all")
    cell = ("weekly", 2, "exposures", "all", "retained", "binomial")
    # Two branches; their rows are gone, their values are in the bins.
    assert lost == [(*cell, branch, "failed", None) for branch in ("control", "treatment")]
    done = project.run("dbt", "test", "--select", f"completeness_{NAME}", as_of=DEMO_LAST_DAY)
    assert done.returncode == 1, done.stdout
    assert "FAIL 2 dbt_jetstream_no_silent_loss" in done.stdout


def test_windows_wait_for_telemetry_and_for_sources_that_failed(
    demo: Project, tmp_path: Path
) -> None:
    project = copy_built(demo, tmp_path / "project")
    day, week = (
        f"analysis_period = '{p}' and window_index = {i}" for p, i in (("daily", 38), ("weekly", 5))
    )
    _change(
        project,
        # Telemetry of the last day is not there, and so the last daily window is not either.
        f"delete from analysis.{NAME}_clients_daily_client_days "
        "where submission_date = date '2026-04-15'",
        f"delete from analysis.{NAME}_daily where window_index = 38",
        *(f"delete from analysis.{t}_{NAME} where {day}" for t in ("bins", "statistics")),
        # The last week was computed without events.
        f"update analysis.{NAME}_weekly set absent_sources = 'events_stream' "
        "where window_index = 5",
        *(
            f"delete from analysis.{t}_{NAME} where {week} and metric = 'toolbar_taps'"
            for t in ("bins", "statistics")
        ),
    )
    # A run that reads client days makes the grid anew, which says how far they were read then.
    done = project.run("dbt", "run", "--select", f"completeness_{NAME}", as_of=DEMO_LAST_DAY)
    assert done.returncode == 0, done.stdout
    waiting = (
        "waiting for telemetry until 2026-04-15: "
        "mozdata.fenix.clients_daily has been read until 2026-04-14"
    )
    assert _states(project, day) == {("not due", waiting)}
    assert _states(project, f"{week} and metric = 'toolbar_taps'") == {
        ("failed", "the window was computed without its data source events_stream")
    }
    assert _states(project, f"{week} and metric = 'uri_count'") == {("published", None)}
    # The days before are there.
    assert _states(project, "analysis_period = 'daily' and window_index = 37") == {
        ("published", None)
    }


def test_where_nobody_enrolled_there_is_no_data(demo: Project, tmp_path: Path) -> None:
    project = copy_built(demo, tmp_path / "project")
    tables = [f"{NAME}_{period}" for period in LAST_WINDOWS]
    emptied = [f"enrollments_{NAME}", *tables, f"bins_{NAME}", f"statistics_{NAME}"]
    _change(project, *(f"delete from analysis.{table}" for table in emptied))
    reason = "no unit has enrolled, as far as telemetry has arrived"
    assert _states(project, "true") == {("not due", reason)}
    # Four weeks after the end nothing is waited for any more.
    done = project.run("dbt", "run", "--select", f"completeness_{NAME}", as_of="2026-05-13")
    assert done.returncode == 0, done.stdout
    assert _states(project, "true") == {("no data", reason)}


OWN_CONFIG = """
[experiment]
segments = ["nobody"]

[metrics]
weekly = ["constant", "later_hours"]
preenrollment_weekly = ["later_hours"]

[metrics.constant]
select_expression = "1 + 0 * COUNT(ds.submission_date)"
data_source = "clients_daily"
[metrics.constant.statistics.linear_model_mean]

[metrics.later_hours]
select_expression = "SUM(IF(ds.submission_date >= '2026-03-09', active_seconds, NULL))"
data_source = "clients_daily"
[metrics.later_hours.statistics.linear_model_mean]
[metrics.later_hours.statistics.linear_model_mean.covariate_adjustment]
period = "preenrollment_week"

[segments.nobody]
select_expression = "COALESCE(LOGICAL_OR(ds.submission_date IS NULL), FALSE)"
data_source = "clients_daily"

[segments.data_sources.clients_daily]
from_expression = "mozdata.fenix.clients_daily"
window_start = -7
window_end = 0
"""


@pytest.fixture(scope="module")
def special(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The Glean demo without an end, with a segment of nobody and metrics that do not vary."""
    folder = tmp_path_factory.mktemp("special")
    hub = folder / "hub"
    shutil.copytree(REPOSITORY / "metric_hub", hub)
    (hub / f"jetstream/{SLUG}.toml").write_text(OWN_CONFIG)
    experiments = json.loads(DEMO.read_text())
    for experiment in experiments:
        experiment["endDate"] = None
    (folder / "experiments.json").write_text(json.dumps(experiments))
    project = demo_project(
        folder / "project", SLUG, hub=hub, experiments=folder / "experiments.json"
    )
    project.build(SLUG, EARLY)
    return project


@exhaustive
def test_windows_that_are_not_due_say_when_they_will_be(special: Project) -> None:
    def states(period: str, window: int) -> set[tuple[str, str | None]]:
        where = f"analysis_period = '{period}' and window_index = {window} and segment = 'all'"
        return _states(special, f"{where} and metric not in ('constant', 'later_hours')")

    # Day n ends n - 1 days after 2026-03-09, week n 7 n - 1 days after it.
    assert states("daily", 13) == {("published", None)}
    assert states("daily", 14) == {("not due", "due once the telemetry of 2026-03-22 is complete")}
    assert states("daily", 15) == set()
    assert states("weekly", 2) == {("not due", "due once the telemetry of 2026-03-22 is complete")}
    assert states("days28", 1) == {("not due", "due once the telemetry of 2026-04-05 is complete")}
    assert states("overall", 1) == {("not due", "the experiment has no end date yet")}


def test_a_segment_without_units_has_no_data(special: Project) -> None:
    due = "analysis_period = 'daily' and window_index <= 13"
    assert _states(special, f"segment = 'nobody' and {due} and metric != 'identity'") == {
        ("no data", "no unit of the branch, basis and segment has what it is computed from")
    }
    # That nobody is in it is a result.
    counts = _states(special, f"segment = 'nobody' and {due} and metric = 'identity'")
    assert counts == {("published", None)}


def test_a_constant_metric_is_undefined(special: Project) -> None:
    where = "metric = 'constant' and window_index = 1 and segment = 'all'"
    assert _states(special, where) == {("undefined", "the values of the units leave it undefined")}


def test_an_unadjusted_mean_is_published_with_a_note_and_a_warning(special: Project) -> None:
    where = "metric = 'later_hours' and segment = 'all' and window_index = 1"
    note = "no unit has a covariate: means are not adjusted"
    assert _states(special, f"{where} and analysis_period = 'weekly'") == {("published", note)}
    # Before the experiment all values are null.
    assert {state for state, _ in _states(special, f"{where} and analysis_period != 'weekly'")} == {
        "no data"
    }
    logged = special.query(
        "select metric, statistic, analysis_basis, segment, analysis_period, message, log_level, "
        "exception_type, func_name from analysis.logs order by all"
    )
    assert logged == [
        (
            *("later_hours", "mean_lm", basis, "all", "weekly"),
            *(f"{note} (window 1)", "WARNING", None, f"statistics_{NAME}"),
        )
        for basis in ("enrollments", "exposures")
    ]
