"""What a sync writes, and which hashes a change to the hub moves."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from conftest import REPOSITORY
from workspace import DESKTOP, Workspace


def test_a_second_sync_changes_no_byte(workspace: Workspace) -> None:
    assert workspace.sync() == 0
    before = workspace.files()
    assert workspace.sync() == 0
    assert workspace.files() == before


def test_the_committed_demo_experiments_are_what_sync_writes(workspace: Workspace) -> None:
    assert workspace.sync() == 0
    for path, content in workspace.files().items():
        committed = (REPOSITORY / path).read_text()
        written = content.decode()
        assert _without_versions(written) == _without_versions(committed), path


# `models/experiments/<slug>/<file>`.
IN_FOLDER = 4


def _without_versions(text: str) -> object:
    """The copy of the hub is a plain folder, and the lock as old as the newest change to it."""
    if text.startswith("# yaml-language-server"):
        definition = yaml.safe_load(text)
        del definition["versions"]
        for outcome in definition["outcomes"].values():
            del outcome["commit_hash"]
        return definition
    is_yaml = text.startswith(("# Expanded", "# Written"))
    document = yaml.safe_load(text) if is_yaml else text
    for model in document.get("models", []) if isinstance(document, dict) else []:
        meta = model["config"]["meta"]
        meta.pop("versions", None)
        for outcome in meta.get("metadata", {}).get("outcomes", {}).values():
            del outcome["commit_hash"]
        for key in ("version_info", "version_date"):
            meta.get("metadata", {}).pop(key, None)
    return document


def test_one_experiment_can_be_synced_alone(workspace: Workspace) -> None:
    assert workspace.sync("--experiment", DESKTOP) == 0
    folders = {path.parts[2] for path in workspace.files() if len(path.parts) == IN_FOLDER}
    assert folders == {DESKTOP}


def test_sync_removes_the_model_of_a_period_that_is_no_longer_analysed(
    workspace: Workspace,
) -> None:
    workspace.sync()
    stub = Path(f"models/experiments/{DESKTOP}/pip_first_time_hint_days28.sql")
    assert stub in workspace.files()
    workspace.edit(
        "jetstream/defaults/firefox_desktop.toml",
        lambda text: text.replace('28_day = ["active_hours", "days_of_use", "search_count"]\n', ""),
    )
    assert workspace.rerun() == 0
    assert stub not in workspace.files()


def test_one_experiments_outcome_never_reaches_another(workspace: Workspace) -> None:
    experiments = json.loads(workspace.experiments.read_text())
    twin = {**experiments[0], "slug": "a-twin"}
    workspace.experiments.write_text(json.dumps([*experiments, twin]))
    assert workspace.sync() == 0
    lock = (workspace.project.path / "models/experiments/a-twin/a-twin.yml").read_text()
    # `searches_per_day` is defined in the config of the desktop demo alone.
    assert "searches_per_day" not in lock


def test_a_changed_metric_changes_the_hash_of_the_tables_that_hold_it(workspace: Workspace) -> None:
    workspace.sync()
    before = _hashes(workspace)
    workspace.edit(
        "jetstream/defaults/firefox_desktop.toml",
        lambda text: text.replace("drop_highest = 0.001", "drop_highest = 0.002"),
    )
    assert workspace.rerun(command="rerun-skip") == 0
    after = _hashes(workspace)
    changed = {name for name, found in after.items() if before[name] != found}
    derived = ("pieces_", "moments_", "statistics_", "completeness_", "trust_pip_")
    assert changed == {name for name in after if name.startswith(derived)}


def test_a_later_end_rebuilds_nothing_but_the_overall_window(workspace: Workspace) -> None:
    workspace.sync()
    before = _hashes(workspace)
    workspace.edit_experiment(lambda experiment: experiment.update(endDate="2026-04-22"))
    workspace.sync()
    after = _hashes(workspace)
    changed = {name for name, found in after.items() if before[name] != found}
    derived = ("bins_", "pieces_", "moments_", "statistics_", "completeness_", "trust_")
    computed = {name for name in after if not name.startswith(derived)}
    assert changed & computed == {"pip_first_time_hint_overall"}


def _hashes(workspace: Workspace) -> dict[str, str]:
    path = workspace.project.path / f"models/experiments/{DESKTOP}/{DESKTOP}.yml"
    models = yaml.safe_load(path.read_text())["models"]
    return {m["name"]: m["config"]["meta"]["definition_hash"] for m in models}
