"""What dbt and this project cost beside the queries that compute: by experiments in the project.

    .venv/bin/python -P benchmarks/overhead.py --experiments 1 10 100

The experiments are copies of the two demo experiments under other slugs, on the same clients. All
are built once; then nothing is due, and what is timed is overhead alone: `dbt build` of one of
them, with what dbt has parsed before and without, and `jetstream run` of all.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

sys.path.append(str(Path(__file__).resolve().parent))

from copies import Copies

HERE = Path(__file__).resolve().parent

DAY = "2026-04-05"
KINDS = ("jetstream_table", "Python jetstream_table", "table", "view", "test")

Row = tuple[str, str]


def main() -> None:
    """Measure each size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, nargs="+", default=[1, 10, 100], metavar="N")
    parser.add_argument("--clients", type=int, default=500, metavar="N")
    options = parser.parse_args()
    columns = [_measured(number, options.clients) for number in options.experiments]
    print(f"\n{'experiments':44}" + "".join(f"{number:>10,}" for number in options.experiments))
    for cells in zip(*columns, strict=True):
        print(f"{cells[0][0]:44}" + "".join(f"{value:>10}" for _, value in cells))


def _measured(number: int, clients: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="jetstream-overhead-") as folder:
        project = Copies(Path(folder), number)
        project.create(clients)
        _seconds_of(lambda: project.jetstream("run", "--date", DAY), f"{number}: all windows")
        return list(_rows(project))


def _rows(project: Copies) -> Iterator[Row]:
    run = _seconds_of(lambda: project.jetstream("run", "--date", DAY), "nothing due")
    yield "jetstream run of all, nothing due: s", f"{run[0]:.1f}"
    yield "  CPU s", f"{run[1]:.1f}"
    target = project.folder / "target"
    one_of_them = ("build", "--select", f"experiment:{project.slugs[0]}")
    (target / "partial_parse.msgpack").unlink()
    cold = _traced(project, *one_of_them)
    warm = _traced(project, *one_of_them)
    manifest = json.loads((target / "manifest.json").read_bytes())
    yield "nodes in the manifest", f"{len(manifest['nodes']):,}"
    for name in ("manifest.json", "partial_parse.msgpack"):
        yield f"{name}, MB", f"{(target / name).stat().st_size / 1e6:.1f}"
    for title, trace in (("cold", cold), ("warm", warm)):
        yield f"dbt build of one, {title}: s to its first node", f"{trace['first_node']:.1f}"
        yield "  s to the first query of a node", f"{trace['first_query']:.1f}"
        yield "  s in all", f"{trace['in_all']:.1f}"
        yield "  CPU s in all", f"{trace['cpu']:.1f}"
    whose = Counter(owner for owner, _ in warm["queries"])
    yield "queries: ours", f"{whose['ours']:,}"
    yield "queries: dbt's", f"{whose['dbt']:,}"
    yield from _seconds_per_node(warm["nodes"])


def _seconds_per_node(nodes: list[tuple[str, float]]) -> Iterator[Row]:
    by_kind = defaultdict(list)
    for kind, seconds in nodes:
        by_kind[kind].append(seconds)
    for kind in KINDS:
        found = by_kind[kind]
        yield f"{kind}: nodes", str(len(found))
        yield "  ms each, median", f"{median(found) * 1000:.0f}"


def _traced(project: Copies, *arguments: str) -> dict[str, Any]:
    out = project.folder / "trace.json"
    script = str(HERE / "traced_dbt.py")
    project.run([sys.executable, "-P", script, str(out), *arguments], JETSTREAM_AS_OF=DAY)
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def _seconds_of(work: Any, title: str) -> tuple[float, float]:
    """Return the seconds that work in another process takes, and its CPU seconds."""
    start, cpu = time.monotonic(), _cpu()
    work()
    seconds = time.monotonic() - start
    print(f"{title}: {seconds:.0f} s", flush=True)
    return seconds, _cpu() - cpu


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
