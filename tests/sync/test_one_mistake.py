"""One experiment's mistake never touches another."""

from __future__ import annotations

import json

import pytest

from dbt_jetstream.inputs.experiments import read_all
from dbt_jetstream.sync.locking import sync
from sync.locking import FENIX, read_registry_of, request_of
from workspace import DEFAULTS, DEFINITIONS, DESKTOP, OUTCOME, OWN, Workspace


def test_a_broken_entry_leaves_the_others_alone(workspace: Workspace) -> None:
    workspace.edit_experiment(lambda experiment: experiment.update(branches="control"))
    report = sync(request_of(workspace))
    assert [experiment.slug for experiment in report.experiments] == [FENIX]
    assert [mistake.key for mistake in report.refused[DESKTOP]] == [f"{DESKTOP}.branches"]


@pytest.mark.parametrize("file", [OWN, OUTCOME, DEFINITIONS, DEFAULTS])
def test_a_broken_file_stops_only_what_draws_on_it(workspace: Workspace, file: str) -> None:
    path = workspace.edit(file, lambda text: f"{text}\n= nonsense")
    report = sync(request_of(workspace))
    assert [experiment.slug for experiment in report.experiments] == [FENIX]
    (mistake,) = report.refused[DESKTOP]
    assert str(mistake).startswith(f"{path}: not valid TOML")


def test_a_config_that_breaks_later_leaves_the_lock_and_says_so(workspace: Workspace) -> None:
    sync(request_of(workspace))
    before = workspace.files()
    path = workspace.edit(OWN, lambda text: f"{text}\n= nonsense")
    report = sync(request_of(workspace))
    assert workspace.files() == before
    assert str(report.warnings[0]).startswith(f"{path}: not valid TOML")
    assert report.config_changed == []


def test_a_config_that_breaks_does_not_move_the_end_that_it_set(workspace: Workspace) -> None:
    workspace.configure('end_date = "2026-04-10"')
    sync(request_of(workspace))
    before = workspace.files()
    path = workspace.edit(OWN, lambda text: f"{text}\n= nonsense")
    sync(request_of(workspace))
    assert workspace.files() == before
    path.unlink()
    sync(request_of(workspace))
    assert workspace.files() == before


@pytest.mark.parametrize("text", ["<<<<<<< ours\n", "models: []\n", "models:\n- name: x\n", "\x00"])
def test_a_lock_that_a_merge_broke_stops_its_own_experiment(
    workspace: Workspace, text: str
) -> None:
    sync(request_of(workspace))
    lock = workspace.project.path / f"models/experiments/{DESKTOP}/definition.yml"
    lock.write_text(text)
    (workspace.project.path / "seeds/registry.csv").write_text("<<<<<<< ours\n")
    report = sync(request_of(workspace))
    (mistake,) = report.refused[DESKTOP]
    assert str(mistake).startswith(f"{lock}: is no definition as `jetstream sync` writes it")
    assert report.kept == [FENIX]
    assert read_registry_of(workspace)[FENIX].state == "live"


def test_slugs_that_would_share_tables_are_refused_but_for_the_first(workspace: Workspace) -> None:
    desktop, fenix = json.loads(workspace.experiments.read_text())
    twin = {**desktop, "slug": "pip_first-time-hint"}
    workspace.experiments.write_text(json.dumps([desktop, twin, fenix]))
    report = sync(request_of(workspace))
    assert {experiment.slug for experiment in report.experiments} == {DESKTOP, FENIX}
    (mistake,) = report.refused[twin["slug"]]
    assert f"the same names as those of `{DESKTOP}`" in str(mistake)


def test_all_of_the_demo_is_read(workspace: Workspace) -> None:
    assert read_all(workspace.experiments).mistakes == {}
