"""A table as a Python model reads it: the same few questions to DuckDB, BigQuery and BigFrames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import pyarrow as pa

# Values that a column must have, by column: one, or any of a list.
Condition = Mapping[str, Any]


class Table(Protocol):
    """A table of the warehouse."""

    def rows(self, **condition: Any) -> pa.Table:
        """Return the rows that have these values in these columns."""

    def distinct(self, *columns: str, **condition: Any) -> pa.Table:
        """Return the distinct values of columns, in rows that have these values."""


class DuckDBTable:
    """A DuckDB relation, as dbt-duckdb hands it to a model."""

    def __init__(self, relation: Any) -> None:
        self.relation = relation

    def rows(self, **condition: Any) -> pa.Table:
        """Return the rows that have these values in these columns."""
        return self.relation.filter(where(condition)).to_arrow_table()

    def distinct(self, *columns: str, **condition: Any) -> pa.Table:
        """Return the distinct values of columns, in rows that have these values."""
        found = self.relation.filter(where(condition)).project(", ".join(columns))
        return found.distinct().to_arrow_table()


class BigQueryTable:
    """A table in BigQuery, read with the client in dbt's own process."""

    def __init__(self, client: Any, name: str, options: Any) -> None:
        self.client = client
        self.name = name
        self.options = options

    def rows(self, **condition: Any) -> pa.Table:
        """Return the rows that have these values in these columns."""
        return self._query("*", condition)

    def distinct(self, *columns: str, **condition: Any) -> pa.Table:
        """Return the distinct values of columns, in rows that have these values."""
        return self._query("distinct " + ", ".join(columns), condition)

    def _query(self, selected: str, condition: Condition) -> pa.Table:
        query = f"select {selected} from `{self.name}` where {where(condition)}"
        found = self.client.query(query, job_config=self.options).result()
        # The Storage API is for tables larger than these, and needs a permission of its own.
        return found.to_arrow(create_bqstorage_client=False)


class BigFramesTable:
    """A BigFrames DataFrame, as dbt's notebook hands it to a model."""

    def __init__(self, frame: Any) -> None:
        self.frame = frame

    def rows(self, **condition: Any) -> pa.Table:
        """Return the rows that have these values in these columns."""
        return self._filtered(condition).to_arrow()

    def distinct(self, *columns: str, **condition: Any) -> pa.Table:
        """Return the distinct values of columns, in rows that have these values."""
        return self._filtered(condition)[list(columns)].drop_duplicates().to_arrow()

    def _filtered(self, condition: Condition) -> Any:
        frame = self.frame
        for column, value in condition.items():
            frame = frame[frame[column].isin(_listed(value))]
        return frame


def table_of(found: Any) -> Table:
    """Take what dbt hands to a model as a table.

    Args:
        found: What `dbt.ref` returns: a DuckDB relation, a `BigQueryTable`, a BigFrames DataFrame.
    """
    if isinstance(found, BigQueryTable):
        return found
    return DuckDBTable(found) if hasattr(found, "to_arrow_table") else BigFramesTable(found)


def open_table(session: Any, name: str) -> Table:
    """Open a table by its name, on the session that a model runs in."""
    return table_of((session.read_gbq if hasattr(session, "read_gbq") else session.table)(name))


def returned(session: Any, rows: pa.Table) -> Any:
    """Give rows the form in which the session's dbt takes them from a model.

    dbt-duckdb would write a plain table through another connection, where the transaction that
    merges it cannot see it; a relation of the session stays in it.
    """
    if hasattr(session, "from_arrow"):
        return session.from_arrow(rows)
    return session.read_arrow(rows) if hasattr(session, "read_arrow") else rows


def where(condition: Condition) -> str:
    """Write a condition as SQL, for DuckDB as for BigQuery; true where there is none.

    Texts must be names: without quotes, backslashes and newlines.
    """
    parts = [
        f"{column} in ({', '.join(_literal(value) for value in _listed(values)) or 'null'})"
        for column, values in condition.items()
    ]
    return " and ".join(parts) or "true"


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]


def _literal(value: Any) -> str:
    text = str(value)
    if isinstance(value, str) and any(mark in text for mark in "'\\\n"):
        message = f"not a name: {text!r}"
        raise ValueError(message)
    return f"'{text}'" if isinstance(value, str) else text
