"""The demo experiments, locked, and the statements of their runs."""

from __future__ import annotations

import pytest

from bigquery_sql.parsing import SLUGS
from bigquery_statements import Statements
from conftest import REPOSITORY, copy_project
from dbt_jetstream.inputs.hub import HubAddress
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.sync.locking import sync
from dbt_jetstream.sync.request import Request


@pytest.fixture(scope="session")
def locked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LockedExperiment]:
    project = copy_project(tmp_path_factory.mktemp("bigquery") / "project")
    hub = HubAddress(str(REPOSITORY / "metric_hub"))
    report = sync(Request([hub], REPOSITORY / "demo/experiments.json", project.path))
    assert [experiment.slug for experiment in report.experiments] == SLUGS
    return {experiment.slug: experiment for experiment in report.experiments}


@pytest.fixture
def statements() -> Statements:
    return Statements(REPOSITORY)


@pytest.fixture(params=SLUGS)
def experiment(locked: dict[str, LockedExperiment], request: pytest.FixtureRequest):
    return locked[request.param]
