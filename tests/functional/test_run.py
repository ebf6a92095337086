"""`jetstream run` and `rerun`: a day's work, what fails alone, and what the next day makes good."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest
from built_tables import assert_equal

from conftest import SMALL, Project, copy_built, leaves_metrics_out, project_with_telemetry
from dbt_jetstream.common.run_lock import run_lock
from tiers import exhaustive

DESKTOP = "pip-first-time-hint"
FENIX = "fenix-toolbar-shortcut"
# Enrollment ends on 2026-03-09: week 1 is due on the 15th, week 2 on the 22nd.
EARLY, LATER = "2026-03-21", "2026-03-24"
# A source read day by day and one read per window; both may be missing.
MORE_METRICS = """
[metrics.crashes]
select_expression = "COALESCE(SUM(crash_count), 0)"
data_source = "crashes"
[metrics.crashes.statistics.bootstrap_mean]

[metrics.crash_kinds]
select_expression = "COUNT(DISTINCT crash_kind)"
data_source = "crash_kinds"
[metrics.crash_kinds.statistics.bootstrap_mean]

[data_sources.crashes]
from_expression = "mozdata.telemetry.crashes"
experiments_column_type = "none"

[data_sources.crash_kinds]
from_expression = "mozdata.telemetry.crash_kinds"
experiments_column_type = "none"
"""


class Workspace:
    """A project with telemetry, and a copy of the small hub that a test may change."""

    def __init__(self, path: Path) -> None:
        self.project = project_with_telemetry(path / "project")
        self.hub = path / "hub"
        self.experiments = path / "experiments.json"
        shutil.copytree(SMALL, self.hub)
        shutil.copy(SMALL / "experiments.json", self.experiments)

    @property
    def own_config(self) -> Path:
        return self.hub / f"jetstream/{DESKTOP}.toml"

    def jetstream(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.project.run(
            "jetstream",
            *arguments,
            f"--metric-hub={self.hub}",
            f"--experiments={self.experiments}",
        )

    def execute(self, *statements: str) -> None:
        with duckdb.connect(str(self.project.database)) as connection:
            for statement in statements:
                connection.execute(statement)

    def errors(self, slug: str) -> list[dict]:
        path = self.project.exports / f"errors/errors_{slug.replace('-', '_')}.json"
        return json.loads(path.read_text())


def copy_of(workspace: Workspace, path: Path) -> Workspace:
    copy = object.__new__(Workspace)
    copy.project = copy_built(workspace.project, path / "project")
    copy.hub, copy.experiments = path / "hub", path / "experiments.json"
    shutil.copytree(workspace.hub, copy.hub)
    shutil.copy(workspace.experiments, copy.experiments)
    return copy


CRASHES = (
    "create table telemetry.crashes as select client_id, submission_date, "
    "hash(client_id, submission_date) % 3 as crash_count from telemetry.clients_daily"
)
CRASH_KINDS = (
    "create table telemetry.crash_kinds as select client_id, submission_date, "
    "'kind ' || hash(client_id) % 5 as crash_kind from telemetry.clients_daily"
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Both experiments not locked yet; the desktop one has two data sources more."""
    workspace = Workspace(tmp_path_factory.mktemp("run"))
    config = workspace.own_config.read_text()
    more = 'weekly = ["crashes", "crash_kinds", '
    workspace.own_config.write_text(config.replace("weekly = [", more) + MORE_METRICS)
    workspace.execute(CRASHES, CRASH_KINDS)
    return workspace


@pytest.fixture(scope="module")
def undisturbed(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """What one run makes of it."""
    copy = copy_of(workspace, tmp_path_factory.mktemp("undisturbed"))
    done = copy.jetstream("run", "--date", LATER)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all is well" in done.stdout
    return copy


@exhaustive
def test_a_missed_time_is_caught_up_in_one_run(
    workspace: Workspace, undisturbed: Workspace, tmp_path: Path
) -> None:
    late = copy_of(workspace, tmp_path)
    assert late.jetstream("run", "--date", "2026-03-12").returncode == 0
    assert late.jetstream("run", "--date", LATER).returncode == 0
    assert_equal(late.project, undisturbed.project)


@leaves_metrics_out
def test_what_fails_fails_alone_and_the_next_good_run_fills_the_gap(
    workspace: Workspace, undisturbed: Workspace, tmp_path: Path
) -> None:
    broken = copy_of(workspace, tmp_path)
    broken.execute(
        "alter table telemetry.crashes rename column client_id to client",
        "drop table telemetry.crash_kinds",
        "alter table fenix.events_stream rename to events_stream_away",
    )
    experiments = json.loads(broken.experiments.read_text())
    broken.experiments.write_text(
        json.dumps([*experiments, {**experiments[0], "slug": "no-start", "startDate": None}])
    )
    done = broken.jetstream("run", "--date", LATER)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert f"left out: {DESKTOP}: data source `crashes`, with its metrics" in done.stdout
    assert f"left out: {DESKTOP}: metric `crash_kinds`, which fails" in done.stdout
    assert f"failed: {FENIX}: enrollments_fenix_toolbar_shortcut" in done.stdout
    assert "no-start.startDate" in done.stderr
    assert {error["metric"] for error in broken.errors(DESKTOP)} >= {"crashes", "crash_kinds"}
    assert [error["exception_type"] for error in broken.errors("no-start")] == [
        "NoStartDateException"
    ]
    assert broken.errors(FENIX)
    # Everything else of the experiment is there, and equals the undisturbed run's.
    without = "where metric not in ('crashes', 'crash_kinds') and problem is null"
    columns = "* exclude (definition_hash, absent_sources)"
    query = f"select {columns} from analysis.statistics_pip_first_time_hint {without} order by all"
    assert broken.project.query(query) == undisturbed.project.query(query)

    broken.execute(
        "alter table telemetry.crashes rename column client to client_id",
        CRASH_KINDS,
        "alter table fenix.events_stream_away rename to events_stream",
    )
    broken.experiments.write_text(json.dumps(experiments))
    done = broken.jetstream("run", "--date", LATER)
    assert done.returncode == 0, done.stdout + done.stderr
    assert broken.errors("no-start") == []
    (broken.project.exports / "errors/errors_no_start.json").unlink()
    assert_equal(broken.project, undisturbed.project)


@exhaustive
def test_without_its_hub_a_run_builds_what_is_locked_and_fails(
    undisturbed: Workspace, tmp_path: Path
) -> None:
    late = copy_of(undisturbed, tmp_path)
    shutil.rmtree(late.hub)
    done = late.jetstream("run", "--date", "2026-03-29")
    assert done.returncode == 1
    assert "no hub here" in done.stderr
    assert "what is locked was built" in done.stderr
    newest = "select max(window_index) from analysis.statistics_pip_first_time_hint_weekly"
    assert late.project.query(newest) == [(3,)]


@exhaustive
def test_rerun_skip_keeps_what_is_published_and_rerun_replaces_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    changed = copy_of(workspace, tmp_path)
    assert changed.jetstream("run", "--experiment", DESKTOP, "--date", EARLY).returncode == 0
    first = changed.project.query(WEEKLY)
    # From whole numbers to fractions, which a column of whole numbers would round.
    config = changed.own_config.read_text()
    changed.own_config.write_text(
        config.replace("COALESCE(SUM(crash_count), 0)", "COALESCE(SUM(crash_count), 0) / 4 + 1")
    )
    done = changed.jetstream("run", "--experiment", DESKTOP, "--date", EARLY)
    assert done.returncode == 0
    assert f"{DESKTOP}: its own config changed since it was locked" in done.stdout
    assert changed.project.query(WEEKLY) == first

    done = changed.jetstream("rerun-skip", DESKTOP, "--date", LATER)
    assert done.returncode == 0, done.stdout + done.stderr
    found = changed.project.query(WEEKLY)
    assert of_window(found, 1) == first
    assert of_window(found, 2)
    assert changed.project.query(SECOND_WEEK) == changed.project.query(SECOND_WEEK_BY_HAND)

    # The lock is newer than the change: nothing is left to rerun.
    assert changed.jetstream("rerun", "--config-changed", "--date", LATER).returncode == 0
    assert changed.project.query(WEEKLY) == found
    done = changed.jetstream("rerun", DESKTOP, "--date", LATER)
    assert done.returncode == 0, done.stdout + done.stderr
    again = changed.project.query(WEEKLY)
    assert of_window(again, 2) == of_window(found, 2)
    assert len(of_window(again, 1)) == len(first)
    assert of_window(again, 1) != first


WEEKLY = (
    "select * from analysis.statistics_pip_first_time_hint_weekly "
    "where metric = 'crashes' order by all"
)
SECOND_WEEK = (
    "select sum(crashes), count(distinct crashes) from analysis.pip_first_time_hint_weekly "
    "where analysis_basis = 'enrollments' and window_index = 2"
)
SECOND_WEEK_BY_HAND = (
    "select sum(n / 4 + 1), count(distinct n) from (select coalesce(sum(crash_count), 0) as n "
    "from analysis.enrollments_pip_first_time_hint as e left join telemetry.crashes as c "
    "on c.client_id = e.analysis_id and c.submission_date between e.enrollment_date + 7 "
    "and e.enrollment_date + 13 group by e.analysis_id, e.branch)"
)


def of_window(rows: list[tuple], index: int) -> list[tuple]:
    """Choose the rows of a window, whose index is the view's last column."""
    return [row for row in rows if row[-1] == index]


@exhaustive
def test_an_ended_experiment_is_retired_when_it_is_built_and_not_before(
    undisturbed: Workspace, tmp_path: Path
) -> None:
    ended = copy_of(undisturbed, tmp_path)
    experiments = json.loads(ended.experiments.read_text())
    over = [{**experiment, "endDate": LATER} for experiment in experiments]
    ended.experiments.write_text(json.dumps(over))
    done = ended.jetstream("run", "--date", LATER)
    assert done.returncode == 0, done.stdout + done.stderr
    overall = "select count(*) > 0 from analysis.statistics_pip_first_time_hint_overall"
    assert ended.project.query(overall) == [(True,)]
    # A rerun that nothing has built yet: the results that are there are of another definition.
    assert ended.jetstream("rerun", DESKTOP, "--lock-only").returncode == 0
    done = ended.jetstream("run", "--date", "2026-03-25")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"finished {FENIX}" in done.stdout
    assert f"finished {DESKTOP}" not in done.stdout
    listed = ended.project.run("dbt", "--quiet", "ls", "--selector", "live").stdout
    assert DESKTOP in listed
    assert FENIX not in listed
    assert f"finished {DESKTOP}" in ended.jetstream("run", "--date", "2026-03-26").stdout


def test_a_second_run_on_the_target_is_refused_in_one_line(undisturbed: Workspace) -> None:
    database = undisturbed.project.database
    with run_lock(database.with_name(f"{database.name}.run-lock")):
        done = undisturbed.jetstream("run", "--date", LATER)
    assert done.returncode == 1
    assert "another run is under way here (process" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_without_anything_live_is_well(project: Project) -> None:
    experiments = project.path / "none.json"
    experiments.write_text("[]")
    hub = str(SMALL)
    done = project.run("jetstream", "run", "--metric-hub", hub, "--experiments", str(experiments))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "all is well"
