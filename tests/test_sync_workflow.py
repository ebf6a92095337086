"""The workflow that opens a pull request with what a sync changes: its scripts are run."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import BIN, REPOSITORY, copy_project
from tiers import exhaustive

WORKFLOW = yaml.safe_load((REPOSITORY / ".github/workflows/sync.yml").read_text())
STEPS: list[dict[str, Any]] = WORKFLOW["jobs"]["sync"]["steps"]
SYNC, OPEN = "Sync", "Open the pull request, or bring it up to date"
FAIL = "Fail where an experiment has a mistake"
DESKTOP, FENIX = "pip-first-time-hint", "fenix-toolbar-shortcut"
# Notes what it is asked; knows the pull requests that the variable KNOWN names.
GH = """\
#!/bin/sh
echo "$*" >> "$RUNNER_TEMP/asked.txt"
if [ "$1 $2" = "pr list" ]; then echo "$KNOWN"; fi
"""


def git(folder: Path, *words: str) -> str:
    author = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    command = ["git", "-C", str(folder), *author, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@dataclass
class Runner:
    """A runner of GitHub's with the repository checked out.

    Attributes:
        path: The checkout.
        origin: The repository on GitHub.
        temporary: The runner's own folder.
        known: The number of the pull request that is open; empty where none is.
    """

    path: Path
    origin: Path
    temporary: Path
    known: str = ""

    def run(self, name: str) -> subprocess.CompletedProcess[str]:
        """Run a step as GitHub does."""
        (step,) = (step for step in STEPS if step.get("name") == name)
        environment = os.environ | {
            "PATH": f"{self.temporary}:{BIN}:{os.environ['PATH']}",
            "RUNNER_TEMP": str(self.temporary),
            "KNOWN": self.known,
            "BRANCH": "jetstream-sync",
            "DBT_PROFILES_DIR": str(self.path),
            "JETSTREAM_BIGQUERY_PROJECT": "",
            "JETSTREAM_AS_OF": "2026-03-20",
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
        return subprocess.run(
            command, cwd=self.path, env=environment, capture_output=True, text=True, check=False
        )

    def asked(self) -> list[str]:
        """List what GitHub was asked."""
        noted = self.temporary / "asked.txt"
        return noted.read_text().splitlines() if noted.exists() else []


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    path = copy_project(tmp_path / "project").path
    for folder in ("metric_hub", "demo"):
        shutil.copytree(REPOSITORY / folder, path / folder)
    shutil.copy(REPOSITORY / ".gitignore", path)
    origin, temporary = tmp_path / "origin.git", tmp_path / "temporary"
    git(tmp_path, "init", "--quiet", "--bare", str(origin))
    git(path, "init", "--quiet", "--initial-branch=main")
    git(path, "remote", "add", "origin", str(origin))
    git(path, "add", "--all")
    git(path, "commit", "--quiet", "--message=project")
    temporary.mkdir()
    (temporary / "gh").write_text(GH)
    (temporary / "gh").chmod(0o755)
    return Runner(path, origin, temporary)


def test_new_locks_are_on_the_branch_of_the_pull_request(runner: Runner) -> None:
    credentials = runner.path / "gha-creds-0123.json"
    credentials.write_text("{}")
    for step in (SYNC, OPEN, FAIL):
        done = runner.run(step)
        assert done.returncode == 0, done.stdout + done.stderr
    changed = git(runner.origin, "diff", "--name-only", "jetstream-sync~", "jetstream-sync")
    files = changed.split()
    for slug in (DESKTOP, FENIX):
        assert f"models/experiments/{slug}/definition.yml" in files
    folders = {file.partition("/")[0] for file in files}
    always = {"models", "python_models"}
    assert always <= folders <= {*always, "seeds", ".dbtignore"}
    assert [line.partition(" --")[0] for line in runner.asked()] == [
        "auth setup-git",
        "pr list",
        "pr create",
    ]
    body = (runner.temporary / "body.md").read_text()
    assert DESKTOP in body
    assert FENIX in body


@exhaustive
def test_an_open_pull_request_is_brought_up_to_date(runner: Runner) -> None:
    runner.known = "17"
    runner.run(SYNC)
    assert runner.run(OPEN).returncode == 0
    assert runner.asked()[-1].startswith("pr edit 17 ")


@exhaustive
def test_without_changes_nothing_is_asked(runner: Runner) -> None:
    runner.run(SYNC)
    git(runner.path, "add", "--all")
    git(runner.path, "commit", "--quiet", "--message=synced")
    for step in (SYNC, OPEN, FAIL):
        assert runner.run(step).returncode == 0
    assert runner.asked() == []


@exhaustive
def test_a_mistake_fails_the_run_after_the_others_are_locked(runner: Runner) -> None:
    config = runner.path / f"metric_hub/jetstream/{DESKTOP}.toml"
    config.write_text(f"{config.read_text()}\n[metrics.nowhere]\ndata_source = 'none'\n")
    git(runner.path, "commit", "--quiet", "--all", "--message=mistake")
    assert runner.run(SYNC).returncode == 0
    assert runner.run(OPEN).returncode == 0
    files = git(runner.origin, "ls-tree", "-r", "--name-only", "jetstream-sync").splitlines()
    assert f"models/experiments/{FENIX}/{FENIX}.yml" in files
    assert f"models/experiments/{DESKTOP}/{DESKTOP}.yml" not in files
    assert runner.run(FAIL).returncode == 1
    assert f"{DESKTOP}.toml" in (runner.temporary / "body.md").read_text()


def test_the_workflow_has_no_more_rights_than_it_needs() -> None:
    rights = {"contents": "write", "pull-requests": "write", "id-token": "write"}
    assert WORKFLOW["permissions"] == rights
    # YAML takes the key `on` for true. What strangers start would run with these rights.
    assert set(WORKFLOW[True]) == {"schedule", "workflow_dispatch"}
    checkout = next(step for step in STEPS if step.get("uses", "").startswith("actions/checkout"))
    assert checkout["with"]["persist-credentials"] is False
    assert [step.get("name") for step in STEPS if "GH_TOKEN" in step.get("env", {})] == [OPEN]
    assert not any("${{" in step.get("run", "") for step in STEPS)
