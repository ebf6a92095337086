"""Counts of one experiment's whole life, which the model of docs/scale.md is checked against.

    .venv/bin/python -P benchmarks/life_counts.py --clients 10000 100000

A `dbt build` a day, on the telemetry of `benchmarks/lifecycle.py`. What is written down is what
DuckDB's profiler says of the queries and what the tables hold at the end; nothing is computed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parent))

from life import ours, queries, telemetry
from life.experiment import DAYS, START, TABLE, TABLES

REPOSITORY = Path(__file__).resolve().parent.parent

MEMORY_LIMIT = "4GB"
COUNTS = REPOSITORY / "benchmarks/scale/counts.json"
# What a model is for, by what is before or after the experiment's name in its own.
PREFIXES = {"enrollments", "bins", "pieces", "moments", "statistics", "trust", "completeness"}


def main() -> None:
    """Build a life and write down its counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, nargs="+", default=[10_000], metavar="N")
    parser.add_argument("--until", type=int, default=DAYS, metavar="DAYS")
    parser.add_argument("--out", type=Path, default=COUNTS, metavar="FILE")
    options = parser.parse_args()
    found = []
    for clients in options.clients:
        with tempfile.TemporaryDirectory(prefix="jetstream-counts-") as folder:
            found.append(_counts(Path(folder), clients, options.until))
        options.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _counts(folder: Path, clients: int, until: int) -> dict[str, Any]:
    raw = folder / "raw.duckdb"
    telemetry.create(raw, clients, share=100)
    (folder / "project").mkdir()
    project = ours.Project(folder / "project", raw, MEMORY_LIMIT)
    telemetry.attach(project.database, raw)
    project.create()
    project.queries.unlink(missing_ok=True)
    list(project.builds(START + dt.timedelta(days=until)))
    return counted(project, clients)


def counted(project: ours.Project, clients: int) -> dict[str, Any]:
    """Count what a project's builds read and what it holds now."""
    ran = [query for query in queries.read(project.queries) if not query.python]
    days = sorted({query.day for query in ran})
    return {
        "clients": clients,
        "until": days[-1],
        "builds": len(days),
        "telemetry_rows_a_day": {n: telemetry.rows_a_day(n, clients) for n in TABLES},
        "telemetry_rows_read": dict(_telemetry_rows(ran)),
        "rows": _rows(project.database),
        "cpu_seconds": {step: round(cpu, 2) for step, cpu in sorted(_cpu(ran).items())},
        "sql_characters": _sql_characters(project.folder),
    }


def _telemetry_rows(ran: list[queries.Query]) -> Counter[str]:
    """Sum the rows that models have read of each telemetry table, by what the model is for."""
    found: Counter[str] = Counter()
    for query in ran:
        for name, table in TABLES.items():
            if query.read.get(table):
                found[f"{_step(query.node)}: {name}"] += query.read[table]
    return found


def _rows(database: Path) -> dict[str, int]:
    """Count the rows of every table."""
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set enable_external_access = false")
        tables = connection.execute(
            "select table_name from duckdb_tables() "
            "where schema_name = 'analysis' and not temporary order by all"
        ).fetchall()
        return {name: _count(connection, name) for (name,) in tables if TABLE in name}


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f'select count(*) from analysis."{table}"').fetchone()
    assert row is not None
    return int(row[0])


def _cpu(ran: list[queries.Query]) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for query in ran:
        found[_step(query.node)] += query.cpu
    return found


def _step(node: str) -> str:
    """Say what a model is for: its name without the experiment's."""
    name = node.rpartition(".")[2]
    if not node.startswith("model."):
        return "tests and hooks"
    prefix = name.partition("_")[0]
    return prefix if prefix in PREFIXES else name.removeprefix(f"{TABLE}_")


def _sql_characters(project: Path) -> dict[str, int]:
    """Measure the compiled SQL of the models, as of the last build."""
    compiled = sorted((project / "target/compiled").rglob(f"models/**/*{TABLE}*.sql"))
    models = [path for path in compiled if path.parent.suffix != ".yml"]
    return {_step(f"model.{path.stem}"): len(path.read_text()) for path in models}


if __name__ == "__main__":
    main()
