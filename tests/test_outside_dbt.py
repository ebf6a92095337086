"""What `jetstream statistics` sends to BigQuery, as Google's analyzer takes it."""

from __future__ import annotations

from dbt_jetstream.inside_dbt.python_job import TYPES
from dbt_jetstream.outside_dbt.bigquery_store import exchange_statement
from dbt_jetstream.review.googlesql.catalog import Catalog
from dbt_jetstream.statistics.model import SCHEMA


def test_bigquery_takes_the_exchange_of_windows() -> None:
    catalog = Catalog()
    columns = {field.name: TYPES[field.type] for field in SCHEMA}
    for name in ("p.d.held", "p.d.added"):
        catalog.add_table(name, columns)
    for stale in (set(), {("weekly", 2), ("weekly", 1), ("overall", 1)}):
        statement = exchange_statement("p.d.held", "p.d.added", SCHEMA.names, stale)
        catalog.analyze(statement)
    assert (
        "(analysis_period in ('overall') and window_index in (1)) or "
        "(analysis_period in ('weekly') and window_index in (1, 2))"
    ) in statement
