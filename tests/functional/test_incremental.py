"""Builds that follow each other: nothing changes, nothing is missed, nothing is read twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from built_tables import copy_built, exports, rows, tables, windows

from conftest import DEMO_LAST_DAY, REPOSITORY, Project, demo_project

SLUG = "fenix-toolbar-shortcut"
PREFIX = "fenix_toolbar_shortcut"
# Enrollment ends on 2026-03-09: on the 21st daily windows 1 to 13 and week 1 are due.
EARLY, NEXT_DAY, LAST = "2026-03-21", "2026-03-22", DEMO_LAST_DAY


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The Glean demo on little telemetry, not built yet."""
    return demo_project(tmp_path_factory.mktemp("incremental") / "project", SLUG)


@pytest.fixture(scope="module")
def early(synced: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = copy_built(synced, tmp_path_factory.mktemp("early") / "project")
    project.build(SLUG, EARLY)
    return project


def test_building_twice_changes_nothing(early: Project, tmp_path: Path) -> None:
    again = copy_built(early, tmp_path / "again")
    again.build(SLUG, EARLY)
    assert tables(again) == tables(early)
    for table in tables(early):
        assert rows(again, table) == rows(early, table), table
    assert exports(again) == exports(early)


def test_one_day_more_adds_exactly_the_windows_that_became_due(
    early: Project, tmp_path: Path
) -> None:
    assert windows(early, f"analysis.{PREFIX}_daily") == list(range(1, 14))
    assert windows(early, f"analysis.{PREFIX}_weekly") == [1]
    later = copy_built(early, tmp_path / "later")
    later.build(SLUG, NEXT_DAY)
    assert windows(later, f"analysis.{PREFIX}_daily") == list(range(1, 15))
    assert windows(later, f"analysis.{PREFIX}_weekly") == [1, 2]
    for table in (f"{PREFIX}_daily", f"{PREFIX}_weekly", f"statistics_{PREFIX}"):
        before, after = set(rows(early, table)), set(rows(later, table))
        assert before < after, table
    added = later.query(
        f"select distinct analysis_period, window_index from analysis.statistics_{PREFIX} "
        "except select * from (values ('weekly', 1), ('preenrollment_weekly', 1)) "
        "except select 'daily', unnest(range(1, 14))"
    )
    assert sorted(added) == [("daily", 14), ("weekly", 2)]


def test_catching_up_gives_the_tables_of_one_build(
    early: Project, demo: Project, tmp_path: Path
) -> None:
    caught_up = copy_built(early, tmp_path / "caught_up")
    caught_up.build(SLUG, LAST)
    expected = [table for table in tables(demo) if PREFIX in table]
    assert tables(caught_up) == expected
    for table in expected:
        assert rows(caught_up, table) == rows(demo, table), table
    exported = {name: text for name, text in exports(demo).items() if PREFIX in name}
    assert exports(caught_up) == exported


def test_client_days_that_have_expired_are_made_anew_and_no_window_is_lost(
    early: Project, demo: Project, tmp_path: Path
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
    for table in [table for table in tables(demo) if PREFIX in table]:
        assert rows(expired, table) == rows(demo, table), table


def test_a_run_reads_only_telemetry_days_that_it_has_not_read(
    early: Project, tmp_path: Path
) -> None:
    later = copy_built(early, tmp_path / "later")
    later.build(SLUG, NEXT_DAY)
    folder = later.path / f"target/compiled/dbt_jetstream/models/experiments/{SLUG}"
    for path in folder.glob("*_client_days.sql"):
        assert f"between date '{NEXT_DAY}' and date '{NEXT_DAY}'" in path.read_text(), path.name


def test_days_are_tested_until_a_window_is_computed_from_them(
    early: Project, tmp_path: Path
) -> None:
    broken = copy_built(early, tmp_path / "broken")
    days = f"analysis.{PREFIX}_clients_daily_client_days"
    with duckdb.connect(str(broken.database)) as connection:
        # As if the build had stopped before the windows that end on the last day.
        for table in (f"{PREFIX}_daily", f"{PREFIX}_weekly", f"bins_{PREFIX}"):
            connection.execute(f"delete from analysis.{table} where window_index in (1, 13)")
        connection.execute(
            f"insert into {days} from {days} where submission_date = '{EARLY}' "
            "and analysis_id is not null limit 1"
        )
    for attempt in range(2):
        done = broken.run("dbt", "build", "--select", f"experiment:{SLUG}", as_of=EARLY)
        assert f"Failure in test unique_key_{PREFIX}_clients_daily_client_days" in done.stdout
        assert 13 not in windows(broken, f"analysis.{PREFIX}_daily"), attempt


def test_a_build_tests_only_what_is_new_and_dbt_test_everything(
    early: Project, tmp_path: Path
) -> None:
    broken = copy_built(early, tmp_path / "broken")
    with duckdb.connect(str(broken.database)) as connection:
        for table, condition in (
            (f"{PREFIX}_clients_daily_client_days", "submission_date = '2026-03-15'"),
            (f"{PREFIX}_daily", "window_index = 3"),
        ):
            connection.execute(
                f"insert into analysis.{table} from analysis.{table} "
                f"where {condition} and analysis_id is not null limit 1"
            )
    broken.build(SLUG, EARLY)
    done = broken.run("dbt", "test", "--select", f"experiment:{SLUG}", as_of=EARLY)
    assert f"Failure in test unique_key_{PREFIX}_clients_daily_client_days" in done.stdout
    assert f"Failure in test one_row_per_enrolled_unit_and_window_{PREFIX}_daily" in done.stdout


def test_a_changed_definition_rebuilds_its_tables_and_no_others(
    early: Project, tmp_path: Path
) -> None:
    changed = copy_built(early, tmp_path / "changed")
    hub = tmp_path / "hub"
    shutil.copytree(REPOSITORY / "metric_hub", hub)
    # The marks show which tables are rebuilt: a rebuilt one has lost its mark.
    marked = [t for t in tables(changed) if not t.startswith("statistics_")]
    import duckdb

    with duckdb.connect(str(changed.database)) as connection:
        for table in marked:
            connection.execute(f"comment on table analysis.{table} is 'before'")
    defaults = hub / "jetstream/defaults/fenix.toml"
    text = defaults.read_text()
    assert "weekly = [" in text
    defaults.write_text(text.replace("weekly = [", 'weekly = [\n    "unenroll",', 1))
    # A lock that is there stays as it is: the changed hub locks the experiment afresh.
    shutil.rmtree(changed.path / f"models/experiments/{SLUG}")
    changed.sync(hub, REPOSITORY / "demo/experiments.json", SLUG)
    changed.build(SLUG, EARLY)
    kept = {
        name
        for (name,) in changed.query(
            "select table_name from duckdb_tables() where comment = 'before'"
        )
    }
    assert f"enrollments_{PREFIX}" in kept
    assert f"{PREFIX}_daily" in kept
    assert f"{PREFIX}_weekly" not in kept


def test_nothing_is_due_while_units_still_enroll(synced: Project, tmp_path: Path) -> None:
    project = copy_built(synced, tmp_path / "enrolling")
    project.build(SLUG, "2026-03-08")
    assert project.query(f"select count(*) from analysis.enrollments_{PREFIX}") == [(0,)]
    assert project.query(f"select count(*) from analysis.statistics_{PREFIX}") == [(0,)]
    project.build(SLUG, EARLY)
    assert windows(project, f"analysis.{PREFIX}_daily") == list(range(1, 14))


def test_a_date_that_is_none_is_refused(early: Project, tmp_path: Path) -> None:
    project = copy_built(early, tmp_path / "misdated")
    done = project.run("dbt", "build", "--select", f"experiment:{SLUG}", as_of="tomorrow")
    assert done.returncode != 0
    assert "JETSTREAM_AS_OF must be a date as YYYY-MM-DD, found 'tomorrow'" in done.stdout
