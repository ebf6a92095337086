"""The same experiments built twice: on DuckDB, and on BigQuery with exports to storage."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import (
    ARTIFACTS,
    DEMO_LAST_DAY,
    LOG,
    Project,
    copy_project,
    demo_project,
    load_golden,
    small_project,
)
from emulators.bigquery import BigQueryServer, profile
from emulators.storage import StorageServer
from tiers import ALL

# One day after the other in all tests; of the sample, all at once.
DEMO_DAYS = ("2026-04-14", DEMO_LAST_DAY) if ALL else (DEMO_LAST_DAY,)
# All at once: the demo shows that one day after the other comes to the same.
GOLDEN_DAYS = ("2024-04-15",)
# What the profile authenticates with: nothing that a run writes may hold it.
TOKEN = "do-not-write-this-down-4c1f"


@dataclass
class BigQueryProject(Project):
    """A project whose target is BigQuery, and whose exports lie in a bucket.

    Attributes:
        server: The emulated BigQuery.
        storage: The emulated storage.
        bucket: The bucket that it exports to, below the prefix `results`.
    """

    server: BigQueryServer
    storage: StorageServer
    bucket: str

    def environment(self, as_of: str | None = None) -> dict[str, str]:
        """What commands in the project see of the world."""
        return super().environment(as_of) | {
            "JETSTREAM_EXPORT_URI": f"gs://{self.bucket}/results",
            "STORAGE_EMULATOR_HOST": self.storage.url,
        }


@dataclass
class Twins:
    """One project on two targets, with equal telemetry, built on the same days.

    Attributes:
        project: On BigQuery.
        duckdb: On DuckDB.
        exported: What lies in the bucket, copied into a folder.
    """

    project: BigQueryProject
    duckdb: Project
    exported: Path


def build_twins(
    duckdb: Project, server: BigQueryServer, storage: StorageServer, days: tuple[str, ...]
) -> Twins:
    """Copy a project with telemetry and locks to BigQuery; build both on each day."""
    path = duckdb.path.with_name("on-bigquery")
    shutil.copytree(duckdb.path, path, ignore=shutil.ignore_patterns("*.duckdb"))
    (path / "profiles.yml").write_text(profile(server, TOKEN))
    storage.make_bucket(duckdb.path.parent.name)
    project = BigQueryProject(path, server, storage, duckdb.path.parent.name)
    server.load_telemetry(duckdb.database)
    for day in days:
        duckdb.build("*", day)
        project.build("*", day, **ARTIFACTS, **LOG)
    exported = storage.download(project.bucket, "results", path.with_name("exported"))
    return Twins(project, duckdb, exported)


def _server(
    tmp_path_factory: pytest.TempPathFactory, storage: StorageServer
) -> Iterator[BigQueryServer]:
    server = BigQueryServer(tmp_path_factory.mktemp("emulator") / "log", storage.url)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="session")
def emulator(
    tmp_path_factory: pytest.TempPathFactory, storage: StorageServer
) -> Iterator[BigQueryServer]:
    """A BigQuery that holds the demo's telemetry."""
    yield from _server(tmp_path_factory, storage)


@pytest.fixture(scope="session")
def golden_emulator(
    tmp_path_factory: pytest.TempPathFactory, storage: StorageServer
) -> Iterator[BigQueryServer]:
    """A BigQuery of its own: the golden telemetry lies in tables of the same names."""
    yield from _server(tmp_path_factory, storage)


@pytest.fixture(scope="session")
def bigquery(
    tmp_path_factory: pytest.TempPathFactory, emulator: BigQueryServer, storage: StorageServer
) -> Twins:
    """Both demo experiments, built on two days; of the sample, one with two metrics.

    Not to be changed.
    """
    path = tmp_path_factory.mktemp("demo-twins") / "on-duckdb"
    duckdb = demo_project(path) if ALL else small_project(path, "fenix-toolbar-shortcut")
    return build_twins(duckdb, emulator, storage, DEMO_DAYS)


@pytest.fixture(scope="session")
def golden(
    tmp_path_factory: pytest.TempPathFactory,
    golden_emulator: BigQueryServer,
    storage: StorageServer,
) -> Twins:
    """The golden experiment. Not to be changed."""
    duckdb = copy_project(tmp_path_factory.mktemp("golden-twins") / "on-duckdb")
    load_golden(duckdb)
    return build_twins(duckdb, golden_emulator, storage, GOLDEN_DAYS)
