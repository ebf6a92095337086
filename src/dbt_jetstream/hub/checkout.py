"""Where a hub is: a folder, or a git repository that is cloned for the time of a command."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import git

from dbt_jetstream.errors import ConfigError, ConfigErrors

IS_URL = re.compile(r"(https?|ssh|git|file)://|[\w.-]+@[\w.-]+:")


@dataclass(frozen=True)
class HubAddress:
    """Where a user says that a hub is.

    Attributes:
        text: A folder, or a git URL; `#name` after a URL chooses a branch or tag.
        is_private: Whether what it defines must not be published.
    """

    text: str
    is_private: bool = False


@dataclass
class Checkout:
    """A hub's folder on disk.

    Attributes:
        address: What the user named.
        folder: Where its files are.
        clone: Keeps the clone of a URL as long as this object lives.
    """

    address: HubAddress
    folder: Path
    clone: tempfile.TemporaryDirectory[str] | None = field(default=None, repr=False)

    def shown(self, file: Path) -> Path | str:
        """Name a file as the user knows it: with a clone, by the URL."""
        if self.clone is None:
            return file
        return f"{self.address.text}/{file.relative_to(self.folder)}"

    @cached_property
    def repository(self) -> git.Repo | None:
        """The git repository that holds the folder; None where there is none, or no commit."""
        try:
            found = git.Repo(self.folder, search_parent_directories=True)
            found.head.commit  # noqa: B018 - a repository without commits has no versions
        except (git.InvalidGitRepositoryError, git.NoSuchPathError, ValueError):
            return None
        return found

    @property
    def commit(self) -> str | None:
        """The commit that is checked out."""
        return self.repository.head.commit.hexsha if self.repository else None

    @property
    def origin(self) -> str:
        """The repository that the hub comes from, or the name of its folder."""
        remotes = [remote.name for remote in self.repository.remotes] if self.repository else []
        if self.repository and "origin" in remotes:
            url = self.repository.remotes.origin.url.removesuffix(".git")
            return re.sub(r"://[^@/]*@", "://", url)  # a token is nobody's business
        return self.folder.resolve().name

    def last_commit(self, file: Path) -> str | None:
        """Return the commit that last changed a file."""
        if self.repository is None:
            return None
        commits = self.repository.iter_commits(paths=str(file.resolve()), max_count=1)
        return next((commit.hexsha for commit in commits), None)

    def web_address(self, file: Path) -> str | None:
        """Return where a file can be read on the web; None for a private hub."""
        repository = self.repository
        if repository is None or self.address.is_private:
            return None
        if "origin" not in [remote.name for remote in repository.remotes]:
            return None
        url = repository.remotes.origin.url.removesuffix(".git")
        root = Path(repository.working_dir)
        path = file.resolve().relative_to(root.resolve())
        return f"{url}/blob/main/{path}" if url.startswith("https://") else None


def in_folder(folder: Path, text: str) -> str:
    """Return a hub's address with a relative folder taken from `folder`; a URL stays."""
    return text if IS_URL.match(text) else str(folder / text)


def check_out(address: HubAddress) -> Checkout:
    """Find a hub's folder; clones a URL.

    Raises:
        ConfigErrors: If git cannot clone the URL.
    """
    if not IS_URL.match(address.text):
        return Checkout(address, Path(address.text))
    url, _, reference = address.text.partition("#")
    clone = tempfile.TemporaryDirectory(prefix="jetstream-hub-")
    options: dict[str, Any] = {"branch": reference} if reference else {}
    try:
        git.Repo.clone_from(url, clone.name, **options)
    except git.GitCommandError as error:
        problem = f"git cannot clone it: {_reason(error)}; check the URL and your access to it"
        raise ConfigErrors([ConfigError(address.text, "", problem)]) from error
    return Checkout(address, Path(clone.name), clone)


def _reason(error: git.GitCommandError) -> str:
    lines = [line.strip(" '") for line in str(error.stderr).splitlines()]
    fatal = [line.removeprefix("fatal: ") for line in lines if line.startswith("fatal:")]
    return fatal[0] if fatal else "git failed without a reason"
