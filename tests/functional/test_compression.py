"""Summaries of many distinct values: fewer rows, the same results."""

from __future__ import annotations

import numpy as np
import pytest

from conftest import DEMO_LAST_DAY, REPOSITORY, Project, copy_project
from dbt_jetstream.statistics.bootstrap_mean import bootstrap_mean_law
from dbt_jetstream.statistics.histogram import Histogram

PREFIX = "pip_first_time_hint"
CLIENTS = "30000"
DROP_HIGHEST = 0.005


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The desktop demo, up to its summaries, with some 7,000 units in a branch."""
    project = copy_project(tmp_path_factory.mktemp("compression") / "project")
    assert project.run("jetstream", "demo-data", "--clients", CLIENTS).returncode == 0
    project.sync(REPOSITORY / "metric_hub", REPOSITORY / "demo/experiments.json")
    done = project.run("dbt", "run", "--select", f"+summaries_{PREFIX}", as_of=DEMO_LAST_DAY)
    assert done.returncode == 0, done.stdout
    return project


@pytest.mark.parametrize("branch", ["control", "hint", "hint-animated"])
def test_joining_neighbours_keeps_the_tails_and_the_interval(project: Project, branch: str) -> None:
    raw = project.query(
        f"select active_hours from analysis.{PREFIX}_overall "
        f"where branch = '{branch}' and analysis_basis = 'enrollments'"
    )
    values = np.array([value for (value,) in raw])
    clipped = np.clip(values, None, np.quantile(values, 1 - DROP_HIGHEST))
    exact = Histogram.of(*np.unique(clipped, return_counts=True))
    rows = project.query(
        f"select value, units from analysis.summaries_{PREFIX} where metric = 'active_hours' "
        "and statistic = 'mean' and analysis_period = 'overall' and segment = 'all' "
        f"and analysis_basis = 'enrollments' and branch = '{branch}'"
    )
    summary = Histogram.of(*zip(*rows, strict=True))
    assert len(exact.values) > 5000
    assert len(summary.values) <= 256 + 1500 + 1 + 256
    assert summary.units == exact.units
    assert summary.mean == pytest.approx(exact.mean, rel=1e-12)
    for tail in (slice(None, 256), slice(-256, None)):
        assert summary.values[tail] == pytest.approx(exact.values[tail], rel=1e-12)
        assert summary.counts[tail].tolist() == exact.counts[tail].tolist()
    lower, upper = bootstrap_mean_law(exact).interval(0.95)
    found = bootstrap_mean_law(summary).interval(0.95)
    assert found == pytest.approx((lower, upper), abs=0.001 * (upper - lower))
