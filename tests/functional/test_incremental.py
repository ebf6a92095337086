"""Builds that follow each other: nothing changes, nothing is missed, nothing is read twice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from built_tables import assert_equal, exports, rows, tables, windows

from conftest import SMALL, Project, copy_built, selected, small_built, small_project
from tiers import exhaustive, sample

SLUG = "fenix-toolbar-shortcut"
PREFIX = "fenix_toolbar_shortcut"
# Enrollment ends on 2026-03-09: on the 21st week 1 is due, on the 22nd week 2.
EARLY, NEXT_DAY, LAST = "2026-03-21", "2026-03-22", "2026-04-15"


@pytest.fixture(scope="module")
def early() -> Project:
    """The small Glean experiment. Not to be changed."""
    return small_built(SLUG, EARLY)


@pytest.fixture(scope="module")
def at_once() -> Project:
    """The same, built for the first time after its end. Not to be changed."""
    return small_built(SLUG, LAST)


@exhaustive
def test_building_twice_changes_nothing(early: Project, tmp_path: Path) -> None:
    again = copy_built(early, tmp_path / "again")
    again.build(SLUG, EARLY)
    assert tables(again) == tables(early)
    for table in tables(early):
        assert rows(again, table) == rows(early, table), table
    assert exports(again) == exports(early)


@pytest.fixture(scope="module")
def next_day(early: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = copy_built(early, tmp_path_factory.mktemp("next_day") / "project")
    project.build(SLUG, NEXT_DAY)
    return project


def test_one_day_more_adds_exactly_the_windows_that_became_due(
    early: Project, next_day: Project
) -> None:
    assert windows(early, f"analysis.{PREFIX}_weekly") == [1]
    assert windows(next_day, f"analysis.{PREFIX}_weekly") == [1, 2]
    for table in (f"{PREFIX}_weekly", f"statistics_{PREFIX}"):
        before, after = set(rows(early, table)), set(rows(next_day, table))
        assert before < after, table
    added = next_day.query(
        f"select distinct analysis_period, window_index from analysis.statistics_{PREFIX} "
        "except select 'weekly', 1"
    )
    assert added == [("weekly", 2)]


def test_a_run_reads_only_telemetry_days_that_it_has_not_read(next_day: Project) -> None:
    folder = next_day.path / f"target/compiled/dbt_jetstream/models/experiments/{SLUG}"
    paths = list(folder.glob("*_client_days.sql"))
    assert len(paths) == 2
    for path in paths:
        assert f"between date '{NEXT_DAY}' and date '{NEXT_DAY}'" in path.read_text(), path.name


@exhaustive
def test_catching_up_gives_the_tables_of_one_build(
    early: Project, at_once: Project, tmp_path: Path
) -> None:
    caught_up = copy_built(early, tmp_path / "caught_up")
    caught_up.build(SLUG, LAST)
    assert_equal(caught_up, at_once)


@exhaustive
def test_client_days_that_have_expired_are_made_anew_and_no_window_is_lost(
    early: Project, at_once: Project, tmp_path: Path
) -> None:
    expired = copy_built(early, tmp_path / "expired")
    grid = f"select count(*), count(reason) from analysis.completeness_{PREFIX}"
    (before,) = expired.query(grid)
    days = [table for table in tables(expired) if table.endswith("_client_days")]
    # BigQuery drops them some time after the experiment's end.
    with duckdb.connect(str(expired.database)) as connection:
        for table in days:
            connection.execute(f"drop table analysis.{table}")
    # Readers of the grid outlive them.
    assert expired.query(grid) == [before]
    expired.build(SLUG, LAST)
    assert_equal(expired, at_once)


def test_days_are_tested_until_a_window_is_computed_from_them(
    early: Project, tmp_path: Path
) -> None:
    broken = copy_built(early, tmp_path / "broken")
    days = f"analysis.{PREFIX}_clients_daily_client_days"
    with duckdb.connect(str(broken.database)) as connection:
        # As if the build had stopped before the windows that end on the last day.
        for table in (f"{PREFIX}_weekly", f"bins_{PREFIX}"):
            connection.execute(f"delete from analysis.{table} where window_index = 1")
        connection.execute(
            f"insert into {days} from {days} where submission_date = '2026-03-15' "
            "and analysis_id is not null limit 1"
        )
    for attempt in range(2):
        done = broken.run("dbt", "build", "--select", selected(SLUG), as_of=EARLY)
        assert (
            f"Failure in test dbt_jetstream_unique_key_{PREFIX}_clients_daily_client_days"
            in done.stdout
        )
        assert windows(broken, f"analysis.{PREFIX}_weekly") == [], attempt


@exhaustive
def test_a_build_tests_only_what_is_new_and_dbt_test_everything(
    early: Project, tmp_path: Path
) -> None:
    broken = copy_built(early, tmp_path / "broken")
    with duckdb.connect(str(broken.database)) as connection:
        for table, condition in (
            (f"{PREFIX}_clients_daily_client_days", "submission_date = '2026-03-15'"),
            (f"{PREFIX}_weekly", "window_index = 1"),
        ):
            connection.execute(
                f"insert into analysis.{table} from analysis.{table} "
                f"where {condition} and analysis_id is not null limit 1"
            )
    broken.build(SLUG, EARLY)
    done = broken.run("dbt", "test", "--select", selected(SLUG), as_of=EARLY)
    assert (
        f"Failure in test dbt_jetstream_unique_key_{PREFIX}_clients_daily_client_days"
        in done.stdout
    )
    assert (
        f"Failure in test dbt_jetstream_one_row_per_enrolled_unit_and_window_{PREFIX}_weekly"
        in done.stdout
    )


def test_a_changed_definition_rebuilds_its_tables_and_no_others(
    early: Project, tmp_path: Path
) -> None:
    changed = copy_built(early, tmp_path / "changed")
    hub = tmp_path / "hub"
    shutil.copytree(SMALL, hub)
    # The marks show which tables are rebuilt: a rebuilt one has lost its mark.
    marked = [t for t in tables(changed) if not t.startswith("statistics_")]
    with duckdb.connect(str(changed.database)) as connection:
        for table in marked:
            connection.execute(f"comment on table analysis.{table} is 'before'")
    config = hub / f"jetstream/{SLUG}.toml"
    text = config.read_text()
    assert 'overall = ["active_hours", ' in text
    config.write_text(text.replace('overall = ["active_hours", ', "overall = ["))
    # A lock that is there stays as it is: the changed hub locks the experiment afresh.
    shutil.rmtree(changed.path / f"models/experiments/{SLUG}")
    changed.sync(hub, SMALL / "experiments.json", SLUG)
    changed.build(SLUG, EARLY)
    kept = {
        name
        for (name,) in changed.query(
            "select table_name from duckdb_tables() where comment = 'before'"
        )
    }
    assert f"enrollments_{PREFIX}" in kept
    assert f"{PREFIX}_weekly" in kept
    assert f"{PREFIX}_overall" not in kept


@exhaustive
def test_nothing_is_due_while_units_still_enroll(tmp_path: Path) -> None:
    project = small_project(tmp_path / "enrolling", SLUG)
    project.build(SLUG, "2026-03-08")
    assert project.query(f"select count(*) from analysis.enrollments_{PREFIX}") == [(0,)]
    assert project.query(f"select count(*) from analysis.statistics_{PREFIX}") == [(0,)]
    project.build(SLUG, EARLY)
    assert windows(project, f"analysis.{PREFIX}_weekly") == [1]


@pytest.mark.parametrize(
    "given", sample(["2026-02-30", "tomorrow", "20260305", "2026-3-5", "2026-03-05T00"], 3)
)
def test_a_date_that_is_none_is_refused(given: str, early: Project, tmp_path: Path) -> None:
    project = copy_built(early, tmp_path / "misdated")
    done = project.run("dbt", "build", "--select", f"enrollments_{PREFIX}", as_of=given)
    assert done.returncode != 0
    assert f"JETSTREAM_AS_OF must be a date as YYYY-MM-DD, found '{given}'" in done.stdout
    done = project.run("jetstream", "export", SLUG, as_of=given)
    assert done.returncode == 1
    assert f"JETSTREAM_AS_OF: expected a date as YYYY-MM-DD, found `{given}`" in done.stderr


@exhaustive
def test_windows_past_an_end_that_moves_earlier_are_withdrawn(tmp_path: Path) -> None:
    """Tables and exports are those of a build that knew the end."""
    projects = []
    for name, ends in (("moved", ("2026-04-15", "2026-03-24")), ("known", ("2026-03-24",))):
        entries = json.loads((SMALL / "experiments.json").read_text())
        project = small_project(tmp_path / name, SLUG)
        for end in ends:
            path = tmp_path / f"{name}.json"
            path.write_text(json.dumps([{**e, "endDate": end} for e in entries]))
            project.sync(SMALL, path, SLUG)
            project.build(SLUG, "2026-03-30")
        projects.append(project)
    moved, known = projects
    assert windows(known, f"analysis.{PREFIX}_weekly") == [1, 2]
    assert windows(moved, f"analysis.{PREFIX}_weekly") == [1, 2]
    statistics = [
        exports(project)[f"statistics/statistics_{PREFIX}_weekly.json"] for project in projects
    ]
    assert statistics[0] == statistics[1]
    query = (
        f"select distinct window_index from analysis.{{}}_{PREFIX} where analysis_period = 'weekly'"
    )
    for table in ("bins", "pieces", "moments", "statistics", "completeness"):
        assert sorted(moved.query(query.format(table))) == [(1,), (2,)], table
