"""BigQuery on loopback: bqemulator, in a virtual environment of its own, and telemetry for it."""

from __future__ import annotations

import io
import os
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import grpc
import pyarrow as pa
import pyarrow.parquet as pq
import requests
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from google.cloud.bigquery_storage_v1 import BigQueryReadClient
from google.cloud.bigquery_storage_v1.services.big_query_read.transports import (
    BigQueryReadGrpcTransport,
)

from emulators.storage import free_port

HERE = Path(__file__).resolve().parent
# `make test` installs it there: the emulator's pins contradict those of the project.
PYTHON = HERE.parents[1] / ".emulator/bin/python"
PROJECT = "emulated-project"
# Where the tables of the example hub lie, and of Mozilla's.
TELEMETRY_PROJECT = "mozdata"
START_SECONDS = 90
UNLIMITED = [("grpc.max_receive_message_length", -1)]
# Schemas of the database that hold what is built, not what is read.
MADE_BY_RUNS = ("analysis", "main")
KINDS = {
    "BIGINT": "INT64",
    "BOOLEAN": "BOOL",
    "DATE": "DATE",
    "DECIMAL(38,9)": "NUMERIC",
    "DOUBLE": "FLOAT64",
    "INTEGER": "INT64",
    "JSON": "JSON",
    "TIMESTAMP": "TIMESTAMP",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP",
    "VARCHAR": "STRING",
}


@dataclass
class BigQueryServer:
    """An emulator, in memory: what it holds is lost when it stops.

    Attributes:
        log: The file that it writes its log to.
        storage: The URL of the storage server that it exports to; empty for none.
        rest, grpc: Its ports on loopback.
    """

    log: Path
    storage: str = ""
    rest: int = 0
    grpc: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.rest}"

    def start(self) -> BigQueryServer:
        """Start it and wait until it answers."""
        assert PYTHON.exists(), f"{PYTHON} is missing: run `make test`, which installs it"
        self.rest, self.grpc = free_port(), free_port()
        command = [str(PYTHON), str(HERE / "bigquery_launcher.py"), "start", "--project", PROJECT]
        command += ["--rest-port", str(self.rest), "--grpc-port", str(self.grpc)]
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        # Of what it sends, too.
        environment["BQEMU_WRITE_API_MAX_REQUEST_BYTES"] = str(10**9)
        environment |= {
            "STORAGE_EMULATOR_HOST": self.storage,
            "BQEMU_GCS_LOCAL_ROOT": str(self.log.with_name("exported")),
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.stop()
                message = f"the BigQuery emulator did not start:\n{self.log.read_text()[-3000:]}"
                raise RuntimeError(message)
            time.sleep(0.2)
        return self

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.endpoint}/bigquery/v2/projects", timeout=5).ok
        except requests.RequestException:
            return False

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def client(self) -> bigquery.Client:
        """Connect to it."""
        return bigquery.Client(
            project=PROJECT,
            credentials=AnonymousCredentials(),
            client_options=ClientOptions(api_endpoint=self.endpoint),
        )

    def read(self, dataset: str, table: str) -> pa.Table:
        """Read all rows of a table, not of a view, through the Storage API, which is fast."""
        channel = grpc.insecure_channel(f"127.0.0.1:{self.grpc}", options=UNLIMITED)
        reader = BigQueryReadClient(transport=BigQueryReadGrpcTransport(channel=channel))
        with closing(channel):
            found = self.client().list_rows(f"{PROJECT}.{dataset}.{table}")
            return found.to_arrow(bqstorage_client=reader)

    def load_telemetry(self, database: Path) -> None:
        """Load all tables of a DuckDB database that no run has made."""
        with duckdb.connect(str(database), read_only=True) as source:
            tables = source.execute("select schema_name, table_name from duckdb_tables()")
            for dataset, table in tables.fetchall():
                if dataset in MADE_BY_RUNS:
                    continue
                self._load(source, dataset, table)

    def _load(self, source: duckdb.DuckDBPyConnection, dataset: str, table: str) -> None:
        client = self.client()
        client.create_dataset(f"{TELEMETRY_PROJECT}.{dataset}", exists_ok=True)
        columns = source.execute(f"describe {dataset}.{table}").fetchall()
        shown = [
            f'"{name}"::varchar as "{name}"' if kind == "JSON" else f'"{name}"'
            for name, kind, *_ in columns
        ]
        rows = source.sql(f"select {', '.join(shown)} from {dataset}.{table}").to_arrow_table()
        content = io.BytesIO()
        pq.write_table(rows, content)
        content.seek(0)
        config = bigquery.LoadJobConfig(
            schema=[_field(name, kind, rows.schema.field(name).type) for name, kind, *_ in columns],
            source_format="PARQUET",
            write_disposition="WRITE_TRUNCATE",
        )
        name = f"{TELEMETRY_PROJECT}.{dataset}.{table}"
        client.load_table_from_file(content, name, job_config=config).result()


def profile(server: BigQueryServer, token: str = "emulator", dataset: str = "analysis") -> str:
    """Write a profiles.yml whose only target is a server."""
    return f"""\
jetstream:
  target: bigquery
  outputs:
    bigquery:
      type: bigquery
      # Only a token, which never expires, so that nobody is asked for another.
      method: oauth-secrets
      token: {token}
      project: {PROJECT}
      dataset: {dataset}
      location: US
      api_endpoint: {server.endpoint}
      job_retries: 0
      threads: 2
      gcs_bucket: models
      compute_region: us-central1
"""


def _field(name: str, kind: str, arrow: pa.DataType) -> bigquery.SchemaField:
    if kind.startswith("STRUCT") and kind.endswith("[]"):
        fields = [bigquery.SchemaField(part.name, "STRING") for part in arrow.value_type]
        return bigquery.SchemaField(name, "RECORD", mode="REPEATED", fields=fields)
    return bigquery.SchemaField(name, KINDS[kind])
