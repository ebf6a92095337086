"""A plugin of dbt-duckdb that describes every query in the file that LIFECYCLE_QUERIES names."""

from __future__ import annotations

import os
import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper, LocalEnvironment
from dbt.adapters.duckdb.plugins import BasePlugin

from life.queries import IMPORTS, START_PROFILING, Clock, Query, append, profiled

FILE = Path(os.environ["LIFECYCLE_QUERIES"])
DAY = os.environ["JETSTREAM_AS_OF"]
# What Python models import; pyarrow imports pandas as soon as it is given a value.
LIBRARIES = ("dbt_jetstream.python_model", "dbt_jetstream.trust.model", "pandas")
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


@cache
def _import_libraries() -> None:
    clock = Clock()
    for name in LIBRARIES:
        import_module(name)
    append(FILE, Query(IMPORTS, DAY, *clock.seconds(), python=True))


def _submit_python_job(environment: Any, handle: Any, node: dict[str, Any], code: str) -> Any:
    _import_libraries()
    clock = Clock()
    response = SUBMIT(environment, handle, node, code)
    wall, cpu = clock.seconds()
    append(FILE, Query(node["unique_id"], DAY, wall, cpu, python=True))
    return response


EXECUTE = DuckDBCursorWrapper.execute
SUBMIT = LocalEnvironment.submit_python_job
DuckDBCursorWrapper.execute = _execute
LocalEnvironment.submit_python_job = _submit_python_job
