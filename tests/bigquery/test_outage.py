"""Storage that is out of reach while BigQuery is not: said in words, and mended by the next run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from mozilla_nimbus_schemas.jetstream import Statistics

from conftest import DEMO_LAST_DAY
from emulators.storage import StorageServer
from emulators.twins import TOKEN, BigQueryProject, Twins
from tiers import exhaustive

pytestmark = exhaustive

VIEW = "statistics_fenix_toolbar_shortcut_overall"
OBJECT = f"results/statistics/{VIEW}.json"
BUCKET = "outage"


@pytest.fixture
def project(bigquery: Twins, tmp_path: Path) -> Iterator[BigQueryProject]:
    """The demo, exporting to a storage server that may be killed."""
    server = StorageServer(tmp_path / "storage")
    try:
        server.start().make_bucket(BUCKET)
        yield replace(bigquery.project, storage=server, bucket=BUCKET)
    finally:
        server.kill()


def test_an_export_survives_an_outage_and_is_repaired(project: BigQueryProject) -> None:
    stale = "[]"
    project.storage.write(BUCKET, OBJECT, stale)
    build = ("dbt", "build", "--select", VIEW)

    project.storage.kill()
    failed = project.run(*build, as_of=DEMO_LAST_DAY)
    assert failed.returncode == 1
    told = [line for line in failed.stdout.splitlines() if "JETSTREAM_EXPORT_URI" in line]
    assert any(f"gs://{BUCKET}/{OBJECT}" in line and "does not answer" in line for line in told)
    assert "Traceback" not in failed.stdout + failed.stderr
    assert TOKEN not in failed.stdout + failed.stderr

    project.storage.start()
    assert project.storage.read(BUCKET, OBJECT) == stale.encode()

    mended = project.run(*build, as_of=DEMO_LAST_DAY)
    assert mended.returncode == 0, mended.stdout
    rows = json.loads(project.storage.read(BUCKET, OBJECT))
    assert rows
    Statistics.model_validate(rows)
    assert not [name for name in project.storage.objects(BUCKET) if name.endswith(".tmp")]
