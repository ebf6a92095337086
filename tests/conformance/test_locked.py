"""Configurations of metric-hub, all or a sample: each is locked, and dbt reads what is written."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from conformance.metric_hub import HUB, Synced, requires_metric_hub
from conftest import ARTIFACTS, Project
from tiers import exhaustive

pytestmark = requires_metric_hub
# dbt takes more than a second for each experiment.
PARSED_EVERY = 7


def test_every_experiment_is_locked_unless_its_config_skips_it(synced: Synced) -> None:
    assert synced.report.refused == {}
    assert {*synced.locked, *synced.report.skipped} == {*synced.experiments}
    for slug in synced.report.skipped:
        assert re.search(r"^skip = true", (HUB / f"jetstream/{slug}.toml").read_text(), re.M)


@exhaustive
def test_these_are_all_experiments(synced: Synced) -> None:
    assert len(synced.experiments) == 467
    # The plain experiments know nothing of the dates and branches in configs.
    assert synced.fitted == 58


def test_dbt_parses_a_part_of_them_together(synced: Synced, tmp_path: Path) -> None:
    chosen = synced.report.experiments[::PARSED_EVERY]
    others = set(synced.locked) - {locked.slug for locked in chosen}
    project = Project(tmp_path / "project")
    shutil.copytree(synced.project.path, project.path, ignore=shutil.ignore_patterns(*others))
    done = project.run("dbt", "parse", **ARTIFACTS)
    assert done.returncode == 0, done.stdout[-3000:]
    manifest = json.loads((project.path / "target/manifest.json").read_text())
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert len(models) == sum(len(locked.nodes) for locked in chosen)
