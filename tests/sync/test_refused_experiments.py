"""Experiments that are refused, skipped or private."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tiers import exhaustive
from workspace import DESKTOP, OWN, Workspace


def test_an_experiment_without_start_date_is_refused(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.edit_experiment(lambda experiment: experiment.update(startDate=None))
    assert workspace.sync() == 1
    printed = capsys.readouterr().err
    assert str(workspace.experiments) in printed
    assert f"{DESKTOP}.startDate" in printed
    assert not [path for path in workspace.files() if DESKTOP in path.parts]


def test_a_date_in_another_form_is_refused(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.edit_experiment(lambda experiment: experiment.update(endDate="15.4.2026"))
    assert workspace.sync() == 1
    assert "endDate: expected a date as YYYY-MM-DD, found '15.4.2026'" in capsys.readouterr().err


def test_an_experiment_that_ends_before_enrollment_does_is_refused(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.edit_experiment(lambda experiment: experiment.update(endDate="2026-03-08"))
    assert workspace.sync() == 1
    printed = capsys.readouterr().err
    assert f"error: {workspace.experiments}: {DESKTOP}.endDate" in printed
    assert "no analysis window is ever complete" in printed
    assert not (workspace.project.path / "models/experiments" / DESKTOP).exists()


def test_an_application_that_no_platform_describes_is_refused(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.edit_experiment(lambda experiment: experiment.update(appName="toaster"))
    assert workspace.sync() == 1
    printed = capsys.readouterr().err
    assert "unknown application `toaster`" in printed
    assert "seeds/platforms.csv" in printed


def test_an_unknown_slug_is_refused_with_the_nearest_known_one(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert workspace.sync("--experiment", "pip-first-time-hnt") == 1
    assert f"did you mean `{DESKTOP}`?" in capsys.readouterr().err


def test_a_private_experiment_has_a_dataset_of_its_own_and_exports_nothing(
    workspace: Workspace,
) -> None:
    assert workspace.sync() == 0
    workspace.configure('is_private = true\ndataset_id = "secret"')
    assert workspace.sync() == 0
    public = workspace.project.path / "models/experiments" / DESKTOP
    private = workspace.project.path / "models/private" / DESKTOP
    assert not list(public.glob("*"))
    models = yaml.safe_load((private / f"{DESKTOP}.yml").read_text())["models"]
    assert {model["config"]["schema"] for model in models} == {"secret"}
    assert "export_" not in str([model["config"].get("post_hook") for model in models])
    assert list((workspace.project.path / "python_models/private" / DESKTOP).glob("*.py"))


def test_a_private_experiment_without_a_dataset_is_refused(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workspace.configure("is_private = true")
    assert workspace.sync() == 1
    assert f"{path}: experiment: dataset_id must be set" in capsys.readouterr().err


@exhaustive
def test_an_experiment_of_a_private_hub_is_private(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    private = tmp_path / "private"
    private.mkdir()
    path = workspace.hub / OWN
    path.rename(private / path.name)
    assert workspace.sync("--private-metric-hub", str(private)) == 1
    mistake = f"{private / path.name}: experiment.dataset_id: a private experiment needs"
    assert mistake in capsys.readouterr().err
    text = (private / path.name).read_text()
    text = text.replace("[experiment]", '[experiment]\ndataset_id = "secret"', 1)
    (private / path.name).write_text(text)
    assert workspace.sync("--private-metric-hub", str(private)) == 0
    assert (workspace.project.path / "models/private" / DESKTOP).exists()


def test_a_skipped_experiment_is_not_locked(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.configure("skip = true")
    assert workspace.sync() == 0
    assert f"skipped {DESKTOP}: its config says `skip = true`" in capsys.readouterr().out
    assert not (workspace.project.path / "models/experiments" / DESKTOP).exists()
