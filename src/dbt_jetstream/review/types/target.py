"""The columns of tables as the target has them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbt_jetstream.common.bigquery_client import client_of, reason_of
from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.target import credentials_of, profiles_folder
from dbt_jetstream.lock.parts.fragments import Table
from dbt_jetstream.results.warehouse import DuckDB
from dbt_jetstream.review.types.telemetry import Telemetry

if TYPE_CHECKING:
    from duckdb.typing import DuckDBPyType
    from google.cloud.bigquery import Client, SchemaField

# What DuckDB's types are in BigQuery, by their ids. Telemetry's times are those of UTC.
SIMPLE = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint", "utinyint"), "INT64"),
    **dict.fromkeys(("usmallint", "uinteger", "ubigint", "hugeint", "uhugeint"), "INT64"),
    **dict.fromkeys(("float", "double"), "FLOAT64"),
    **dict.fromkeys(("varchar", "uuid", "enum"), "STRING"),
    **dict.fromkeys(("timestamp", "timestamp with time zone"), "TIMESTAMP"),
    **dict.fromkeys(("timestamp_s", "timestamp_ms", "timestamp_ns"), "TIMESTAMP"),
    "boolean": "BOOL",
    "blob": "BYTES",
    "date": "DATE",
    "decimal": "NUMERIC",
    "interval": "INTERVAL",
    "json": "JSON",
    "time": "TIME",
}


def columns_in_target(project: Path, target: str | None, tables: Iterable[Table]) -> Telemetry:
    """Ask the target for the columns of tables.

    Args:
        project: The dbt project.
        target: The target's name; None for the profile's default.
        tables: The tables.

    Returns:
        The columns of those that are there, with their types as BigQuery writes them.

    Raises:
        ConfigErrors: If the target cannot be read.
    """
    credentials = credentials_of(project, target)
    profiles = profiles_folder(project) / "profiles.yml"
    if credentials.type == "duckdb":
        return _in_duckdb(project / str(credentials.path), tables)
    if credentials.type == "bigquery":
        return _in_bigquery(credentials, profiles, tables)
    problem = f"columns are read from bigquery and duckdb, not `{credentials.type}`"
    raise ConfigErrors([ConfigError(profiles, target or "", problem)])


def _in_duckdb(path: Path, tables: Iterable[Table]) -> Telemetry:
    database = DuckDB(path, "")
    try:
        there = set(
            database.connection.execute(
                "select table_schema, table_name from information_schema.tables"
            ).fetchall()
        )
        return {
            table.dotted: _types(database.connection, table)
            for table in tables
            if (table.dataset, table.name) in there
        }
    finally:
        database.close()


def _types(connection: Any, table: Table) -> dict[str, str]:
    rows = connection.sql(f'from "{table.dataset}"."{table.name}"')
    return {column: _of_duckdb(kind) for column, kind in zip(rows.columns, rows.types, strict=True)}


def _of_duckdb(kind: DuckDBPyType) -> str:
    if kind.id in {"list", "array"}:
        return f"ARRAY<{_of_duckdb(kind.children[0][1])}>"
    if kind.id == "map":
        (_, key), (_, value) = kind.children
        return f"ARRAY<STRUCT<key {_of_duckdb(key)}, value {_of_duckdb(value)}>>"
    if kind.id == "struct":
        fields = ", ".join(f"`{name}` {_of_duckdb(child)}" for name, child in kind.children)
        return f"STRUCT<{fields}>"
    # JSON is text with a name.
    name = "json" if str(kind) == "JSON" else kind.id
    return SIMPLE.get(name, "STRING")


def _in_bigquery(credentials: Any, profiles: Path, tables: Iterable[Table]) -> Telemetry:
    from google.api_core.exceptions import GoogleAPIError, NotFound  # noqa: PLC0415
    from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415

    client = client_of(credentials, profiles)
    found = {}
    for table in tables:
        try:
            found[table.dotted] = _schema(client, table, credentials.database)
        except NotFound:
            continue
        except (GoogleAPIError, GoogleAuthError, OSError) as error:
            problem = f"BigQuery does not tell its columns: {reason_of(error)}"
            raise ConfigErrors([ConfigError(None, table.dotted, problem)]) from error
    return found


def _schema(client: Client, table: Table, own_project: str) -> dict[str, str]:
    name = f"{table.project or own_project}.{table.dataset}.{table.name}"
    return {field.name: _of_bigquery(field) for field in client.get_table(name).schema}


def _of_bigquery(field: SchemaField) -> str:
    kind = field.field_type
    if kind in {"RECORD", "STRUCT"}:
        inner = ", ".join(f"`{child.name}` {_of_bigquery(child)}" for child in field.fields)
        kind = f"STRUCT<{inner}>"
    elif kind == "RANGE":
        kind = f"RANGE<{field.range_element_type.element_type}>"
    return f"ARRAY<{kind}>" if field.mode == "REPEATED" else str(kind)
