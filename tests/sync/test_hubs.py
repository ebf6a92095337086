"""Hubs: several, in git, cloned from a URL, or none at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import git
import pytest

from workspace import DESKTOP, OWN, Workspace


def test_a_folder_that_is_no_hub_is_refused(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(workspace.hub)
    assert workspace.sync() == 1
    assert "no hub here" in capsys.readouterr().err


def test_of_two_hubs_the_later_one_wins(workspace: Workspace, tmp_path: Path) -> None:
    later = tmp_path / "later"
    (later / "definitions").mkdir(parents=True)
    (later / "definitions/firefox_desktop.toml").write_text(
        "[metrics.uri_count]\n"
        'select_expression = "SUM(scalar_parent_browser_engagement_total_uri_count_sum) * 2"\n'
        'data_source = "clients_daily"\n'
    )
    assert workspace.sync("--metric-hub", str(later)) == 0
    assert "count_sum) * 2" in str(workspace.files())


def test_a_hub_can_be_a_git_url(workspace: Workspace) -> None:
    with git.Repo.init(workspace.hub) as repository:
        repository.git.add(all=True)
        author = git.Actor("An Analyst", "analyst@example.com")
        commit = repository.index.commit("The hub", author=author, committer=author).hexsha
    workspace.hub = f"file://{workspace.hub}"
    assert workspace.sync() == 0
    assert workspace.lock()["config"]["meta"]["versions"]["metric_hub"] == commit


def test_a_url_that_git_cannot_clone_is_refused(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.hub = f"file://{tmp_path}/nothing-here"
    assert workspace.sync() == 1
    assert f"{workspace.hub}: git cannot clone it" in capsys.readouterr().err


def test_a_mistake_in_a_cloned_hub_is_named_by_its_url(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.configure('segments = ["nobody"]')
    with git.Repo.init(workspace.hub) as repository:
        repository.git.add(all=True)
        author = git.Actor("An Analyst", "analyst@example.com")
        repository.index.commit("The hub", author=author, committer=author)
    workspace.hub = f"file://{workspace.hub}"
    assert workspace.sync() == 1
    assert f"{workspace.hub}/{OWN}: experiment.segments" in capsys.readouterr().err


def test_a_hub_in_git_gives_its_commits_to_the_lock(workspace: Workspace) -> None:
    with git.Repo.init(workspace.hub) as repository:
        repository.git.add(all=True)
        author = git.Actor("An Analyst", "analyst@example.com")
        commit = repository.index.commit("The hub", author=author, committer=author).hexsha
    assert workspace.sync() == 0
    assert workspace.lock()["config"]["meta"]["versions"]["metric_hub"] == commit
    path = workspace.project.path / f"models/experiments/{DESKTOP}/{DESKTOP}.yml"
    assert f"commit_hash: {commit}" in path.read_text()
