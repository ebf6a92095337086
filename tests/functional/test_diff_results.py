"""`jetstream diff --with-results`: the numbers before and after, on the same telemetry."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from conftest import REPOSITORY, SMALL, Project, project_with_telemetry
from tiers import exhaustive

SLUG = "fenix-toolbar-shortcut"


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A repository in which a metric gets twice its value after the last commit."""
    project = project_with_telemetry(tmp_path_factory.mktemp("results") / "project")
    hub, experiments = project.path / "metric_hub", project.path / "demo/experiments.json"
    shutil.copytree(SMALL, hub)
    experiments.parent.mkdir()
    (hub / "experiments.json").rename(experiments)
    shutil.copy(REPOSITORY / ".gitignore", project.path)
    project.sync(hub, experiments, SLUG)
    author = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "--quiet"], ["add", "--all"], [*author, "commit", "-qm", "hub"]):
        subprocess.run(["git", *words], cwd=project.path, check=True)
    path = project.path / "metric_hub/definitions/fenix.toml"
    text = path.read_text()
    sql = "/ 3600.0"
    assert text.count(sql) == 1
    path.write_text(text.replace(sql, "/ 1800.0"))
    return project


@exhaustive
def test_a_metric_that_doubles_doubles_and_its_uplift_stays(changed: Project) -> None:
    parsed = list(changed.path.glob("target/*"))
    before = (changed.path / "models/experiments" / SLUG / f"{SLUG}.yml").read_text()
    modified = changed.database.stat().st_mtime_ns
    command = ("jetstream", "diff", "--base=HEAD", "--with-results")
    done = changed.run(*command, JETSTREAM_DUCKDB=changed.database.name)
    assert done.returncode == 0, done.stderr + done.stdout
    printed = done.stdout
    assert "metric `active_hours`: SQL changed" in printed
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in printed.splitlines()
        if line.startswith("| `") and line.count("|") == 8
    ]
    # Nothing but this metric's mean, in each of the two branches.
    assert [row[:3] for row in rows] == [
        ["`active_hours`", "mean", "`control`"],
        ["`active_hours`", "mean", "`treatment`"],
    ]
    for _, _, _, value, doubled, uplift, same in rows:
        # Both are written with six digits: half a unit of the last is 5e-6 of the value at most.
        assert float(doubled) == pytest.approx(2 * float(value), rel=1e-5)
        assert uplift == same
    assert re.search(r"\+|-", rows[1][5])
    assert (
        "the definitions, each side locked anew, on the telemetry in `jetstream.duckdb`" in printed
    )
    # The working tree and the database are as they were.
    assert (changed.path / "models/experiments" / SLUG / f"{SLUG}.yml").read_text() == before
    assert changed.database.stat().st_mtime_ns == modified
    assert list(changed.path.glob("target/*")) == parsed
