"""One experiment's whole life: the original's queries against our daily builds, on one telemetry.

    .venv/bin/python benchmarks/lifecycle.py --clients 10000 100000 [--until DAYS]

The original: what mozanalysis renders for every due date, on DuckDB through sqlglot, its statistics
left out. Ours: a `dbt build` a day, of which the queries alone are compared; what dbt, its start
and Python models take beside them is printed by itself. Rows are DuckDB's profiler's.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "benchmarks"))

from life import ours, queries, telemetry  # noqa: E402
from life.experiment import DAILY_SOURCES, DAYS, DIRECT_SOURCES, START, TABLES  # noqa: E402

MEMORY_LIMIT = "8GB"


def main() -> None:
    """Run both at each size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, nargs="+", default=[10_000], metavar="N")
    parser.add_argument(
        "--until", type=int, default=DAYS, metavar="DAYS", help="build ours up to this day only"
    )
    options = parser.parse_args()
    for clients in options.clients:
        with tempfile.TemporaryDirectory(prefix="jetstream-lifecycle-") as folder:
            _compare(Path(folder), clients, options.until)


def _compare(folder: Path, clients: int, until: int) -> None:
    raw = folder / "raw.duckdb"
    telemetry.create(raw, clients)
    theirs = _original(folder, raw)
    (folder / "project").mkdir()
    project = ours.Project(folder / "project", raw, MEMORY_LIMIT)
    telemetry.attach(project.database, raw)
    project.create()
    project.queries.unlink(missing_ok=True)
    builds = list(project.builds(START + dt.timedelta(days=until)))
    mine = queries.read(project.queries)
    last = str(builds[-1].day)
    theirs = [query for query in theirs if query.day <= last]
    print(f"\n{clients:,} clients, to {last}: {len(builds)} builds")
    print(f"{'':34}{'original':>16}{'here':>16}{'times':>8}")
    for title, sources in (("daily path", DAILY_SOURCES), ("direct path", DIRECT_SOURCES)):
        _row(f"rows read, {title}", _read(theirs, sources), _read(mine, sources))
    _row("CPU seconds of queries", _cpu(theirs), _cpu(mine))
    _row("wall seconds of queries", _wall(theirs), _wall(mine))
    _row("rows written", sum(q.written for q in theirs), sum(q.written for q in mine))
    _row("peak MB of a query", _memory(theirs), _memory(mine))
    total = sum(build.cpu for build in builds)
    print(f"CPU seconds of the builds with dbt's start, parse and Python: {total:,.1f}", flush=True)


def _original(folder: Path, raw: Path) -> list[queries.Query]:
    database, file = folder / "peer.duckdb", folder / "peer.jsonl"
    telemetry.attach(database, raw)
    command = [sys.executable, "-m", "life.peer", str(database), str(raw), str(file), MEMORY_LIMIT]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY / "benchmarks")}
    subprocess.run(command, env=environment, check=True)
    return queries.read(file)


def _row(title: str, theirs: float, mine: float) -> None:
    ratio = theirs / mine if mine else float("nan")
    print(f"{title:34}{theirs:>16,.1f}{mine:>16,.1f}{ratio:>8.1f}")


def _read(found: Sequence[queries.Query], sources: Sequence[str]) -> int:
    return sum(query.read.get(TABLES[source], 0) for query in found for source in sources)


def _cpu(found: Sequence[queries.Query]) -> float:
    return sum(query.cpu for query in found)


def _wall(found: Sequence[queries.Query]) -> float:
    return sum(query.wall for query in found)


def _memory(found: Sequence[queries.Query]) -> float:
    return max(query.memory for query in found) / 1e6


if __name__ == "__main__":
    main()
