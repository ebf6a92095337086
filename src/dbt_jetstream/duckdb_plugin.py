"""Gives dbt-duckdb's connection the functions that DuckDB lacks; named in the profile."""

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from dbt_jetstream.export import export_text


class Plugin(BasePlugin):
    """Registers `export_text(path, text)`, which the export post-hooks call."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Register the functions once for the database."""
        conn.create_function(
            "export_text", _export_text, ["VARCHAR", "VARCHAR"], "VARCHAR", side_effects=True
        )


def _export_text(path: str, text: str) -> str:
    """Export with the application default credentials: DuckDB's profile has none."""
    return export_text(path, text)
