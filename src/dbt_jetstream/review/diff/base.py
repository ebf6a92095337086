"""The project as it was at a commit, in a folder of its own for the time of a command."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.inputs.settings import FILE

BASE = "--base"
# A hook of the user's has no business with a folder that lives for seconds.
NO_HOOKS = ("-c", "core.hooksPath=/dev/null")


@dataclass(frozen=True)
class Base:
    """What the working tree is compared with.

    Attributes:
        reference: What the user named.
        commit: The commit that it stands for.
        repository: The repository's folder.
        root: The folder that the commit is checked out in.
        project: The dbt project in it.
    """

    reference: str
    commit: str
    repository: Path
    root: Path
    project: Path


@contextmanager
def checked_out(project: Path, reference: str) -> Iterator[Base]:
    """Check out a commit beside the working tree; gone when the block ends.

    Args:
        project: The dbt project, anywhere in a git repository.
        reference: A branch, tag or commit.

    Raises:
        ConfigErrors: If there is no repository, no such commit, or no project in it.
    """
    repository = _repository(project)
    commit = _commit(repository, reference)
    with tempfile.TemporaryDirectory(prefix="jetstream-base-") as folder:
        root = Path(folder).resolve() / "base"
        _git(repository, *NO_HOOKS, "worktree", "add", "--quiet", "--detach", str(root), commit)
        try:
            found = root / project.resolve().relative_to(repository)
            if not (found / FILE).exists():
                raise _refusal(reference, f"has no {FILE} here: no dbt-jetstream project yet")
            yield Base(reference, commit, repository, root, found)
        finally:
            _git(repository, "worktree", "remove", "--force", "--force", str(root), check=False)


def _repository(project: Path) -> Path:
    try:
        return Path(_git(project, "rev-parse", "--show-toplevel").strip()).resolve()
    except (OSError, subprocess.CalledProcessError) as error:
        problem = "is in no git repository that can be read: there is nothing to compare with"
        raise ConfigErrors([ConfigError(project, "", problem)]) from error


def _commit(repository: Path, reference: str) -> str:
    wanted = f"{reference}^{{commit}}"
    try:
        words = ("rev-parse", "--verify", "--quiet", "--end-of-options", wanted)
        return _git(repository, *words).strip()
    except (ValueError, subprocess.CalledProcessError) as error:
        problem = "git knows no such branch, tag or commit; fetch it, or check its name"
        raise _refusal(reference, problem) from error


def _refusal(reference: str, problem: str) -> ConfigErrors:
    return ConfigErrors([ConfigError(None, f"{BASE} {reference}", problem)])


def _git(folder: Path, *words: str, check: bool = True) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *words], capture_output=True, text=True, check=check
    )
    return done.stdout
