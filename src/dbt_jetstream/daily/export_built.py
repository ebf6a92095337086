"""`jetstream export`: writes the exports of what is built, and builds nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.run_lock import run_lock
from dbt_jetstream.common.target import run_lock_path
from dbt_jetstream.common.unexpected import apart
from dbt_jetstream.daily.build import Dbt
from dbt_jetstream.exports.places import VARIABLE
from dbt_jetstream.lock.held import HeldLock, held_locks
from dbt_jetstream.results.of_experiment import locks_of


@dataclass(frozen=True)
class Exported:
    """What became of an experiment's exports.

    Attributes:
        built: The tables whose exports were written.
        unbuilt: Those that are not there.
        mistakes: Why not all was written.
    """

    built: list[str] = field(default_factory=list)
    unbuilt: list[str] = field(default_factory=list)
    mistakes: list[ConfigError] = field(default_factory=list)

    def line(self, slug: str) -> str:
        """Say it in a line."""
        if not self.built and not self.unbuilt:
            return f"{slug}: retired, its files stay; `jetstream rerun {slug}` brings it back"
        if not self.built:
            return f"{slug}: not built yet; run `dbt build --select experiment:{slug}`"
        files = f"{slug}: {len(self.built)} files exported"
        return f"{files}; not built yet: {', '.join(self.unbuilt)}" if self.unbuilt else files


def export_built(
    project: Path, slugs: Sequence[str], target: str | None, wait: float = 0
) -> dict[str, Exported]:
    """Export what is built of experiments, with the macros that export when they are built.

    Args:
        project: The dbt project.
        slugs: The experiments; none for all that are not private.
        target: dbt's target; None for the profile's default.
        wait: Seconds to wait for a run on the target to end.

    Returns:
        What was exported and what is not there, by experiment.

    Raises:
        ConfigErrors: If an experiment is private or not locked, or storage is out of reach.
    """
    project = project.resolve()
    locks = _locks(project, slugs)
    found = {lock.slug: Exported() for lock in locks}
    with run_lock(run_lock_path(project, target), wait):
        dbt = Dbt(project, target)
        dbt.parse()
        rows = _export_all(dbt, project, found)
    for row in rows:
        exported = found[row["experiment"]]
        (exported.built if row["is_built"] else exported.unbuilt).append(row["table_name"])
    return found


def _export_all(dbt: Dbt, project: Path, found: dict[str, Exported]) -> list[dict[str, Any]]:
    """Export all together; where a table stands in the way, each experiment by itself.

    Storage that is out of reach is so for all of them.
    """
    try:
        return _export(dbt, list(found))
    except ConfigErrors as error:
        if len(found) == 1 or any(mistake.key == VARIABLE for mistake in error.errors):
            raise
    rows = []
    for slug, exported in found.items():
        mistakes: list[ConfigError] = []
        with apart(project, slug, mistakes):
            rows += _export(dbt, [slug])
        exported.mistakes.extend(ConfigError(None, slug, str(mistake)) for mistake in mistakes)
    return rows


def _export(dbt: Dbt, slugs: Sequence[str]) -> list[dict[str, Any]]:
    try:
        return dbt.query(f"{{{{ dbt_jetstream.export_built({json.dumps(slugs)}) }}}}")
    except ConfigErrors as error:
        _, found, problem = str(error).partition(f"{VARIABLE}: ")
        if not found:
            raise
        raise ConfigErrors([ConfigError(None, VARIABLE, problem)]) from error


def _locks(project: Path, slugs: Sequence[str]) -> list[HeldLock]:
    """Return the locks of the experiments that are asked for, or of all that export.

    Raises:
        ConfigErrors: If there is none, or one that is named exports nothing.
    """
    folder = project / "models/experiments"
    if not slugs:
        locks = [held for _, held in sorted(held_locks(project).items()) if not held.is_private]
        if not locks:
            problem = "no experiment is locked here; run `jetstream sync` first"
            raise ConfigErrors([ConfigError(folder, "", problem)])
        return locks
    locks = locks_of(project, slugs)
    private = [held.slug for held in locks if held.is_private]
    if private:
        problem = "is private, and exports nothing"
        raise ConfigErrors([ConfigError(None, slug, problem) for slug in private])
    return locks
