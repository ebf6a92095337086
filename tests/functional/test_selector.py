"""`--select experiment:<slug>` behaves as dbt's own selector methods do."""

from __future__ import annotations

import json

import pytest
from dbt.cli.main import dbtRunner

from conftest import REPOSITORY, Project, copy_project

DESKTOP, FENIX = "pip-first-time-hint", "fenix-toolbar-shortcut"


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = copy_project(tmp_path_factory.mktemp("selector") / "project")
    project.sync(REPOSITORY / "metric_hub", REPOSITORY / "demo/experiments.json")
    assert project.run("dbt", "parse").returncode == 0
    return project


def _names(project: Project, *arguments: str, kind: str = "model") -> set[str]:
    """List nodes as `dbt ls` does, in this process: a start of dbt costs seconds."""
    places = ["--project-dir", str(project.path), "--profiles-dir", str(project.path)]
    keys = ["--output", "json", "--output-keys", "name", "resource_type"]
    done = dbtRunner().invoke(["--quiet", "ls", *places, *keys, *arguments])
    assert done.success, done.exception
    nodes = [json.loads(line) for line in done.result]
    return {node["name"] for node in nodes if node["resource_type"] == kind}


@pytest.fixture(scope="module")
def models(parsed: Project) -> dict[str, set[str]]:
    """The models of each experiment, told apart by their names rather than by a selector."""
    everything = _names(parsed)
    desktop = {name for name in everything if "pip_first_time_hint" in name}
    return {DESKTOP: desktop, FENIX: everything - desktop}


def test_an_experiment_selects_its_models_and_their_tests(
    parsed: Project, models: dict[str, set[str]]
) -> None:
    assert _names(parsed, "--select", f"experiment:{DESKTOP}") == models[DESKTOP]
    tests = _names(parsed, "--select", f"experiment:{DESKTOP}", kind="test")
    assert tests
    assert all("pip_first_time_hint" in name for name in tests)


def test_parents_of_an_experiment_are_its_sources(parsed: Project) -> None:
    sources = _names(parsed, "--select", f"+experiment:{DESKTOP}", kind="source")
    # Its telemetry, and the table of problems, which its exports are made from.
    assert sources == {"clients_daily", "events", "logs"}
    assert _names(parsed, "--select", f"experiment:{DESKTOP}", kind="source") == set()


def test_children_of_an_experiment_are_its_own(
    parsed: Project, models: dict[str, set[str]]
) -> None:
    assert _names(parsed, "--select", f"experiment:{FENIX}+") == models[FENIX]


def test_a_slug_that_another_begins_with_is_not_that_other(parsed: Project) -> None:
    assert _names(parsed, "--select", f"experiment:{FENIX[:-1]}") == set()
    assert _names(parsed, "--select", f"experiment:{FENIX[1:]}") == set()


def test_wildcards_match_slugs(parsed: Project, models: dict[str, set[str]]) -> None:
    both = models[DESKTOP] | models[FENIX]
    assert _names(parsed, "--select", "experiment:*") == both
    assert _names(parsed, "--select", "experiment:fenix-*") == models[FENIX]


def test_an_experiment_can_be_excluded(parsed: Project, models: dict[str, set[str]]) -> None:
    assert _names(parsed, "--exclude", f"experiment:{DESKTOP}") == models[FENIX]


def test_two_experiments_are_a_union(parsed: Project, models: dict[str, set[str]]) -> None:
    both = models[DESKTOP] | models[FENIX]
    selected = _names(parsed, "--select", f"experiment:{DESKTOP}", f"experiment:{FENIX}")
    assert selected == both


def test_an_experiment_intersects_with_other_methods(parsed: Project) -> None:
    selected = _names(parsed, "--select", f"experiment:{DESKTOP},config.materialized:view")
    assert "completeness_pip_first_time_hint" in selected
    views = selected - {"completeness_pip_first_time_hint"}
    assert views
    assert all(name.startswith("statistics_pip_first_time_hint_") for name in views)


def test_an_unknown_slug_selects_nothing_and_says_so(parsed: Project) -> None:
    done = parsed.run("dbt", "ls", "--select", "experiment:no-such-slug")
    assert done.returncode == 0
    assert "does not match any enabled nodes" in done.stdout
    assert _names(parsed, "--select", "experiment:no-such-slug") == set()


def test_the_tag_selects_the_same_for_those_without_the_plugin(
    parsed: Project, models: dict[str, set[str]]
) -> None:
    assert _names(parsed, "--select", f"tag:experiment:{DESKTOP}") == models[DESKTOP]
