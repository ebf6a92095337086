"""Experiments of metric-hub, locked here and resolved by the original's parser."""

from __future__ import annotations

import json

import pytest
from metric_config_parser.config import ConfigCollection, LocalConfigCollection

from conformance.metric_hub import (
    EXPERIMENTS,
    HUB,
    LARGEST,
    Resolved,
    Synced,
    fitted,
    resolved_by_original,
)
from conftest import copy_project
from dbt_jetstream.inputs.experiments import read_experiments
from dbt_jetstream.inputs.hub import Hub, HubAddress, read_hub
from dbt_jetstream.sync.locking import sync
from dbt_jetstream.sync.request import Request
from tiers import sample


@pytest.fixture(scope="session")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Synced:
    folder = tmp_path_factory.mktemp("metric-hub")
    project = copy_project(folder / "project")
    known = json.loads(EXPERIMENTS.read_text())
    sampled = sample(known, 30)
    largest = [entry for entry in known if entry["slug"] in LARGEST and entry not in sampled]
    plain = [*sampled, *largest]
    experiments = [fitted(entry) for entry in plain]
    path = folder / "experiments.json"
    path.write_text(json.dumps(experiments))
    report = sync(Request([HubAddress(str(HUB))], path, project.path))
    by_slug = {str(e.normandy_slug): e for e in read_experiments(path)}
    changed = sum(old != new for old, new in zip(plain, experiments, strict=True))
    return Synced(project, report, by_slug, changed)


@pytest.fixture(scope="session")
def hub() -> Hub:
    return read_hub(HUB)


@pytest.fixture(scope="session")
def original() -> ConfigCollection:
    """The hub as the original reads it: Jetstream's folder merged over the shared one."""
    found = LocalConfigCollection.from_local_path(str(HUB))
    found.merge(LocalConfigCollection.from_local_path(str(HUB / "jetstream")))
    return found


@pytest.fixture(scope="session")
def resolved(synced: Synced, original: ConfigCollection) -> Resolved:
    return {
        slug: (locked, resolved_by_original(original, synced.experiments[slug]))
        for slug, locked in synced.locked.items()
    }
