"""The tables of Python models in BigQuery, written as `inside_dbt.python_job` writes them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from google.api_core.exceptions import GoogleAPIError, NotFound
from google.auth.exceptions import GoogleAuthError

from dbt_jetstream.common import naming
from dbt_jetstream.common.bigquery_client import client_of, reason_of
from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.inside_dbt.python_job import TEMPORARY, Session, as_label, labels_of
from dbt_jetstream.outside_dbt.store import of_windows
from dbt_jetstream.statistics.model import Window
from dbt_jetstream.statistics.tables import Table


class BigQueryStore:
    """A project of BigQuery, through the client that dbt makes from the profile."""

    def __init__(self, credentials: Any, profiles: Path) -> None:
        self.credentials = credentials
        self.profiles = profiles
        self.client = client_of(credentials, profiles)

    @contextmanager
    def of(self, slug: str, dataset: str | None) -> Iterator[BigQueryTables]:
        """Open the tables of an experiment."""
        schema = naming.schema(self.credentials.schema, dataset)
        place = f"{self.credentials.database}.{schema}"
        name = f"BigQuery project {self.credentials.database}"
        try:
            labels = labels_of(
                {"tags": [f"experiment:{slug}"], "unique_id": "jetstream statistics"}
            )
            session = Session(self.credentials, labels, self.client)
            yield BigQueryTables(session, place, slug)
        except (GoogleAPIError, GoogleAuthError, OSError) as error:
            problem = f"{slug}: {name} refused: {reason_of(error)}"
            raise ConfigErrors([ConfigError(self.profiles, "", problem)]) from error

    def close(self) -> None:
        """Close the client's connections."""
        self.client.close()


class BigQueryTables:
    """The tables of an experiment."""

    def __init__(self, session: Session, place: str, slug: str) -> None:
        self.session = session
        self.place = place
        self.slug = slug

    def open(self, name: str) -> Table | None:
        """Open a table; None where there is none."""
        return self.session.read_gbq(self._named(name)) if self._found(name) else None

    def columns(self, name: str) -> list[str]:
        """Name the columns of a table; none where it is not there."""
        found = self._found(name)
        return [field.name for field in found.schema] if found else []

    def replace(self, name: str, rows: pa.Table, clusters: Sequence[str]) -> None:
        """Put rows in the place of a table, all at once."""
        held = self._found(name)
        if held and list(held.clustering_fields or []) != list(clusters):
            # Loading rows cannot change what a table is clustered by.
            self.session.client.delete_table(self._named(name))
        self.session.write(self._named(name), rows, clusters)
        self._say(name)

    def exchange(self, name: str, stale: Set[Window], rows: pa.Table) -> None:
        """Delete windows of a table and add rows to it, in one statement."""
        added = f"{self._named(name)}{TEMPORARY}_statistics"
        try:
            self.session.write(added, rows, [])
            self._merge(name, added, rows, stale)
        finally:
            self.session.client.delete_table(added, not_found_ok=True)
        self._say(name)

    def _merge(self, name: str, added: str, rows: pa.Table, stale: Set[Window]) -> None:
        merge = exchange_statement(self._named(name), added, rows.column_names, stale)
        self.session.client.query(merge, job_config=self.session.options).result()

    def _say(self, name: str) -> None:
        """Say what the table is, as the macro `table_options` does after dbt made it."""
        table = self.session.client.get_table(self._named(name))
        labels = {"experiment": as_label(self.slug), "last_updated": str(int(time.time()))}
        if name.startswith("statistics_"):
            labels["schema_version"] = "4"
        table.description, table.labels = self.slug, {**table.labels, **labels}
        self.session.client.update_table(table, ["description", "labels"])

    def _named(self, name: str) -> str:
        return f"{self.place}.{name}"

    def _found(self, name: str) -> Any:
        try:
            return self.session.client.get_table(self._named(name))
        except NotFound:
            return None


def exchange_statement(name: str, added: str, columns: Sequence[str], stale: Set[Window]) -> str:
    """Write the statement that deletes windows of a table and adds the rows of another.

    Args:
        name: The table.
        added: The other, with the same columns.
        columns: Those columns.
        stale: The windows.
    """
    listed = ", ".join(f"`{column}`" for column in columns)
    return (
        f"merge into `{name}` using `{added}` on false "
        f"when not matched by source and ({of_windows(stale)}) then delete "
        f"when not matched then insert ({listed}) values ({listed})"
    )
