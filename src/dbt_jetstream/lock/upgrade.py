"""Brings a lock to this version: its format, and the files that are expanded from it."""

from __future__ import annotations

from pathlib import Path

from dbt_jetstream.common.journal import Changes
from dbt_jetstream.lock.folder import experiment_files, is_expanded
from dbt_jetstream.lock.held import HeldLock


def upgraded(project: Path, held: HeldLock) -> Changes:
    """Return the files of a lock as this version writes them; none where they are so.

    Nothing is computed anew: the lock keeps the hashes that its tables' rows have.

    Raises:
        ConfigErrors: If the lock is not as `sync` writes it, or this version expands it otherwise.
    """
    if not held.is_long and is_expanded(held.path, held.text):
        return {}
    return experiment_files(project, held.locked)
