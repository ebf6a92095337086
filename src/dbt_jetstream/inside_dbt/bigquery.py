"""Lets dbt make our adapter in the place of dbt-bigquery's, where it has loaded that one."""

import sys


def extend() -> None:
    """Put the adapter into its place; doing so twice changes nothing."""
    # On another target, importing BigQuery's adapter would cost a second for nothing.
    if "dbt.adapters.bigquery" in sys.modules:
        from dbt_jetstream.inside_dbt import bigquery_adapter  # noqa: PLC0415

        bigquery_adapter.extend()
