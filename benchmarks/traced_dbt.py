"""Runs dbt once and writes what took how long, and which queries it asked for whom.

    .venv/bin/python -P benchmarks/traced_dbt.py OUT.json build --select experiment:<slug>

A query is ours where a macro of the project or a hook asks for it, dbt's otherwise: it is dbt
that creates a model's table or view, adds to it, looks up columns for that, and runs tests.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

STARTED = time.time()  # before dbt is imported, which takes a second or two

from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: E402
from dbt.cli.main import dbtRunner  # noqa: E402
from dbt.clients.jinja import MacroGenerator  # noqa: E402
from dbt_common.events.base_types import EventMsg  # noqa: E402
from dbt_common.events.contextvars import get_node_info  # noqa: E402

OURS = "dbt_jetstream"
HOOKS, MATERIALIZATION = "run_hooks", "materialization_"
CALL = MacroGenerator.call_macro.__code__


class Trace:
    """What is seen of a run.

    Attributes:
        first_node: Seconds from the process' start to that of the first node.
        first_query: The same, to the first query of a node.
        queries: For each query whose it is: `ours` or `dbt`, and the text.
    """

    def __init__(self) -> None:
        self.first_node: float | None = None
        self.first_query: float | None = None
        self.queries: list[tuple[str, str]] = []

    def event(self, event: EventMsg) -> None:
        """Note when the first node starts."""
        if event.info.name == "NodeStart" and self.first_node is None:
            self.first_node = time.time() - STARTED

    def query(self, sql: str) -> None:
        """Note a query that is about to run."""
        node = get_node_info().get("unique_id") or ""
        if self.first_query is None and self.first_node is not None:
            self.first_query = time.time() - STARTED
        macros = list(_macros())
        is_ours = node.startswith("operation.") or any(
            (package == OURS and not name.startswith(MATERIALIZATION)) or name == HOOKS
            for package, name in macros
        )
        self.queries.append(("ours" if is_ours else "dbt", sql))


def _macros() -> Iterator[tuple[str, str]]:
    """Yield package and name of the macros that are being run, the innermost first."""
    frame = sys._getframe(1)
    while frame:
        if frame.f_code is CALL:
            macro = frame.f_locals["self"].macro
            yield macro.package_name, macro.name
        frame = frame.f_back


def main() -> None:
    """Run dbt with the arguments after the first."""
    out, *arguments = sys.argv[1:]
    trace = Trace()
    add_query = DuckDBConnectionManager.add_query

    def traced(self: Any, sql: str, *args: Any, **kwargs: Any) -> Any:
        trace.query(sql)
        return add_query(self, sql, *args, **kwargs)

    DuckDBConnectionManager.add_query = traced
    done = dbtRunner(callbacks=[trace.event]).invoke(["--quiet", *arguments])
    if not done.success:
        sys.exit(f"dbt {' '.join(arguments)} failed: {done.exception or done.result}")
    nodes = [
        (_kind(result.node), result.execution_time)
        for result in done.result
        if result.node.resource_type != "operation"
    ]
    used = {"in_all": time.time() - STARTED, "cpu": time.process_time()}
    found = {**vars(trace), **used, "nodes": nodes}
    Path(out).write_text(json.dumps(found), encoding="utf-8")


def _kind(node: Any) -> str:
    if node.resource_type != "model":
        return str(node.resource_type).replace("_", " ")
    language = "Python " if node.language == "python" else ""
    return f"{language}{node.config.materialized}"


if __name__ == "__main__":
    main()
