"""Problems as data: rows of `analysis.logs` and an errors file, replaced by each run."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import duckdb
import pytest
from mozilla_nimbus_schemas.jetstream import AnalysisErrors

from conftest import Project, copy_built, selected, small_project
from tiers import exhaustive

SLUG, NAME = "fenix-toolbar-shortcut", "fenix_toolbar_shortcut"
# Enrollment ends on 2026-03-09: five weeks are due, and the whole experiment is not.
AS_OF = "2026-04-12"
HOSTILE = 'it\'s "bad" \\ {{ 1 / 0 }} {% raw %}; drop table analysis.logs; -- %s\n  ä €\u2028🦊`x`'


def _rename(project: Project, table: str, name: str) -> None:
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(f"alter table {table} rename to {name}")


def _errors(project: Project, name: str = NAME) -> list[dict[str, str | None]]:
    text = (project.exports / f"errors/errors_{name}.json").read_text()
    AnalysisErrors.model_validate_json(text)
    found: list[dict[str, str | None]] = json.loads(text)
    return found


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The small Glean experiment, built for the first time while its enrollment events are away."""
    project = small_project(tmp_path_factory.mktemp("broken") / "project", SLUG)
    _rename(project, "fenix.events_stream", "elsewhere")
    done = project.run("dbt", "build", "--select", selected(SLUG), as_of=AS_OF)
    assert done.returncode == 1, done.stdout
    return project


@pytest.fixture(scope="module")
def repaired(broken: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same after the source came back."""
    project = copy_built(broken, tmp_path_factory.mktemp("repaired") / "project")
    _rename(project, "fenix.elsewhere", "events_stream")
    project.build(SLUG, AS_OF)
    return project


def test_a_failed_model_is_one_row_and_one_error(broken: Project) -> None:
    enrollments = f"enrollments_{NAME}"
    (error,) = _errors(broken)
    message = str(error.pop("message"))
    dt.datetime.strptime(str(error.pop("timestamp")), "%Y-%m-%dT%H:%M:%S%z")
    assert "Catalog Error: Table with name events_stream does not exist" in message
    assert error == {
        "source": "jetstream",
        "experiment": SLUG,
        "metric": None,
        "statistic": None,
        "analysis_basis": None,
        "segment": None,
        "log_level": "ERROR",
        "exception": None,
        "filename": f"{enrollments}.sql",
        "func_name": enrollments,
        "exception_type": "RuntimeError",
    }
    assert broken.query("select experiment, func_name, message from analysis.logs") == [
        (SLUG, enrollments, message)
    ]


def test_a_first_build_that_fails_has_a_grid_with_reasons(broken: Project) -> None:
    grid = f"from analysis.completeness_{NAME}"
    ((state, reason),) = broken.query(
        f"select distinct state, reason {grid} where analysis_period = 'weekly'"
    )
    assert state == "failed"
    assert reason.startswith(f"enrollments_{NAME}: ")
    assert "Table with name events_stream does not exist" in reason
    # What is not due did not fail.
    overall = broken.query(f"select distinct state {grid} where analysis_period = 'overall'")
    assert overall == [("not due",)]
    assert broken.query(f"select count(*) {grid} where reason is null") == [(0,)]


def test_a_problem_that_is_mended_disappears(repaired: Project) -> None:
    assert repaired.query("select * from analysis.logs") == []
    assert (repaired.exports / f"errors/errors_{NAME}.json").read_text() == "[]"
    states = repaired.query(f"select distinct state from analysis.completeness_{NAME}")
    assert ("failed",) not in states
    assert ("published",) in states


@exhaustive
def test_an_absent_source_is_a_row_per_metric_whatever_its_message(
    repaired: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = copy_built(repaired, tmp_path / "project")
    readers = {"active_hours": "clients_daily", "toolbar_taps": "events_stream"}
    absent = {SLUG: dict.fromkeys(readers.values(), f"Database Error: {HOSTILE}")}
    monkeypatch.setenv("JETSTREAM_ABSENT_SOURCES", json.dumps(absent))
    done = project.run("dbt", "run", "--select", f"completeness_{NAME}", as_of=AS_OF)
    assert done.returncode == 0, done.stdout
    errors = _errors(project)
    found = [(error["metric"], error["analysis_basis"], error["func_name"]) for error in errors]
    bases = ("enrollments", "exposures")
    assert found == [(m, basis, source) for m, source in readers.items() for basis in bases]
    for error in errors:
        failed = f"without its data source `{error['func_name']}`, which failed: Database Error: "
        assert error["message"] == failed + HOSTILE
        assert error["exception_type"] == "DatabaseError"
    monkeypatch.delenv("JETSTREAM_ABSENT_SOURCES")
    # Only runs that build models replace what is known.
    for command in ("test", "seed", "compile"):
        selected = "platforms" if command == "seed" else f"completeness_{NAME}"
        done = project.run("dbt", command, "--select", selected, as_of=AS_OF)
        assert done.returncode == 0, done.stdout
    assert len(project.query("select * from analysis.logs")) == len(errors)
    assert _errors(project) == errors


def test_problems_of_statistics_name_their_windows(repaired: Project, tmp_path: Path) -> None:
    project = copy_built(repaired, tmp_path / "project")
    statistics = f"analysis.statistics_{NAME}"
    with duckdb.connect(str(project.database)) as connection:
        for window, message in [(w, "no result: it is NaN") for w in (1, 2, 3, 5)] + [(4, "note")]:
            connection.execute(
                f"insert into {statistics} (analysis_period, window_index, analysis_basis, "
                "segment, metric, statistic, branch, problem) values "
                f"('weekly', {window}, 'exposures', 'all', 'active_hours', 'mean', '', '{message}')"
            )
        cell = "metric = 'active_hours' and analysis_period = 'weekly' and window_index = 5"
        connection.execute(f"delete from {statistics} where {cell} and problem is null")
    done = project.run("dbt", "run", "--select", f"completeness_{NAME}", as_of=AS_OF)
    assert done.returncode == 0, done.stdout
    keys = ("message", "log_level", "exception_type", "metric", "statistic", "analysis_basis")
    assert [tuple(error[key] for key in keys) for error in _errors(project)] == [
        (
            *("no result: it is NaN (windows 1 to 3, 5)", "ERROR"),
            *("StatisticComputationException", "active_hours", "mean", "exposures"),
        ),
        ("note (window 4)", "WARNING", None, "active_hours", "mean", "exposures"),
    ]
    states = project.query(
        f"select distinct state, reason from analysis.completeness_{NAME} "
        f"where {cell} and analysis_basis = 'exposures'"
    )
    assert states == [("failed", "no result: it is NaN")]
    asked = ("--inline", "{{ dbt_jetstream.logged_problems() }}", "--output", "json")
    shown = project.run("dbt", "--quiet", "show", *asked, as_of=AS_OF).stdout
    counts = [row["without_result"] for row in json.loads(shown)["show"]]
    assert sum(counts) == 1


def test_a_failing_test_and_a_silent_loss_are_not_exported(
    repaired: Project, tmp_path: Path
) -> None:
    project = copy_built(repaired, tmp_path / "project")
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(f"delete from analysis.statistics_{NAME} where metric = 'active_hours'")
    done = project.run("dbt", "build", "--select", f"completeness_{NAME}", as_of=AS_OF)
    assert done.returncode == 1, done.stdout
    logs = "select message, log_level, exception_type, func_name from analysis.logs"
    ((message, *kind),) = project.query(logs)
    assert message.startswith(f"dbt_jetstream_no_silent_loss_completeness_{NAME}_: Got ")
    assert kind == ["ERROR", "DataTestFailure", f"completeness_{NAME}"]
    # Experimenter reads what concerns the experiment, not our tests.
    assert _errors(project) == []


@exhaustive
def test_checks_of_the_registry_are_rows_and_only_mistakes_are_exported(
    repaired: Project, tmp_path: Path
) -> None:
    project = copy_built(repaired, tmp_path / "project")
    registry = project.path / "seeds/registry.csv"
    registry.write_text(
        "experiment,state,exception_type,message\n"
        f"{SLUG},live,,\n"
        'odd-one,refused,InvalidConfigurationException,"it\'s {{ odd }}"\n'
        "over,finished,EndedException,over -> ended\n"
    )
    build = ("dbt", "build", "--select", "registry")
    done = project.run(*build, as_of=AS_OF)
    assert done.returncode == 0, done.stdout
    logs = "select experiment, log_level, exception_type, message from analysis.logs order by 1"
    assert project.query(logs) == [
        ("odd-one", "ERROR", "InvalidConfigurationException", "it's {{ odd }}"),
        ("over", "INFO", "EndedException", "over -> ended"),
    ]
    (error,) = _errors(project, "odd_one")
    assert (error["filename"], error["func_name"]) == ("registry.csv", "sync")
    assert not (project.exports / "errors/errors_over.json").exists()
    # An experiment of the run has its own row.
    registry.write_text(
        "experiment,state,exception_type,message\n"
        f"{SLUG},refused,NoStartDateException,no start\n"
        "odd-one,live,,\n"
    )
    done = project.run(*build, f"completeness_{NAME}", as_of=AS_OF)
    assert done.returncode == 0, done.stdout
    assert project.query(logs) == [(SLUG, "ERROR", "NoStartDateException", "no start")]
    assert [error["message"] for error in _errors(project)] == ["no start"]
    assert _errors(project, "odd_one") == []
