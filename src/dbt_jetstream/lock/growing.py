"""Moves a lock that an earlier version wrote to the materialization of our own, without the hub.

Earlier versions named dbt's own materializations, and changed what these do. How a table is made
decides none of its rows: hashes stay, and so does what is built.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dbt_jetstream import naming
from dbt_jetstream.files import Changes
from dbt_jetstream.lock.folder import FOLDERS
from dbt_jetstream.lock.held import HeldLock
from dbt_jetstream.lock.nodes import OWN_TABLE

EARLIER = "materialized: incremental\n"
# What the materialization does without being told, and what is left of dbt's own.
DROPPED = ("incremental_strategy", "on_schema_change")
DROP_LEFTOVERS = "{{ drop_leftovers() }}"


def grown(project: Path, held: HeldLock, moved: Changes) -> Changes:
    """Return a lock's files with our own materialization; none where they have it.

    The lock's text is changed too.

    Args:
        project: The dbt project.
        held: The lock.
        moved: Its files that have been changed before.
    """
    if EARLIER not in held.text:
        return moved
    held.text = held.with_models(lambda model: [_grown(held.slug, model)])
    folder = FOLDERS[held.is_private][1] / held.slug
    python = {path.relative_to(project) for path in (project / folder).glob("*.py")}
    files = dict(moved)
    for path in sorted(python):
        text = moved.get(path) or (project / path).read_text(encoding="utf-8")
        told = text.replace("dbt.is_incremental", "dbt.grows")
        files |= {path: told} if told != text else {}
    lock = held.path.relative_to(project)
    files.pop(lock, None)
    # Last: a folder that has its definition is complete.
    return {**files, lock: held.text}


def _grown(slug: str, model: dict[str, Any]) -> dict[str, Any]:
    config = model["config"]
    is_trust = model["name"] == naming.trust(slug)
    if config["materialized"] == "incremental" or is_trust:
        config["materialized"] = OWN_TABLE
    hooks = config.get("post_hook", ())
    if DROP_LEFTOVERS in hooks:
        listed = [hooks] if isinstance(hooks, str) else hooks
        config["post_hook"] = [hook for hook in listed if hook != DROP_LEFTOVERS]
    if not config.get("post_hook", True):
        del config["post_hook"]
    for key in DROPPED:
        config.pop(key, None)
    return model
