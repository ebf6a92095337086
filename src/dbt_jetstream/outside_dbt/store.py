"""The target as the tables of Python models are kept in it: read, replaced, added to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from dbt_jetstream.common.target import credentials_of, profiles_folder
from dbt_jetstream.statistics.model import Window
from dbt_jetstream.statistics.tables import Table, where


class Store(Protocol):
    """An open connection to a target, for the tables of one experiment after the other."""

    def of(self, slug: str, dataset: str | None) -> AbstractContextManager[Tables]:
        """Open the tables of an experiment.

        Args:
            slug: The experiment.
            dataset: Its own dataset; None where it has none.

        Raises:
            ConfigErrors: On leaving, if the target refused something.
        """

    def close(self) -> None:
        """Close the connection."""


class Tables(Protocol):
    """The tables of an experiment."""

    def open(self, name: str) -> Table | None:
        """Open a table; None where there is none."""

    def columns(self, name: str) -> list[str]:
        """Name the columns of a table that is there."""

    def replace(self, name: str, rows: pa.Table, clusters: Sequence[str]) -> None:
        """Put rows in the place of a table, or where none was, all at once.

        Args:
            name: The table.
            rows: Its rows, whose schema becomes its own.
            clusters: What BigQuery clusters it by.
        """

    def exchange(self, name: str, stale: Set[Window], rows: pa.Table) -> None:
        """Delete windows of a table and add rows to it, all at once.

        Args:
            name: The table, with the columns of the rows.
            stale: The windows.
            rows: The rows.
        """


def of_windows(windows: Set[Window]) -> str:
    """Write the condition, for both targets, that a row is of one of some windows."""
    periods: dict[str, list[int]] = {}
    for period, index in sorted(windows):
        periods.setdefault(period, []).append(index)
    found = [where({"analysis_period": p, "window_index": w}) for p, w in periods.items()]
    return " or ".join(f"({condition})" for condition in found) or "false"


def _open_duckdb(project: Path, credentials: Any) -> Store:
    from dbt_jetstream.outside_dbt.duckdb_store import DuckDBStore  # noqa: PLC0415

    return DuckDBStore(project / str(credentials.path), str(credentials.schema))


def _open_bigquery(project: Path, credentials: Any) -> Store:
    from dbt_jetstream.outside_dbt.bigquery_store import BigQueryStore  # noqa: PLC0415 - seconds

    return BigQueryStore(credentials, profiles_folder(project) / "profiles.yml")


OPENERS: Mapping[str, Any] = {"duckdb": _open_duckdb, "bigquery": _open_bigquery}


@contextmanager
def open_store(project: Path, target: str | None) -> Iterator[Store]:
    """Open the target of a project.

    Args:
        project: The dbt project.
        target: The target's name; None for the profile's default.

    Raises:
        ConfigErrors: If the profile cannot be read, or the database cannot be opened.
    """
    credentials = credentials_of(project, target)
    store: Store = OPENERS[credentials.type](project, credentials)
    try:
        yield store
    finally:
        store.close()
