"""Commands that ask the warehouse say the same on BigQuery as on DuckDB."""

from __future__ import annotations

import json

from conftest import DEMO_LAST_DAY, REPOSITORY
from emulators.equality import equal
from emulators.twins import Twins
from tiers import exhaustive

pytestmark = exhaustive

SLUG = "fenix-toolbar-shortcut"


def test_results_are_the_same(bigquery: Twins) -> None:
    here = bigquery.duckdb.run("jetstream", "results", SLUG, "--json")
    there = bigquery.project.run("jetstream", "results", SLUG, "--json")
    assert (here.returncode, there.returncode) == (0, 0), here.stderr + there.stderr
    assert equal(json.loads(here.stdout), json.loads(there.stdout))


def test_a_dry_run_of_a_config_asks_bigquery(bigquery: Twins) -> None:
    config = REPOSITORY / "metric_hub/jetstream/pip-first-time-hint.toml"
    command = ("jetstream", "validate", "--dry-run", str(config))
    done = bigquery.project.run(
        *command, "--experiments", str(REPOSITORY / "demo/experiments.json")
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "would read" in done.stdout


def test_a_run_with_nothing_due_succeeds(bigquery: Twins) -> None:
    done = bigquery.project.run(
        "jetstream",
        "run",
        "--metric-hub",
        str(REPOSITORY / "metric_hub"),
        "--experiments",
        str(REPOSITORY / "demo/experiments.json"),
        as_of=DEMO_LAST_DAY,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_target_that_does_not_answer_is_told_without_a_traceback(bigquery: Twins) -> None:
    profiles = bigquery.project.path / "profiles.yml"
    text = profiles.read_text()
    try:
        profiles.write_text(text.replace(bigquery.project.server.endpoint, "http://127.0.0.1:9"))
        done = bigquery.project.run("jetstream", "results", SLUG)
    finally:
        profiles.write_text(text)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert "BigQuery" in done.stderr
