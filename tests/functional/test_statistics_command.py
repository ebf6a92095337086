"""`jetstream statistics`: what Python models make, from the tables of the SQL models."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from built_tables import assert_equal, windows

from conftest import Project, copy_built, selected, small_built, small_project
from tiers import exhaustive

SLUG, NAME = "fenix-toolbar-shortcut", "fenix_toolbar_shortcut"
STATISTICS, TRUST = f"statistics_{NAME}", f"trust_{NAME}"
EARLY, NEXT_DAY = "2026-03-21", "2026-03-22"


@pytest.fixture
def built(tmp_path: Path) -> Project:
    """An experiment that was built on a day and the next."""
    return copy_built(small_built(SLUG, EARLY, NEXT_DAY), tmp_path / "built")


def _execute(project: Project, *statements: str) -> None:
    with duckdb.connect(str(project.database)) as connection:
        connection.execute("use analysis")
        for statement in statements:
            connection.execute(statement)


def _table(project: Project, name: str) -> tuple[list[tuple], list[tuple]]:
    """A table's columns and rows, as they lie there."""
    return (
        project.query(f"describe analysis.{name}"),
        project.query(f"select * from analysis.{name}"),
    )


def _compute(project: Project, *slugs: str) -> str:
    done = project.run("jetstream", "statistics", *slugs)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_tables_equal_those_of_the_python_models_in_order_and_types(tmp_path: Path) -> None:
    built = copy_built(small_built(SLUG, EARLY), tmp_path / "built")
    expected = [_table(built, name) for name in (STATISTICS, TRUST)]
    _execute(built, f"drop table {STATISTICS} cascade", f"drop table {TRUST}")
    said = _compute(built)
    assert [_table(built, name) for name in (STATISTICS, TRUST)] == expected
    assert said.startswith(f"{SLUG}: statistics of ")
    assert " 0 kept; " in said


def test_what_is_there_is_kept_and_what_is_stale_computed_again(built: Project) -> None:
    expected = _table(built, STATISTICS)
    _execute(
        built,
        # A window without what it waited for, one that is gone, and one past the end.
        f"update {STATISTICS} set absent_sources = 'events', point = 0 where window_index = 1",
        f"insert into {STATISTICS} by name select * replace (99 as window_index) from {STATISTICS}",
    )
    said = _compute(built, SLUG)
    assert " 0 kept" not in said
    assert windows(built, f"analysis.{STATISTICS}", "window_index = 99") == []
    found = _table(built, STATISTICS)
    assert found[0] == expected[0]
    assert sorted(map(str, found[1])) == sorted(map(str, expected[1]))
    nothing = _compute(built, SLUG)
    assert "statistics of 0 windows computed" in nothing
    assert _table(built, STATISTICS) == found


def test_a_full_refresh_computes_what_is_there_as_well(built: Project) -> None:
    """After a build with that option summaries are new, with the hash that they had."""
    expected = _table(built, STATISTICS)
    _execute(built, f"update {STATISTICS} set point = 0")
    assert " 0 windows computed" in _compute(built, SLUG)
    assert " 0 kept; " in _compute(built, SLUG, "--full-refresh")
    assert sorted(map(str, _table(built, STATISTICS)[1])) == sorted(map(str, expected[1]))


def test_a_database_may_be_named_like_its_schema(built: Project) -> None:
    built.database.rename(built.path / "analysis.duckdb")
    found = built.run("jetstream", "statistics", SLUG, JETSTREAM_DUCKDB="analysis.duckdb")
    assert (found.returncode, found.stderr) == (0, "")
    shown = built.run("jetstream", "results", SLUG, "--json", JETSTREAM_DUCKDB="analysis.duckdb")
    assert (shown.returncode, shown.stderr) == (0, "")


def test_another_definition_makes_the_table_anew(built: Project) -> None:
    expected = _table(built, STATISTICS)
    _execute(built, f"update {STATISTICS} set definition_hash = 'earlier', point = 0")
    assert " 0 kept; " in _compute(built, SLUG)
    assert sorted(map(str, _table(built, STATISTICS)[1])) == sorted(map(str, expected[1]))


def test_summaries_of_another_definition_are_refused(built: Project) -> None:
    expected = _table(built, STATISTICS)
    _execute(built, f"update moments_{NAME} set definition_hash = 'earlier'")
    done = built.run("jetstream", "statistics", SLUG)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert f"{SLUG}: moments_{NAME} holds rows of an earlier definition; build" in line
    assert _table(built, STATISTICS) == expected


def test_what_is_not_built_is_told(built: Project) -> None:
    _execute(built, f"drop table moments_{NAME} cascade")
    everything = built.run("jetstream", "statistics")
    named = built.run("jetstream", "statistics", SLUG)
    assert (everything.returncode, named.returncode) == (0, 1)
    assert everything.stderr == named.stderr == ""
    assert everything.stdout == named.stdout
    assert named.stdout.startswith(f"{SLUG}: not built yet, no table moments_{NAME}; run `dbt ")
    unknown = built.run("jetstream", "statistics", "no-such-experiment")
    assert unknown.returncode == 1
    assert "no-such-experiment: no such experiment in this project" in unknown.stderr


@exhaustive
def test_a_dbt_without_python_models_comes_to_the_same_results(
    built: Project, tmp_path: Path
) -> None:
    """Two days, each in steps: SQL models, statistics, what reads these, files."""
    project = small_project(tmp_path / "in-steps", SLUG)
    build = ("dbt", "build", "--select", selected(SLUG))
    for day in (EARLY, NEXT_DAY):
        for command in (
            (*build, "--exclude", "path:python_models+"),
            ("jetstream", "statistics", SLUG),
            (*build, "--exclude", "path:python_models"),
            ("jetstream", "export", SLUG),
        ):
            done = project.run(*command, as_of=day)
            assert done.returncode == 0, done.stdout + done.stderr
    assert_equal(project, built)
