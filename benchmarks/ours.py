"""Times what follows the metrics table of a project, in a process of its own; one thread."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import duckdb
import pandas as pd
import yaml

from dbt_jetstream.statistics.model import statistics_table


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _definition(project: Path) -> dict:
    (lock,) = (project / "models/experiments").glob("*/made-up.yml")
    for model in yaml.safe_load(lock.read_text())["models"]:
        if model["name"] == "statistics_made_up":
            return model["config"]["meta"]
    raise LookupError(lock)


def main() -> None:
    """Print CPU seconds and extra memory as JSON."""
    project = Path(sys.argv[1])
    compiled = project / "target/compiled/dbt_jetstream/models/experiments/made-up"
    definition = _definition(project)
    session = duckdb.connect(str(project / "jetstream.duckdb"))
    session.execute("set threads = 1")
    pd.DataFrame({"imported": [1]})
    before, started = _memory(), time.process_time()
    for table in ("bins_made_up", "pieces_made_up", "moments_made_up"):
        query = (compiled / f"{table}.sql").read_text()
        session.execute(f"create or replace table analysis.{table} as {query}")
    sql = time.process_time() - started
    tables = [session.table(f"analysis.{name}_made_up") for name in ("pieces", "moments")]
    rows = statistics_table(*tables, definition, session, None)
    count = len(rows)
    total = time.process_time() - started
    found = {"sql": sql, "total": total, "extra_mb": _memory() - before, "rows": count}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
