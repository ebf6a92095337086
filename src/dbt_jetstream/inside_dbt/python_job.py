"""Runs a Python model in dbt's own process: it reads kilobytes, and a notebook takes minutes."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from dbt.adapters.base.impl import PythonJobHelper, PythonSubmissionResult
from dbt.adapters.bigquery.clients import create_bigquery_client
from dbt.adapters.bigquery.credentials import BigQueryCredentials
from google.cloud.bigquery import (
    Client,
    LoadJobConfig,
    QueryJobConfig,
    SchemaField,
    SourceFormat,
    WriteDisposition,
)

from dbt_jetstream.statistics.tables import BigQueryTable

TAG = "experiment:"
# As the API names types.
TYPES = {
    pa.string(): "STRING",
    pa.int64(): "INTEGER",
    pa.float64(): "FLOAT",
    pa.date32(): "DATE",
    pa.decimal128(38, 9): "NUMERIC",
}
LONGEST_LABEL = 63
# In the names that dbt gives to tables of new rows, and how long it lets its own live.
TEMPORARY = "__dbt_tmp"
TEMPORARY_LIVES = dt.timedelta(hours=12)


class Session:
    """What a model gets as `session`, and the program around it reads and writes with.

    Attributes:
        client: dbt's connection to BigQuery.
        labels: What every job is labelled with.
    """

    def __init__(
        self, credentials: BigQueryCredentials, labels: dict[str, str], client: Client | None = None
    ) -> None:
        self.client: Client = client or create_bigquery_client(credentials)
        self.labels = labels
        self.maximum_bytes_billed = credentials.maximum_bytes_billed

    @property
    def options(self) -> QueryJobConfig:
        """The labels and the limit of every query."""
        options = QueryJobConfig(labels=self.labels)
        if self.maximum_bytes_billed:
            options.maximum_bytes_billed = self.maximum_bytes_billed
        return options

    def read_gbq(self, name: str) -> BigQueryTable:
        """Open a table, which is read when its rows are asked for."""
        return BigQueryTable(self.client, name, self.options)

    def write(self, name: str, rows: pa.Table, cluster_by: Sequence[str]) -> None:
        """Replace a table, all at once, by rows of a declared schema."""
        content = io.BytesIO()
        pq.write_table(rows, content)
        content.seek(0)
        config = LoadJobConfig(
            schema=[SchemaField(field.name, TYPES[field.type]) for field in rows.schema],
            source_format=SourceFormat.PARQUET,
            write_disposition=WriteDisposition.WRITE_TRUNCATE,
            labels=self.labels,
        )
        if cluster_by:
            config.clustering_fields = list(cluster_by)
        self.client.load_table_from_file(content, name, job_config=config).result()
        if TEMPORARY in name:
            self._expire(name)

    def _expire(self, name: str) -> None:
        """Let a table go that a killed run would leave behind."""
        table = self.client.get_table(name)
        table.expires = dt.datetime.now(dt.UTC) + TEMPORARY_LIVES
        self.client.update_table(table, ["expires"])


class InProcessJob(PythonJobHelper):
    """dbt's seam for running a Python model: gets the program, returns when it has run."""

    def __init__(self, parsed_model: dict[str, Any], credentials: BigQueryCredentials) -> None:
        self.name = str(parsed_model["name"])
        self.session = Session(credentials, labels_of(parsed_model))

    def submit(self, compiled_code: str) -> PythonSubmissionResult:
        """Run the program that `in_process_table` wrote."""
        program: dict[str, Any] = {}
        exec(compile(compiled_code, f"{self.name}.py", "exec"), program)
        program["materialize"](self.session)
        return PythonSubmissionResult(run_id=self.name, compiled_code=compiled_code)


def labels_of(parsed_model: dict[str, Any]) -> dict[str, str]:
    """Label a model's jobs as dbt labels its queries: with the model and its experiment."""
    slugs = [t.removeprefix(TAG) for t in parsed_model.get("tags", ()) if t.startswith(TAG)]
    given = {"app": "dbt", "node_id": str(parsed_model["unique_id"])}
    if slugs:
        given["experiment"] = slugs[0]
    return {key: as_label(value) for key, value in given.items()}


def as_label(text: str) -> str:
    """Write a text as the value of a label: lower-case letters, digits, `_` and `-`, at most 63."""
    return re.sub(r"[^a-z0-9_-]", "_", text.lower())[:LONGEST_LABEL]
