"""The repository and the command."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import REPOSITORY, copy_project
from dbt_jetstream.cli import main
from diff.repository import git


@pytest.fixture(scope="session")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the project, its hub and fresh locks of both demo experiments."""
    path = copy_project(tmp_path_factory.mktemp("diff") / "project").path
    shutil.copytree(REPOSITORY / "metric_hub", path / "metric_hub")
    shutil.copytree(REPOSITORY / "demo", path / "demo")
    shutil.copy(REPOSITORY / ".gitignore", path)
    git(path, "init", "--quiet", "--initial-branch=main")
    git(path, "add", "--all")
    git(path, "commit", "--quiet", "--message=hub")
    assert main(["sync", "--with-ended", f"--project-dir={path}"]) == 0
    git(path, "add", "--all")
    git(path, "commit", "--quiet", "--message=locks")
    return path


@pytest.fixture
def project(committed: Path) -> Iterator[Path]:
    """The repository, as committed before and after the test."""
    yield committed
    git(committed, "checkout", "--quiet", ".")
    git(committed, "clean", "--quiet", "-d", "--force")
    assert git(committed, "worktree", "list").count("\n") == 1


@pytest.fixture
def diff(project: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def run(*options: str, code: int = 0) -> str:
        capsys.readouterr()
        found = main(["diff", "--base=main", f"--project-dir={project}", *options])
        printed = capsys.readouterr()
        assert found == code, printed.err + printed.out
        return printed.out if code == 0 or printed.out else printed.err

    return run
