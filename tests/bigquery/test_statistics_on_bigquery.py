"""`jetstream statistics` on emulated BigQuery: the Python models' tables, rows and options."""

from __future__ import annotations

from typing import Any

import pytest

from emulators.bigquery import PROJECT
from emulators.twins import BigQueryProject, Twins
from tiers import exhaustive

pytestmark = exhaustive

SLUG, NAME = "fenix-toolbar-shortcut", "fenix_toolbar_shortcut"
STATISTICS, TRUST = f"statistics_{NAME}", f"trust_{NAME}"
PLACE = f"{PROJECT}.analysis"


def _query(project: BigQueryProject, sql: str) -> list[tuple[Any, ...]]:
    found = project.server.client().query(sql).result()
    return [tuple(row.values()) for row in found]


def _table(project: BigQueryProject, name: str) -> tuple[list[Any], list[str]]:
    """A table's schema and rows, in no order."""
    schema = project.server.client().get_table(f"{PLACE}.{name}").schema
    rows = _query(project, f"select * from `{PLACE}.{name}`")
    return [(field.name, field.field_type) for field in schema], sorted(map(str, rows))


def _options(project: BigQueryProject, name: str) -> tuple[Any, ...]:
    table = project.server.client().get_table(f"{PLACE}.{name}")
    labels = {key: value for key, value in table.labels.items() if key != "last_updated"}
    return table.description, labels, table.clustering_fields


@pytest.fixture
def project(bigquery: Twins) -> BigQueryProject:
    return bigquery.project


def test_tables_equal_those_of_the_python_models(project: BigQueryProject) -> None:
    expected = {name: _table(project, name) for name in (STATISTICS, TRUST)}
    options = {name: _options(project, name) for name in (STATISTICS, TRUST)}
    client = project.server.client()
    for name in (STATISTICS, TRUST):
        client.delete_table(f"{PLACE}.{name}")
    done = project.run("jetstream", "statistics", SLUG)
    assert (done.returncode, done.stderr) == (0, "")
    assert {name: _table(project, name) for name in (STATISTICS, TRUST)} == expected
    assert {name: _options(project, name) for name in (STATISTICS, TRUST)} == options


def test_stale_windows_are_exchanged_in_one_statement(project: BigQueryProject) -> None:
    expected = _table(project, STATISTICS)
    stale = "analysis_period = 'weekly' and window_index = 1"
    _query(
        project,
        f"update `{PLACE}.{STATISTICS}` set absent_sources = 'events', point = 0 where {stale}",
    )
    assert _table(project, STATISTICS) != expected
    done = project.run("jetstream", "statistics", SLUG)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{SLUG}: statistics of 1 window computed, of " in done.stdout
    assert _table(project, STATISTICS) == expected
    names = [table.table_id for table in project.server.client().list_tables(PLACE)]
    assert [name for name in names if "__dbt_tmp" in name] == []
