"""What a run leaves out: experiments of which a build would change nothing, and no other."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from built_tables import assert_equal
from small_run import run_small

from conftest import Project, copy_built, selected, small_project
from tiers import exhaustive

SLUG, NAME = "fenix-toolbar-shortcut", "fenix_toolbar_shortcut"
# Enrollment ends on 2026-03-09: week 1 is due on the 15th, week 2 on the 22nd.
ENROLLING, EARLY, LATER = "2026-03-03", "2026-03-21", "2026-03-22"
NOTHING = "nothing to do for 1 experiment"


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The experiment, built by a run."""
    project = small_project(tmp_path_factory.mktemp("settled") / "project", SLUG)
    assert NOTHING not in run_small(project, SLUG, EARLY)
    return project


def test_the_same_day_again_changes_nothing(settled: Project, tmp_path: Path) -> None:
    again = copy_built(settled, tmp_path / "again")
    assert NOTHING in run_small(again, SLUG, EARLY)
    assert_equal(again, settled)
    logs = "select * from analysis.logs order by all"
    assert again.query(logs) == settled.query(logs)
    # What the run leaves out, a build does not.
    again.build(SLUG, EARLY)
    assert_equal(again, settled)


@exhaustive
def test_the_next_day_is_built(settled: Project, tmp_path: Path) -> None:
    later = copy_built(settled, tmp_path / "later")
    assert NOTHING not in run_small(later, SLUG, LATER)
    weekly = f"select max(window_index) from analysis.statistics_{NAME}_weekly"
    assert later.query(weekly)[0][0] == settled.query(weekly)[0][0] + 1


@pytest.mark.parametrize(
    "statement",
    [
        f"drop view analysis.statistics_{NAME}_weekly",
        # As a build does before it begins, whatever becomes of it.
        pytest.param("delete from analysis.settled_experiments", marks=exhaustive),
    ],
)
def test_what_may_have_changed_is_built(settled: Project, tmp_path: Path, statement: str) -> None:
    changed = copy_built(settled, tmp_path / "changed")
    with duckdb.connect(str(changed.database)) as connection:
        connection.execute(statement)
    assert NOTHING not in run_small(changed, SLUG, EARLY)
    assert_equal(changed, settled)


@exhaustive
def test_a_file_that_is_gone_is_exported_again(settled: Project, tmp_path: Path) -> None:
    changed = copy_built(settled, tmp_path / "changed")
    gone = changed.exports / f"statistics/statistics_{NAME}_weekly.json"
    gone.unlink()
    assert NOTHING not in run_small(changed, SLUG, EARLY)
    assert_equal(changed, settled)


@exhaustive
def test_a_macro_that_changes_is_used(settled: Project, tmp_path: Path) -> None:
    changed = copy_built(settled, tmp_path / "changed")
    view = changed.path / "macros/statistics/statistics_view.sql"
    view.write_text(view.read_text().replace("and problem is null", "and problem is null and true"))
    assert NOTHING not in run_small(changed, SLUG, EARLY)


@exhaustive
def test_a_build_by_hand_that_fails_is_made_good(settled: Project, tmp_path: Path) -> None:
    changed = copy_built(settled, tmp_path / "changed")
    model = changed.path / f"models/experiments/{SLUG}/statistics_{NAME}_weekly.sql"
    stub = model.read_text()
    model.write_text("select no_such_column as broken")
    assert changed.run("dbt", "build", "--select", selected(SLUG), as_of=EARLY).returncode
    model.write_text(stub)
    assert NOTHING not in run_small(changed, SLUG, EARLY)
    assert_equal(changed, settled)


@exhaustive
def test_what_waits_for_telemetry_is_asked_for_again(settled: Project, tmp_path: Path) -> None:
    late = copy_built(settled, tmp_path / "late")
    with duckdb.connect(str(late.database)) as connection:
        connection.execute(
            "create table fenix.arrives as from fenix.clients_daily "
            f"where submission_date >= '{LATER}'"
        )
        connection.execute(f"delete from fenix.clients_daily where submission_date >= '{LATER}'")
    assert "waiting for telemetry" in run_small(late, SLUG, LATER)
    assert NOTHING not in run_small(late, SLUG, LATER)
    with duckdb.connect(str(late.database)) as connection:
        connection.execute("insert into fenix.clients_daily from fenix.arrives")
    assert "waiting for telemetry" not in run_small(late, SLUG, LATER)
    assert NOTHING in run_small(late, SLUG, LATER)


@exhaustive
def test_while_enrollment_lasts_nothing_can_become_due(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project", SLUG)
    last = last_enrollment_date(project)
    assert last > "2026-03-04"
    assert NOTHING not in run_small(project, SLUG, ENROLLING)
    assert NOTHING in run_small(project, SLUG, "2026-03-04")
    assert NOTHING not in run_small(project, SLUG, last)
    assert project.query(f"select count(*) > 0 from analysis.enrollments_{NAME}") == [(True,)]


def last_enrollment_date(project: Project) -> str:
    lock = (project.path / f"models/experiments/{SLUG}/{SLUG}.yml").read_text()
    (line,) = {line for line in lock.splitlines() if "last_enrollment_date:" in line}
    return line.partition("'")[2].rstrip("'")
