"""The tables of Python models in a DuckDB database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from dbt_jetstream.common import naming
from dbt_jetstream.common.database_file import named, open_database
from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.outside_dbt.store import of_windows
from dbt_jetstream.statistics.model import Window
from dbt_jetstream.statistics.tables import DuckDBTable, Table


class DuckDBStore:
    """A database file, opened for reading and writing."""

    def __init__(self, path: Path, schema: str) -> None:
        self.path = path
        self.schema = schema
        self.connection = open_database(path, read_only=False)

    @contextmanager
    def of(self, slug: str, dataset: str | None) -> Iterator[DuckDBTables]:
        """Open the tables of an experiment."""
        try:
            yield DuckDBTables(self.connection, naming.schema(self.schema, dataset))
        except duckdb.Error as error:
            problem = f"{slug}: DuckDB refused a table: {str(error).splitlines()[0]}"
            raise ConfigErrors([ConfigError(self.path, "", problem)]) from error

    def close(self) -> None:
        """Close the database, so that dbt can write to it."""
        self.connection.close()


class DuckDBTables:
    """The tables of an experiment."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, schema: str) -> None:
        self.connection = connection
        self.schema = schema

    def open(self, name: str) -> Table | None:
        """Open a table; None where there is none."""
        if not self.columns(name):
            return None
        return DuckDBTable(self.connection.table(self._named(name)))

    def columns(self, name: str) -> list[str]:
        """Name the columns of a table; none where it is not there."""
        query = (
            "select column_name from information_schema.columns "
            "where table_catalog = current_database() and table_schema = ? and table_name = ? "
            "order by ordinal_position"
        )
        found = self.connection.execute(query, [self.schema, name]).fetchall()
        return [column for (column,) in found]

    def replace(self, name: str, rows: pa.Table, clusters: Sequence[str]) -> None:  # noqa: ARG002
        """Put rows in the place of a table, all at once; DuckDB clusters nothing."""
        with self._rows(rows):
            self.connection.execute(f"create or replace table {self._named(name)} as from new_rows")

    def exchange(self, name: str, stale: Set[Window], rows: pa.Table) -> None:
        """Delete windows of a table and add rows to it, in a transaction."""
        with self._rows(rows), self._transaction():
            self.connection.execute(f"delete from {self._named(name)} where {of_windows(stale)}")
            self.connection.execute(f"insert into {self._named(name)} by name from new_rows")

    def _named(self, name: str) -> str:
        return named(self.connection, self.schema, name)

    @contextmanager
    def _rows(self, rows: pa.Table) -> Iterator[None]:
        self.connection.register("new_rows", rows)
        try:
            yield
        finally:
            self.connection.unregister("new_rows")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.connection.begin()
        try:
            yield
        except BaseException:
            self.connection.rollback()
            raise
        self.connection.commit()
