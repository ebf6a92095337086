"""Problems as data: rows of `analysis.logs` and an errors file, replaced by each run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from mozilla_nimbus_schemas.jetstream import AnalysisErrors

from conftest import Project, demo_project

SLUG, NAME = "fenix-toolbar-shortcut", "fenix_toolbar_shortcut"
EARLY = "2026-03-21"
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
    """The Glean demo, built for the first time while one of its sources is missing."""
    project = demo_project(tmp_path_factory.mktemp("broken") / "project", SLUG)
    _rename(project, "fenix.clients_daily", "elsewhere")
    done = project.run("dbt", "build", "--select", f"experiment:{SLUG}", as_of=EARLY)
    assert done.returncode == 1, done.stdout
    return project


@pytest.fixture(scope="module")
def repaired(broken: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same after the source came back."""
    project = Project(tmp_path_factory.mktemp("repaired") / "project")
    shutil.copytree(broken.path, project.path)
    _rename(project, "fenix.elsewhere", "clients_daily")
    project.build(SLUG, EARLY)
    return project


def test_a_failed_model_is_one_row_and_one_error(broken: Project) -> None:
    days = f"{NAME}_clients_daily_client_days"
    (error,) = _errors(broken)
    message = str(error.pop("message"))
    assert "Catalog Error: Table with name clients_daily does not exist" in message
    assert error == {
        # The analysis of 2026-03-21 runs on the next day.
        "timestamp": "2026-03-22T00:00:00Z",
        "source": "jetstream",
        "experiment": SLUG,
        "metric": None,
        "statistic": None,
        "analysis_basis": None,
        "segment": None,
        "log_level": "ERROR",
        "exception": None,
        "filename": f"{days}.sql",
        "func_name": days,
        "exception_type": "RuntimeError",
    }
    assert broken.query("select experiment, func_name, message from analysis.logs") == [
        (SLUG, days, message)
    ]


def test_a_problem_that_is_mended_disappears(repaired: Project) -> None:
    assert repaired.query("select * from analysis.logs") == []
    assert (repaired.exports / f"errors/errors_{NAME}.json").read_text() == "[]"
    states = repaired.query(f"select distinct state from analysis.completeness_{NAME}")
    assert ("failed",) not in states
    assert ("published",) in states


def test_an_absent_source_is_a_row_per_metric_whatever_its_message(
    repaired: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(tmp_path / "project")
    shutil.copytree(repaired.path, project.path)
    absent = {SLUG: {"events_stream": f"Database Error: {HOSTILE}"}}
    monkeypatch.setenv("JETSTREAM_ABSENT_SOURCES", json.dumps(absent))
    done = project.run("dbt", "run", "--select", f"completeness_{NAME}", as_of=EARLY)
    assert done.returncode == 0, done.stdout
    errors = _errors(project)
    # The outcome's metrics and `unenroll` read events.
    metrics = ["shortcut_taps", "toolbar_taps", "unenroll", "used_shortcut"]
    assert [error["metric"] for error in errors] == metrics
    failed = "without its data source `events_stream`, which failed: Database Error: "
    for error in errors:
        assert error["message"] == failed + HOSTILE
        assert (error["exception_type"], error["func_name"]) == ("DatabaseError", "events_stream")
    monkeypatch.delenv("JETSTREAM_ABSENT_SOURCES")
    # Only runs that build models replace what is known.
    for command in ("test", "seed", "compile"):
        selected = "platforms" if command == "seed" else f"completeness_{NAME}"
        done = project.run("dbt", command, "--select", selected, as_of=EARLY)
        assert done.returncode == 0, done.stdout
    assert len(project.query("select * from analysis.logs")) == len(metrics)
    assert _errors(project) == errors


def test_problems_of_statistics_name_their_windows(repaired: Project, tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    shutil.copytree(repaired.path, project.path)
    statistics = f"analysis.statistics_{NAME}"
    with duckdb.connect(str(project.database)) as connection:
        for window, message in [(w, "no result: it is NaN") for w in (1, 2, 3, 5)] + [(4, "note")]:
            connection.execute(
                f"insert into {statistics} (analysis_period, window_index, analysis_basis, "
                "segment, metric, statistic, branch, problem) values "
                f"('daily', {window}, 'exposures', 'all', 'retained', 'binomial', '', '{message}')"
            )
        cell = "metric = 'retained' and analysis_period = 'daily' and window_index = 5"
        connection.execute(f"delete from {statistics} where {cell} and problem is null")
    done = project.run("dbt", "run", "--select", f"completeness_{NAME}", as_of=EARLY)
    assert done.returncode == 0, done.stdout
    keys = ("message", "log_level", "exception_type", "metric", "statistic", "analysis_basis")
    assert [tuple(error[key] for key in keys) for error in _errors(project)] == [
        (
            *("no result: it is NaN (windows 1 to 3, 5)", "ERROR"),
            *("StatisticComputationException", "retained", "binomial", "exposures"),
        ),
        ("note (window 4)", "WARNING", None, "retained", "binomial", "exposures"),
    ]
    states = project.query(
        f"select distinct state, reason from analysis.completeness_{NAME} "
        f"where {cell} and analysis_basis = 'exposures'"
    )
    assert states == [("failed", "no result: it is NaN")]


def test_a_failing_test_and_a_silent_loss_are_problems(repaired: Project, tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    shutil.copytree(repaired.path, project.path)
    with duckdb.connect(str(project.database)) as connection:
        connection.execute(f"delete from analysis.statistics_{NAME} where metric = 'retained'")
    done = project.run("dbt", "build", "--select", f"completeness_{NAME}", as_of=EARLY)
    assert done.returncode == 1, done.stdout
    (error,) = _errors(project)
    assert str(error["message"]).startswith(f"no_silent_loss_completeness_{NAME}_: Got ")
    assert (error["log_level"], error["exception_type"]) == ("ERROR", "DataTestFailure")
    assert error["func_name"] == f"completeness_{NAME}"


def test_checks_of_the_registry_are_rows_and_only_mistakes_are_exported(
    repaired: Project, tmp_path: Path
) -> None:
    project = Project(tmp_path / "project")
    shutil.copytree(repaired.path, project.path)
    registry = project.path / "seeds/registry.csv"
    registry.write_text(
        "experiment,state,exception_type,message\n"
        f"{SLUG},live,,\n"
        'odd-one,refused,InvalidConfigurationException,"it\'s {{ odd }}"\n'
        "over,finished,EndedException,over -> ended\n"
    )
    build = ("dbt", "build", "--select", "registry")
    done = project.run(*build, as_of=EARLY)
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
    done = project.run(*build, f"completeness_{NAME}", as_of=EARLY)
    assert done.returncode == 0, done.stdout
    assert project.query(logs) == [(SLUG, "ERROR", "NoStartDateException", "no start")]
    assert [error["message"] for error in _errors(project)] == ["no start"]
    assert _errors(project, "odd_one") == []
