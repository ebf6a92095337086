"""Slot time by analogy: what DuckDB's CPUs took for the same queries, per row.

A slot is not a CPU of the machine that was measured, and BigQuery shuffles over a network what
DuckDB keeps in memory. The numbers order steps by weight; they are no forecast of a bill.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from dbt_jetstream.review.cost.plans import Costs
from dbt_jetstream.review.cost.scans import Kind
from dbt_jetstream.review.cost.what_is_read import Definition
from scale.constants import SCAN_CPU_PER_MILLION_ROWS
from scale.model import Workload, builds, metric_rows, rows_read

COUNTS = Path(__file__).with_name("counts.json")
# What models are named after, by what they do.
STEPS = {
    "windows": ("daily", "weekly", "days28", "overall", "preenrollment"),
    "bins, pieces and moments": ("bins", "pieces", "moments"),
    "statistics and tests": ("statistics", "completeness", "tests"),
    "trust": ("trust",),
}
# What reads all rows that are there in each build, and not the new ones alone.
EVERY_ROW = "trust"


@cache
def counts() -> list[dict[str, Any]]:
    """Read what `make scale-counts` has written, the smaller run first."""
    found = json.loads(COUNTS.read_text(encoding="utf-8"))
    return sorted(found, key=lambda run: run["clients"])


def cpu_per_metric_row(step: str) -> float:
    """CPU seconds of a step for each row of metrics that it reads.

    Two runs of different sizes tell it from what a build takes however few rows there are.
    """
    one, other = counts()[0], counts()[-1]
    count = one["builds"], other["builds"]
    rows = [_metric_rows(run) * _readings(step, run["builds"]) for run in (one, other)]
    seconds = _cpu(one, step), _cpu(other, step)
    found = seconds[1] * count[0] - seconds[0] * count[1]
    return max(found / (rows[1] * count[0] - rows[0] * count[1]), 0)


def _readings(step: str, builds: int) -> float:
    """Say how often a step reads a row: where it reads all of them, on average half the builds."""
    return (builds + 1) / 2 if step == EVERY_ROW else 1


def _cpu(run: dict[str, Any], step: str) -> float:
    seconds = run["cpu_seconds"].items()
    return sum(cpu for name, cpu in seconds if name.startswith(STEPS[step]))


def _metric_rows(run: dict[str, Any]) -> int:
    names = tuple(f"whole_life_{name}" for name in STEPS["windows"])
    return sum(count for table, count in run["rows"].items() if table.startswith(names))


def slot_hours(costs: Costs, work: Workload) -> dict[str, float]:
    """Estimate the slot hours of one experiment's life, by step.

    Segments are counted as so many more populations in bins, pieces and moments.
    """
    read = costs.here
    direct = [scan for scan in read.scans if scan.read.kind == Kind.DIRECT_METRICS]
    all_rows = sum(rows_read(read, work).values())
    direct_rows = sum(scan.source_days * work.telemetry_rows(scan.source.name) for scan in direct)
    metrics = _life_rows(costs.definition, work)
    found = {
        "telemetry, daily path": _scanning(all_rows - direct_rows),
        "telemetry, direct path": _scanning(direct_rows),
    }
    for step in STEPS:
        times = 1 + work.segments if step == "bins, pieces and moments" else 1
        rows = metrics * _readings(step, builds(costs.definition))
        found[step] = rows * cpu_per_metric_row(step) * times / 3600
    return found


def _scanning(rows: float) -> float:
    return rows / 1e6 * SCAN_CPU_PER_MILLION_ROWS / 3600


def _life_rows(definition: Definition, work: Workload) -> float:
    end = max(definition.life.end, definition.life.last_enrollment)
    return sum(metric_rows(node, definition, work, end) for node in definition.periods)
