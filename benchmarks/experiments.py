"""Times a day's work on many experiments: sync, parse and build, in one `jetstream run` each.

    .venv/bin/python benchmarks/experiments.py --experiments 100 --clients 2000

The experiments are copies of the two demo experiments under other slugs, on the same clients. Three
runs are timed: the first, which locks all of them and computes what has become due; the next day,
which adds a day; and the same day again, with nothing new due.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent))

from copies import Copies

FIRST_DAY, NEXT_DAY = "2026-04-05", "2026-04-06"


def main() -> None:
    """Make the project and time the runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experiments", type=int, default=100, metavar="N")
    parser.add_argument("--clients", type=int, default=2000, metavar="N")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="jetstream-experiments-") as folder:
        project = Copies(Path(folder), options.experiments)
        project.create(options.clients)
        for title, date in (
            ("first run, all windows so far", FIRST_DAY),
            ("the next day", NEXT_DAY),
            ("the same day again", NEXT_DAY),
        ):
            _run(project, title, date)


def _run(project: Copies, title: str, date: str) -> None:
    start = time.monotonic()
    printed = project.jetstream("run", "--date", date)
    seconds = time.monotonic() - start
    parts = next(line for line in printed.splitlines() if line.startswith("took: "))
    print(f"{title}: {seconds:.0f} s in all; {parts.removeprefix('took: ')}", flush=True)


if __name__ == "__main__":
    main()
