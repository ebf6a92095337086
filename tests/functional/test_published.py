"""`analysis_start_time` moves where exported files change: then Experimenter fetches them."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from conftest import DEMO_LAST_DAY, Project, copy_built, small_built
from tiers import exhaustive

SLUG, NAME = "fenix-toolbar-shortcut", "fenix_toolbar_shortcut"
VIEWS = tuple(f"statistics_{NAME}_{period}" for period in ("weekly", "overall"))
# As if an earlier run had published the same, or something else.
EARLIER = "2026-01-05 06:07:08"


@pytest.fixture
def built(tmp_path: Path) -> Project:
    project = copy_built(small_built(SLUG, DEMO_LAST_DAY), tmp_path / "project")
    _change(project, f"update analysis.published_experiments set published_at = '{EARLIER}'")
    return project


def _change(project: Project, statement: str) -> None:
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(statement)


def _started(project: Project) -> str:
    text = (project.exports / f"metadata/metadata_{NAME}.json").read_text()
    return str(json.loads(text)["analysis_start_time"])


def _errors(project: Project) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(
        (project.exports / f"errors/errors_{NAME}.json").read_text()
    )
    return found


def test_a_day_that_is_built_again_without_a_change_is_not_fetched_again(built: Project) -> None:
    built.build(SLUG, DEMO_LAST_DAY)
    assert _started(built) == "2026-01-05T06:07:08Z"


def test_what_is_corrected_on_the_same_day_is_fetched_again(built: Project) -> None:
    correction = "set point = point + 1 where statistic = 'mean'"
    _change(built, f"update analysis.statistics_{NAME} {correction}")
    built.build(SLUG, DEMO_LAST_DAY)
    assert _started(built) > "2026-11"


@exhaustive
def test_results_without_their_files_wait_for_them(built: Project) -> None:
    """Else Experimenter would fetch the old ones, and believe that it has the new."""
    _change(built, f"update analysis.statistics_{NAME} set point = 0.5")
    done = built.run("dbt", "run", "--select", f"completeness_{NAME}", as_of=DEMO_LAST_DAY)
    assert done.returncode == 0, done.stdout
    done = built.run("dbt", "run", "--select", VIEWS[0], as_of=DEMO_LAST_DAY)
    assert done.returncode == 0, done.stdout
    assert _started(built) == "2026-01-05T06:07:08Z"
    done = built.run("dbt", "run", "--select", *VIEWS, as_of=DEMO_LAST_DAY)
    assert done.returncode == 0, done.stdout
    assert _started(built) > "2026-11"


@exhaustive
def test_problems_are_as_old_as_the_results_they_belong_to(built: Project) -> None:
    """Experimenter hides problems that are older than the results."""
    problem = (
        f"update analysis.statistics_{NAME} set problem = 'no result: it is NaN' "
        "where statistic = 'mean' and window_index = 1"
    )
    _change(built, problem)
    # Files were not written, as if storage had been out of reach.
    done = built.run("dbt", "run", "--select", f"completeness_{NAME}", as_of=DEMO_LAST_DAY)
    assert done.returncode == 0, done.stdout
    assert {e["timestamp"] for e in _errors(built)} == {_started(built)} == {"2026-01-05T06:07:08Z"}
    done = built.run("jetstream", "export", SLUG, as_of=DEMO_LAST_DAY)
    assert done.returncode == 0, done.stderr
    assert {e["timestamp"] for e in _errors(built)} == {_started(built)}
    assert _started(built) > "2026-11"


def test_new_problems_alone_are_fetched(built: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that fails before any result is there has problems, and the files of before."""
    absent = {SLUG: {"clients_daily": "Database Error: it is away"}}
    monkeypatch.setenv("JETSTREAM_ABSENT_SOURCES", json.dumps(absent))
    done = built.run("dbt", "run", "--select", f"completeness_{NAME}", as_of=DEMO_LAST_DAY)
    assert done.returncode == 0, done.stdout
    assert {e["timestamp"] for e in _errors(built)} == {_started(built)}
    assert _started(built) > "2026-11"
