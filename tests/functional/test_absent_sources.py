"""A data source that fails is left out of a build, and the next build fills the gap."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from built_tables import assert_equal, windows

from conftest import Project, copy_built, selected
from more_metrics import VISITS, small_with
from tiers import exhaustive

SLUG = "pip-first-time-hint"
NAME = "pip_first_time_hint"
CLIENT_DAYS = f"{NAME}_clients_daily_client_days"
# Enrollment ends on 2026-03-09: week 2 is due on the 22nd, and not before.
EARLY, AS_OF = "2026-03-21", "2026-03-22"
ABSENT = {"visits": "no such table", "clients_daily": "no such table"}
NAMES = "clients_daily,visits"
# A ratio of metrics from two sources; `VISITS` is a metric that is read directly.
MORE = """
[metrics.toggles]
select_expression = "COUNTIF(event_method = 'toggle_shown')"
data_source = "events"

[metrics.toggles.statistics.sum]

[metrics.searches]
select_expression = "SUM(search_count_all)"
data_source = "clients_daily"

[metrics.searches.statistics.sum]

[metrics.toggles_per_search]
depends_on = ["toggles", "searches"]

[metrics.toggles_per_search.statistics.population_ratio]
numerator = "toggles"
denominator = "searches"
"""
# What does not read the absent sources.
OTHERS = ("identity", "toggles_shown")


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small desktop experiment with more metrics, not built yet."""
    weekly = ("toggles_per_search", "visited_countries")
    return small_with(tmp_path_factory.mktemp("absent"), SLUG, weekly, MORE + VISITS, "visits")


@pytest.fixture(scope="module")
def undisturbed(synced: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = copy_built(synced, tmp_path_factory.mktemp("undisturbed") / "project")
    project.build(SLUG, AS_OF)
    return project


def _build_without(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Build without the sources that are absent, as a run does that has seen them fail."""
    command = ["dbt", "build", "--select", selected(SLUG), "--exclude", CLIENT_DAYS]
    with monkeypatch.context() as patched:
        patched.setenv(
            "JETSTREAM_ABSENT_SOURCES", json.dumps({SLUG: ABSENT, "other": {"events": ""}})
        )
        done = project.run(*command, as_of=AS_OF)
    assert done.returncode == 0, done.stdout[-6000:]


@contextmanager
def _without_tables(project: Project, *tables: str) -> Iterator[None]:
    """Rename telemetry tables for as long as the context lasts."""
    for old, new in (("{0}", "{0}_gone"), ("{0}_gone", "{0}")):
        with duckdb.connect(str(project.database)) as connection:
            for table in tables:
                names = old.format(table), new.format(table)
                connection.execute("alter table telemetry.{} rename to {}".format(*names))
        if new != "{0}":
            yield


def _statistics(project: Project, condition: str) -> list[tuple]:
    return project.query(
        "select columns(* exclude (absent_sources, definition_hash))::text "
        f"from analysis.statistics_{NAME} where {condition} order by all"
    )


def _columns(project: Project, table: str) -> set[str]:
    found = project.query(
        f"select column_name from duckdb_columns() where table_name = '{table}' and not internal"
    )
    return {name for (name,) in found}


def _absent(project: Project, table: str, condition: str = "true") -> set[str]:
    query = f"select distinct absent_sources from analysis.{table} where {condition}"
    return {name for (name,) in project.query(query)}


@pytest.fixture(scope="module")
def by_dbt(synced: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str]:
    """Built by dbt itself, which finds that the tables are not there, and what it says."""
    project = copy_built(synced, tmp_path_factory.mktemp("by_dbt") / "project")
    with _without_tables(project, "clients_daily", "visits"):
        return project, project.build(SLUG, AS_OF)


def test_dbt_alone_publishes_all_others(by_dbt: tuple[Project, str]) -> None:
    project, said = by_dbt
    assert f"{SLUG}: data source `clients_daily` is left out, for it fails: Catalog Error" in said
    assert " ERROR=0 SKIP=0 " in said
    found = project.query(
        f"select distinct metric from analysis.statistics_{NAME} where point is not null"
    )
    assert {metric for (metric,) in found} == {*OTHERS}
    logged = dict(
        project.query(
            "select metric, message from analysis.logs where func_name = 'clients_daily' "
            "or func_name like 'metric %'"
        )
    )
    assert logged.keys() >= {"active_hours", "toggles_per_search", "visited_countries"}
    assert "Table with name clients_daily does not exist" in logged["active_hours"]


@exhaustive
def test_dbt_alone_fills_the_gap(by_dbt: tuple[Project, str], undisturbed: Project) -> None:
    project, _ = by_dbt
    project.build(SLUG, AS_OF)
    assert_equal(project, undisturbed)


@exhaustive
def test_a_source_absent_from_the_first_build(
    synced: Project, undisturbed: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = copy_built(synced, tmp_path / "absent")
    _build_without(project, monkeypatch)
    assert not _columns(project, CLIENT_DAYS)
    assert "toggles_shown" in _columns(project, f"{NAME}_weekly")
    left_out = {"active_hours", "clients_daily_has_contradictory_branch", "visited_countries"}
    assert not left_out & _columns(project, f"{NAME}_weekly")
    found = project.query(f"select distinct metric from analysis.statistics_{NAME}")
    assert {metric for (metric,) in found} == {*OTHERS}
    assert _statistics(project, "true") == _statistics(undisturbed, f"metric in {OTHERS}")
    for table in (
        f"{NAME}_weekly",
        f"bins_{NAME}",
        f"pieces_{NAME}",
        f"moments_{NAME}",
        f"statistics_{NAME}",
    ):
        assert _absent(project, table) == {NAMES}, table
        assert windows(project, f"analysis.{table}") == [1, 2], table
    (row, *_) = json.loads(
        (project.exports / f"statistics/statistics_{NAME}_weekly.json").read_text()
    )
    assert "absent_sources" not in row
    # Later tables alone know from the metrics that the windows are incomplete.
    later = [f"{kind}_{NAME}" for kind in ("bins", "pieces", "moments", "statistics")]
    done = project.run("dbt", "run", "--select", *later, as_of=AS_OF)
    assert done.returncode == 0, done.stdout[-6000:]
    for table in later:
        assert _absent(project, table) == {NAMES}, table
    project.build(SLUG, AS_OF)
    assert_equal(project, undisturbed)


@exhaustive
def test_a_source_absent_after_some_builds(
    synced: Project, undisturbed: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = copy_built(synced, tmp_path / "absent")
    project.build(SLUG, EARLY)
    with _without_tables(project, "clients_daily", "visits"):
        _build_without(project, monkeypatch)
    new = "window_index = 2"
    # What was there stays; of the new windows there is what does not read the absent sources.
    assert _statistics(project, f"not ({new})") == _statistics(undisturbed, f"not ({new})")
    expected = _statistics(undisturbed, f"({new}) and metric in {OTHERS}")
    assert _statistics(project, new) == expected
    for table in (f"bins_{NAME}", f"pieces_{NAME}", f"moments_{NAME}", f"statistics_{NAME}"):
        assert _absent(project, table, new) == {NAMES}, table
        assert _absent(project, table, f"not ({new})") == {""}, table
    assert _absent(project, f"{NAME}_weekly", "window_index = 2") == {NAMES}
    hours = f"select count(active_hours) from analysis.{NAME}_weekly where window_index = 2"
    assert project.query(hours) == [(0,)]
    project.build(SLUG, AS_OF)
    assert_equal(project, undisturbed)


@exhaustive
def test_absent_sources_are_not_waited_for(
    undisturbed: Project, synced: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = copy_built(synced, tmp_path / "late")
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(
            "delete from telemetry.clients_daily where submission_date > '2026-03-12'"
        )
    _build_without(project, monkeypatch)
    assert _statistics(project, "true") == _statistics(undisturbed, f"metric in {OTHERS}")


@exhaustive
def test_a_date_that_is_a_timestamp_is_refused(synced: Project, tmp_path: Path) -> None:
    """Compared with dates, it would have a day's first moment alone on its last day."""
    project = copy_built(synced, tmp_path / "project")
    with duckdb.connect(str(project.database)) as connection:
        connection.execute("alter table telemetry.visits alter submission_date type timestamptz")
    said = project.build(SLUG, AS_OF)
    assert "metric `visited_countries` is left out, for it fails" in said
    assert '`submission_date` of `"jetstream"."telemetry"."visits"` is a timestamp' in said
    published = f"select distinct metric from analysis.statistics_{NAME} where point is not null"
    assert {name for (name,) in project.query(published)} >= {"toggles_per_search", *OTHERS}
