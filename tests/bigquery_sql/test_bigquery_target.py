"""The target: its profile, and what dbt says to it of a query."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from dbt.adapters.bigquery.connections import BigQueryConnectionManager

from bigquery_sql.parsing import SLUGS
from conftest import REPOSITORY, Project, copy_project
from dbt_jetstream.common.errors import ConfigErrors
from dbt_jetstream.common.target import credentials_of
from dbt_jetstream.inputs.hub import HubAddress
from dbt_jetstream.sync.locking import sync
from dbt_jetstream.sync.request import Request
from tiers import exhaustive


def test_every_query_says_which_experiment_it_is_for(demo: Project) -> None:
    log = (demo.path / "logs/dbt.log").read_text()
    comments = {found: json.loads(found) for found in re.findall(r"/\* (\{.*?\}) \*/", log)}
    by_kind: dict[str, set[str | None]] = {}
    for said in comments.values():
        kind = said.get("node_id", "none").split(".")[0]
        by_kind.setdefault(kind, set()).add(said.get("experiment"))
    assert by_kind["model"] == by_kind["test"] == set(SLUGS)
    # Between nodes: hooks of the run, and dbt's own questions.
    assert by_kind["none"] == {None}


def test_a_job_is_labelled_with_what_its_query_says(demo: Project) -> None:
    log = (demo.path / "logs/dbt.log").read_text()
    comments = re.findall(r"/\* (\{.*?pip_first_time_hint_daily\".*?\}) \*/", log)
    labels = BigQueryConnectionManager._labels_from_query_comment(None, comments[0])  # type: ignore[arg-type]
    assert labels["experiment"] == "pip-first-time-hint"
    assert labels["node_id"] == "model_dbt_jetstream_pip_first_time_hint_daily"
    assert labels["target_name"] == "duckdb"
    for key, value in labels.items():
        # https://cloud.google.com/bigquery/docs/labels-intro#requirements
        assert re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", key)
        assert re.fullmatch(r"[a-z0-9_-]{0,63}", value)


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the example profile, in an environment without any of its variables."""
    for name in [name for name in os.environ if name.startswith("JETSTREAM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    example = (REPOSITORY / "profiles.example.yml").read_text()
    (tmp_path / "profiles.yml").write_text(example)
    return REPOSITORY


def test_the_profile_needs_no_variable_for_duckdb(profile: Path) -> None:
    assert credentials_of(profile, None).type == "duckdb"


def test_the_bigquery_target_needs_only_a_project(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigErrors, match="not provided: 'JETSTREAM_BIGQUERY_PROJECT'"):
        credentials_of(profile, "bigquery")
    monkeypatch.setenv("JETSTREAM_BIGQUERY_PROJECT", "moz-fx-data-experiments")
    found = credentials_of(profile, "bigquery")
    assert (found.type, found.method, found.location) == ("bigquery", "oauth", "US")
    assert found.execution_project == found.database == "moz-fx-data-experiments"
    assert found.maximum_bytes_billed == 10**13


def test_the_bigquery_target_takes_its_settings_from_variables(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "PROJECT": "moz-fx-data-experiments",
        "EXECUTION_PROJECT": "moz-fx-paying",
        "DATASET": "mozanalysis",
        "LOCATION": "EU",
        "PRIORITY": "batch",
        "MAXIMUM_BYTES_BILLED": "5",
        "TIMEOUT_SECONDS": "60",
        "RETRIES": "7",
    }.items():
        monkeypatch.setenv(f"JETSTREAM_BIGQUERY_{name}", value)
    found = credentials_of(profile, "bigquery")
    assert (found.execution_project, found.schema) == ("moz-fx-paying", "mozanalysis")
    assert (found.location, found.priority, found.maximum_bytes_billed) == ("EU", "batch", 5)
    assert (found.job_execution_timeout_seconds, found.job_retries) == (60, 7)


@exhaustive
def test_dbt_parses_the_project_for_bigquery_without_credentials(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    project = copy_project(tmp_path_factory.mktemp("parse") / "project")
    sync(
        Request(
            [HubAddress(str(REPOSITORY / "metric_hub"))],
            REPOSITORY / "demo/experiments.json",
            project.path,
        )
    )
    given = {"JETSTREAM_BIGQUERY_PROJECT": "p", "DBT_WRITE_JSON": "true"}
    done = subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), "parse", "--target", "bigquery"],
        cwd=project.path,
        env=project.environment() | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "Deprecat" not in done.stdout
    manifest = json.loads((project.path / "target/manifest.json").read_text())
    daily = manifest["nodes"]["model.dbt_jetstream.pip_first_time_hint_daily"]["config"]
    assert daily["partition_by"]["field"] == "window_index"
