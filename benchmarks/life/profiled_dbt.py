"""A plugin of dbt-duckdb that describes every query in the file that LIFECYCLE_QUERIES names."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper, LocalEnvironment
from dbt.adapters.duckdb.plugins import BasePlugin

from life.queries import START_PROFILING, Clock, Query, append, profiled

FILE = Path(os.environ["LIFECYCLE_QUERIES"])
DAY = os.environ["JETSTREAM_AS_OF"]
NODE = re.compile(r'"node_id": "([^"]+)"')


class Plugin(BasePlugin):
    """Profiles each cursor, and writes down each query."""

    def configure_cursor(self, cursor: Any) -> None:
        """Begin to profile a cursor."""
        cursor.execute(START_PROFILING)


def _execute(wrapper: Any, sql: str, bindings: Any = None) -> Any:
    clock = Clock()
    result = EXECUTE(wrapper, sql, bindings)
    found = NODE.search(sql)
    node = found[1] if found else ""
    append(FILE, profiled(wrapper._cursor, node, DAY, clock, _without_comment(sql)))
    return result


def _without_comment(sql: str) -> str:
    return sql.partition("*/")[2] or sql


def _submit_python_job(environment: Any, handle: Any, node: dict[str, Any], code: str) -> Any:
    clock = Clock()
    response = SUBMIT(environment, handle, node, code)
    wall, cpu = clock.seconds()
    append(FILE, Query(node["unique_id"], DAY, wall, cpu, python=True))
    return response


EXECUTE = DuckDBCursorWrapper.execute
SUBMIT = LocalEnvironment.submit_python_job
DuckDBCursorWrapper.execute = _execute
LocalEnvironment.submit_python_job = _submit_python_job
