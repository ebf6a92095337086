"""`jetstream upgrade`: brings what earlier versions wrote into a project to this version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.journal import Changes, change_files, finish_changes
from dbt_jetstream.common.run_lock import run_lock
from dbt_jetstream.lock.folder import source_files
from dbt_jetstream.lock.held import held_locks
from dbt_jetstream.lock.review import review_files
from dbt_jetstream.lock.upgrade import upgraded
from dbt_jetstream.sync.registry import read_retired, retired_file
from dbt_jetstream.sync.request import SYNC_LOCK, SYNC_SECONDS

# Changes files of a project, and says what it cannot bring to this version.
Step = Callable[[Path, list[ConfigError]], Iterator[Changes]]


@dataclass
class UpgradeReport:
    """What an upgrade did.

    Attributes:
        changed: The files that were written or removed, relative to the project.
        refused: What could not be upgraded, and why.
    """

    changed: list[Path] = field(default_factory=list)
    refused: list[ConfigError] = field(default_factory=list)


def upgrade(project: Path) -> UpgradeReport:
    """Bring a project to this version; what is as this version writes it stays untouched."""
    report = UpgradeReport()
    with run_lock(project / SYNC_LOCK, SYNC_SECONDS, "sync"):
        finish_changes(project)
        for step in STEPS:
            for changes in step(project, report.refused):
                report.changed += change_files(project, changes)
    return report


def _locks(project: Path, refused: list[ConfigError]) -> Iterator[Changes]:
    for held in held_locks(project).values():
        try:
            yield upgraded(project, held)
        except ConfigErrors as error:
            refused += error.errors


def _files_of_all(project: Path, _: list[ConfigError]) -> Iterator[Changes]:
    """Yield what `sync` writes beside the locks; it follows from all of them."""
    retired = read_retired(project)
    yield source_files(project, retired) | review_files(project) | retired_file(project, retired)


# In this order: later steps read what earlier ones wrote.
STEPS: tuple[Step, ...] = (_locks, _files_of_all)
