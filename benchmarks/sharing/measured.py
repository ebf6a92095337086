"""What plans cost: rows and bytes read, rows written, CPU seconds; and whether they agree."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import duckdb
from life.queries import START_PROFILING, Clock, profiled

from sharing.plans import Step
from sharing.telemetry import TABLE

# BigQuery's sizes of values, by DuckDB's types; a text has two bytes and its own.
FIXED = {"BIGINT": 8, "INTEGER": 8, "HUGEINT": 8, "DOUBLE": 8, "DATE": 8, "BOOLEAN": 1}
SIZES = {
    "VARCHAR": "sum(2 + strlen({column}))",
    "STRUCT": "sum(list_sum([4 + strlen(x.key) + strlen(x.value) for x in {column}]))",
}

COMPARED = "columns(lambda c: c != 'definition_hash')"


@dataclass
class Measured:
    """What a plan has cost.

    Attributes:
        telemetry_rows: Rows of the raw telemetry that its scans have read.
        rows: Rows of all tables that its scans have read.
        bytes: Of these rows the columns that were read, in BigQuery's sizes.
        written: Rows written.
        written_bytes: All their columns, in BigQuery's sizes.
        cpu: CPU seconds.
        steps: CPU seconds of each query.
    """

    telemetry_rows: int = 0
    rows: int = 0
    bytes: float = 0
    written: int = 0
    written_bytes: float = 0
    cpu: float = 0
    steps: list[float] = field(default_factory=list)


def run(connection: duckdb.DuckDBPyConnection, schema: str, steps: Iterable[Step]) -> Measured:
    """Run a plan in a schema of its own, and measure it."""
    connection.execute(f"drop schema if exists {schema} cascade; create schema {schema}")
    sizes = Sizes(connection)
    found = Measured()
    for step in steps:
        connection.execute(START_PROFILING)
        clock = Clock()
        sql = f"create table {step.table} as {step.sql}"
        connection.execute(sql)
        query = profiled(connection, step.table, "", clock, sql)
        profile = json.loads(connection.get_profiling_information(format="json"))
        connection.execute("pragma disable_profiling")
        found.cpu += query.cpu
        found.steps.append(query.cpu)
        rows, size = sizes.of_table(step.table)
        found.written += rows
        found.written_bytes += size
        for table, columns, rows in _scans(profile["operator"]):
            found.telemetry_rows += rows if table == TABLE else 0
            found.rows += rows
            found.bytes += rows * sizes.of_row(table, columns)
    return found


def differing_rows(
    connection: duckdb.DuckDBPyConnection, schema: str, steps: Iterable[Step]
) -> int:
    """Count client days that are not the same in a plan's tables and where each read alone."""
    found = 0
    for step in steps:
        name = step.table.partition(".")[2]
        mine = f"select {COMPARED} from {{}}.{{}} where analysis_id is not null"
        one, other = mine.format("alone", name), mine.format(schema, name)
        for left, right in ((one, other), (other, one)):
            sql = f"select count(*) from ({left} except all {right})"
            found += connection.execute(sql).fetchone()[0]  # type: ignore[index]
    return found


class Sizes:
    """Bytes of columns, in BigQuery's sizes; asked once for each table."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._known: dict[str, tuple[int, dict[str, float]]] = {}

    def of_row(self, table: str, columns: Iterable[str]) -> float:
        """Return what a row has in some columns, on average."""
        rows, sizes = self._table(table)
        return sum(sizes[column] for column in columns) / rows if rows else 0

    def of_table(self, table: str) -> tuple[int, float]:
        """Return a table's rows, and the bytes of all its columns."""
        rows, sizes = self._table(table)
        return rows, sum(sizes.values())

    def _table(self, table: str) -> tuple[int, dict[str, float]]:
        if table not in self._known:
            described = self._connection.execute(f"describe {table}").fetchall()
            sizes = [_size(name, kind) for name, kind, *_ in described]
            sql = f"select count(*), {', '.join(sizes)} from {table}"
            rows, *found = self._connection.execute(sql).fetchone()  # type: ignore[misc]
            names = [name for name, *_ in described]
            self._known[table] = rows, dict(zip(names, map(float, found), strict=True))
        return self._known[table]


def _size(column: str, kind: str) -> str:
    """Write the sum of a column's bytes; a null has none."""
    fixed = FIXED.get(kind)
    template = f"{fixed} * count({{column}})" if fixed else SIZES[kind.partition("(")[0]]
    return f"coalesce({template.format(column=column)}, 0)"


def _scans(operators: list[dict[str, Any]]) -> Iterator[tuple[str, list[str], int]]:
    """Yield each scan's table, the columns that it reads, and its rows."""
    for operator in operators:
        if "rows_scanned" in operator and "Table" in operator["extra_info"]:
            info = operator["extra_info"]
            table = ".".join(info["Table"].split(".")[-2:])
            columns = info.get("Projections", [])
            columns = [columns] if isinstance(columns, str) else columns
            yield table, columns, operator["rows_scanned"]
        yield from _scans(operator.get("children", []))
