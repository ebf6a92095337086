"""dbt-bigquery's adapter with Python models in dbt's own process, and exports as JSON.

Takes the adapter's place where dbt has loaded it; dbt-bigquery's list of ways to run Python models
is closed, and EXPORT DATA cannot write the file that Experimenter reads. Without it, as in dbt
Cloud, the project works with BigFrames models and lines of JSON instead (docs/dbt-cloud.md): two
notebooks an experiment and day, which start for minutes, where these models take some seconds. All
that dbt does for other models is inherited.
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from functools import cached_property
from typing import Any

from dbt.adapters.base.impl import PythonJobHelper
from dbt.adapters.base.meta import available
from dbt.adapters.bigquery import impl
from dbt.adapters.bigquery.credentials import create_google_credentials
from dbt.adapters.factory import FACTORY
from dbt_common.exceptions import DbtRuntimeError
from google.auth.credentials import Credentials

from dbt_jetstream.exports.places import export_text
from dbt_jetstream.inside_dbt.python_job import InProcessJob

IN_PROCESS = "in_process"


class BigQueryAdapter(impl.BigQueryAdapter):
    """The BigQuery adapter, with one more way to run Python models and two more methods.

    It has the same name, since dbt finds an adapter's modules by the name of its class.
    """

    @property
    def python_submission_helpers(self) -> dict[str, type[PythonJobHelper]]:
        """The ways to run a Python model, by the model's `submission_method`."""
        return {**super().python_submission_helpers, IN_PROCESS: InProcessJob}

    @cached_property
    def _google_credentials(self) -> Credentials:
        """The profile's credentials, once for all exports: storage keeps a client for them."""
        return create_google_credentials(self.config.credentials)

    @available.parse(lambda *_, **__: "")
    def export_json(self, query: str, uri: str, array: bool) -> str:
        """Write the rows of a query: as one JSON array, or the only row as one object.

        Args:
            query: SQL.
            uri: A file, or an object in storage.
            array: Whether the rows become an array.

        Returns:
            Why the place cannot be written to; empty where it has been.
        """
        try:
            _, found = self.connections.raw_execute_with_comment(query)
            with self.connections.exception_handler(query):
                rows = [dict(row.items()) for row in found]
            text = json.dumps(rows if array else rows[0], default=_plain)
            export_text(uri, text, self._google_credentials)
        except (DbtRuntimeError, ValueError, OSError) as error:
            return str(error)
        return ""

    @available.parse(lambda *_, **__: "")
    def run_script(self, statements: str) -> str:
        """Run the statements of a hook.

        Args:
            statements: SQL.

        Returns:
            Why they failed; empty where they did not. A hook that fails while dbt renders it would
            end the run without a report.
        """
        try:
            self.connections.raw_execute_with_comment(statements)
        except DbtRuntimeError as error:
            return str(error)
        return ""


def _plain(value: Any) -> Any:
    """Write what JSON has no type for: a number with a fixed point, or a time."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    message = f"cannot be written as JSON: {value!r}"
    raise TypeError(message)


def extend() -> None:
    """Let dbt make this adapter, if it has loaded BigQuery's."""
    plugin = FACTORY.plugins.get("bigquery")
    if plugin is not None:
        # Declared as a protocol that dbt-bigquery's own class does not fit either.
        plugin.adapter = BigQueryAdapter  # type: ignore[assignment]
