"""Projects whose costs tests look at."""

from __future__ import annotations

import json

import pytest

from conftest import GOLDEN, REPOSITORY, Project, copy_project
from cost.cases import CASES, DEFINITIONS


@pytest.fixture(scope="session")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in which all cases are locked. Not to be changed."""
    path = tmp_path_factory.mktemp("cost")
    project = copy_project(path / "project")
    hub = path / "hub"
    (hub / "definitions").mkdir(parents=True)
    (hub / "jetstream/defaults").mkdir(parents=True)
    (hub / "definitions/firefox_desktop.toml").write_text(DEFINITIONS)
    (hub / "jetstream/defaults/firefox_desktop.toml").write_text("[metrics]\n")
    (template, *_) = json.loads((REPOSITORY / "demo/experiments.json").read_text())
    experiments = []
    for slug, (config, end) in CASES.items():
        (hub / f"jetstream/{slug}.toml").write_text(config)
        own = {"slug": slug, "id": slug, "outcomes": [], "segments": [], "endDate": end}
        experiments.append(template | own)
    (path / "experiments.json").write_text(json.dumps(experiments))
    project.sync(hub, path / "experiments.json")
    return project


@pytest.fixture(scope="session")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The golden experiment, locked. Not to be changed."""
    project = copy_project(tmp_path_factory.mktemp("cost-golden") / "project")
    project.sync(GOLDEN / "input/metric_hub", GOLDEN / "input/experiments.json")
    return project
