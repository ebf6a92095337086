"""A guard against growth: counts what a small experiment costs, and fails above recorded bounds.

    .venv/bin/python benchmarks/check.py [--ratios]

Counts, not times: they are the same on every machine. With `--ratios` the CPU seconds of queries
are compared with those of the original's queries in the same run, too. Whoever makes a bound
larger says why in the commit; whoever makes a count smaller lowers its bound.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from life.experiment import DAILY_SOURCES, DIRECT_SOURCES, SLUG
from lifecycle import cpu_seconds, is_enrollments, is_metrics, live, path_rows, rows_read

CLIENTS, UNTIL = 10_000, 8
BOUNDS = {
    "telemetry rows read, enrollments": 393_216,
    "telemetry rows read, daily path": 1_136_640,
    "telemetry rows read, direct path": 133_120,
    "models of the experiment": 22,
    "tests of the experiment": 21,
    "queries of the last build": 331,
}
RATIOS = {
    # Found: 1.2 and 3.1. Little is computed at this size, and so the fixed part of queries tells.
    "CPU seconds up to the metrics, per CPU second of the original": 2.0,
    "CPU seconds of all queries, per CPU second of the original": 5.0,
}


def main() -> None:
    """Count, print, and exit with 1 where a count is above its bound."""
    parser = argparse.ArgumentParser(description="Fail where a small experiment costs more.")
    parser.add_argument("--ratios", action="store_true", help="CPU seconds as well")
    has_ratios = parser.parse_args().ratios
    bounds = BOUNDS | RATIOS if has_ratios else BOUNDS
    with tempfile.TemporaryDirectory(prefix="jetstream-check-") as folder:
        counts = count(Path(folder), has_ratios)
    grown = [name for name, bound in bounds.items() if counts[name] > bound]
    for name, bound in bounds.items():
        verdict = "above its bound" if name in grown else "ok"
        print(f"{name:64}{counts[name]:>12,.6g}{bound:>12,.6g}  {verdict}")
    if grown:
        print(f"error: {len(grown)} above the bounds in benchmarks/check.py", file=sys.stderr)
        sys.exit(1)


def count(folder: Path, has_ratios: bool) -> dict[str, float]:
    """Build the experiment's first days in an empty folder; return counts by the bounds' names."""
    life = live(folder, CLIENTS, share=100, until=UNTIL, is_compared=has_ratios)
    manifest = json.loads((folder / "project/target/manifest.json").read_text(encoding="utf-8"))
    nodes = manifest["nodes"]
    models = {name for name, node in nodes.items() if f"experiment:{SLUG}" in node["tags"]}
    tests = [node for node in nodes.values() if node.get("attached_node") in models]
    last = str(life.builds[-1].day)
    counts = [
        rows_read(filter(is_enrollments, life.mine), DAILY_SOURCES),
        path_rows(life.mine, DAILY_SOURCES),
        path_rows(life.mine, DIRECT_SOURCES),
        len(models),
        len(tests),
        sum(query.day == last and not query.python for query in life.mine),
    ]
    found = dict(zip(BOUNDS, counts, strict=True))
    if not has_ratios:
        return found
    theirs = cpu_seconds(life.theirs)
    ours = (cpu_seconds(filter(is_metrics, life.mine)), cpu_seconds(life.mine))
    return found | {name: own / theirs for name, own in zip(RATIOS, ours, strict=True)}


if __name__ == "__main__":
    main()
