"""How tables and jobs look in BigQuery, as the emulator's catalog keeps it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from emulators.bigquery import PROJECT
from emulators.twins import Twins

SLUG, NAME = "fenix-toolbar-shortcut", "fenix_toolbar_shortcut"


def _table(twins: Twins, name: str) -> Any:
    return twins.project.server.client().get_table(f"{PROJECT}.analysis.{name}")


@pytest.mark.parametrize(
    "name", [f"enrollments_{NAME}", f"{NAME}_weekly", f"statistics_{NAME}", f"trust_{NAME}"]
)
def test_tables_say_which_experiment_they_are_of(bigquery: Twins, name: str) -> None:
    table = _table(bigquery, name)
    assert table.description == SLUG
    assert table.labels["experiment"] == SLUG
    written = dt.datetime.fromtimestamp(int(table.labels["last_updated"]))
    assert dt.datetime.now() - written < dt.timedelta(hours=6)


def test_statistics_name_their_schema_as_the_original_does(bigquery: Twins) -> None:
    assert _table(bigquery, f"statistics_{NAME}").labels["schema_version"] == "4"
    assert "schema_version" not in _table(bigquery, f"{NAME}_weekly").labels


def test_client_days_lie_by_day_and_unit_and_expire_after_the_last_run(bigquery: Twins) -> None:
    """The experiment ended long ago, so that the 90 days count from the run."""
    table = _table(bigquery, f"{NAME}_clients_daily_client_days")
    assert table.time_partitioning.field == "submission_date"
    assert table.clustering_fields == ["analysis_id", "branch"]
    # A run over midnight may have set the day before.
    left = table.expires.date() - dt.datetime.now(dt.UTC).date()
    assert dt.timedelta(days=89) <= left <= dt.timedelta(days=90)


def test_tables_that_results_are_checked_by_never_expire(bigquery: Twins) -> None:
    for name in (f"enrollments_{NAME}", f"{NAME}_weekly", f"bins_{NAME}", f"statistics_{NAME}"):
        assert _table(bigquery, name).expires is None


def test_jobs_name_the_experiment_and_the_node(bigquery: Twins) -> None:
    client = bigquery.project.server.client()
    labels = [job.labels for job in client.list_jobs(max_results=1000) if job.labels]
    nodes = {label["node_id"] for label in labels if label.get("experiment") == SLUG}
    assert f"model_dbt_jetstream_{NAME}_weekly" in nodes
    # a Python model in dbt's process labels its own jobs
    assert f"model_dbt_jetstream_statistics_{NAME}" in nodes
