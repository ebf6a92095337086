"""A day of client days for many experiments: each by itself, or one scan for all of them.

    .venv/bin/python -P benchmarks/shared_scan.py --clients 100000 --experiments 1 10 50 100

All plans run in one process on DuckDB, one after the other, on the same generated day of one data
source. Rows are DuckDB's profiler's; bytes are BigQuery's sizes of the columns that were read:
BigQuery bills columns of partitions, not what DuckDB takes from disk.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parent))

from sharing import hub, plans, telemetry
from sharing.measured import Measured, differing_rows, run

from dbt_jetstream.lock.expand import LockedExperiment

PLANS: dict[str, Callable[..., Iterator[plans.Step]]] = {
    "alone": plans.alone,
    "shared": plans.shared,
    "copied": plans.copied,
}
# Rows that a scan can skip: a table of all experiments' client days is read by experiment.
ROW_GROUP = 2048
HEADER = (
    f"{'experiments':>11} {'share':>6} {'plan':8}{'telemetry rows':>15}{'all rows':>13}"
    f"{'MB read':>9}{'times':>7}{'rows written':>13}{'MB written':>11}{'CPU s':>8}"
    f"{'of it first':>12}"
)


def main() -> None:
    """Run all plans for each number of experiments and share, and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, nargs="+", default=[100_000], metavar="N")
    parser.add_argument("--experiments", type=int, nargs="+", default=[1, 10, 50, 100], metavar="N")
    parser.add_argument("--shares", type=float, nargs="+", default=[0.01, 0.05], metavar="SHARE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jetstream-shared-scan-") as text:
        folder = Path(text)
        locked = hub.locked(folder, max(options.experiments))
        renderer = plans.DayRenderer(folder, "duckdb")
        for clients in options.clients:
            print(f"\n{clients:,} clients, {telemetry.ACTIVE} % of them on the day\n{HEADER}")
            for share in options.shares:
                for number in options.experiments:
                    _compare(folder, renderer, locked[:number], clients, share)


def _compare(
    folder: Path,
    renderer: plans.DayRenderer,
    experiments: list[LockedExperiment],
    clients: int,
    share: float,
) -> None:
    database = folder / f"day-{len(experiments)}-{share}.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{database}' as day (row_group_size {ROW_GROUP}); use day")
        connection.execute("set threads = 2")
        connection.execute(renderer.create_functions())
        telemetry.create(connection, clients, len(experiments), share)
        found = {}
        for name, plan in PLANS.items():
            steps = list(plan(renderer, experiments))
            found[name] = run(connection, name, steps)
            differing = differing_rows(connection, name, steps[-len(experiments) :])
            if differing:
                sys.exit(f"{name}: {differing} client days are not those of each experiment alone")
        for name, measured in found.items():
            _print(len(experiments), share, name, measured, found["alone"])
    database.unlink()


def _print(experiments: int, share: float, name: str, found: Measured, alone: Measured) -> None:
    first = "" if name == "alone" else f"{found.steps[0]:.2f}"
    print(
        f"{experiments:>11} {share:>6.1%} {name:8}{found.telemetry_rows:>15,}{found.rows:>13,}"
        f"{found.bytes / 1e6:>9,.1f}{found.bytes / alone.bytes:>7.2f}{found.written:>13,}"
        f"{found.written_bytes / 1e6:>11,.1f}{found.cpu:>8.2f}{first:>12}",
        flush=True,
    )


if __name__ == "__main__":
    main()
