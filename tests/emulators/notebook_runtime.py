"""A notebook runtime on loopback: runs the notebook that dbt uploaded, with BigFrames unchanged.

Runs in a virtual environment of its own: `notebook_runtime.py NOTEBOOK`. What Google gives a
runtime by its surroundings, addresses and credentials, comes from the environment:
BIGQUERY_EMULATOR_HOST (a URL) and BIGQUERY_STORAGE_EMULATOR_HOST (a host and port).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import bigframes.pandas as bpd
import grpc
from bigframes.session.clients import ClientsProvider
from google.auth.credentials import AnonymousCredentials
from google.cloud.bigquery_storage_v1 import BigQueryReadClient, BigQueryWriteClient
from google.cloud.bigquery_storage_v1.services.big_query_read.transports import (
    BigQueryReadGrpcTransport,
)
from google.cloud.bigquery_storage_v1.services.big_query_write.transports import (
    BigQueryWriteGrpcTransport,
)


def connect_to_emulator() -> None:
    """Let BigFrames talk to the emulator, without encryption and credentials."""
    bpd.options.bigquery.credentials = AnonymousCredentials()
    channel = grpc.insecure_channel(os.environ["BIGQUERY_STORAGE_EMULATOR_HOST"])
    reader = BigQueryReadClient(transport=BigQueryReadGrpcTransport(channel=channel))
    writer = BigQueryWriteClient(transport=BigQueryWriteGrpcTransport(channel=channel))
    clients: Any = ClientsProvider
    clients.bqstoragereadclient = property(lambda _: reader)
    clients.bqstoragewriteclient = property(lambda _: writer)


def run(notebook: dict[str, Any]) -> None:
    """Run the cells of a notebook, one after the other."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, cell in enumerate(notebook["cells"]):
        exec(compile("".join(cell["source"]), f"cell-{number}", "exec"), names)


if __name__ == "__main__":
    connect_to_emulator()
    run(json.loads(Path(sys.argv[1]).read_text()))
