"""What DuckDB's profiler says of a query: rows read by table, rows written, memory."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

# The node of what Python models import, once in a build.
IMPORTS = "imports"
START_PROFILING = "pragma enable_profiling='no_output'"
WRITERS = ("CREATE_TABLE_AS", "BATCH_CREATE_TABLE_AS", "INSERT", "BATCH_INSERT", "MERGE_INTO")


@dataclass
class Query:
    """One query.

    Attributes:
        node: dbt's node, or the table that the query makes.
        day: The date for which it ran.
        wall: Seconds.
        cpu: CPU seconds of the process while it ran, of all threads.
        read: Rows read, by `schema.table`: of every row group that a scan has opened.
        written: Rows that went into tables, temporary ones too.
        memory: Most bytes that its operators held.
        spilled: Most bytes of temporary files.
        sql: What ran, its beginning.
        python: Whether it was a Python model: its CPU seconds are those of its queries, too.
    """

    node: str
    day: str
    wall: float
    cpu: float
    read: dict[str, int] = field(default_factory=dict)
    written: int = 0
    memory: int = 0
    spilled: int = 0
    sql: str = ""
    python: bool = False


class Clock:
    """Seconds since it was made: of the wall, and of this process' CPUs."""

    def __init__(self) -> None:
        self._start = time.monotonic(), time.process_time()

    def seconds(self) -> tuple[float, float]:
        """Return wall and CPU seconds."""
        wall, cpu = self._start
        return time.monotonic() - wall, time.process_time() - cpu


def profiled(connection: Any, node: str, day: str, clock: Clock, sql: str) -> Query:
    """Describe the query that a connection has just run."""
    wall, cpu = clock.seconds()
    query = Query(node, day, wall, cpu, sql=" ".join(sql.split())[:80])
    text = connection.get_profiling_information(format="json")
    profile = json.loads(text) if text else {}
    roots = profile.get("operator", [])
    query.read = dict(_rows_read(roots))
    query.written = sum(_rows_written(roots))
    query.memory = profile.get("system", {}).get("peak_buffer_memory", 0)
    query.spilled = profile.get("system", {}).get("peak_temp_dir_size", 0)
    return query


def _rows_read(operators: list[dict[str, Any]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for operator in _walk(operators):
        if "rows_scanned" in operator:
            table = ".".join(operator["extra_info"].get("Table", "").split(".")[-2:])
            found[table] += operator["rows_scanned"]
    return found


def _rows_written(operators: list[dict[str, Any]]) -> Iterator[int]:
    for operator in _walk(operators):
        for child in operator.get("children", [])[:1]:
            # What a merge inserts has come through it.
            if operator["type"] in WRITERS and child["type"] != "MERGE_ACTION_SOURCE":
                yield _rows(child)


def _rows(operator: dict[str, Any]) -> int:
    """Count the rows that an operator yields: of a query with CTEs, those of its last part."""
    while operator["type"] == "CTE":
        operator = operator["children"][-1]
    rows: int = operator["intermediate_rows"]
    return rows


def _walk(operators: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for operator in operators:
        yield operator
        yield from _walk(operator.get("children", []))


def append(file: Path, query: Query) -> None:
    """Add a query to a file of them."""
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(asdict(query)) + "\n")


def read(file: Path) -> list[Query]:
    """Read a file of queries."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [Query(**json.loads(line)) for line in lines]
