"""What BigQuery computes and exports equals what DuckDB does."""

from __future__ import annotations

import json
from pathlib import Path

from mozilla_nimbus_schemas.jetstream import AnalysisErrors, Metadata, Statistics

from emulators.equality import differences, different_exports
from emulators.twins import TOKEN, Twins


def test_all_tables_of_the_demo_are_equal(bigquery: Twins) -> None:
    assert differences(bigquery.duckdb.database, bigquery.project.server) == {}


def test_all_exports_of_the_demo_are_equal(bigquery: Twins) -> None:
    assert different_exports(bigquery.duckdb.exports, bigquery.exported) == {}
    names = {
        path.relative_to(bigquery.exported).parts[0] for path in bigquery.exported.rglob("*.*")
    }
    assert names == {"statistics", "metadata", "errors", "trust"}


def test_experimenter_accepts_what_lies_in_the_bucket(bigquery: Twins) -> None:
    kinds = {"statistics": Statistics, "metadata": Metadata, "errors": AnalysisErrors}
    for folder, schema in kinds.items():
        files = sorted((bigquery.exported / folder).glob("*.json"))
        assert files
        for file in files:
            schema.model_validate(json.loads(file.read_text()))


def test_credentials_are_in_nothing_that_a_run_writes(bigquery: Twins) -> None:
    """Not in logs, compiled SQL, artifacts or exports."""
    root = bigquery.project.path
    written = [path for path in root.rglob("*") if path.is_file() and path.name != "profiles.yml"]
    assert {"dbt.log", "manifest.json", "run_results.json"} <= {path.name for path in written}
    assert _holding(written) == []
    assert _holding(bigquery.exported.rglob("*.json")) == []


def _holding(paths: object) -> list[Path]:
    return [path for path in paths if TOKEN.encode() in path.read_bytes()]  # type: ignore[attr-defined]
