"""Reads tables of an experiment from the target that dbt builds in, as DataFrames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from dbt_jetstream.common import naming
from dbt_jetstream.common.bigquery_client import PATIENCE, client_of, reason_of
from dbt_jetstream.common.database_file import named, open_database
from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.target import credentials_of, profiles_folder

if TYPE_CHECKING:
    import pandas as pd


class MissingTableError(LookupError):
    """A table that is not there yet."""


class Warehouse(Protocol):
    """An open connection that reads, and never writes.

    Attributes:
        name: What it is, for messages.
        schema: The schema of tables without one of their own.
    """

    name: str
    schema: str

    def query(self, sql: str, **values: Any) -> pd.DataFrame:
        """Return the rows of a query; `@name` stands for a value.

        Raises:
            MissingTableError: If a table is not there.
        """

    def table(self, name: str, dataset: str | None) -> str:
        """Write a table's name as the target's SQL knows it.

        Args:
            name: The table.
            dataset: The experiment's own dataset; None where it has none.
        """

    def close(self) -> None:
        """Close the connection."""


class DuckDB:
    """The duckdb target: a database file, opened for reading."""

    def __init__(self, path: Path, schema: str) -> None:
        import duckdb  # noqa: PLC0415 - the commands that read nothing start without it

        self.name = str(path)
        self.schema = schema
        self.missing: tuple[type[Exception], ...] = (duckdb.CatalogException,)
        self.connection = open_database(path, read_only=True)

    def query(self, sql: str, **values: Any) -> pd.DataFrame:
        """Return the rows of a query."""
        for name in values:
            sql = sql.replace(f"@{name}", f"${name}")
        try:
            return self.connection.execute(sql, values or None).df()
        except self.missing as error:
            raise MissingTableError(str(error)) from error

    def table(self, name: str, dataset: str | None) -> str:
        """Write a table's name."""
        return named(self.connection, naming.schema(self.schema, dataset), name)

    def close(self) -> None:
        """Close the database, so that a build can write to it."""
        self.connection.close()


class BigQuery:
    """The bigquery target, through the client that dbt makes from the profile."""

    def __init__(self, credentials: Any, profiles: Path) -> None:
        from google.api_core.exceptions import NotFound  # noqa: PLC0415

        self.name = f"BigQuery project {credentials.database}"
        self.project = credentials.database
        self.schema = credentials.schema
        self.missing: tuple[type[Exception], ...] = (NotFound,)
        self.profiles = profiles
        self.client = client_of(credentials, profiles)

    def query(self, sql: str, **values: Any) -> pd.DataFrame:
        """Return the rows of a query."""
        import pandas as pd  # noqa: PLC0415
        from google.api_core.exceptions import GoogleAPIError  # noqa: PLC0415
        from google.auth.exceptions import GoogleAuthError  # noqa: PLC0415
        from google.cloud.bigquery import (  # noqa: PLC0415
            DEFAULT_RETRY,
            QueryJobConfig,
            ScalarQueryParameter,
        )

        kinds = {str: "STRING", int: "INT64"}
        parameters = [ScalarQueryParameter(k, kinds[type(v)], v) for k, v in values.items()]
        try:
            config = QueryJobConfig(query_parameters=parameters)
            retry = DEFAULT_RETRY.with_timeout(PATIENCE)
            job = self.client.query(sql, config, retry=retry, job_retry=None)
            rows = job.result()
        except self.missing as error:
            raise MissingTableError(str(error)) from error
        except (GoogleAPIError, GoogleAuthError, OSError) as error:
            problem = f"{self.name} cannot be read: {reason_of(error)}"
            raise ConfigErrors([ConfigError(self.profiles, "", problem)]) from error
        names = [field.name for field in rows.schema]
        return pd.DataFrame([tuple(row.values()) for row in rows], columns=names)

    def table(self, name: str, dataset: str | None) -> str:
        """Write a table's name."""
        return f"`{self.project}.{naming.schema(self.schema, dataset)}.{name}`"

    def close(self) -> None:
        """Close the client's connections."""
        self.client.close()


OPENERS: Mapping[str, Any] = {
    "duckdb": lambda project, found: DuckDB(project / str(found.path), str(found.schema)),
    "bigquery": lambda project, found: BigQuery(found, profiles_folder(project) / "profiles.yml"),
}


@contextmanager
def open_warehouse(project: Path, target: str | None) -> Iterator[Warehouse]:
    """Open the target of a project for reading.

    Args:
        project: The dbt project.
        target: The target's name; None for the profile's default.

    Raises:
        ConfigErrors: If the profile cannot be read, or the database cannot be opened.
    """
    credentials = credentials_of(project, target)
    warehouse: Warehouse = OPENERS[credentials.type](project, credentials)
    try:
        yield warehouse
    finally:
        warehouse.close()
