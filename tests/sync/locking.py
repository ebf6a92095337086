"""Syncs of a workspace, and what its locks say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import yaml

from conftest import DEMO_LAST_DAY
from dbt_jetstream.inputs.hub import HubAddress
from dbt_jetstream.lock.held import HeldLock
from dbt_jetstream.sync.locking import sync
from dbt_jetstream.sync.registry import read_registry, read_retired
from dbt_jetstream.sync.request import Request, SyncReport
from workspace import DEFAULTS, DESKTOP, OUTCOME, Workspace

FENIX = "fenix-toolbar-shortcut"
AFTER_THE_END = dt.date.fromisoformat(DEMO_LAST_DAY) + dt.timedelta(days=1)


def request_of(workspace: Workspace, **more: Any) -> Request:
    hubs = [HubAddress(str(workspace.hub))]
    return Request(hubs, workspace.experiments, workspace.project.path, **more)


def models(workspace: Workspace, slug: str = DESKTOP) -> dict[str, dict[str, Any]]:
    path = workspace.project.path / f"models/experiments/{slug}/{slug}.yml"
    found = yaml.load(path.read_text(), yaml.CSafeLoader)["models"]
    return {model["name"]: model["config"]["meta"] for model in found}


def hashes(workspace: Workspace) -> dict[str, str]:
    return {name: meta["definition_hash"] for name, meta in models(workspace).items()}


def change_metric_and_statistic(workspace: Workspace) -> None:
    clip = "drop_highest = 0.001"
    workspace.edit(DEFAULTS, lambda text: text.replace(clip, "drop_highest = 0.2"))
    workspace.edit(OUTCOME, lambda text: text.replace("toggle_shown", "toggle_seen"))


def read_registry_of(workspace: Workspace) -> dict[str, Any]:
    return read_registry(workspace.project.path)


def finish(workspace: Workspace, finished: Collection[str]) -> SyncReport:
    """Sync after the end of both demo experiments, of which some have no window left."""

    def is_finished(ended: Collection[HeldLock]) -> list[str]:
        assert {held.slug for held in ended} == {DESKTOP, FENIX} - retired
        return [held.slug for held in ended if held.slug in finished]

    retired = read_retired(workspace.project.path)
    return sync(request_of(workspace, as_of=AFTER_THE_END, is_finished=is_finished))
