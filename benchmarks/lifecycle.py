"""One experiment's whole life: the original's queries against our daily builds, on one telemetry.

    .venv/bin/python benchmarks/lifecycle.py --clients 10000 100000 [--share 10] [--until DAYS]

The original: what mozanalysis renders for every due date, on DuckDB through sqlglot, its statistics
left out. Ours: a `dbt build` a day. Rows are DuckDB's profiler's; CPU seconds are those of queries
and of Python models, what dbt takes beside them is printed by itself.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from life import ours, queries, telemetry
from life.experiment import (
    DAILY_SOURCES,
    DAYS,
    DIRECT_SOURCES,
    START,
    TABLE,
    TABLES,
)

REPOSITORY = Path(__file__).resolve().parent.parent

MEMORY_LIMIT = "8GB"
EARLY, LATE = 10, 40


@dataclass(frozen=True)
class Life:
    """What both did.

    Attributes:
        theirs: The original's queries, up to the last of our builds.
        mine: Our queries, and Python models.
        builds: Our builds.
    """

    theirs: list[queries.Query]
    mine: list[queries.Query]
    builds: list[ours.Build]


def main() -> None:
    """Run both at each size and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, nargs="+", default=[10_000], metavar="N")
    parser.add_argument(
        "--share", type=int, default=100, metavar="PERCENT", help="how many of them enroll"
    )
    parser.add_argument(
        "--until", type=int, default=DAYS, metavar="DAYS", help="build up to this day only"
    )
    options = parser.parse_args()
    for clients in options.clients:
        with tempfile.TemporaryDirectory(prefix="jetstream-lifecycle-") as folder:
            life = live(Path(folder), clients, options.share, options.until)
        print(f"\n{clients:,} clients, {options.share} % enroll, {len(life.builds)} builds")
        show(life)


def live(folder: Path, clients: int, share: int, until: int, *, is_compared: bool = True) -> Life:
    """Make the telemetry, run the original's queries on it, then our builds, one a day.

    Args:
        folder: An empty one.
        clients: Clients with telemetry.
        share: How many of them enroll, in per cent.
        until: The last day, counted from the experiment's start.
        is_compared: Whether to run the original's.
    """
    last = START + dt.timedelta(days=until)
    raw = folder / "raw.duckdb"
    telemetry.create(raw, clients, share)
    theirs = original(folder, raw, last) if is_compared else []
    (folder / "project").mkdir()
    project = ours.Project(folder / "project", raw, MEMORY_LIMIT)
    telemetry.attach(project.database, raw)
    project.create()
    project.queries.unlink(missing_ok=True)
    builds = list(project.builds(last))
    return Life(theirs, queries.read(project.queries), builds)


def original(folder: Path, raw: Path, last: dt.date) -> list[queries.Query]:
    """Run the original's queries that are due up to a day, in a process of their own."""
    database, file = folder / "peer.duckdb", folder / "peer.jsonl"
    telemetry.attach(database, raw)
    command = [sys.executable, "-m", "life.peer", str(database), str(raw), str(file)]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY / "benchmarks")}
    subprocess.run([*command, MEMORY_LIMIT, str(last)], env=environment, check=True)
    return queries.read(file)


def show(life: Life) -> None:
    """Print the comparison, and what a day costs early and late."""
    theirs, mine = life.theirs, life.mine
    alike = [query for query in mine if is_metrics(query)]
    print(f"{'':46}{'original':>16}{'here':>16}{'times':>8}")
    enrolling = [[q for q in found if is_enrollments(q)] for found in (theirs, mine)]
    _row("telemetry rows read, enrollments", *(rows_read(f, DAILY_SOURCES) for f in enrolling))
    for title, sources in (("daily path", DAILY_SOURCES), ("direct path", DIRECT_SOURCES)):
        _row(f"telemetry rows read, {title}", *(path_rows(f, sources) for f in (theirs, mine)))
    _row("rows written", _written(theirs), _written(mine))
    _row("CPU s up to the metrics", cpu_seconds(theirs), cpu_seconds(alike))
    _row("wall s up to the metrics", _wall(theirs), _wall(alike))
    _row("CPU s of all queries", cpu_seconds(theirs), cpu_seconds(mine))
    _row("most MB of a query", _memory(theirs), _memory(mine))
    _row("most MB spilled", _spilled(theirs), _spilled(mine))
    python, total = _python(mine), sum(build.cpu for build in life.builds)
    imports = sum(query.cpu for query in mine if query.node == queries.IMPORTS)
    print(f"here, Python models: {python:,.1f} CPU s, {imports:,.1f} of them to import libraries")
    print(f"here, dbt, its start and parse, and all of the above: {total:,.1f} CPU s")
    print(f"here, most memory of a build: {max(b.memory for b in life.builds) / 1e6:,.0f} MB")
    for day in (0, EARLY, LATE):
        found = [q for q in mine if q.day == str(_build_on(life, day))]
        if found:
            print(f"here, day {day or 'one'}: {cpu_seconds(found):.2f} CPU s of queries")


def is_metrics(query: queries.Query) -> bool:
    """Say whether a query is for what the original has: enrollments and metrics, client days."""
    kind, _, name = query.node.rpartition(".")
    is_model = kind.startswith("model.") and not query.python
    return is_model and name.startswith((f"enrollments_{TABLE}", f"{TABLE}_"))


def is_enrollments(query: queries.Query) -> bool:
    """Say whether a query is for enrollments, the original's or ours."""
    return query.node.rpartition(".")[2] == f"enrollments_{TABLE}"


def path_rows(found: Iterable[queries.Query], sources: Sequence[str]) -> int:
    """Count the telemetry rows that a path to the metrics has read."""
    return rows_read((query for query in found if not is_enrollments(query)), sources)


def rows_read(found: Iterable[queries.Query], sources: Sequence[str]) -> int:
    """Count the telemetry rows that queries have read of data sources."""
    return sum(query.read.get(TABLES[source], 0) for query in found for source in sources)


def cpu_seconds(found: Iterable[queries.Query]) -> float:
    """Add up the CPU seconds of queries."""
    return sum(query.cpu for query in found if not query.python)


def _build_on(life: Life, day: int) -> dt.date:
    return START + dt.timedelta(days=day) if day else life.builds[0].day


def _row(title: str, theirs: float, mine: float) -> None:
    ratio = f"{theirs / mine:.1f}" if mine else "-"
    print(f"{title:46}{theirs:>16,.1f}{mine:>16,.1f}{ratio:>8}")


def _written(found: Iterable[queries.Query]) -> int:
    return sum(query.written for query in found)


def _wall(found: Iterable[queries.Query]) -> float:
    return sum(query.wall for query in found)


def _memory(found: Iterable[queries.Query]) -> float:
    return max(query.memory for query in found) / 1e6


def _spilled(found: Iterable[queries.Query]) -> float:
    return max(query.spilled for query in found) / 1e6


def _python(found: Sequence[queries.Query]) -> float:
    """Add up the CPU seconds of Python models, with those of the few queries that they make."""
    return sum(query.cpu for query in found if query.python)


if __name__ == "__main__":
    main()
