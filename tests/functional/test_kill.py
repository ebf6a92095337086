"""A run that is killed at any moment: the next one reaches what an undisturbed one reaches."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from built_tables import assert_equal

from conftest import BIN, DEMO, REPOSITORY, Project, copy_built, project_with_telemetry
from exported_time import without_time
from tiers import number

SLUG = "pip-first-time-hint"
EARLY, LATER = "2026-03-12", "2026-03-17"
KILLS, SEED = number(1, 30), 5
MOST_SECONDS = 300
# As few metrics as use every kind of table: days, direct reads, a covariate, segments.
DEFAULTS = """
[metrics]
daily = ["retained"]
weekly = ["active_hours", "countries_seen"]
preenrollment_weekly = ["active_hours"]

[metrics.retained.statistics.binomial]
[metrics.countries_seen.statistics.bootstrap_mean]
[metrics.active_hours.statistics.bootstrap_mean]
[metrics.active_hours.statistics.linear_model_mean]
[metrics.active_hours.statistics.linear_model_mean.covariate_adjustment]
period = "preenrollment_week"
"""
LATER_DEFAULTS = DEFAULTS.replace('"retained"]', '"retained", "unenroll"]').replace(
    "[metrics.countries", "[metrics.unenroll.statistics.binomial]\n[metrics.countries"
)


@dataclass
class Case:
    """A project that was built early, whose hub has changed since."""

    project: Project
    hub: Path
    experiments: Path

    def copy(self, path: Path) -> Case:
        return Case(copy_built(self.project, path), self.hub, self.experiments)

    def command(self, name: str, date: str) -> list[str]:
        options = [f"--metric-hub={self.hub}", f"--experiments={self.experiments}"]
        return [name, *([SLUG] if name != "run" else []), *options, "--date", date]

    def finish(self, name: str = "rerun-skip", date: str = LATER) -> None:
        done = self.project.run("jetstream", *self.command(name, date))
        assert done.returncode == 0, done.stdout + done.stderr

    def is_killed(self, seconds: float) -> bool:
        """Run, and kill the process and its children after some time, unless it has ended."""
        process = subprocess.Popen(
            [str(BIN / "jetstream"), *self.command("rerun-skip", LATER)],
            cwd=self.project.path,
            env=self.project.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return True
        return False


@pytest.fixture(scope="module")
def early(tmp_path_factory: pytest.TempPathFactory) -> Case:
    path = tmp_path_factory.mktemp("kill")
    case = Case(project_with_telemetry(path / "project"), path / "hub", path / "experiments.json")
    shutil.copytree(REPOSITORY / "metric_hub", case.hub)
    (case.hub / f"jetstream/{SLUG}.toml").write_text('[experiment]\nsegments = ["new_profiles"]\n')
    defaults = case.hub / "jetstream/defaults/firefox_desktop.toml"
    defaults.write_text(DEFAULTS)
    desktop, _ = json.loads(DEMO.read_text())
    case.experiments.write_text(json.dumps([{**desktop, "outcomes": []}]))
    case.finish("run", EARLY)
    defaults.write_text(LATER_DEFAULTS)
    return case


def test_a_run_killed_at_any_moment_leaves_what_the_next_one_completes(
    early: Case, tmp_path: Path
) -> None:
    undisturbed = early.copy(tmp_path / "undisturbed")
    start = time.monotonic()
    # As those that are killed: started from a shell, imports and all.
    assert not undisturbed.is_killed(MOST_SECONDS)
    length = time.monotonic() - start
    chosen = random.Random(SEED)
    moments = sorted(chosen.uniform(0, length) for _ in range(KILLS))

    def kill_and_finish(moment: float) -> bool:
        # A machine that has become faster since may be done by then.
        return killed_at(moment) or killed_at(moment / 2)

    def killed_at(moment: float) -> bool:
        killed = early.copy(tmp_path / f"{moment:.3f}")
        was_killed = killed.is_killed(moment)
        killed.finish()
        assert_equal(killed.project, undisturbed.project)
        assert _files(killed.project) == _files(undisturbed.project), moment
        shutil.rmtree(killed.project.path)
        return was_killed

    with ThreadPoolExecutor(2) as pool:
        killed = list(pool.map(kill_and_finish, moments))
    # Two at a time are slower than one: nearly all are killed under way.
    assert sum(killed) > KILLS * 0.9 - 1, killed


def _files(project: Project) -> dict[str, bytes]:
    """All files that sync writes, exports, and whatever else lies between them."""
    return {
        str(path.relative_to(project.path)): without_time(path.read_bytes())
        for folder in ("models", "python_models", "seeds", "export")
        for path in sorted((project.path / folder).rglob("*"))
        if path.is_file()
    }
