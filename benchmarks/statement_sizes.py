"""Sizes of what BigQuery is asked to plan: the tables that statistics are computed from.

    python benchmarks/statement_sizes.py [--every 8]

Prints characters, scans of tables and nodes, once CTEs are inlined, of the statements that make
bins, pieces and moments, and of each experiment's largest statement: of both demo experiments, and
the median and the largest of metric-hub's (every so many-th, and those with the most statistics).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
# In place of this folder, whose `statistics` would hide the standard library's.
sys.path[0] = str(REPOSITORY / "tests")

from statistics import median  # noqa: E402

from conformance.metric_hub import EXPERIMENTS, HUB, LARGEST, fitted  # noqa: E402
from conftest import SHARED, copy_project  # noqa: E402
from dbt_jetstream.inputs.hub import HubAddress  # noqa: E402
from dbt_jetstream.lock.expand import LockedExperiment  # noqa: E402
from dbt_jetstream.review.render import last_day  # noqa: E402
from dbt_jetstream.review.statements.build import statements_of  # noqa: E402
from dbt_jetstream.review.statements.rendering import Statements  # noqa: E402
from dbt_jetstream.review.types.telemetry import Telemetry, read_types  # noqa: E402
from dbt_jetstream.sync.locking import sync  # noqa: E402
from dbt_jetstream.sync.request import Request  # noqa: E402
from googlesql.checking import MeasuredTypes  # noqa: E402

Measured = dict[str, tuple[int, int, int]]
KINDS = ("bins", "pieces", "moments", "largest")


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description="Sizes of what BigQuery is asked to plan.")
    parser.add_argument("--every", type=int, default=8)
    every = parser.parse_args().every
    print(f"{'':48}{'characters':>12}{'scans':>8}{'nodes':>10}")
    demo_types = read_types(REPOSITORY / "metric_hub/columns.json")
    with tempfile.TemporaryDirectory(prefix="jetstream-sizes-") as folder:
        demo = REPOSITORY / "metric_hub", REPOSITORY / "demo/experiments.json"
        for locked in _locked(Path(folder, "demo"), *demo):
            _show(locked.slug, measure(locked, demo_types))
        chosen = json.loads(EXPERIMENTS.read_text())
        largest = [entry for entry in chosen if entry["slug"] in LARGEST]
        entries = [*largest, *(e for e in chosen[::every] if e not in largest)]
        path = Path(folder, "experiments.json")
        path.write_text(json.dumps([fitted(entry) for entry in entries]))
        telemetry = read_types(SHARED / "zetasql/telemetry-columns.json.gz")
        found = [measure(e, telemetry) for e in _locked(Path(folder, "real"), HUB, path)]
    by_kind: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for measured in found:
        for kind, size in measured.items():
            by_kind[kind].append(size)
    columns = {kind: list(zip(*sizes, strict=True)) for kind, sizes in by_kind.items()}
    middle = {kind: tuple(int(median(c)) for c in three) for kind, three in columns.items()}
    _show(f"median of {len(found)} real experiments", middle)
    _show("largest of them", {kind: tuple(map(max, three)) for kind, three in columns.items()})


def _locked(project: Path, hub: Path, experiments: Path) -> list[LockedExperiment]:
    copied = copy_project(project).path
    return sync(Request([HubAddress(str(hub))], experiments, copied)).experiments


def measure(locked: LockedExperiment, telemetry: Telemetry) -> Measured:
    """Return the sizes of a first build's statements; only of what the analyzer can look into."""
    types = MeasuredTypes(telemetry)
    statements = Statements(REPOSITORY, "bigquery", types)
    for _ in statements_of(statements, locked, last_day(locked), is_first=True):
        pass
    sizes = [(name, (len(sql), found.scans, found.nodes)) for name, sql, found in types.sizes]
    made = dict(_of_kinds(sizes))
    return made | {"largest": max((size for _, size in sizes), key=lambda size: size[2])}


def _of_kinds(sizes: list[tuple[str, tuple[int, int, int]]]) -> Iterator[tuple[str, tuple]]:
    for name, size in sizes:
        kind = name.partition("_")[0]
        if kind in KINDS:
            yield kind, size


def _show(title: str, measured: dict[str, tuple]) -> None:
    for kind in KINDS:
        if kind in measured:
            characters, scans, nodes = measured[kind]
            print(f"{f'{title}: {kind}':48}{characters:>12,}{scans:>8}{nodes:>10,}")


if __name__ == "__main__":
    main()
