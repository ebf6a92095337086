"""Where a hub is: a folder, or a git repository that is cloned for the time of a command."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import git

from dbt_jetstream.common.errors import ConfigError, ConfigErrors

# As of `https://user:token@host/path`, `ssh://git@host:22/path` and `git@host:path`.
REMOTE = re.compile(
    r"(?:(?:https?|ssh|git)://(?:[^@/]*@)?(?P<host>[\w.-]+)(?::\d+)?/|"
    r"(?:[\w.-]+@)(?P<scp>[\w.-]+):/?)(?P<path>[^\s?#]+?)/?"
)
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
        """Return the address of a file, on the web where the hub has one; None for a private hub.

        Experimenter takes web addresses alone: a hub that has none gets one below `hub.invalid`,
        which by RFC 2606 is nobody's.
        """
        if self.address.is_private:
            return None
        repository = self.repository
        remotes = {r.name: r.url for r in repository.remotes} if repository else {}
        page = _web_page(remotes.get("origin", ""))
        if repository is None or page is None:
            path = file.resolve().relative_to(self.folder.resolve())
            return f"https://hub.invalid/{quote(f'{self.folder.resolve().name}/{path}')}"
        path = file.resolve().relative_to(Path(repository.working_dir).resolve())
        return f"{page}/blob/main/{quote(str(path))}"


def _web_page(remote: str) -> str | None:
    """Return the page of a git remote: `git@host:path` and `ssh://` have one, too.

    Without the user and the token that a remote may name.
    """
    found = REMOTE.fullmatch(remote)
    if found is None:
        return None
    return f"https://{found['host'] or found['scp']}/{found['path'].removesuffix('.git')}"


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
