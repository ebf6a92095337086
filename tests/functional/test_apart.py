"""What is wrong with one experiment costs that one, whatever command comes across it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from conftest import DEMO_LAST_DAY, Project, copy_built
from tiers import exhaustive

GOOD, BROKEN = "fenix-toolbar-shortcut", "pip-first-time-hint"
BROKEN_NAME = "pip_first_time_hint"


def _lock_without_roles(project: Project) -> None:
    lock = project.path / f"models/experiments/{BROKEN}/definition.yml"
    text = lock.read_text()
    assert "query_type:" in text
    lock.write_text(text.replace("query_type:", "kind_of_query:"))


def _table_without_column(project: Project) -> None:
    """As if an earlier version had built it."""
    with duckdb.connect(str(project.database)) as connection:
        views = connection.execute(
            "select view_name from duckdb_views() where view_name like 'statistics_pip%'"
        ).fetchall()
        for (view,) in views:
            connection.execute(f'drop view analysis."{view}"')
        connection.execute(f"alter table analysis.statistics_{BROKEN_NAME} drop column point")


def _no_tables(project: Project) -> None:
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(f"drop table analysis.statistics_{BROKEN_NAME} cascade")


@pytest.fixture
def project(demo: Project, tmp_path: Path) -> Project:
    """The demo, built; each test breaks one of its experiments."""
    return copy_built(demo, tmp_path / "project")


def test_cost_counts_the_others(project: Project) -> None:
    _lock_without_roles(project)
    done = project.run("jetstream", "cost", "--json")
    assert done.returncode == 1, done.stderr
    assert done.stdout, done.stderr
    assert {row["experiment"] for row in json.loads(done.stdout)} == {GOOD}
    lines = done.stderr.splitlines()
    lock = f"models/experiments/{BROKEN}/definition.yml"
    assert [line.partition(f"{lock}: ")[2].partition(":")[0] for line in lines] == [
        "enrollment.query_type",
        "enrollment.kind_of_query",
    ]
    assert all("`git checkout`" in line for line in lines)


@exhaustive
def test_report_writes_the_others_pages(project: Project) -> None:
    _table_without_column(project)
    done = project.run("jetstream", "report", "--out", "site")
    assert done.returncode == 1
    assert (project.path / f"site/{GOOD}.html").exists()
    assert not (project.path / f"site/{BROKEN}.html").exists()
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert BROKEN in line


@exhaustive
@pytest.mark.parametrize(
    ("break_it", "form"), [(_no_tables, ()), (_table_without_column, ("--json",))]
)
def test_results_shows_the_others(
    project: Project, break_it: Callable[[Project], None], form: tuple[str, ...]
) -> None:
    break_it(project)
    done = project.run("jetstream", "results", BROKEN, GOOD, *form)
    assert done.returncode == 1
    assert GOOD in done.stdout
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert BROKEN in line


def test_export_writes_the_others(project: Project) -> None:
    with duckdb.connect(str(project.database)) as connection:
        view = f"analysis.statistics_{BROKEN_NAME}_weekly"
        connection.execute(f"create or replace view {view} as select 'of another version' as text")
    shutil.rmtree(project.exports)
    done = project.run("jetstream", "export", as_of=DEMO_LAST_DAY)
    assert done.returncode == 1
    assert done.stdout == f"{GOOD}: 8 files exported\n", done.stderr
    (line,) = (line for line in done.stderr.splitlines() if line.startswith("error:"))
    assert line.startswith(f"error: {BROKEN}: ")
    assert (project.exports / "statistics/statistics_fenix_toolbar_shortcut_weekly.json").exists()
