"""Gives dbt-duckdb's connection what it lacks of BigQuery's; named in the profile."""

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from dbt_jetstream.exports.places import export_text


class Plugin(BasePlugin):
    """Registers `export_text(path, text)`, which export post-hooks call; sets the zone to UTC."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Register the functions once for the database, and let its days be those of UTC."""
        conn.execute("set global timezone = 'UTC'")
        conn.create_function(
            "export_text", _export_text, ["VARCHAR", "VARCHAR"], "VARCHAR", side_effects=True
        )


def _export_text(path: str, text: str) -> str:
    """Export with the application default credentials: DuckDB's profile has none."""
    return export_text(path, text)
