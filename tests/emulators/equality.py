"""Compares what two targets hold: equal but for the order in which floats were summed."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from emulators.bigquery import PROJECT, BigQueryServer
from exported_time import without_time

Rows = list[list[Any]]
Compare = Callable[[duckdb.DuckDBPyConnection, BigQueryServer, str, str], str | None]
RELATIVE, ABSOLUTE = 1e-9, 1e-12
# Of the difference of two squares that nearly agree.
CANCELLED = 1e-6
# In BigQuery's API, by DuckDB's types.
KINDS = {
    "BIGINT": "INTEGER",
    "BOOLEAN": "BOOLEAN",
    "DATE": "DATE",
    "DECIMAL(38,9)": "NUMERIC",
    "DOUBLE": "FLOAT",
    "HUGEINT": "INTEGER",
    "INTEGER": "INTEGER",
    "TIMESTAMP": "TIMESTAMP",
    "VARCHAR": "STRING",
}


def differences(
    database: Path, server: BigQueryServer, dataset: str = "analysis"
) -> dict[str, str]:
    """Compare all tables and views of a DuckDB database with those of BigQuery.

    Of views of statistics, which only select rows of a table and are exported, columns and numbers
    of rows are compared. When experiments were published differs, and so do fingerprints.

    Returns:
        By table, what the first difference is; empty where all is equal.
    """
    found = {}
    with duckdb.connect(str(database), read_only=True) as source:
        tables = source.execute(
            "select table_name, table_type = 'VIEW' from information_schema.tables "
            "where table_schema = 'analysis' and table_name != 'published_experiments'"
        ).fetchall()
        for table, is_view in tables:
            compare = _comparison(table, is_view)
            problem = _difference_of_columns(source, server, dataset, table)
            problem = problem or compare(source, server, dataset, table)
            if problem:
                found[table] = problem
    return found


def _comparison(table: str, is_view: bool) -> Compare:
    if not is_view:
        return _difference_of_tables
    is_exported = table.startswith("statistics_")
    return _difference_of_counts if is_exported else _difference_of_views


def _difference_of_columns(
    source: duckdb.DuckDBPyConnection, server: BigQueryServer, dataset: str, table: str
) -> str | None:
    described = source.execute(f'describe analysis."{table}"').fetchall()
    here = {name: KINDS[kind] for name, kind, *_ in described}
    schema = server.client().get_table(f"{PROJECT}.{dataset}.{table}").schema
    there = {field.name: field.field_type for field in schema}
    return None if here == there else f"columns: {here} against {there}"


def _difference_of_counts(
    source: duckdb.DuckDBPyConnection, server: BigQueryServer, dataset: str, table: str
) -> str | None:
    (here,) = source.execute(f'select count(*) from analysis."{table}"').fetchone() or (None,)
    ((there,),) = server.client().query(f"select count(*) from `{dataset}.{table}`").result()
    return None if here == there else f"{here} rows against {there}"


def _difference_of_views(
    source: duckdb.DuckDBPyConnection, server: BigQueryServer, dataset: str, table: str
) -> str | None:
    rows = server.client().query(f"select * from `{dataset}.{table}`").result()
    return _difference_of_rows(source, rows.to_arrow(create_bqstorage_client=False), table)


def _difference_of_tables(
    source: duckdb.DuckDBPyConnection, server: BigQueryServer, dataset: str, table: str
) -> str | None:
    return _difference_of_rows(source, server.read(dataset, table), table)


def _difference_of_rows(
    source: duckdb.DuckDBPyConnection, rows: pa.Table, table: str
) -> str | None:
    columns = sorted(rows.column_names)
    selected = ", ".join(f'"{column}"' for column in columns)
    here = source.execute(f'select {selected} from analysis."{table}"').fetchall()
    there = zip(*(rows[column].to_pylist() for column in columns), strict=True)
    return first_difference(columns, here, there)


def first_difference(
    columns: Sequence[str], here: Iterable[Sequence[Any]], there: Iterable[Sequence[Any]]
) -> str | None:
    """Compare rows whatever their order; None where they agree."""
    ours, theirs = (_sorted(columns, rows) for rows in (here, there))
    if len(ours) != len(theirs):
        return f"{len(ours)} rows against {len(theirs)}"
    for one, other in zip(ours, theirs, strict=True):
        pairs = zip(columns, one, other, strict=True)
        unequal = [
            f"{name}: {a!r} against {b!r}"
            for name, a, b in pairs
            if not equal(a, b, CANCELLED if name == "deviation" else RELATIVE)
        ]
        if unequal:
            return f"{one}: {'; '.join(unequal)}"
    return None


def different_exports(here: Path, there: Path) -> dict[str, str]:
    """Compare exported files as JSON; by file, what differs."""
    files = {str(p.relative_to(root)) for root in (here, there) for p in root.rglob("*.json")}
    found = {}
    for name in sorted(files):
        texts = [_text(root / name) for root in (here, there)]
        ours, theirs = map(json.loads, texts)
        if not equal(ours, theirs):
            found[name] = f"{texts[0][:500]} against {texts[1][:500]}"
    return found


def equal(one: Any, other: Any, relative: float = RELATIVE) -> bool:
    """Whether two values agree, floats within the order of their sums."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, float) and isinstance(other, (int, float)):
        close = math.isclose(one, other, rel_tol=relative, abs_tol=ABSOLUTE)
        return close or (math.isnan(one) and math.isnan(other))
    return type(one) is type(other) and bool(one == other)


def _text(path: Path) -> str:
    return without_time(path.read_bytes()).decode() if path.exists() else "null"


def _sorted(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Rows:
    """Order rows by what hardly depends on the order of sums."""
    keys = [index for index, column in enumerate(columns) if column != "deviation"]
    plain = [[_plain(value) for value in row] for row in rows]
    return sorted(plain, key=lambda row: _key(row[index] for index in keys))


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def _key(values: Iterable[Any]) -> tuple[str, ...]:
    found = list(values)
    exact = [str(value) for value in found if not isinstance(value, float)]
    return (*exact, *(f"{value:.9g}" for value in found if isinstance(value, float)))
