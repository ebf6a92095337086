"""What profiles name: see `dbt_jetstream.inside_dbt.duckdb_plugin`."""

from dbt_jetstream.inside_dbt.duckdb_plugin import Plugin

__all__ = ["Plugin"]
