"""The small hub with more metrics, one of which is read directly from a table of its own."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb

from conftest import SMALL, Project, demo_project

VISITS = """
[metrics.visited_countries]
data_source = "visits"
select_expression = "COUNT(DISTINCT country)"

[metrics.visited_countries.statistics.bootstrap_mean]

[data_sources.visits]
from_expression = "mozdata.telemetry.visits"
experiments_column_type = "none"
"""


def small_with(
    path: Path,
    slug: str,
    weekly: Sequence[str],
    toml: str,
    *tables: str,
    segments: Sequence[str] = (),
    before: Sequence[str] = (),
) -> Project:
    """Lock a small experiment with more in its config, on little telemetry, not built yet.

    Args:
        path: A folder for the hub and the project.
        slug: The experiment.
        weekly: Metrics to compute for each week beside its own.
        toml: What to add to its config.
        tables: Tables to make of the daily telemetry.
        segments: Segments beside its own.
        before: Metrics to compute for the week before enrollment.
    """
    hub = path / "hub"
    shutil.copytree(SMALL, hub)
    own = hub / f"jetstream/{slug}.toml"
    text = own.read_text()
    assert "weekly = [" in text
    listed = "".join(f'"{metric}", ' for metric in weekly)
    earlier = f"preenrollment_weekly = {list(before)}\n" if before else ""
    text = text.replace("weekly = [", f"{earlier}weekly = [{listed}", 1)
    named = "".join(f'"{segment}", ' for segment in segments)
    own.write_text(text.replace("segments = [", f"segments = [{named}", 1) + toml)
    project = demo_project(path / "project", slug, hub=hub, experiments=SMALL / "experiments.json")
    with duckdb.connect(str(project.database)) as connection:
        for table in tables:
            connection.execute(f"create table telemetry.{table} as from telemetry.clients_daily")
    return project
